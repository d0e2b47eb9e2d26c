"""The tables of a layout: the picture, and one level of it while it is placed."""

from __future__ import annotations

from dataclasses import dataclass, field

from gradviz.render.blocks import Block
from gradviz.render.layers import Layering
from gradviz.stories.parts import Card, Picture, Wire


@dataclass(slots=True)
class Plan:
    """A picture with what is asked of it again and again while it is placed."""

    picture: Picture
    limit: float
    tight: bool = False
    """With less air."""
    stacked: bool = False
    """With `.grad` below the names of the leaves."""
    cards: dict[str, Card] = field(default_factory=dict)
    children: dict[str | None, list[Card]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for card in self.picture.cards:
            self.cards[card.id] = card
        for card in self.picture.cards:
            parent = card.parent if card.parent in self.cards else None
            self.children.setdefault(parent, []).append(card)

    def member(self, card_id: str, parent: str | None) -> str | None:
        """The card itself or the one around it that stands in `parent`, if any does."""
        for _ in range(len(self.cards)):
            card = self.cards.get(card_id)
            if card is None:
                return None
            above = card.parent if card.parent in self.cards else None
            if above == parent:
                return card_id
            if above is None:
                return None
            card_id = above
        return None


@dataclass(slots=True)
class Line:
    """A wire between two items of a level, by their numbers: from above to below."""

    wire: Wire
    upper: int
    lower: int
    chain: tuple[int, ...] = ()
    exit: float = 0.0
    arrival: float = 0.0
    far: bool = False
    """Led around everything at the right, because placeholders would be too many."""


@dataclass(slots=True)
class Level:
    """A level while it is placed."""

    plan: Plan
    parent: str | None
    blocks: list[Block]
    number: dict[str, int]
    lines: list[Line]
    entries: dict[int, str] = field(default_factory=dict)
    """Items that stand for the far end of a wire that comes from outside, or goes there."""
    layering: Layering = field(default_factory=lambda: Layering([], [], []))
    x: list[float] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)
    bottoms: list[float] = field(default_factory=list)
    hidden: list[list[tuple[float, float]]] = field(default_factory=list)
    """The stretches of the gap under each layer that hanging ghosts take."""


def is_leaf(block: Block) -> bool:
    """Whether a gradient is collected there."""
    return block.card is not None and block.card.kind == "leaf"


def fixed_port(level: Level, item: int, line: Line) -> float | None:
    """Where a line must be fastened, from the middle of a fold or a lane; None at a card."""
    if item >= len(level.blocks):
        return None
    block = level.blocks[item]
    if block.inner is None:
        return 0.0 if block.card is None else None
    return block.inner.entries.get(line.wire.id, block.inner.width / 2) - block.inner.width / 2

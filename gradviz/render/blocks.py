"""What a layout moves about: a card with its ghosts, or a fold with what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gradviz.render.measure import Box, box, width
from gradviz.render.placed import Point
from gradviz.render.ports import PILL
from gradviz.stories.parts import Card, Wire

STUB, HANG, BETWEEN_GHOSTS = 16.0, 7.0, 8.0
SEED = 38.0
"""The way of the first gradient from the call to the root beside it."""


@dataclass(slots=True)
class Route:
    """A wire's way: where it leaves, the lanes `(x, top, bottom)` it takes, where it arrives."""

    exit: Point | None = None
    arrival: Point | None = None
    lanes: list[tuple[float, float, float]] = field(default_factory=list)
    pill: Point | None = None
    dip: float = 0.0
    """How far it goes straight down at first, past what hangs there."""

    def moved(self, x: float, y: float) -> Route:
        """The same way, elsewhere."""
        return Route(
            self.exit and (self.exit[0] + x, self.exit[1] + y),
            self.arrival and (self.arrival[0] + x, self.arrival[1] + y),
            [(lane + x, top + y, bottom + y) for lane, top, bottom in self.lanes],
            self.pill and (self.pill[0] + x, self.pill[1] + y),
            self.dip,
        )

    def joined(self, other: Route) -> Route:
        """This part of a way and another, which may know the other end."""
        return Route(
            self.exit or other.exit,
            self.arrival or other.arrival,
            sorted([*self.lanes, *other.lanes], key=lambda lane: lane[1]),
            self.pill or other.pill,
            max(self.dip, other.dip),
        )


@dataclass(slots=True)
class Group:
    """A placed level of a picture: left top corners, sizes and ways, from its own corner."""

    width: float
    height: float
    corners: dict[str, Point] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    entries: dict[str, float] = field(default_factory=dict)
    """Where a wire from outside comes in, or goes out, along the top or the bottom."""


@dataclass(slots=True)
class Ghost:
    """A constant beside its card, or hanging under its slot."""

    card: Card
    wire: Wire
    box: Box
    x: float = 0.0
    hangs: bool = False
    stub: float = STUB


@dataclass(slots=True)
class Block:
    """A card or a group, how far it reaches from its middle, and what hangs on it."""

    card: Card | None
    box: Box
    ghosts: list[Ghost] = field(default_factory=list)
    call: tuple[Wire, Card, Box] | None = None
    inner: Group | None = None
    left: float = 0.0
    right: float = 0.0
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        """With the sheets under a fold."""
        return self.box.height + (10.0 if self.stacked else 0.0)

    @property
    def stacked(self) -> bool:
        """A fold is drawn as three sheets."""
        return self.card is not None and self.card.kind == "fold"

    def exits_between(self, wires: int) -> tuple[float, float]:
        """The stretch of the lower edge, from the middle, that wires may use."""
        low, high = 20 - self.box.width / 2, self.box.width / 2 - 20
        reach = _reach(wires)
        for ghost in self.ghosts:
            if ghost.hangs and ghost.x > 0:
                high = min(high, max(reach - PILL / 2, ghost.x - ghost.box.width / 2 - PILL / 2))
            elif ghost.hangs:
                low = max(low, min(PILL / 2 - reach, ghost.x + ghost.box.width / 2 + PILL / 2))
        return min(low, 0.0), max(high, 0.0)


def _reach(wires: int) -> float:
    """How far the pills of so many wires reach from the middle."""
    return max(wires, 1) * PILL / 2


def make_ghost(card: Card, wire: Wire, *, tight: bool) -> Ghost:
    """A ghost that is not placed yet; a cut needs a longer stub, for its scissors."""
    stub = STUB if wire.kind != "cut" else max(56.0, width(wire.label, 12) + 12)
    return Ghost(card, wire, box(card, tight=tight), stub=stub)


def attach(block: Block, wires: Sequence[Wire], *, beside: bool) -> None:
    """Place a block's ghosts, and reckon how far the block then reaches."""
    half = block.box.width / 2
    sheets = 10.0 if block.stacked else 0.0
    reach = max(half, _reach(len(wires)) if len(wires) > 1 else 0.0)
    block.left, block.right = reach, reach + sheets
    edge = half + sheets
    for ghost in block.ghosts:
        ghost.hangs = ghost.wire.kind != "cut" and (not beside or _is_saved(block, ghost))
        if not ghost.hangs:
            ghost.x = edge + ghost.stub + ghost.box.width / 2
            edge = ghost.x + ghost.box.width / 2
            block.right = max(block.right, edge)
    _hang(block, wires)
    if block.call is not None:
        block.left = max(block.left, half + SEED + block.call[2].width)


def _is_saved(block: Block, ghost: Ghost) -> bool:
    """The pocket holds this very constant: it hangs under it."""
    return block.box.pocket is not None and block.box.pocket == ghost.box.title


def _hang(block: Block, wires: Sequence[Wire]) -> None:
    """Those before the first wire to the left, the others to the right, the nearest first."""
    first = min((wire.slot for wire in wires), default=-1)
    hanging = [ghost for ghost in block.ghosts if ghost.hangs]
    half, clear = block.box.width / 2, _reach(len(wires)) + 1
    for side in (-1, 1):
        at = clear
        mine = [ghost for ghost in hanging if (ghost.wire.slot < first) == (side < 0)]
        for ghost in mine if side > 0 else reversed(mine):
            middle = at + ghost.box.width / 2
            if len(mine) == 1:
                pocket = block.box.pocket_width / 2 if block.box.pocket and side > 0 else 26.0
                middle = max(middle, half - pocket)
            ghost.x = side * middle
            at = middle + ghost.box.width / 2 + BETWEEN_GHOSTS
        if mine:
            reach = at - BETWEEN_GHOSTS
            block.left = max(block.left, reach) if side < 0 else block.left
            block.right = max(block.right, reach) if side > 0 else block.right

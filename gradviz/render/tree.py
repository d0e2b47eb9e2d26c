"""A picture in lines of text: every card once, numbered, each under the one that leads to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gradviz.render.measure import clean
from gradviz.render.wording import Look, sentence
from gradviz.stories.parts import Card, Picture, Rich, Wire

INDENT = "   "
DEEPEST = 10
State = Mapping[str, Any]


def tree(picture: Picture, states: State, look: Look) -> str:
    """The graph from its roots down to its leaves.

    A card with one way on is followed by the next at the same indent; where ways part, each
    is indented and says from where it goes. A card that was written before is only named again.

    >>> cards = (Card("y", "op", "y", "6", "MulBackward0"), Card("x", "leaf", "x", "3", "leaf"))
    >>> print(tree(Picture("g", cards, (Wire("w", "y", "x"),)), {}, str))
    1. y = 6: MulBackward0
    2. x = 3: leaf, .grad None
    """
    return "\n".join(_Tree(picture, states, look).lines())


@dataclass(slots=True)
class _Tree:
    picture: Picture
    states: State
    look: Look
    cards: dict[str, Card] = field(default_factory=dict)
    ways: dict[str, list[Wire]] = field(default_factory=dict)
    ghosts: dict[str, list[Wire]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cards = {card.id: card for card in self.picture.cards}
        for wire in self.picture.wires:
            if wire.source not in self.cards or wire.target not in self.cards:
                continue
            if self.cards[wire.target].kind == "ghost":
                self.ghosts.setdefault(wire.source, []).append(wire)
            elif self.cards[wire.source].kind not in ("ghost", "call"):
                self.ways.setdefault(wire.source, []).append(wire)

    def lines(self) -> Iterator[str]:
        """Depth first, without recursion: graphs may be thousands of cards deep."""
        stack = [(root, 0, "") for root in reversed(self._roots())]
        while stack:
            name, depth, way = stack.pop()
            again = self.numbers.get(name)
            pad = INDENT * min(depth, DEEPEST)
            if again is not None:
                yield f"{pad}{way}then {again} again, {_title(self.cards[name])}"
                continue
            self.numbers[name] = len(self.numbers) + 1
            yield f"{pad}{way}{self.numbers[name]}. {self._told(self.cards[name])}"
            yield from (f"{pad}{INDENT}{line}" for line in self._constants(name))
            wires = self.ways.get(name, [])
            onward = [wire.target for wire in wires if wire.kind != "loop"]
            yield from (f"{pad}{INDENT}{self._loop(wire)}" for wire in wires if wire.kind == "loop")
            stack += reversed(self._next(name, depth, onward))

    def _next(self, name: str, depth: int, onward: list[str]) -> list[tuple[str, int, str]]:
        if len(onward) < 2:
            return [(target, depth, "") for target in onward]
        number = self.numbers[name]
        return [
            (target, depth + 1, f"from {number}, way {place}: ")
            for place, target in enumerate(onward, 1)
        ]

    def _roots(self) -> list[str]:
        reached = {
            wire.target for wires in self.ways.values() for wire in wires if wire.kind != "loop"
        }
        shown = [card.id for card in self.picture.cards if card.kind not in ("ghost", "call")]
        holders = {card.parent for card in self.picture.cards}
        return [name for name in shown if name not in reached and name not in holders]

    def _told(self, card: Card) -> str:
        state = self.states.get("cards", {}).get(card.id, {})
        parts = [clean(str(state.get("subtitle") or card.subtitle))]
        if card.pocket:
            freed = state.get("pocket") == "freed"
            parts.append(f"{'freed' if freed else 'saved'} {clean(card.pocket)}")
        parts += self._received(card.id)
        if card.kind == "leaf":
            parts.append(f".grad {state.get('grad', 'None')}")
        if state.get("mark") == "error":
            parts.append("stopped here")
        holder = self.cards.get(card.parent or "")
        if holder is not None and holder.count:
            parts.append(f"one of {holder.count} repetitions")
        elif holder is not None:
            parts.append(f"in {clean(holder.title)}")
        told = ", ".join(part for part in parts if part)
        value = state.get("value", card.value)
        return f"{_title(card, value)}: {told}" if told else _title(card, value)

    def _received(self, name: str) -> list[str]:
        """What has come down the wires so far."""
        wires = self.states.get("wires", {})
        came = [
            _short(wires[wire.id], self.look)
            for wire in self.picture.wires
            if wire.target == name and wires.get(wire.id, {}).get("mark") in ("done", "active")
        ]
        came = [text for text in came if text]
        return [f"received {' and '.join(came)}"] if came else []

    def _constants(self, name: str) -> Iterator[str]:
        for wire in self.ghosts.get(name, []):
            card = self.cards[wire.target]
            cuts = [
                cut
                for cut in self.picture.wires
                if cut.kind == "cut" and wire.target in (cut.source, cut.target)
            ]
            if not cuts:
                yield f"constant {_title(card)}"
                continue
            source = self.cards.get(cuts[0].target) if cuts[0].target != wire.target else None
            origin = f" of {_title(source, None)}" if source is not None else ""
            how = f"came by {clean(cuts[0].label)}{origin}"
            yield f"cut: {_title(card)} {how}; no gradient goes this way"

    def _loop(self, wire: Wire) -> str:
        target = self.cards[wire.target]
        number = self.numbers.get(wire.target)
        return f"and round again to {number}. {_title(target, None)}"


def _title(card: Card, value: Any = "") -> str:
    shown = card.value if value == "" else value
    title = clean(card.title) or "(no name)"
    return title if shown is None else f"{title} = {clean(str(shown))}"


def _short(state: State, look: Look) -> str:
    short: Rich | str = state.get("short") or state.get("text") or ""
    return short if isinstance(short, str) else sentence(short, look)

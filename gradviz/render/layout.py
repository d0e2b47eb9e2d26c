"""From a picture to the place of everything in it: layered, the root above, the leaves below."""

from __future__ import annotations

from gradviz.render.blocks import Group
from gradviz.render.decorate import bounds, decorate, shifted
from gradviz.render.levels import Plan, place_level
from gradviz.render.measure import width
from gradviz.render.placed import EDGE, Placed, PlacedCard, PlacedWire
from gradviz.render.wiring import draw_wires
from gradviz.stories.parts import Card, Picture

MARGIN = 6.0
MOST_SAVED = {"tight": 1.4, "stacked": 1.9, "tight stacked": 2.1}
"""A picture wider than this many times the room will not fit so either."""


def place(picture: Picture, width_limit: float = 376.0) -> Placed:
    """Place a picture; where it is too wide, with less air, or `.grad` below the leaves' names.

    >>> from gradviz.stories.parts import Card, Picture, Wire
    >>> cards = (Card("y", "op", "y", "6", "MulBackward0"), Card("x", "leaf", "x", "3"))
    >>> placed = place(Picture("graph", cards, (Wire("y-x", "y", "x"),)))
    >>> [(card.id, card.y) for card in placed.cards], placed.wires[0].arrow[2]
    ([('y', 6.0), ('x', 80.0)], 'd')

    The last picture is remembered: player, still picture and figure place the same one in turn.
    """
    known = _latest[-1] if _latest else None
    if known is None or known[0] is not picture or known[1] != width_limit:
        known = (picture, width_limit, _placed(picture, width_limit))
        _latest[:] = [known]
    return known[2]


_latest: list[tuple[Picture, float, Placed]] = []


def _placed(picture: Picture, width_limit: float) -> Placed:
    room = width_limit - 2 * MARGIN
    group = whole = place_level(Plan(picture, room), None)
    for way, most in MOST_SAVED.items():
        if not room < group.width or whole.width > most * room:
            continue
        narrow = place_level(Plan(picture, room, "tight" in way, "stacked" in way), None)
        if narrow.width <= room:
            group = narrow
    decorate(picture, group, room)
    left, top, right, bottom = bounds(picture, group)
    group = shifted(group, MARGIN - left, MARGIN - top)
    wires = tuple(draw_wires(picture, group))
    return Placed(
        round(max(right - left + MARGIN, _last_letter(picture, wires)) + MARGIN, 1),
        round(bottom - top + 2 * MARGIN, 1),
        tuple(_place_cards(picture, group)),
        wires,
    )


def _last_letter(picture: Picture, wires: tuple[PlacedWire, ...]) -> float:
    """Where the word at a pair of scissors ends that stands furthest to the right."""
    words = {wire.id: wire.label for wire in picture.wires if wire.kind == "cut"}
    labels = [(at.label, words.get(at.id, "")) for at in wires if at.label is not None]
    ends = [at[0] + width(word, 12) for at, word in labels if word and at[2] == "start"]
    return max(ends, default=0.0)


def _place_cards(picture: Picture, group: Group) -> list[PlacedCard]:
    """The cards that hold others first."""
    parents = {card.id: card.parent for card in picture.cards}
    held = {parent for parent in parents.values() if parent is not None}
    cards = sorted(picture.cards, key=lambda card: _depth(card.id, parents))
    sockets = _sockets(picture, group)
    return [_place_card(card, group, sockets.get(card.id, ()), card.id in held) for card in cards]


def _depth(card_id: str, parents: dict[str, str | None]) -> int:
    depth, parent = 0, parents[card_id]
    while parent in parents and depth < len(parents):
        depth, parent = depth + 1, parents[parent]
    return depth


def _sockets(picture: Picture, group: Group) -> dict[str, tuple[float, ...]]:
    sockets: dict[str, tuple[float, ...]] = {}
    leaves = {card.id for card in picture.cards if card.kind == "leaf" and not picture.forward}
    for wire in picture.wires:
        route = group.routes.get(wire.id)
        end = route.arrival if route is not None else None
        if wire.target in leaves and wire.kind in ("wire", "many") and end is not None:
            known = sockets.get(wire.target, ())
            sockets[wire.target] = (*known, round(end[0], 1) + 0.0)
    return sockets


def _place_card(card: Card, group: Group, sockets: tuple[float, ...], is_open: bool) -> PlacedCard:
    (x, y), box = group.corners[card.id], group.boxes[card.id]
    grad = meet = None
    if card.kind == "leaf":
        left, top = round(x + box.width - box.grad_width - EDGE, 1), round(y + box.grad_top, 1)
        grad = (left, top, box.grad_width, box.height - box.grad_top - EDGE)
        if len(sockets) > 1:
            middle = (min(sockets) + max(sockets)) / 2
            meet = (round(middle, 1), round(y - 15, 1))
    return PlacedCard(
        card.id,
        round(x, 1) + 0.0,
        round(y, 1) + 0.0,
        round(box.width, 1),
        round(box.height, 1),
        box.title,
        box.value,
        box.subtitle,
        box.pocket,
        box.pocket_width,
        grad,
        sockets,
        meet,
        is_open and card.kind in ("fold", "module"),
    )

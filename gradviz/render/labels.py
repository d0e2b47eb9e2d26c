"""Where the words beside a wire stand: `12 wires meet`, clear of wires, cards and other words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from gradviz.render.blocks import Group
from gradviz.render.measure import width
from gradviz.render.placed import Anchor, PlacedWire, Point
from gradviz.stories.parts import Picture

SIZE = 12.0
HALF = 7.0
"""Half the height of a line of words."""
ASIDE = 15.0
ABOVE = (27.0, 18.0, 40.0, 10.0, 52.0)
"""How far above the arrow's tip words are tried, the best place first."""
PIECES = 12
EDGES = 12.0
"""The edges of what lies behind a folded card reach so far below it."""

Box = tuple[float, float, float, float]
Place = tuple[float, float, Anchor]


def place_labels(picture: Picture, group: Group, drawn: list[PlacedWire]) -> list[PlacedWire]:
    """The same wires, the words of each where they touch least."""
    words = {wire.id: wire.label for wire in picture.wires if wire.kind == "many"}
    walls = list(_walls(picture, group))
    lines = [list(_line(at.points)) for at in drawn]
    taken: list[Box] = []
    placed = []
    for at in drawn:
        text = words.get(at.id)
        if not text or at.arrow is None:
            placed.append(at)
            continue
        x, tip, _ = at.arrow
        tries: list[Place] = [
            (round(x + side * ASIDE, 1), round(tip - above, 1), anchor)
            for above in ABOVE
            for side, anchor in _SIDES
        ]
        touched = [_touched(_box(place, text), lines, [*walls, *taken]) for place in tries]
        label = tries[touched.index(min(touched))]
        taken.append(_box(label, text))
        placed.append(replace(at, label=label))
    return placed


_SIDES: tuple[tuple[int, Anchor], ...] = ((1, "start"), (-1, "end"))


def _box(place: Place, text: str) -> Box:
    x, y, anchor = place
    wide = width(text, SIZE)
    left = x if anchor == "start" else x - wide
    return left - 4, y - HALF, left + wide + 4, y + HALF


def _touched(box: Box, lines: Sequence[Sequence[Point]], boxes: Sequence[Box]) -> int:
    """How many wires and boxes the words would touch."""
    left, top, right, bottom = box
    wires = sum(
        any(left < x < right and top < y < bottom for x, y in points) for points in lines if points
    )
    return wires + sum(
        x < right and to_x > left and y < bottom and to_y > top for x, y, to_x, to_y in boxes
    )


def _walls(picture: Picture, group: Group) -> Iterator[Box]:
    """The cards, and of what holds others only the edge below."""
    holders = {card.parent for card in picture.cards}
    for card in picture.cards:
        if card.id not in group.corners:
            continue
        (x, y), size = group.corners[card.id], group.boxes[card.id]
        bottom = y + size.height
        top = bottom - 1 if card.id in holders else y
        yield x, top, x + size.width, bottom + (EDGES if card.kind == "fold" else 0)


def _line(points: Sequence[Point]) -> Iterator[Point]:
    """Places on a wire, close enough to each other to be met by a word."""
    for (x, y), (to_x, to_y) in pairwise(points):
        for piece in range(PIECES + 1):
            part = piece / PIECES
            across = part * part * (3 - 2 * part)
            along = 1.5 * part * (1 - part) + part**3 if x != to_x else part
            yield x + across * (to_x - x), y + along * (to_y - y)

"""The wires of a fold that lead from one repetition to the next: around its cards at the right."""

from __future__ import annotations

from gradviz.render import paths
from gradviz.render.blocks import Group
from gradviz.render.placed import Direction, PlacedWire
from gradviz.stories.parts import Picture, Wire

FIRST_LANE, NEXT_LANE = 24.0, 12.0
CORNER, BELOW, ABOVE, TURN = 16.0, 10.0, 14.0, 8.0


def draw_loops(picture: Picture, group: Group) -> dict[str, PlacedWire]:
    """Each loop in a lane of its own, the shortest nearest to the cards."""
    parents = {card.id: card.parent for card in picture.cards}
    by_fold: dict[str | None, list[Wire]] = {}
    for wire in picture.wires:
        if wire.kind == "loop" and {wire.source, wire.target} <= group.corners.keys():
            by_fold.setdefault(parents.get(wire.source), []).append(wire)
    drawn = {}
    for fold, wires in by_fold.items():
        inside = [card for card in group.corners if parents.get(card) == fold]
        edge = max(group.corners[card][0] + group.boxes[card].width for card in inside)
        wires.sort(key=lambda wire: (_span(group, wire), wire.id))
        for place, wire in enumerate(wires):
            lane = edge + FIRST_LANE + NEXT_LANE * place
            drawn[wire.id] = _draw(group, wire, inside, lane, forward=picture.forward)
    return drawn


def _span(group: Group, wire: Wire) -> float:
    return abs(group.corners[wire.source][1] - group.corners[wire.target][1])


def _draw(group: Group, wire: Wire, inside: list[str], lane: float, *, forward: bool) -> PlacedWire:
    source, target = (wire.target, wire.source) if forward else (wire.source, wire.target)
    (x, y), size = group.corners[source], group.boxes[source]
    (to_x, to_y), to_size = group.corners[target], group.boxes[target]
    shift = 11.0 if source == target else 0.0
    start, end = y + size.height / 2 + shift, to_y + to_size.height / 2 - shift
    way = paths.spell("M", x + size.width, start)
    beside = _beside(group, source, inside)
    if beside:
        deepest = max(group.corners[card][1] + group.boxes[card].height for card in beside)
        corner, start = x + size.width - CORNER, max(deepest, y + size.height) + BELOW
        way = paths.spell("M", corner, y + size.height, "V", start - TURN)
        way += paths.spell("Q", corner, start, corner + TURN, start)
    blocked = bool(_beside(group, target, inside))
    end = to_y - ABOVE if blocked else end
    turn = TURN if end < start else -TURN
    way += paths.spell("H", lane - TURN, "Q", lane, start, lane, start - turn, "V", end + turn)
    way += paths.spell("Q", lane, end, lane - TURN, end)
    tip: tuple[float, float, Direction] = (to_x + to_size.width, end, "l")
    if blocked:
        corner = to_x + to_size.width - CORNER
        way += paths.spell(
            "H", corner + 6, "Q", corner, end, corner, end + 6, "V", to_y - paths.TIP
        )
        tip = (corner, to_y, "d")
    else:
        way += paths.spell("H", to_x + to_size.width + paths.TIP)
    tip = (round(tip[0], 1), round(tip[1], 1), tip[2])
    x, y = round(lane, 1), round((start + end) / 2, 1)
    return PlacedWire(wire.id, way, tip, (x, y), (round(lane - 7, 1), y, "end"))


def _beside(group: Group, card: str, inside: list[str]) -> list[str]:
    """The cards that stand to the right at the same height."""
    (x, y), size = group.corners[card], group.boxes[card]
    middle = y + size.height / 2
    return [
        other
        for other in inside
        if group.corners[other][0] > x
        and group.corners[other][1] <= middle <= group.corners[other][1] + group.boxes[other].height
    ]

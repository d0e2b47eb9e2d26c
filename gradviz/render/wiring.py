"""From the ways of wires to what is drawn of them: path, arrowhead, and places for texts."""

from __future__ import annotations

from collections import Counter

from gradviz.render import paths
from gradviz.render.blocks import Group, Route
from gradviz.render.labels import place_labels
from gradviz.render.loops import draw_loops
from gradviz.render.measure import width
from gradviz.render.placed import Anchor, PlacedWire
from gradviz.render.ports import PILL, hold_apart
from gradviz.stories.parts import Picture, Wire

SOCKET = 4.0
NEAR = 44.0
"""Numbers beside two arrowheads that are closer than this would meet."""


def draw_wires(picture: Picture, group: Group) -> list[PlacedWire]:
    """Every wire that has both its ends in the picture."""
    leaves = {card.id for card in picture.cards if card.kind == "leaf"}
    pills = _pills(picture, group)
    sides = _clear_of_ghosts(picture, group, _sides(picture, group))
    loops = draw_loops(picture, group)
    drawn = []
    for wire in picture.wires:
        route = group.routes.get(wire.id)
        if wire.kind == "loop":
            drawn += [loops[wire.id]] if wire.id in loops else []
        elif wire.kind == "cut" and route is None:
            drawn += _cut(group, wire)
        elif route is None or route.exit is None or route.arrival is None:
            continue
        elif wire.kind in ("ghost", "cut"):
            drawn.append(_stub(wire, route))
        elif wire.kind == "seed":
            drawn.append(_seed(wire, route))
        else:
            socket = SOCKET if wire.target in leaves and not picture.forward else 0.0
            pill = pills.get(wire.id, route.exit)
            drawn.append(_wire(wire, route, pill, sides.get(wire.id, (1, 0)), socket))
    return place_labels(picture, group, drawn)


def _clear_of_ghosts(
    picture: Picture, group: Group, sides: dict[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    """A number over which a constant hangs stands to the left of its arrowhead."""
    ghosts = [
        (*group.corners[card.id], group.boxes[card.id])
        for card in picture.cards
        if card.kind == "ghost" and card.id in group.corners
    ]
    cleared = dict(sides)
    for wire_id, (side, row) in sides.items():
        x, y = group.routes[wire_id].arrival or (0.0, 0.0)
        covered = any(
            left < x + NEAR and left + size.width > x and top < y - 4 and top + size.height > y - 24
            for left, top, size in ghosts
        )
        if covered and side > 0:
            cleared[wire_id] = (-1, row)
    return cleared


def _rounded(*values: float) -> tuple[float, ...]:
    return tuple(round(value, 1) + 0.0 for value in values)


def _wire(
    wire: Wire, route: Route, pill: tuple[float, float], side: tuple[int, int], socket: float
) -> PlacedWire:
    x, y = route.arrival or (0.0, 0.0)
    way = Route(route.exit, (x, y - socket), route.lanes)
    d, points = paths.follow(way, paths.TIP)
    tip = y - socket
    anchor: Anchor = "end" if side[0] < 0 else "start"
    done_x, done_y = _rounded(x + 9 * side[0], tip - 9 - 14 * side[1])
    if not side[0]:
        done_x, done_y = _rounded(points[0][0] + 9, points[0][1] + 12)
    arrow_x, arrow_y = _rounded(x, tip)
    pill_x, pill_y = _rounded(*pill)
    return PlacedWire(
        wire.id,
        d,
        (arrow_x, arrow_y, "d"),
        (pill_x, pill_y),
        (done_x, done_y, anchor),
        points=tuple((round(px, 1), round(py, 1)) for px, py in points),
    )


def _pills(picture: Picture, group: Group) -> dict[str, tuple[float, float]]:
    """Under its card hangs each wire's pill, beside those of the card's other wires."""
    by_card: dict[str, list[tuple[float, str]]] = {}
    for wire in picture.wires:
        route = group.routes.get(wire.id)
        if wire.kind in ("wire", "many") and route is not None and route.exit and route.arrival:
            end = route.arrival if picture.forward else route.exit
            by_card.setdefault(wire.source, []).append((end[0], wire.id))
    pills = {}
    for card_id, wires in by_card.items():
        wires.sort()
        places = [x for x, _ in wires]
        reach = max(group.boxes[card_id].width, len(wires) * PILL) / 2 - PILL / 2
        centre = group.corners[card_id][0] + group.boxes[card_id].width / 2
        held = hold_apart(places, PILL, min(centre - reach, *places), max(centre + reach, *places))
        edge = group.corners[card_id][1]
        y = edge - 23 if picture.forward else edge + group.boxes[card_id].height + 12
        for (_, wire_id), x in zip(wires, held, strict=True):
            pills[wire_id] = (x, y)
    return pills


def _sides(picture: Picture, group: Group) -> dict[str, tuple[int, int]]:
    """On which side of its arrowhead each number stays (−1 left), and in which row above it.

    The numbers of wires that share a lane stay where they left: `(0, 0)`.
    """
    by_card: dict[str, list[tuple[float, float, str]]] = {}
    for wire in picture.wires:
        route = group.routes.get(wire.id)
        if wire.kind in ("wire", "many") and route is not None and route.exit and route.arrival:
            x = route.arrival[0]
            before = route.lanes[-1][0] if route.lanes else route.exit[0]
            end = wire.source if picture.forward else wire.target
            by_card.setdefault(end, []).append((x, before, wire.id))
    sides = {}
    for arrivals in by_card.values():
        arrivals.sort()
        ends = Counter(round(x, 1) for x, _, _ in arrivals)
        shared = [wire_id for x, _, wire_id in arrivals if ends[round(x, 1)] > 1]
        sides |= dict.fromkeys(shared, (0, 0))
        arrivals = [arrival for arrival in arrivals if arrival[2] not in sides]
        for number, (x, before, wire_id) in enumerate(arrivals):
            side = -1 if before > x + 1 else 1
            left = number and x - arrivals[number - 1][0] < NEAR
            right = number + 1 < len(arrivals) and arrivals[number + 1][0] - x < NEAR
            if left != right:
                side = 1 if left else -1
            sides[wire_id] = (side, number % 2 if left and right else 0)
    return sides


def _stub(wire: Wire, route: Route) -> PlacedWire:
    (x, y), (to_x, to_y) = route.exit or (0, 0), route.arrival or (0, 0)
    d = paths.spell("M", x, y, "L", to_x, to_y)
    centre = _rounded((x + to_x) / 2, (y + to_y) / 2)
    scissors = label = None
    if wire.kind == "cut":
        scissors = (centre[0], centre[1], 0)
        label = (centre[0], round(centre[1] - 16, 1), "middle")
    return PlacedWire(
        wire.id, d, None, (centre[0], centre[1]), (centre[0], centre[1], "middle"), label, scissors
    )


def _seed(wire: Wire, route: Route) -> PlacedWire:
    (x, y), (to_x, to_y) = route.exit or (0, 0), route.arrival or (0, 0)
    if abs(y - to_y) < 0.05:
        d = paths.spell("M", x, y, "H", to_x - paths.TIP)
        pill_x, pill_y = _rounded((x + to_x) / 2, y - 16)
        arrow_x, arrow_y = _rounded(to_x, to_y)
        done = (pill_x, pill_y, "middle")
        return PlacedWire(wire.id, d, (arrow_x, arrow_y, "r"), (pill_x, pill_y), done)
    d = paths.spell("M", x, y, "V", to_y - paths.TIP)
    arrow_x, arrow_y = _rounded(to_x, to_y)
    pill_x, pill_y = _rounded(to_x + 24, to_y - 13)
    done = (round(to_x + 9, 1), pill_y, "start")
    return PlacedWire(wire.id, d, (arrow_x, arrow_y, "d"), (pill_x, pill_y), done)


def _right_middle(group: Group, card_id: str) -> tuple[float, float]:
    (x, y), size = group.corners[card_id], group.boxes[card_id]
    return x + size.width, y + size.height / 2


def _cut(group: Group, wire: Wire) -> list[PlacedWire]:
    """A dashed way from the ghost to the true source, with scissors in the middle."""
    if wire.source not in group.corners or wire.target not in group.corners:
        return []
    (x, y), size = group.corners[wire.source], group.boxes[wire.source]
    end = _right_middle(group, wire.target)
    lane = x + size.width / 2
    start = y + size.height if end[1] > y else y
    centre_x, centre_y = _rounded(lane, (start + end[1]) / 2)
    room = width(wire.label, 12) + 16
    free = not _covered(group, centre_x - room, centre_x - 12, centre_y - 9, centre_y + 9)
    label = (
        (round(centre_x - 12, 1), centre_y, "end")
        if free
        else (round(centre_x + 14, 1), centre_y, "start")
    )
    return [
        PlacedWire(
            wire.id,
            paths.cut((lane, start), end),
            None,
            (centre_x, centre_y),
            (centre_x, centre_y, "middle"),
            label,
            (centre_x, centre_y, 90),
        )
    ]


def _covered(group: Group, left: float, right: float, top: float, bottom: float) -> bool:
    return any(
        x < right
        and x + group.boxes[card].width > left
        and y < bottom
        and y + group.boxes[card].height > top
        for card, (x, y) in group.corners.items()
    )

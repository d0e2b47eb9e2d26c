"""What is placed after the layers: constants that were cut off, the call above a wide root."""

from __future__ import annotations

from gradviz.render.blocks import Group, Route
from gradviz.render.measure import box, width
from gradviz.stories.parts import Card, Picture, Wire

CALL_ABOVE = 26.0
CUT_STUB = 24.0
LABEL_ROOM = 16.0


def decorate(picture: Picture, group: Group, room: float) -> None:
    """Place the cards that no layer holds."""
    cards = {card.id: card for card in picture.cards}
    cuts = [wire for wire in picture.wires if wire.kind == "cut" and wire.target in group.corners]
    cuts = [wire for wire in cuts if wire.source not in group.corners]
    for wire in sorted(cuts, key=lambda wire: _drop(picture, group, wire)):
        _place_cut_ghost(picture, group, cards, wire, room)
    _place_calls(picture, group, cards)
    _place_strays(picture, group)


def middle(group: Group, card_id: str) -> tuple[float, float]:
    """The centre of a placed card."""
    (x, y), size = group.corners[card_id], group.boxes[card_id]
    return x + size.width / 2, y + size.height / 2


def _drop(picture: Picture, group: Group, cut: Wire) -> float:
    """How far a cut leads up or down: the shortest is placed first, the others go around it."""
    users = [wire.source for wire in picture.wires if wire.target == cut.source]
    if not users or users[0] not in group.corners:
        return 0.0
    return abs(middle(group, users[0])[1] - middle(group, cut.target)[1])


def _place_cut_ghost(
    picture: Picture, group: Group, cards: dict[str, Card], cut: Wire, room: float
) -> None:
    """Right of everything between the card that uses the constant and the one it came from."""
    stubs = [wire for wire in picture.wires if wire.kind == "ghost" and wire.target == cut.source]
    card = cards.get(cut.source)
    if card is None or not stubs or stubs[0].source not in group.corners:
        return
    user = stubs[0].source
    size = box(card)
    y = middle(group, user)[1]
    heights = sorted((y, middle(group, cut.target)[1]))
    edge = _right_of(group, heights[0] - 20, heights[1] + 20)
    stub = max(CUT_STUB, width(cut.label, 12) + 20 - size.width / 2)
    x = edge + (stub if edge + stub + size.width <= room else CUT_STUB)
    group.corners[card.id] = (x, y - size.height / 2)
    group.boxes[card.id] = size
    edge = group.corners[user][0] + group.boxes[user].width
    for stub in stubs:
        group.routes[stub.id] = Route((edge, y), (x, y))


def _right_of(group: Group, top: float, bottom: float) -> float:
    """The right edge of what stands between two heights, wires included."""
    edges = [
        group.corners[card_id][0] + size.width
        for card_id, size in group.boxes.items()
        if group.corners[card_id][1] < bottom and group.corners[card_id][1] + size.height > top
    ]
    lanes = [
        x
        for route in group.routes.values()
        for x, lane_top, lane_bottom in route.lanes
        if lane_top < bottom and lane_bottom > top
    ]
    return max([*edges, *(lane + 8 for lane in lanes)], default=0.0)


def _place_calls(picture: Picture, group: Group, cards: dict[str, Card]) -> None:
    """A call that found no room beside its root stands above, its wire to the right of it."""
    for wire in picture.wires:
        call = cards.get(wire.source)
        if wire.kind != "seed" or call is None or wire.target not in group.corners:
            continue
        if wire.id in group.routes:
            continue
        x = middle(group, wire.target)[0]
        y = group.corners[wire.target][1]
        if call.id not in group.corners:
            size = box(call)
            group.boxes[call.id] = size
            group.corners[call.id] = (x - 14 - size.width, -CALL_ABOVE)
        group.routes[wire.id] = Route((x, 2 - CALL_ABOVE), (x, y), pill=(x + 22, 12 - CALL_ABOVE))


def _place_strays(picture: Picture, group: Group) -> None:
    """Whatever is connected to nothing still belongs into the picture: in a row below."""
    x, y = 0.0, group.height + 16
    for card in picture.cards:
        if card.id not in group.corners:
            size = box(card)
            group.corners[card.id] = (x, y)
            group.boxes[card.id] = size
            x += size.width + LABEL_ROOM


def bounds(picture: Picture, group: Group) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of all that is drawn."""
    stacks = {card.id for card in picture.cards if card.kind == "fold"}
    lefts = [0.0, *(corner[0] for corner in group.corners.values())]
    tops = [0.0, *(corner[1] for corner in group.corners.values())]
    rights, bottoms = [group.width], [group.height]
    for card_id, (x, y) in group.corners.items():
        sheets = 10.0 if card_id in stacks else 0.0
        rights.append(x + group.boxes[card_id].width + sheets)
        bottoms.append(y + group.boxes[card_id].height + sheets)
    for wire in picture.wires:
        if wire.label and wire.kind == "many" and wire.id in group.routes:
            exit_ = group.routes[wire.id].exit
            rights.append((exit_[0] if exit_ else 0.0) + 18 + width(wire.label, 12))
    return min(lefts), min(tops), max(rights), max(bottoms)


def shifted(group: Group, x: float, y: float) -> Group:
    """The same group, elsewhere."""
    corners = {card_id: (at[0] + x, at[1] + y) for card_id, at in group.corners.items()}
    routes = {wire_id: route.moved(x, y) for wire_id, route in group.routes.items()}
    return Group(group.width, group.height, corners, group.boxes, routes)

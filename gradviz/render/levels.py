"""The placing of one level of a picture: the cards that stand in the same fold, or in none."""

from __future__ import annotations

from gradviz.render.blocks import Block, Ghost, Group, Route
from gradviz.render.collect import collect
from gradviz.render.downwards import (
    FOOTER,
    GAP,
    PAST_GHOST,
    crossings_of,
    meets,
    stack_layers,
)
from gradviz.render.order import order_level
from gradviz.render.plan import Level, Line, Plan
from gradviz.render.sideways import attach_all, place_sideways

SIDE, LOOP, NEXT_LOOP = 14.0, 34.0, 12.0
"""Beside what stands in a fold, and more at the right for a loop's arrow."""


def place_level(plan: Plan, parent: str | None) -> Group:
    """Place the cards that stand in `parent`, and first what stands in them."""
    level = collect(plan, parent, place_level)
    order_level(level)
    attach_all(level)
    place_sideways(level)
    stack_layers(level)
    return _group(level)


def _group(level: Level) -> Group:
    inside = level.parent is not None
    lines = level.lines
    blocks = level.blocks
    far = sum(line.far for line in lines)
    low = min((block.x - block.left for block in blocks), default=0.0)
    high = max((block.x + block.right for block in blocks), default=0.0)
    lanes = level.x[len(blocks) :]
    low, high = min([low, *lanes]), max([high, *lanes])
    margin = high
    if far:
        high += 14 + 6 * min(far, 8)
    side = SIDE if inside else 0.0
    loops = _loops(level)
    wide = high - low + 2 * side + (LOOP + NEXT_LOOP * (loops - 1) if loops else 0.0)
    bottom = max(level.bottoms, default=0.0)
    virtual_last = bool(level.entries) and _is_virtual(level, -1)
    tall = bottom + (FOOTER if inside and not virtual_last else 0.0)
    group = Group(wide, tall)
    shift = side - low
    for block in blocks:
        _put(group, block, shift, level)
    for number, line in enumerate(lines):
        _lead(group, level, line, shift, margin + 14 + 6 * (number % 8))
    for item, wire_id in level.entries.items():
        group.entries[wire_id] = level.x[item] + shift
    return group


def _is_virtual(level: Level, place: int) -> bool:
    layer = level.layering.layers[place]
    return all(item < len(level.blocks) and level.blocks[item].card is None for item in layer)


def _loops(level: Level) -> int:
    return sum(
        wire.kind == "loop" and wire.source in level.number for wire in level.plan.picture.wires
    )


def _put(group: Group, block: Block, shift: float, level: Level) -> None:
    if block.card is None:
        return
    x, y = block.x + shift - block.box.width / 2, block.y
    group.corners[block.card.id] = (x, y)
    group.boxes[block.card.id] = block.box
    if block.inner is not None:
        for card_id, corner in block.inner.corners.items():
            group.corners[card_id] = (corner[0] + x, corner[1] + y)
            group.boxes[card_id] = block.inner.boxes[card_id]
        for wire_id, route in block.inner.routes.items():
            moved = route.moved(x, y)
            known = group.routes.get(wire_id)
            group.routes[wire_id] = moved if known is None else known.joined(moved)
    for ghost in block.ghosts:
        _put_ghost(group, block, ghost, block.x + shift, level.plan.picture.forward)
    if block.call is not None:
        wire, card, size = block.call
        middle = y + block.box.height / 2
        group.corners[card.id] = (x - 38.0 - size.width, middle - size.height / 2)
        group.boxes[card.id] = size
        group.routes[wire.id] = Route((x - 34.0, middle), (x, middle), pill=(x - 20, middle - 16))


def _put_ghost(group: Group, block: Block, ghost: Ghost, x: float, forward: bool) -> None:
    size, half = ghost.box, block.box.width / 2
    left = x + ghost.x - size.width / 2
    middle = block.y + block.box.height / 2
    sheets = 10.0 if block.stacked else 0.0
    if not ghost.hangs:
        group.corners[ghost.card.id] = (left, middle - size.height / 2)
        route = Route((left - ghost.stub, middle), (left, middle))
    else:
        edge = block.y if forward else block.y + block.box.height + sheets
        top = edge - 7.0 - size.height if forward else edge + 7.0
        fastened = x + max(8 - half, min(half - 8, ghost.x))
        group.corners[ghost.card.id] = (left, top)
        route = Route((fastened, edge), (x + ghost.x, top + (size.height if forward else 0.0)))
    group.boxes[ghost.card.id] = size
    group.routes[ghost.wire.id] = route


def _lanes(level: Level, line: Line) -> list[tuple[float, float, float]]:
    """Where a line passes the layers; straight stretches in one."""
    lanes: list[tuple[float, float, float]] = []
    for item in line.chain:
        x, place = level.x[item], level.layering.rank[item]
        top = lanes.pop()[1] if lanes and abs(lanes[-1][0] - x) < 0.05 else level.tops[place]
        lanes.append((x, top, level.bottoms[place]))
    return lanes


def _lead(group: Group, level: Level, line: Line, shift: float, margin: float) -> None:
    """Collect the lanes of a line: past its layers, and past what hangs in its way."""
    rank, forward = level.layering.rank, level.plan.picture.forward
    first, last = rank[line.upper], rank[line.lower]
    upper, lower = level.blocks[line.upper], level.blocks[line.lower]
    way = Route()
    if line.far:
        way.lanes.append((margin, level.bottoms[first] + GAP, level.tops[last] - GAP))
    way.lanes += _lanes(level, line)
    for crossing, a, b in crossings_of(level, line):
        if meets(a, b, level.hidden[crossing]):
            edge = level.tops[crossing + 1] if forward else level.bottoms[crossing]
            span = (edge - PAST_GHOST, edge) if forward else (edge, edge + PAST_GHOST)
            way.lanes.append((b if forward else a, *span))
    bottom = upper.y + upper.box.height
    if bottom < level.bottoms[first]:
        way.lanes.append((line.exit, bottom, level.bottoms[first]))
    way.lanes.sort(key=lambda lane: lane[1])
    way.exit = None if upper.card is None else (line.exit, bottom)
    way.arrival = None if lower.card is None else (line.arrival, lower.y)
    if upper.card is None:
        way.lanes.insert(0, (line.exit, upper.y, upper.y))
    if lower.card is None:
        way.lanes.append((line.arrival, lower.y, lower.y))
    way = way.moved(shift, 0.0)
    if upper.inner is not None:
        way.exit = None
    if lower.inner is not None:
        way.arrival = None
    known = group.routes.get(line.wire.id)
    group.routes[line.wire.id] = way if known is None else known.joined(way)

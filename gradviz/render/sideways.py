"""Where the blocks of a level stand from left to right, and where wires are fastened to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gradviz.render.blocks import Block, attach
from gradviz.render.columns import spread, squeeze
from gradviz.render.plan import Level, Line, fixed_port, is_leaf
from gradviz.render.ports import fasten
from gradviz.stories.parts import Wire

WIDER = 24.0
"""So far a leaf may grow to either side."""
EDGE, SOCKET_EDGE = 20.0, 17.0
"""How far from a card's corner a wire may leave it, or meet a leaf."""


def place_sideways(level: Level) -> None:
    """Give every block its x, then every line its ends."""
    slack = {
        item: block.box.width / 2 - SOCKET_EDGE
        for item, block in enumerate(level.blocks)
        if is_leaf(block)
    }
    level.x = spread(level.layering, _apart(level), _offset(level), slack)
    if level.parent is None:
        lanes = [0.0] * (len(level.x) - len(level.blocks))
        left = [block.left for block in level.blocks] + lanes
        right = [block.right for block in level.blocks] + lanes
        squeeze(level.layering.layers, level.x, left, right, level.plan.limit)
    for block, x in zip(level.blocks, level.x, strict=False):
        block.x = x
    _widen_leaves(level)
    _fasten_all(level)


def _widen_leaves(level: Level) -> None:
    """A leaf grows a little where all its wires can then come straight down."""
    count = len(level.blocks)
    reach: dict[int, float] = {}
    for line in level.lines:
        leaf, way = (
            (line.upper, (line.lower, *line.chain[::-1]))
            if is_leaf(level.blocks[line.upper])
            else (line.lower, (line.upper, *line.chain))
        )
        far = abs(level.x[way[-1]] - level.x[leaf]) + SOCKET_EDGE
        reach[leaf] = max(reach.get(leaf, 0.0), far)
    apart = _apart(level)
    for layer in level.layering.layers:
        for place, item in enumerate(layer):
            if item >= count or not is_leaf(level.blocks[item]):
                continue
            block = level.blocks[item]
            sides = [(layer[place - 1], item)] if place else []
            sides += [(item, layer[place + 1])] if place + 1 < len(layer) else []
            room = min((level.x[b] - level.x[a] - apart(a, b) for a, b in sides), default=WIDER)
            more = reach.get(item, 0.0) - block.box.width / 2
            if 0 < more <= min(room, WIDER):
                block.box = replace(block.box, width=block.box.width + 2 * more)
                block.left = block.right = block.box.width / 2


def _leaving(level: Level) -> dict[int, list[Wire]]:
    """The wires that leave each item at the edge where its ghosts hang."""
    leaving: dict[int, list[Wire]] = {}
    for line in level.lines:
        source = line.lower if level.plan.picture.forward else line.upper
        leaving.setdefault(source, []).append(line.wire)
    return leaving


def attach_all(level: Level) -> None:
    """Hang or set beside every block its ghosts, as its layer has room."""
    leaving = _leaving(level)
    cut_sources = {wire.source for wire in level.plan.picture.wires if wire.kind == "cut"}
    for layer in level.layering.layers:
        for item in layer:
            if item >= len(level.blocks):
                continue
            block = level.blocks[item]
            block.ghosts = [ghost for ghost in block.ghosts if ghost.card.id not in cut_sources]
            if len(layer) > 1 or _calls(level) > 1:
                block.call = None
            _attach(level, layer, block, leaving.get(item, []))


def _attach(level: Level, layer: Sequence[int], block: Block, wires: Sequence[Wire]) -> None:
    """Beside it stand the call and the ghosts if the layer has room, else only one of them."""
    last = layer[-1] < len(level.blocks) and level.blocks[layer[-1]] is block
    last = last and not _is_cut_from(level, block)
    ways = [(block.call, True), (block.call, False), (None, True), (None, False)]
    for call, beside in ways if block.call is not None else ways[2:]:
        block.call = call
        attach(block, wires, beside=beside and last)
        if _layer_width(level, layer) <= level.plan.limit:
            return


def _is_cut_from(level: Level, block: Block) -> bool:
    """Whether a cut's dashed wire ends at the right side of a card, where a ghost would stand."""
    name = block.card.id if block.card is not None else ""
    return any(wire.kind == "cut" and wire.target == name for wire in level.plan.picture.wires)


def _calls(level: Level) -> int:
    return sum(wire.kind == "seed" for wire in level.plan.picture.wires)


def _layer_width(level: Level, layer: Sequence[int]) -> float:
    blocks = [level.blocks[item] for item in layer if item < len(level.blocks)]
    return sum(block.left + block.right for block in blocks) + 16 * (len(layer) - 1)


def _apart(level: Level) -> Callable[[int, int], float]:
    count = len(level.blocks)
    cards, lanes = (8.0, 10.0) if level.plan.tight else (24.0, 16.0)
    right = [block.right for block in level.blocks]
    left = [block.left for block in level.blocks]

    def apart(a: int, b: int) -> float:
        gap = cards if a < count and b < count else lanes
        return (right[a] if a < count else 0.0) + (left[b] if b < count else 0.0) + gap

    return apart


def _offset(level: Level) -> Callable[[int, int], float]:
    """Wires are fastened to a fold where they go on inside it, and else to the middle."""
    fixed: dict[tuple[int, int], float] = {}
    for line in level.lines:
        way = (line.upper, *line.chain, line.lower)
        for item, other in ((way[0], way[1]), (way[-1], way[-2])):
            place = fixed_port(level, item, line)
            if place is not None:
                fixed[item, other] = place

    def offset(a: int, b: int) -> float:
        return fixed.get((a, b), 0.0)

    return offset


def _fasten_all(level: Level) -> None:
    arriving: dict[int, list[Line]] = {}
    leaving: dict[int, list[Line]] = {}
    for line in level.lines:
        arriving.setdefault(line.lower, []).append(line)
        leaving.setdefault(line.upper, []).append(line)
    for item, lines in arriving.items():
        for line, place in zip(lines, _arrivals(level, item, lines), strict=True):
            line.arrival = level.x[item] + place
    for item, lines in leaving.items():
        for line, place in zip(lines, _exits(level, item, lines), strict=True):
            line.exit = level.x[item] + place


def _margin(level: Level) -> float:
    return max(
        (level.x[item] + block.right for item, block in enumerate(level.blocks)), default=0.0
    )


def _arrivals(level: Level, item: int, lines: list[Line]) -> list[float]:
    ports = [fixed_port(level, item, line) for line in lines]
    if None not in ports:
        return [port or 0.0 for port in ports]
    block = level.blocks[item]
    leaf = is_leaf(block)
    wanted: dict[tuple[str, int], float] = {}
    ends = [_end_key(number, line) for number, line in enumerate(lines)]
    for key, line in zip(ends, lines, strict=True):
        before = line.chain[-1] if line.chain else line.upper
        at = level.x[before] + (fixed_port(level, before, line) or 0.0)
        straight = len(lines) == 1 and not line.chain and not line.far and not leaf
        wanted[key] = 0.0 if straight else (_margin(level) if line.far else at) - level.x[item]
    half = block.box.width / 2 - (SOCKET_EDGE if leaf else EDGE)
    places = fasten(list(wanted.values()), -half, half, 28 if leaf else 40)
    found = dict(zip(wanted, places, strict=True))
    return [found[key] for key in ends]


def _end_key(number: int, line: Line) -> tuple[str, int]:
    """Lines that come down the same lane end in the same place."""
    if line.far:
        return "far", 0
    return ("lane", line.chain[-1]) if line.chain else ("line", number)


def _exits(level: Level, item: int, lines: list[Line]) -> list[float]:
    ports = [fixed_port(level, item, line) for line in lines]
    if None not in ports:
        return [port or 0.0 for port in ports]
    block = level.blocks[item]
    wanted = []
    for line in lines:
        after = level.x[line.chain[0]] if line.chain else line.arrival
        wanted.append((_margin(level) if line.far else after) - level.x[item])
    low, high = block.exits_between(len(lines))
    return fasten(wanted, low, high, 40)

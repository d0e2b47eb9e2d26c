"""Which layer each block of a level stands in, and the order within the layers."""

from __future__ import annotations

from gradviz.render.layers import TooLarge, arrange, ranks, without_cycles
from gradviz.render.plan import Level, is_leaf

FAR = 4
"""Of a graph with too many long wires, those past so many layers are led around it."""
LEVELS_WITH_LEAVES_BELOW = 8


def order_level(level: Level) -> None:
    """Find the layers and the order in them, and lead the lines from above to below."""
    count = len(level.blocks)
    pairs = [(line.upper, line.lower) for line in level.lines]
    kept = without_cycles(count, pairs)
    lines = [line for line, keep in zip(level.lines, kept, strict=True) if keep]
    level.lines = lines
    pairs = [(line.upper, line.lower) for line in lines]
    rank = _ranks(level, pairs)
    try:
        level.layering = arrange(count, pairs, rank)
    except TooLarge:
        for line in lines:
            line.far = rank[line.lower] - rank[line.upper] > FAR
        near = [(line.upper, line.lower) for line in lines if not line.far]
        level.layering = arrange(count, near, rank)
    ways = iter(level.layering.chains)
    for line in lines:
        line.chain = () if line.far else next(ways)
    if level.plan.picture.forward:
        level.layering.layers.reverse()
        highest = len(level.layering.layers) - 1
        level.layering.rank = [highest - place for place in level.layering.rank]
        for line in lines:
            line.upper, line.lower, line.chain = line.lower, line.upper, line.chain[::-1]
        level.layering.above, level.layering.below = level.layering.below, level.layering.above


def _ranks(level: Level, pairs: list[tuple[int, int]]) -> list[int]:
    count = len(level.blocks)
    cuts = _cut_pairs(level)
    rank = ranks(count, pairs + cuts if all(without_cycles(count, pairs + cuts)) else pairs)
    sources = {upper for upper, _ in pairs}
    real = [item for item in range(count) if item not in level.entries]
    if level.entries:
        least = min(rank[item] for item in real)
        deepest = max(rank[item] for item in real) - least + 2
        for item in range(count):
            outside = 0 if item in sources else deepest
            rank[item] = outside if item in level.entries else rank[item] - least + 1
    leaves = [item for item in real if is_leaf(level.blocks[item]) and item not in sources]
    room = sum(level.blocks[item].box.width + 8 for item in leaves) - 8
    deepest = max((rank[item] for item in real), default=0)
    if room <= level.plan.limit and deepest < LEVELS_WITH_LEAVES_BELOW:
        others = [rank[item] for item in real if item not in leaves]
        for item in leaves:
            rank[item] = max(deepest, max(others, default=-1) + 1) if len(real) > 1 else rank[item]
    lowest = min(rank, default=0)
    return [place - lowest for place in rank]


def _cut_pairs(level: Level) -> list[tuple[int, int]]:
    """A card whose constant was cut from another stands above that other."""
    owners = {
        ghost.card.id: number for number, block in enumerate(level.blocks) for ghost in block.ghosts
    }
    return [
        (owners[wire.source], level.number[wire.target])
        for wire in level.plan.picture.wires
        if wire.kind == "cut" and wire.source in owners and wire.target in level.number
    ]

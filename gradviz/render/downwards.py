"""How high each layer of a level stands, with room between for curves and ghosts."""

from __future__ import annotations

from collections.abc import Iterator

from gradviz.render.plan import Level, Line

GAP = 34.0
HEADER, FOOTER = 30.0, 16.0
"""Above and below what stands in a fold."""
PAST_GHOST = 31.0
Bend = tuple[float, float]


def stack_layers(level: Level) -> None:
    """Give every layer its top and bottom."""
    at = HEADER if level.parent is not None else 0.0
    layers = level.layering.layers
    level.hidden = [_hidden_under(level, place) for place in range(len(layers))]
    bends = _bends(level)
    for place, layer in enumerate(layers):
        blocks = [level.blocks[item] for item in layer if item < len(level.blocks)]
        virtual = bool(blocks) and all(block.card is None for block in blocks)
        if place == 0 and virtual:
            at = 0.0
        level.tops.append(at)
        at += max((block.height for block in blocks), default=0.0)
        level.bottoms.append(at)
        for block in blocks:
            block.y = level.tops[-1]
        if place + 1 < len(layers):
            at += _gap(level, place, virtual, bends[place])
    _hold_last_ghosts(level)


def _hold_last_ghosts(level: Level) -> None:
    """Nothing is below the last layer but what hangs there, nor above the first."""
    if not level.bottoms:
        return
    forward = level.plan.picture.forward
    edge = level.layering.layers[0 if forward else -1]
    blocks = [level.blocks[item] for item in edge if item < len(level.blocks)]
    if any(ghost.hangs for block in blocks for ghost in block.ghosts):
        if forward:
            level.tops = [top + PAST_GHOST for top in level.tops]
            level.bottoms = [bottom + PAST_GHOST for bottom in level.bottoms]
            for block in level.blocks:
                block.y += PAST_GHOST
        else:
            level.bottoms[-1] += PAST_GHOST


def _gap(level: Level, place: int, virtual: bool, bends: set[Bend]) -> float:
    if virtual and place == 0:
        return HEADER
    following = level.layering.layers[place + 1]
    below = [level.blocks[item] for item in following if item < len(level.blocks)]
    to_outside = bool(below) and all(block.card is None for block in below)
    if level.entries and to_outside and place + 2 == len(level.layering.layers):
        return FOOTER + (PAST_GHOST if level.hidden[place] else 0.0)
    widest = max((abs(a - b) for a, b in bends), default=0.0)
    gap = GAP + min(24.0, max(0.0, widest - 140) / 8)
    if any(meets(a, b, level.hidden[place]) for a, b in bends):
        gap += PAST_GHOST
    return gap


def _bends(level: Level) -> list[set[Bend]]:
    """For the gap under each layer, from where to where wires go sideways in it."""
    bends: list[set[Bend]] = [set() for _ in level.layering.layers]
    for line in level.lines:
        for place, a, b in crossings_of(level, line):
            bends[place].add((a, b))
    return bends


def crossings_of(level: Level, line: Line) -> Iterator[tuple[int, float, float]]:
    """The layers under which a line goes sideways, with its x above and below each gap."""
    way = (line.upper, *line.chain, line.lower)
    if line.far:
        return
    first = level.layering.rank[line.upper]
    for step in range(len(way) - 1):
        a = line.exit if step == 0 else level.x[way[step]]
        b = line.arrival if step + 2 == len(way) else level.x[way[step + 1]]
        if abs(a - b) > 1:
            yield first + step, a, b


def _hidden_under(level: Level, place: int) -> list[Bend]:
    """The stretches of the gap under a layer that hanging ghosts take."""
    forward = level.plan.picture.forward
    layers = level.layering.layers
    place += forward
    layer = layers[place] if place < len(layers) else []
    blocks = [level.blocks[item] for item in layer if item < len(level.blocks)]
    return [
        (block.x + ghost.x - ghost.box.width / 2 - 4, block.x + ghost.x + ghost.box.width / 2 + 4)
        for block in blocks
        for ghost in block.ghosts
        if ghost.hangs
    ]


def meets(a: float, b: float, hidden: list[Bend]) -> bool:
    """Whether a wire that goes sideways from `a` to `b` would pass behind a ghost."""
    return any(min(a, b) < right and left < max(a, b) for left, right in hidden)

"""Where the items of each layer stand from left to right: the second half of a layout.

Every item is drawn to the mean of its neighbours above and below; within a layer the order and
the distances are kept by pooling items that press against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise

from gradviz.render.layers import Layering

SWEEPS, CHECK = 120, 6
SETTLED = 0.05
"""So little movement, in px over `CHECK` sweeps, is none."""
LONG_WORK = 40_000
INFINITE = float("inf")
LEAF = 0.25
"""A leaf draws less than an op, so that a chain with leaves beside it stays straight."""

Offset = Callable[[int, int], float]
"""Where the wire between two items is fastened, from the centre of the first."""
Apart = Callable[[int, int], float]
"""How far the centres of two neighbours of a layer stand apart at least."""
Pull = tuple[int, float, float, float]
"""A neighbour, how strongly it draws, how far beside its middle, and how far it lets go."""


def spread(
    layering: Layering, apart: Apart, offset: Offset, slack: Mapping[int, float]
) -> list[float]:
    """The x of every item and placeholder.

    `slack` says of an item that takes wires anywhere, a leaf, how far from its middle it does.
    """
    count = len(layering.rank)
    x = [0.0] * count
    for layer in layering.layers:
        _centre(layer, x, apart)
    first = min((chain[0] for chain in layering.chains if chain), default=count)
    pulls = [_pulls(item, layering, first, offset, slack) for item in range(count)]
    steps = [[apart(a, b) for a, b in pairwise(layer)] for layer in layering.layers]
    rows = list(zip(layering.layers, steps, strict=True))
    size = sum(map(len, layering.below)) + count
    sweeps = max(4, min(SWEEPS, LONG_WORK // max(size, 1)))
    before: list[float] = []
    for sweep in range(sweeps):
        if sweep % CHECK == 0:
            if before and max(map(_apart_by, x, before)) < SETTLED:
                break
            before = x[:]
        for layer, distances in rows if sweep % 2 == 0 else reversed(rows):
            wanted, weights = _wishes(layer, x, pulls)
            _press(layer, wanted, weights, x, distances)
    _straighten(layering, x, apart)
    _centre_loose(layering, x, steps, slack)
    return x


def _apart_by(a: float, b: float) -> float:
    return abs(a - b)


def _centre_loose(
    layering: Layering, x: list[float], steps: list[list[float]], slack: Mapping[int, float]
) -> None:
    """In the end a leaf stands in the middle below its wires, as far as the others let it."""
    for layer, distances in zip(layering.layers, steps, strict=True):
        if slack.keys().isdisjoint(layer):
            continue
        wanted, weights = [], []
        for item in layer:
            ends = [x[other] for other in (*layering.above[item], *layering.below[item])]
            loose = item in slack and ends
            wanted.append((min(ends) + max(ends)) / 2 if loose else x[item])
            weights.append(1.0 if loose else 1e6)
        _press(layer, wanted, weights, x, distances)


def _pulls(
    item: int, layering: Layering, first: int, offset: Offset, slack: Mapping[int, float]
) -> list[Pull]:
    """What draws an item; placeholders, from `first` on, want their wire straight."""
    own = item >= first
    pulls = []
    for other in (*layering.above[item], *layering.below[item]):
        passing = other >= first
        strength = 8.0 if own and passing else 0.4 if own or passing else 1.0
        if (item in slack) != (other in slack):
            strength *= LEAF
        beside = offset(other, item) - offset(item, other)
        pulls.append((other, strength, beside, slack.get(other, 0.0) + slack.get(item, 0.0)))
    return pulls


def _centre(layer: list[int], x: list[float], apart: Apart) -> None:
    at = 0.0
    for number, item in enumerate(layer):
        if number:
            at += apart(layer[number - 1], item)
        x[item] = at
    middle = at / 2
    for item in layer:
        x[item] -= middle


def _wishes(
    layer: list[int], x: list[float], pulls: list[list[Pull]]
) -> tuple[list[float], list[float]]:
    wanted, weights = [], []
    for item in layer:
        total = whole = 0.0
        for other, strength, beside, free in pulls[item]:
            if free:
                beside = min(max(x[item] - x[other], beside - free), beside + free)
            total += strength * (x[other] + beside)
            whole += strength
        wanted.append(total / whole if whole else x[item])
        weights.append(whole or 0.01)
    return wanted, weights


def _press(
    layer: list[int],
    wanted: list[float],
    weights: list[float],
    x: list[float],
    distances: Sequence[float],
) -> None:
    """The places nearest to the wishes that keep order and distance (pool adjacent violators)."""
    blocks: list[list[float]] = []
    offsets = list(accumulate(distances[: max(0, len(layer) - 1)], initial=0.0))
    for at, wish, weight in zip(offsets, wanted, weights, strict=False):
        blocks.append([(wish - at) * weight, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] > blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = [mine + its for mine, its in zip(blocks[-1], last, strict=True)]
    number = 0
    for total, weight, members in blocks:
        for _ in range(int(members)):
            x[layer[number]] = total / weight + offsets[number]
            number += 1


def _straighten(layering: Layering, x: list[float], apart: Apart) -> None:
    """Lead each long wire straight down for as far as there is room."""
    before: dict[int, int] = {}
    after: dict[int, int] = {}
    for layer in layering.layers:
        for left, right in pairwise(layer):
            before[right], after[left] = left, right
    seen: set[int] = set()
    for chain in sorted(set(layering.chains), key=lambda chain: (-len(chain), chain)):
        if seen.issuperset(chain[:1]):
            continue
        seen.update(chain)
        run: list[int] = []
        low, high = -INFINITE, INFINITE
        for item in chain:
            left, right = before.get(item), after.get(item)
            least = -INFINITE if left is None else x[left] + apart(left, item)
            most = INFINITE if right is None else x[right] - apart(item, right)
            if max(low, least) > min(high, most):
                _level(run, x, low, high)
                run, low, high = [], -INFINITE, INFINITE
            run.append(item)
            low, high = max(low, least), min(high, most)
        _level(run, x, low, high)


def _level(run: list[int], x: list[float], low: float, high: float) -> None:
    if run:
        middle = sorted(x[item] for item in run)[len(run) // 2]
        at = min(max(middle, low), max(low, high))
        for item in run:
            x[item] = at


def squeeze(
    layers: Sequence[Sequence[int]],
    x: list[float],
    left: Sequence[float],
    right: Sequence[float],
    limit: float,
) -> None:
    """Move whole layers sideways where that alone makes the picture narrow enough."""
    if not layers:
        return
    spans = []
    for layer in layers:
        low = min(x[item] - left[item] for item in layer)
        spans.append((low, max(x[item] + right[item] for item in layer)))
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    widest = max(spans, key=lambda span: span[1] - span[0])
    if high - low <= limit or widest[1] - widest[0] > limit:
        return
    spare = limit - (widest[1] - widest[0])
    start = min(max(widest[0] - spare / 2, low), high - limit)
    start = min(max(start, widest[1] - limit), widest[0])
    for layer, (layer_low, layer_high) in zip(layers, spans, strict=True):
        move = max(0.0, start - layer_low) or min(0.0, start + limit - layer_high)
        for item in layer:
            x[item] += move

"""Layers of a graph from above to below, and the order within each: the first half of a layout.

Items are numbers from 0; edges are pairs `(upper, lower)`. An edge that passes a layer gets a
placeholder there, numbered on from the items, so that it can be led around the cards. Nothing
here looks at a clock: limits are counted in work, so the same graph gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

MANY = 4
"""From so many long wires into one item on, they share one lane."""
MOST_PLACEHOLDERS = 6000
WORK = 60_000

Pair = tuple[int, int]


class TooLarge(Exception):
    """The layers would need more placeholders than a picture can use."""


@dataclass(slots=True)
class Layering:
    """Layers in order, and for each edge the placeholders that it passes."""

    rank: list[int]
    layers: list[list[int]]
    chains: list[tuple[int, ...]]
    above: list[list[int]] = field(default_factory=list)
    below: list[list[int]] = field(default_factory=list)


def without_cycles(count: int, edges: Sequence[Pair]) -> list[bool]:
    """For each edge, whether it may be kept: those that close a cycle may not.

    >>> without_cycles(2, [(0, 1), (1, 0), (1, 1)])
    [True, False, False]
    """
    out: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for number, (upper, lower) in enumerate(edges):
        out[upper].append((number, lower))
    keep = [True] * len(edges)
    state = [0] * count
    for start in range(count):
        if state[start]:
            continue
        state[start] = 1
        stack = [(start, iter(out[start]))]
        while stack:
            item, rest = stack[-1]
            for number, lower in rest:
                if state[lower] == 1:
                    keep[number] = False
                elif not state[lower]:
                    state[lower] = 1
                    stack.append((lower, iter(out[lower])))
                    break
            else:
                state[item] = 2
                stack.pop()
    return keep


def ranks(count: int, edges: Sequence[Pair]) -> list[int]:
    """The longest way from above to each item; a root sits right over what it leads to.

    >>> ranks(4, [(0, 1), (1, 2), (0, 2), (3, 2)])
    [0, 1, 2, 1]
    """
    below: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for upper, lower in edges:
        below[upper].append(lower)
        waiting[lower] += 1
    roots = [item for item in range(count) if not waiting[item]]
    rank = [0] * count
    ready = list(roots)
    while ready:
        item = ready.pop()
        for lower in below[item]:
            rank[lower] = max(rank[lower], rank[item] + 1)
            waiting[lower] -= 1
            if not waiting[lower]:
                ready.append(lower)
    for root in roots:
        if below[root]:
            rank[root] = min(rank[lower] for lower in below[root]) - 1
    return rank


def arrange(count: int, edges: Sequence[Pair], rank: list[int]) -> Layering:
    """Insert placeholders, and order each layer so that few wires cross.

    Raises:
        TooLarge: if more placeholders would be needed than `MOST_PLACEHOLDERS`.
    """
    rank = list(rank)
    chains = _placeholders(count, edges, rank)
    above: list[list[int]] = [[] for _ in rank]
    below: list[list[int]] = [[] for _ in rank]
    for (upper, lower), chain in zip(edges, chains, strict=True):
        way = (upper, *chain, lower)
        for here, there in pairwise(way):
            if there not in below[here]:
                below[here].append(there)
                above[there].append(here)
    layers = _first_order(rank, above, below)
    return Layering(rank, _uncross(layers, above, below), chains, above, below)


def _placeholders(count: int, edges: Sequence[Pair], rank: list[int]) -> list[tuple[int, ...]]:
    """Append a rank for each placeholder; the chains of the edges that pass layers."""
    long_wires = [0] * count
    for upper, lower in edges:
        long_wires[lower] += rank[lower] - rank[upper] > 1
    shared: dict[Pair, int] = {}
    chains = []
    for upper, lower in edges:
        chain = []
        for level in range(rank[upper] + 1, rank[lower]):
            key = (lower, level)
            if long_wires[lower] >= MANY and key in shared:
                chain.append(shared[key])
                continue
            shared[key] = len(rank)
            chain.append(len(rank))
            rank.append(level)
            if len(rank) - count > MOST_PLACEHOLDERS:
                raise TooLarge(f"more than {MOST_PLACEHOLDERS} placeholders")
        chains.append(tuple(chain))
    return chains


def _first_order(
    rank: list[int], above: list[list[int]], below: list[list[int]]
) -> list[list[int]]:
    """Walk down from the roots, the first input first."""
    layers: list[list[int]] = [[] for _ in range(max(rank, default=-1) + 1)]
    seen = [False] * len(rank)
    for root in range(len(rank)):
        if above[root]:
            continue
        stack = [root]
        while stack:
            item = stack.pop()
            if seen[item]:
                continue
            seen[item] = True
            layers[rank[item]].append(item)
            stack.extend(reversed(below[item]))
    return layers


def _uncross(
    layers: list[list[int]], above: list[list[int]], below: list[list[int]]
) -> list[list[int]]:
    """Sweep down and up, sorting by the neighbours' places; the best order seen is kept."""
    place = [0] * len(above)
    _number(layers, place)
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below, place)
    size = len(above) + sum(map(len, below))
    for sweep in range(max(2, min(16, WORK // max(size, 1)))):
        if not fewest:
            break
        downward = sweep % 2 == 0
        neighbours = above if downward else below
        for layer in layers if downward else reversed(layers):
            layer.sort(key=lambda item: _middle(item, neighbours, place))
            for number, item in enumerate(layer):
                place[item] = number
        if size < 600:
            _swap_neighbours(layers, above, below, place)
        found = _crossings(layers, below, place)
        if found < fewest:
            best, fewest = [list(layer) for layer in layers], found
    return best


def _number(layers: list[list[int]], place: list[int]) -> None:
    for layer in layers:
        for number, item in enumerate(layer):
            place[item] = number


def _middle(item: int, neighbours: list[list[int]], place: list[int]) -> float:
    near = neighbours[item]
    if not near:
        return place[item]
    return sum(place[other] for other in near) / len(near)


def _swap_neighbours(
    layers: list[list[int]], above: list[list[int]], below: list[list[int]], place: list[int]
) -> None:
    for layer in layers:
        for left in range(len(layer) - 1):
            a, b = layer[left], layer[left + 1]
            now = _pair_crossings(a, b, above, place) + _pair_crossings(a, b, below, place)
            then = _pair_crossings(b, a, above, place) + _pair_crossings(b, a, below, place)
            if then < now:
                layer[left], layer[left + 1] = b, a
                place[a], place[b] = place[b], place[a]


def _pair_crossings(left: int, right: int, neighbours: list[list[int]], place: list[int]) -> int:
    return sum(place[far] > place[near] for far in neighbours[left] for near in neighbours[right])


def _crossings(layers: list[list[int]], below: list[list[int]], place: list[int]) -> int:
    """How many wires cross, counted with a tree of sums, layer by layer."""
    total = 0
    for layer, lower in pairwise(layers):
        size = 1
        while size < len(lower):
            size *= 2
        tree = [0] * (2 * size)
        for item in layer:
            for target in sorted(place[other] for other in below[item]):
                leaf = target + size
                tree[leaf] += 1
                while leaf > 1:
                    if leaf % 2 == 0:
                        total += tree[leaf + 1]
                    leaf //= 2
                    tree[leaf] += 1
    return total

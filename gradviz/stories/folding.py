"""Repeated structure in a graph: twenty turns of one loop are shown as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradviz.graph.model import Graph

LEAST = 3
"""So many repetitions are worth folding."""
LONGEST_PERIOD = 400
_CANDIDATES = 12

Block = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Repetitions of the same nodes, in the order in which backward visits them.

    All blocks have the same length; the node at one place of each does the same work. Leaves that
    every repetition has for itself stand at the end of its block.
    """

    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """How many nodes are folded away."""
        return sum(len(block) for block in self.blocks)


def find_folds(graph: Graph) -> tuple[Fold, ...]:
    """The repetitions of a graph, the longest first found, none inside another."""
    search = _Search(graph)
    return tuple(search.folds(0, len(search.order)))


class _Search:
    """The ops of a graph in backward order, and where each of their edges leads."""

    def __init__(self, graph: Graph) -> None:
        leaves = {node.id for node in graph.nodes if node.kind == "leaf"}
        self.order = [node.id for node in graph.nodes if node.id not in leaves]
        self.place = {node: place for place, node in enumerate(self.order)}
        self.edges: dict[int, list[int | None]] = {node.id: [] for node in graph.nodes}
        self.users: dict[int, set[int]] = {leaf: set() for leaf in leaves}
        for edge in graph.edges:
            self.edges[edge.source].append(edge.target)
            if edge.target in leaves:
                self.users[edge.target].add(edge.source)
        names = {node.id: node.name for node in graph.nodes}
        codes: dict[tuple[str, int], int] = {}
        shapes = [(names[node], len(self.edges[node])) for node in self.order]
        self.codes = np.array([codes.setdefault(shape, len(codes)) for shape in shapes], dtype=int)

    def folds(self, start: int, stop: int) -> Iterator[Fold]:
        """All folds among the ops from `start` to `stop`."""
        best = self._best(start, stop)
        if best is None:
            return
        first, period, count = best
        yield from self.folds(start, first)
        slots = self._own_slots(first, period)
        turns = range(first, first + period * count, period)
        yield Fold(tuple(self._block(at, period, slots) for at in turns))
        yield from self.folds(first + period * count, stop)

    def _best(self, start: int, stop: int) -> tuple[int, int, int] | None:
        for first, period, length in self._candidates(start, stop):
            for shift in range(period):
                for dropped in (0, 1):
                    count = (length - shift) // period - dropped
                    if count >= LEAST and self._fits(first + shift, period, count):
                        return first + shift, period, count
        return None

    def _candidates(self, start: int, stop: int) -> list[tuple[int, int, int]]:
        """Stretches whose names repeat: `(first, period, length)`, the longest first."""
        codes = self.codes[start:stop]
        found = []
        for period in range(1, min(len(codes) // LEAST, LONGEST_PERIOD) + 1):
            same = np.concatenate(([0], (codes[:-period] == codes[period:]).astype(int), [0]))
            changes = np.flatnonzero(np.diff(same))
            for first, last in zip(changes[::2], changes[1::2], strict=True):
                length = int(last - first) + period
                if length >= LEAST * period:
                    found.append((start + int(first), period, length))
        found.sort(key=lambda stretch: (-(stretch[2] // stretch[1] * stretch[1]), stretch[1]))
        return found[:_CANDIDATES]

    def _fits(self, first: int, period: int, count: int) -> bool:
        return all(
            self._same_ways(
                [self._way(first, period, count, place, turn, slot) for turn in range(count)]
            )
            for place in range(period)
            for slot in range(len(self.edges[self.order[first + place]]))
        )

    def _way(
        self, first: int, period: int, count: int, place: int, turn: int, slot: int
    ) -> tuple[str, int]:
        """Where an edge leads: inside its repetition, to the next one, to a leaf, or out."""
        target = self.edges[self.order[first + turn * period + place]][slot]
        if target is None:
            return "none", 0
        if target in self.users:
            return "leaf", target
        ahead = self.place[target] - first
        if not 0 <= ahead < period * count:
            return "out", target
        other, local = divmod(ahead, period)
        return {turn: "in", turn + 1: "next"}.get(other, "across"), local

    def _same_ways(self, ways: list[tuple[str, int]]) -> bool:
        kinds = {kind for kind, _ in ways[:-1]}
        targets = {target for _, target in ways[:-1]}
        last = ways[-1]
        if "across" in kinds or last[0] == "across" or len(kinds) > 1:
            return False
        if kinds == {"next"}:
            return len(targets) == 1 and last[0] in ("none", "leaf", "out")
        if kinds == {"leaf"}:
            all_targets = {target for _, target in ways}
            return last[0] == "leaf" and len(all_targets) in (1, len(ways))
        return last[0] in kinds and len(targets | {last[1]}) == 1

    def _own_slots(self, first: int, period: int) -> list[tuple[int, int]]:
        """Where, in a repetition, an edge leads to a leaf that the repetition has for itself.

        The first one decides: where it leads to the next, the last may well end at a leaf.
        """
        ops = self.order[first : first + period]
        return [
            (place, slot)
            for place, node in enumerate(ops)
            for slot, target in enumerate(self.edges[node])
            if target in self.users and self.users[target] <= set(ops)
        ]

    def _block(self, first: int, period: int, slots: list[tuple[int, int]]) -> Block:
        ops = self.order[first : first + period]
        own = [leaf for place, slot in slots if (leaf := self.edges[ops[place]][slot]) is not None]
        return (*ops, *dict.fromkeys(own))

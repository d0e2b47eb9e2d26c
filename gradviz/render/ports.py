"""Where wires leave and meet a card's edge, and where their arithmetic hangs."""

from __future__ import annotations

from collections.abc import Sequence

PILL = 78.0
"""The room that a usual pill needs, `1 × 4 = 4`."""
ALMOST = 1.3
"""A wire from so little beyond the edge is better led to its end than met half-way."""


def fasten(wanted: Sequence[float], low: float, high: float, apart: float) -> list[float]:
    """Places along an edge for wires that want to end at `wanted`, from its middle.

    A wire that can go straight does; one that comes from beside is met half-way.

    >>> fasten([0.0], -60, 60, 40)
    [0.0]
    >>> fasten([-95.0, 95.0], -60, 60, 40)
    [-47.5, 47.5]
    >>> fasten([0.0, 0.0], -60, 60, 40)
    [-20.0, 20.0]
    """
    met = [_meet(place, low, high) for place in wanted]
    if len(met) < 2:
        return met
    apart = min(apart, (high - low) / (len(met) - 1))
    order = sorted(range(len(met)), key=lambda number: (wanted[number], number))
    placed = [0.0] * len(met)
    for number, place in zip(
        order, hold_apart([met[number] for number in order], apart, low, high), strict=True
    ):
        placed[number] = place
    return placed


def _meet(place: float, low: float, high: float) -> float:
    if ALMOST * low <= place <= ALMOST * high:
        return min(max(place, low), high)
    return min(max(place / 2, low), high)


def hold_apart(places: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """The nearest places in the same order that stand `apart`, between `low` and `high`.

    >>> hold_apart([0.0, 1.0, 50.0], 10, -100, 100)
    [-4.5, 5.5, 50.0]
    """
    blocks: list[tuple[float, int]] = []
    for number, place in enumerate(places):
        total, members = place - number * apart, 1
        while blocks and blocks[-1][0] * members > total * blocks[-1][1]:
            before = blocks.pop()
            total, members = total + before[0], members + before[1]
        blocks.append((total, members))
    means = [total / members for total, members in blocks for _ in range(members)]
    last = len(means) - 1
    return [
        min(max(mean + number * apart, low + number * apart), high - (last - number) * apart)
        for number, mean in enumerate(means)
    ]

"""Lines of equal height over a grid, by marching squares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

Point = tuple[float, float]
Edge = tuple[int, int, int]
"""A side of a grid cell: row, column, and 0 for its lower side or 1 for its left one."""

_SIDES = {"bottom": (0, 0, 0), "left": (0, 0, 1), "top": (1, 0, 0), "right": (0, 1, 1)}
_CASES = {
    1: [("left", "bottom")],
    2: [("bottom", "right")],
    3: [("left", "right")],
    4: [("right", "top")],
    5: [("left", "top"), ("bottom", "right")],
    6: [("bottom", "top")],
    7: [("left", "top")],
    8: [("top", "left")],
    9: [("top", "bottom")],
    10: [("top", "right"), ("left", "bottom")],
    11: [("top", "right")],
    12: [("right", "left")],
    13: [("right", "bottom")],
    14: [("bottom", "left")],
}


def contour_lines(
    xs: np.ndarray, ys: np.ndarray, heights: np.ndarray, level: float
) -> list[list[Point]]:
    """The lines where the height, given by row (y) and column (x), is `level`.

    >>> heights = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]])
    >>> lines = contour_lines(np.arange(3.0), np.arange(2.0), heights, 0.5)
    >>> [sorted(line) for line in lines]
    [[(0.5, 0.0), (0.5, 1.0)]]
    """
    above = np.nan_to_num(heights, nan=np.inf) > level
    links: dict[Edge, list[Edge]] = {}
    for start, end in _segments(above):
        links.setdefault(start, []).append(end)
        links.setdefault(end, []).append(start)
    return [[_crossing(xs, ys, heights, level, edge) for edge in path] for path in _paths(links)]


def _segments(above: np.ndarray) -> Iterator[tuple[Edge, Edge]]:
    code = above[:-1, :-1] * 1 + above[:-1, 1:] * 2 + above[1:, 1:] * 4 + above[1:, :-1] * 8
    for row, column in np.argwhere((code > 0) & (code < 15)).tolist():
        for first, second in _CASES[int(code[row, column])]:
            yield _edge(row, column, first), _edge(row, column, second)


def _edge(row: int, column: int, side: str) -> Edge:
    down, right, kind = _SIDES[side]
    return row + down, column + right, kind


def _paths(links: dict[Edge, list[Edge]]) -> Iterator[list[Edge]]:
    """Chains of crossings: open ones from their ends, then the closed ones."""
    ends = [edge for edge, near in links.items() if len(near) == 1]
    for start in [*ends, *links]:
        if not links.get(start):
            continue
        path = [start]
        while near := links[path[-1]]:
            step = near.pop()
            links[step].remove(path[-1])
            path.append(step)
        yield path


def _crossing(
    xs: np.ndarray, ys: np.ndarray, heights: np.ndarray, level: float, edge: Edge
) -> Point:
    row, column, kind = edge
    other = (row + 1, column) if kind else (row, column + 1)
    first, second = float(heights[row, column]), float(heights[other])
    share = (level - first) / (second - first) if math.isfinite(second) and second != first else 0.5
    share = min(1.0, max(0.0, share)) if math.isfinite(share) else 0.5
    x = float(xs[column]) + (0 if kind else share * float(xs[column + 1] - xs[column]))
    y = float(ys[row]) + (share * float(ys[row + 1] - ys[row]) if kind else 0)
    return x, y


def thinned(line: Sequence[Point], most: int = 60) -> list[Point]:
    """At most so many points of a line, its ends kept."""
    if len(line) <= most:
        return list(line)
    step = (len(line) - 1) / (most - 1)
    return [line[round(place * step)] for place in range(most)]

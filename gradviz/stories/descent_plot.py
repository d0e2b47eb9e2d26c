"""The curve of a descent, sampled once for every width that its axes may take."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.graph.values import numbers_of
from gradviz.stories.descending import Track
from gradviz.stories.numbers import stored
from gradviz.stories.parts import Rich
from gradviz.stories.workbench import Bench, function_formula, function_text

ZOOMS = (1, 2, 4, 10, 20, 40, 100, 200, 400, 1000, 2000, 4000, 8000)
LANE = 0.3
"""Room under the curve, where the step lies on the x axis."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The curve at every zoom, and how things are called."""

    name: str
    code: str
    formula: Rich
    steps: int
    stop: float
    ranges: tuple[tuple[float, float, float, float], ...]
    samples: dict[str, list[float | None]]
    middle: float
    half: float
    least: float
    """The lowest point of the curve as it is first shown."""


def plot_of(
    bench: Bench,
    function: Callable[..., Any],
    starts: Sequence[float],
    tracks: Iterable[Track],
    steps: int,
    stop: float,
) -> Plot:
    """Sample the curve around the starts and wherever the runs end well."""
    visited = list(starts)
    for track in tracks:
        if track.end == "done":
            visited += [min(track.x), max(track.x)]
    low, high = min(visited), max(visited)
    middle = 0.0 if low <= 0 <= high else (low + high) / 2
    half = 1.25 * max(high - middle, middle - low, 1e-6)
    samples: dict[str, list[float | None]] = {}
    ranges = []
    for place, zoom in enumerate(ZOOMS):
        count = 49 if zoom < 4 else 33
        xs = np.linspace(middle - half * zoom, middle + half * zoom, count)
        ys = _values(bench, function, xs)
        samples[f"curve x {place}"] = [stored(x) for x in xs.tolist()]
        samples[f"curve y {place}"] = [stored(y) for y in ys]
        ranges.append(_range(xs, ys))
        if not all(map(math.isfinite, ys)):
            break
    least = min((y for y in samples["curve y 0"] if y is not None), default=0.0)
    name = input_name(function)
    formula = function_formula(function, (name,), "f")
    return Plot(
        name,
        function_text(function, (name,)),
        formula,
        steps,
        stop,
        tuple(ranges),
        samples,
        middle,
        half,
        least,
    )


def input_name(function: Callable[..., Any]) -> str:
    """What the function calls its input."""
    code = getattr(function, "__code__", None)
    return code.co_varnames[0] if code is not None and code.co_argcount else "x"


def _values(bench: Bench, function: Callable[..., Any], xs: np.ndarray) -> list[float]:
    with bench.engine.no_grad():
        found = []
        for x in xs.tolist():
            found.append(float(numbers_of(function(bench.engine.tensor(x))).reshape(-1)[0]))
    return found


def _range(xs: np.ndarray, ys: Sequence[float]) -> tuple[float, float, float, float]:
    known = [y for y in ys if math.isfinite(y)] or [0.0, 1.0]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    return (float(xs[0]), float(xs[-1]), low - LANE * span, high + 0.03 * span)

"""Gradient descent in two variables: a map with contours, and two optimisers side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.checks import check_finite, check_rate
from gradviz.stories.contour_frames import RATE, TONES, Map, Pair, run_of
from gradviz.stories.contours import contour_lines, thinned
from gradviz.stories.descending import Optimizer, Setting, Track, descend
from gradviz.stories.descent_grid import moved_to, nearest
from gradviz.stories.numbers import figure, rate, stored
from gradviz.stories.parts import Axes, Mark, Rich, Table
from gradviz.stories.rich import plain, raised
from gradviz.stories.story import Axis, Scene, Story
from gradviz.stories.workbench import Bench, bench_for, function_formula, function_text

RATES = (0.1, 0.3, 1, 2, 3, 3.5, 4)
"""The learning rates beside the one given, as multiples of it."""
GRID = (84, 56)
ASPECT = 1.5
"""Width to height of the map."""
LEVELS = tuple(step * 10.0**power for power in range(-6, 9) for step in (1, 3))
START = "start"
FIRST, SECOND = "first optimiser", "second optimiser"


def descend_map(
    function: Callable[..., Any] | None,
    start: Any,
    rates: tuple[float, ...] | None,
    steps: int,
    optimizers: tuple[Optimizer, ...],
    setting: Setting,
    starts: Sequence[Any] | None,
) -> Story:
    """The story of a function of two numbers, or of a tensor of two."""
    bench = bench_for(start)
    chosen = function or _valley
    walked = _of_pair(chosen)
    first = _pair(start)
    multiples = rates or tuple(setting.lr * multiple for multiple in RATES)
    best = _lowest(bench, walked, first, setting)
    places = _places(first, best, starts)

    def walk(optimizer: Optimizer, lr: float, place: int) -> Track:
        made = Setting(lr, optimizer, setting.momentum, True, steps, 0.0, 1e6)
        return descend(bench, walked, list(places[place]), made)

    tracks = {
        (o, r, s): walk(optimizers[o], multiples[r], s)
        for o in range(len(optimizers))
        for r in range(len(multiples))
        for s in range(len(places))
    }
    found = [best, *(_least(track) for track in tracks.values())]
    best = min(found, key=lambda point: point[1])
    ground = _map(bench, chosen, walked, places, best, tracks.values())
    told = _tell(ground, tracks, optimizers, multiples, places, setting, steps)

    def retell(values: Mapping[str, Any]) -> Story:
        axes = tuple(moved_to(axis, values) for axis in told.axes)
        one, two, lr, place = (axis.values[axis.start] for axis in axes)
        check_rate(lr)
        run = run_of(ground, walk(one, lr, place), walk(two, lr, place), steps)
        return replace(told, axes=axes, runs={tuple(axis.start for axis in axes): run})

    return replace(told, retell=retell)


def _valley(w: Any, b: Any) -> Any:
    return (w + 2 * b - 1) ** 2 / 4 + (w - 1.5) ** 2 / 2 + 0.2


def _of_pair(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """The function of one tensor with two elements, whether it takes that or two numbers."""
    code = getattr(function, "__code__", None)
    if code is not None and code.co_argcount == 1:
        return function
    return lambda pair: function(pair[0], pair[1])


def _pair(start: Any) -> Pair:
    numbers = numbers_of(start) if is_tensor(start) else np.asarray(start, dtype=float)
    first, second = numbers.reshape(-1).tolist()
    return first, second


def _lowest(
    bench: Bench, function: Callable[..., Any], start: Pair, setting: Setting
) -> tuple[Pair, float]:
    """The lowest point that a long, careful descent finds."""
    long = descend(bench, function, list(start), Setting(setting.lr / 2, "SGD", 0, True, 400, 1e-6))
    check_finite(long.f[:1], "the function at the start")
    return _least(long)


def _least(track: Track) -> tuple[Pair, float]:
    """The lowest point of one walk."""
    finite = [(f, x) for f, x in zip(track.f, track.x, strict=True) if math.isfinite(f)]
    lowest, (x, y) = min(finite, default=(math.inf, track.x[0]))
    return (x, y), lowest


def _places(
    first: Pair, best: tuple[Pair, float], others: Sequence[Any] | None
) -> tuple[Pair, ...]:
    """The start given, and two more around the lowest point."""
    if others is not None:
        return tuple(dict.fromkeys([first, *map(_pair, others)]))
    (x, y), _ = best
    away = complex(first[0] - x, first[1] - y)
    turned = [away * complex(math.cos(angle), math.sin(angle)) for angle in (2.3, -2.3)]
    return (first, *((round(x + t.real, 1), round(y + t.imag, 1)) for t in turned))


def _map(
    bench: Bench,
    function: Callable[..., Any],
    walked: Callable[[Any], Any],
    places: Sequence[Pair],
    best: tuple[Pair, float],
    tracks: Any,
) -> Map:
    near = [*places, best[0]]
    for track in tracks:
        if track.f[-1] <= track.f[0]:
            near += [
                (x, y) for x, y in track.x if math.dist((x, y), best[0]) < 2 * _reach(places, best)
            ]
    x, y = _ground([at[0] for at in near], [at[1] for at in near])
    with bench.engine.no_grad():
        heights = np.array(
            [
                [float(numbers_of(walked(bench.engine.tensor([a, b]))).reshape(-1)[0]) for a in x]
                for b in y
            ]
        )
    names = _names(function)
    formula = function_formula(function, names, "f") or (("code", function_text(function, names)),)
    top = float(np.nanmax(np.where(np.isfinite(heights), heights, np.nan)))
    levels = [level + min(best[1], 0.0) for level in LEVELS if best[1] < level < top][-6:]
    return Map(names, formula, x, y, heights, best[0], best[1], tuple(levels))


def _reach(places: Sequence[Pair], best: tuple[Pair, float]) -> float:
    return max(math.dist(at, best[0]) for at in places)


def _ground(xs: Sequence[float], ys: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """The grid of a map that holds all points and fills the plot, one unit as long on both axes."""
    middles = [(min(numbers) + max(numbers)) / 2 for numbers in (xs, ys)]
    spans = [1.24 * ((max(numbers) - min(numbers)) or 1.0) for numbers in (xs, ys)]
    width = max(spans[0], ASPECT * spans[1])
    halves = (width / 2, width / ASPECT / 2)
    ends = [
        np.linspace(middle - half, middle + half, count)
        for middle, half, count in zip(middles, halves, GRID, strict=True)
    ]
    return ends[0], ends[1]


def _names(function: Callable[..., Any]) -> tuple[str, str]:
    code = getattr(function, "__code__", None)
    if code is None or code.co_argcount < 2:
        return "x₁", "x₂"
    return code.co_varnames[0], code.co_varnames[1]


def _tell(
    ground: Map,
    tracks: dict[tuple[int, int, int], Track],
    optimizers: tuple[Optimizer, ...],
    rates: tuple[float, ...],
    places: tuple[Pair, ...],
    setting: Setting,
    steps: int,
) -> Story:
    count = len(optimizers)
    first = optimizers.index(setting.optimizer)
    second = next((place for place in range(count) if place != first), first)
    axes = (
        Axis(FIRST, optimizers, first, "choice", mark="first now"),
        Axis(SECOND, optimizers, second, "choice", mark="second now"),
        Axis(
            RATE,
            tuple(stored(lr, 7) for lr in rates),
            nearest(rates, setting.lr),
            texts=tuple(map(rate, rates)),
        ),
        Axis(START, tuple(range(len(places))), 0, "choice", resets=True, where="code"),
    )
    runs = {
        (one, two, r, s): run_of(ground, tracks[one, r, s], tracks[two, r, s], steps)
        for one in range(count)
        for two in range(count)
        for r in range(len(rates))
        for s in range(len(places))
    }
    return Story(
        title="Two parameters, two optimisers",
        subtitle=ground.formula,
        alt=f"A map of {plain(raised(ground.formula))} with the paths of two optimisers",
        scene=_scene(ground, places, tracks, steps),
        runs=runs,
        axes=axes,
        poster=min(steps, 20),
        record=tuple(
            ((f"{side} {what}",), f"{side} {name}")
            for side in ("first", "second")
            for what, name in ((ground.names[0], "x"), (ground.names[1], "y"), ("loss", "loss"))
        ),
    )


def _scene(ground: Map, places: Sequence[Pair], tracks: Any, steps: int) -> Scene:
    lines = [
        [
            stored(level, 3),
            *(
                [[stored(a, 3), stored(b, 3)] for a, b in thinned(line)]
                for line in _long(ground, level)
            ),
        ]
        for level in ground.levels
    ]
    best = {"x": stored(ground.best[0]), "y": stored(ground.best[1])}
    x, y = ground.x, ground.y
    bounds = (float(x[0]), float(x[-1]), float(y[0]), float(y[-1]))
    marks = [
        Mark("contours", "contour", "mut", {"levels": lines}, title="loss"),
        Mark("lowest", "leaf", "leaf", best),
        *(
            Mark(
                f"start {k}",
                "button",
                "ink",
                {"x": x, "y": y, "axis": START, "index": k},
                label=("start",),
                title=f"start at {ground.names[0]} = {figure(x)}, {ground.names[1]} = {figure(y)}",
            )
            for k, (x, y) in enumerate(places)
        ),
    ]
    for name, dashed in (("second", True), ("first", False)):
        tone = TONES[name]
        here = {"x": f"{name} x", "y": f"{name} y"}
        marks += [
            Mark(f"{name} path", "line", tone, here, until="step", dashed=dashed),
            Mark(f"{name} dots", "dots", tone, here, until="step", dashed=dashed),
            Mark(f"{name} step", "arrow", tone, here, dashed=dashed),
            Mark(f"{name} now", "ball", tone, here, dashed=dashed),
        ]
    plot = Axes("map", *ground.names, bounds, tuple(marks), height=294, equal=True, grid=False)
    heads: tuple[Rich, ...] = (
        (),
        *(((name,)) for name in (*ground.names, *(f"{n}.grad" for n in ground.names), "loss")),
    )
    table = Table("numbers", heads, align="lrrrrr", size=2)
    return Scene(
        (plot, table, _loss(ground, tracks, steps)),
        "plot",
        {"map": "left", "numbers": "right", "loss": "right"},
        left=432,
    )


def _long(ground: Map, level: float) -> list[list[Pair]]:
    return [
        line for line in contour_lines(ground.x, ground.y, ground.heights, level) if len(line) >= 3
    ]


def _loss(ground: Map, tracks: Any, steps: int) -> Axes:
    first = max(track.f[0] for track in tracks.values())
    is_log = ground.lowest > 0 and first > 100 * ground.lowest
    low = ground.lowest * 0.6 if is_log else min(ground.lowest, 0.0)
    marks = []
    for name, dashed in (("second", True), ("first", False)):
        here = {"y": f"{name} loss"}
        marks.append(Mark(f"{name} loss", "line", TONES[name], here, until="step", dashed=dashed))
        now = here | {"x": "step"}
        marks.append(Mark(f"{name} loss now", "ball", TONES[name], now, dashed=dashed))
    marks.append(
        Mark(
            "least",
            "rule",
            "leaf",
            {"y": stored(ground.lowest)},
            label=(f"lowest {figure(ground.lowest)}",),
        )
    )
    name = "loss over steps" + (" (logarithmic)" if is_log else "")
    bounds = (0.0, float(steps), low, first * (2 if is_log else 1.1))
    return Axes("loss", "", name, bounds, tuple(marks), height=200, log=is_log, drag=True)

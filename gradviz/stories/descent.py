"""The story of gradient descent on a curve: tangent, step, trail, and the loop's own numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.contour import descend_map
from gradviz.stories.descending import OPTIMIZERS, Optimizer, Setting, Track, descend
from gradviz.stories.descent_frames import RATE, Frames, lines_of
from gradviz.stories.descent_plot import Plot, plot_of
from gradviz.stories.loop_sentences import DESCENT
from gradviz.stories.numbers import figure, rate, stored
from gradviz.stories.parts import Axes, Code, Mark, Ref, Rich
from gradviz.stories.rich import plain
from gradviz.stories.story import Axis, Frame, Run, Scene, Story, story
from gradviz.stories.workbench import (
    Bench,
    bench_for,
    check_parameter,
    check_rate,
    check_steps,
)

RATES = (0.1, 0.3, 0.5, 1, 5 / 3, 2, 2.5, 3, 10 / 3, 3.6, 4)
"""The learning rates beside the one given, as multiples of it: dense where things change."""
MOST_STEPS = 200
START, OPTIMIZER, CLEAR = "start", "optimiser", "zero_()"
Place = tuple[int, int, int, int]
"""Which optimiser, rate and start, and whether the gradient is cleared."""


@story("DescentCurve")
def descend_curve(
    function: Callable[..., Any] | None = None,
    start: Any = 2.0,
    *,
    lr: float | Sequence[float] = 0.1,
    steps: int = 25,
    optimizer: Optimizer = "SGD",
    optimizers: Sequence[Optimizer] = ("SGD", "momentum", "Adam"),
    momentum: float = 0.9,
    starts: Sequence[Any] | None = None,
    stop: float = 1e-3,
    by_line: bool = True,
) -> Story:
    """Watch gradient descent on a function of one variable, or of two.

    Args:
        function: computes a single number; without one, 3x² + 2x − 1.2.
        start: where the descent starts: a number, or two for a map with contours.
        lr: the learning rate, or several for the slider.
        steps: how many steps are made at most.
        optimizer: the one that is shown first.
        optimizers: those among which a learner may choose.
        momentum: of the optimisers that have one.
        starts: other starts for the slider.
        stop: the loop ends when the gradient is at most this.
        by_line: offer to go through the loop line by line as well.

    Raises:
        TypeError: if the start or the learning rate is no number.
        ValueError: if a learning rate is not positive, or the function's result has no graph.
    """
    check_parameter(start, "start")
    steps = check_steps(steps, most=MOST_STEPS)
    rates = _rates(lr)
    chosen = _chosen(optimizer, optimizers)
    if _size(start) == 2:
        setting = Setting(_first(lr, rates), optimizer, momentum, True, steps, stop)
        grid = rates if isinstance(lr, Sequence) else None
        return descend_map(function, start, grid, steps, chosen, setting, starts)
    if _size(start) != 1:
        raise ValueError(
            f"start has {_size(start)} numbers: one variable gives a curve, two a map; "
            "with more, show the loss with CurveFit"
        )
    function = function or _parabola
    bench = bench_for(start)
    places = _starts(start, starts)
    setting = Setting(_first(lr, rates), optimizer, momentum, True, steps, stop)
    grid = _Grid(bench, function, rates, places, chosen, setting)
    plot = plot_of(bench, function, places, grid.calm(), steps)
    return _tell(grid, plot, by_line)


def _parabola(x: Any) -> Any:
    return 3 * x**2 + 2 * x - 1.2


def _size(start: Any) -> int:
    return math.prod(start.shape) if is_tensor(start) else int(np.size(start))


def _rates(lr: float | Sequence[float]) -> tuple[float, ...]:
    """The grid of the slider, and the place on it where it starts comes with `_Grid`."""
    if isinstance(lr, Sequence):
        if not lr:
            raise ValueError("lr is empty: give a learning rate, or several for the slider")
        return tuple(sorted({check_rate(one) for one in lr}))
    wanted = check_rate(lr)
    return tuple(wanted * multiple for multiple in RATES)


def _first(lr: float | Sequence[float], rates: tuple[float, ...]) -> float:
    """The rate that is shown first: the one given, or the first of several."""
    wanted = float(lr[0]) if isinstance(lr, Sequence) else float(lr)
    return min(rates, key=lambda one: abs(one - wanted))


def _chosen(first: str, optimizers: Sequence[str]) -> tuple[Optimizer, ...]:
    wanted = list(dict.fromkeys([first, *optimizers]))
    for name in wanted:
        if name not in OPTIMIZERS:
            raise ValueError(f"optimizer is {name!r}: give one of {', '.join(OPTIMIZERS)}")
    return tuple(name for name in OPTIMIZERS if name in wanted)


def _starts(start: Any, others: Sequence[Any] | None) -> tuple[float, ...]:
    first = (
        float(numbers_of(start).reshape(-1)[0]) if is_tensor(start) else float(np.ravel(start)[0])
    )
    if others is None:
        others = (-first, first / 4) if first else (-2.0, 1.0, 2.0)
    return tuple(sorted({first, *map(float, others)}))


class _Grid:
    """Every run that a learner may choose."""

    def __init__(
        self,
        bench: Bench,
        function: Callable[..., Any],
        rates: tuple[float, ...],
        starts: tuple[float, ...],
        optimizers: tuple[Optimizer, ...],
        setting: Setting,
    ) -> None:
        self.rates, self.starts, self.optimizers = rates, starts, optimizers
        self.setting = setting
        self.first = optimizers.index(setting.optimizer)
        self.tracks: dict[Place, Track] = {}
        for place in self._places():
            optimizer, lr, start, clear = place
            made = Setting(
                rates[lr],
                optimizers[optimizer],
                setting.momentum,
                bool(clear),
                setting.steps,
                setting.stop,
            )
            self.tracks[place] = descend(bench, function, starts[start], made)

    def calm(self) -> Iterator[Track]:
        """The runs that the first picture is about: plain SGD with the rate that was given."""
        for track in self.tracks.values():
            setting = track.setting
            if (setting.optimizer, setting.lr) == ("SGD", self.setting.lr) and setting.clears:
                yield track

    def _places(self) -> Iterator[Place]:
        """By optimiser, rate, start, and whether the gradient is cleared: only SGD forgets to."""
        for optimizer, name in enumerate(self.optimizers):
            for lr in range(len(self.rates)):
                for start in range(len(self.starts)):
                    for clear in (0, 1) if name == "SGD" else (1,):
                        yield optimizer, lr, start, clear


def _tell(grid: _Grid, plot: Plot, by_line: bool) -> Story:
    """Step by step, with every choice; and line by line, for plain SGD from the first start."""
    steps = _story(grid, plot, grid.tracks, _axes(grid), "by step", Frames.steps)
    if not by_line or "SGD" not in grid.optimizers:
        return steps
    sgd, start = grid.optimizers.index("SGD"), len(grid.starts) - 1
    plain_runs = {
        (lr, clear): track
        for (optimizer, lr, at, clear), track in grid.tracks.items()
        if (optimizer, at) == (sgd, start)
    }
    lines = _story(
        grid, plot, plain_runs, (_axes(grid)[1], _axes(grid)[3]), "by line", Frames.lines
    )
    return replace(steps, variants=(lines,))


def _story(
    grid: _Grid,
    plot: Plot,
    tracks: Mapping[Any, Track],
    axes: tuple[Axis, ...],
    tab: str,
    frames: Callable[[Frames], Iterator[Frame]],
) -> Story:
    runs = {}
    for place, track in tracks.items():
        status = DESCENT["too large"] if _is_bad(track) else ""
        runs[place] = Run(
            tuple(frames(Frames(plot, track, grid.optimizers[0]))), _columns(track), status
        )
    formula: Rich = plot.formula or (("code", plot.code),)
    return Story(
        title="Gradient descent",
        subtitle=formula,
        alt=f"The curve {plain(formula)}, the tangent at each step, and where the step lands",
        scene=_scene(grid, plot),
        runs=runs,
        axes=axes,
        poster=3,
        columns=plot.samples,
        tab=tab,
        record=(
            ((plot.name,), "x"),
            ((f"f({plot.name})",), "f"),
            ((f"{plot.name}.grad",), "grad"),
            (("step",), "move"),
        ),
    )


def _axes(grid: _Grid) -> tuple[Axis, Axis, Axis, Axis]:
    rates, starts = grid.rates, grid.starts
    given = rates.index(grid.setting.lr)
    return (
        Axis(OPTIMIZER, grid.optimizers, grid.first, control="choice"),
        Axis(RATE, tuple(stored(lr, 7) for lr in rates), given, texts=tuple(map(rate, rates))),
        Axis(START, starts, len(starts) - 1, texts=tuple(map(figure, starts)), resets=True),
        Axis(CLEAR, (False, True), 1, "switch"),
    )


def _columns(track: Track) -> Mapping[str, Sequence[float | None]]:
    """The numbers of a run by name; `step` is what the player counts."""
    names = ("x", "f", "grad", "slope", "direction", "move")
    columns = {name: [stored(number) for number in getattr(track, name)] for name in names}
    return columns | {"step": list(range(len(track.x)))}


def _is_bad(track: Track) -> bool:
    return track.end in ("away", "overflow") or abs(track.f[-1]) > 1.5 * abs(track.f[0]) + 1


def _scene(grid: _Grid, plot: Plot) -> Scene:
    name = plot.name
    here = {"x": "x", "y": "f"}
    curve = Axes(
        "curve",
        name,
        f"f({name})",
        plot.ranges[0],
        marks=(
            Mark("function", "line", "ink", {"x": "curve x 0", "y": "curve y 0"}, width=1.75),
            Mark("trail", "line", "done", here, until="step", width=1.25),
            Mark("visited", "dots", "done", here, until="step"),
            Mark("drop", "drop", "leaf", here, until="now"),
            Mark(
                "tangent",
                "tangent",
                "hot",
                here | {"slope": "slope"},
                until="now",
                label=("slope ", Ref("slope")),
            ),
            Mark("landing", "drop", "mut", here, until="next"),
            Mark("ring", "ring", "hot", here, until="next"),
            Mark(
                "arrow",
                "arrow",
                "hot",
                {"x": "x"},
                until="next",
                label=("step ", Ref("move")),
                width=3,
            ),
            Mark("leaf", "leaf", "leaf", {"x": "x"}, until="now"),
            Mark("ball", "ball", "hot", here, until="now"),
        ),
    )
    loss = Axes(
        "loss",
        "",
        f"loss f({name}) over steps",
        (0, max(10, plot.steps), 0, 1),
        marks=(
            Mark("fall", "line", "done", {"y": "f"}, until="step"),
            Mark("points", "dots", "done", {"y": "f"}, until="step"),
            Mark("now", "ball", "hot", {"x": "step", "y": "f"}, until="now", label=(Ref("f"),)),
        ),
        height=98,
        drag=True,
    )
    code = Code("code", lines_of(plot, grid.optimizers[0]), visible=6)
    areas = {"curve": "left", "code": "right", "loss": "right"}
    return Scene((curve, code, loss), "plot", areas)

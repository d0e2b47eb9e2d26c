"""The story of gradient descent on a curve: tangent, step, trail, and the loop's own numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.checks import (
    check_finite,
    check_function,
    check_listed,
    check_momentum,
    check_number,
    check_parameter,
    check_rate,
    check_steps,
)
from gradviz.stories.contour import descend_map
from gradviz.stories.descending import OPTIMIZERS, Optimizer, Setting, Track, descend
from gradviz.stories.descent_frames import Frames
from gradviz.stories.descent_grid import (
    CLEAR,
    RATE,
    START,
    Choices,
    Place,
    moved_to,
    nearest,
    rates_from,
    run_all,
)
from gradviz.stories.descent_plot import Plot, plot_of
from gradviz.stories.descent_scene import tell_runs
from gradviz.stories.descent_sides import tell_sides
from gradviz.stories.story import Story, story
from gradviz.stories.workbench import Bench, bench_for

RATES = (0.1, 0.3, 0.5, 1, 5 / 3, 2, 3, 10 / 3, 4)
"""The learning rates beside the one given, as multiples of it: dense where things change."""
MOMENTA = (0.5, 0.9, 0.99)
MOST_STEPS = 200
USUAL: tuple[Optimizer, ...] = ("SGD", "momentum", "Adam")


@story("DescentCurve")
def descend_curve(
    function: Callable[..., Any] | None = None,
    start: Any = 2.0,
    *,
    lr: float | Sequence[float] = 0.1,
    steps: int = 25,
    optimizer: Optimizer = "SGD",
    optimizers: Sequence[Optimizer] | None = None,
    momentum: float | Sequence[float] = 0.9,
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
        optimizers: those among which a learner may choose, and which a tab shows side by side;
            by default SGD, momentum and Adam, with Nesterov beside them.
        momentum: of the optimisers that have one, or several for the slider.
        starts: other starts for the slider.
        stop: the loop ends when the gradient is at most this.
        by_line: offer to go through the loop line by line as well.

    Raises:
        TypeError: if the start, a learning rate or the momentum is no number.
        ValueError: if a learning rate is not positive, or the function's result has no graph.
    """
    check_parameter(start, "start")
    if function is not None:
        check_function(function)
    stop = check_number(stop, "stop")
    if starts is not None:
        check_listed(starts, "starts")
    steps = check_steps(steps, most=MOST_STEPS)
    rates, momenta = rates_from(lr, RATES), _momenta(momentum)
    chosen = _chosen(optimizer, USUAL if optimizers is None else optimizers)
    first_rate, first_momentum = nearest(rates, lr), nearest(momenta, momentum)
    setting = Setting(rates[first_rate], optimizer, momenta[first_momentum], True, steps, stop)
    if _size(start) == 2:
        grid = rates if isinstance(lr, Sequence) else None
        return descend_map(function, start, grid, steps, chosen, setting, starts)
    if _size(start) != 1:
        raise ValueError(
            f"start has {_size(start)} numbers: one variable gives a curve, two a map; "
            "with more, show the loss with CurveFit"
        )
    places, first_start = _starts(start, starts)
    first = (chosen.index(optimizer), first_rate, first_start, first_momentum, 1)
    choices = Choices(chosen, rates, places, momenta, first)
    beside = OPTIMIZERS if optimizers is None else chosen
    bench = bench_for(start)
    return _tell(_Descent(bench, function or _parabola, choices, setting, by_line, beside))


def _parabola(x: Any) -> Any:
    return 3 * x**2 + 2 * x - 1.2


def _size(start: Any) -> int:
    return math.prod(start.shape) if is_tensor(start) else int(np.size(start))


def _momenta(momentum: float | Sequence[float]) -> tuple[float, ...]:
    if isinstance(momentum, Sequence):
        if not momentum:
            raise ValueError("momentum is empty: give a number, or several for the slider")
        return tuple(sorted({check_momentum(one) for one in momentum}))
    return tuple(sorted({*MOMENTA, check_momentum(momentum)}))


def _chosen(first: str, optimizers: Sequence[str]) -> tuple[Optimizer, ...]:
    wanted = list(dict.fromkeys([first, *optimizers]))
    for name in wanted:
        if name not in OPTIMIZERS:
            raise ValueError(f"optimizer is {name!r}: give one of {', '.join(OPTIMIZERS)}")
    return tuple(name for name in OPTIMIZERS if name in wanted)


def _starts(start: Any, others: Sequence[Any] | None) -> tuple[tuple[float, ...], int]:
    """All starts, and the place of the one that was given."""
    first = (
        float(numbers_of(start).reshape(-1)[0]) if is_tensor(start) else float(np.ravel(start)[0])
    )
    if others is None:
        others = (-first, first / 4) if first else (-2.0, 1.0, 2.0)
    found = sorted({check_number(one, "a start") for one in (first, *others)})
    return tuple(found), found.index(first)


@dataclass(frozen=True, slots=True)
class _Descent:
    """What descends, and what may be chosen about it."""

    bench: Bench
    function: Callable[..., Any]
    choices: Choices
    setting: Setting
    by_line: bool
    beside: tuple[Optimizer, ...]
    """Those that are shown side by side."""

    def plot(self, tracks: Mapping[Place, Track]) -> Plot:
        """The curve, wide enough for plain SGD at the rate that was given."""
        calm = [
            track
            for place, track in tracks.items()
            if self.choices.optimizers[place[0]] == "SGD"
            and place[1] == self.choices.first[1]
            and place[4]
        ]
        starts, setting = self.choices.starts, self.setting
        given = tracks[self.choices.first].f[0]
        if math.isnan(given):
            check_finite([given], "the function at the start")
        return plot_of(self.bench, self.function, starts, calm, setting.steps, setting.stop)

    def track(self, values: Mapping[str, Any]) -> Track:
        """One run at any values of the axes."""
        setting = replace(
            self.setting,
            optimizer=values.get("optimiser", self.setting.optimizer),
            lr=check_rate(values.get(RATE, self.setting.lr)),
            momentum=check_momentum(values.get("momentum", self.setting.momentum)),
            clears=bool(values.get(CLEAR, True)),
        )
        start = values.get(START, self.choices.starts[self.choices.first[2]])
        return descend(self.bench, self.function, float(start), setting)

    def walks(self, tracks: Mapping[Place, Track]) -> dict[tuple[int, int], dict[str, Track]]:
        """The runs of all optimisers that are shown side by side, by rate and start."""
        choices, found = self.choices, {}
        for lr, number in enumerate(choices.rates):
            for start, at in enumerate(choices.starts):
                walked = found[lr, start] = {}
                for name in self.beside:
                    made = replace(self.setting, lr=number, optimizer=name)
                    known = self._place(name, lr, start)
                    walked[name] = tracks.get(known) or descend(self.bench, self.function, at, made)
        return found

    def _place(self, name: Optimizer, lr: int, start: int) -> Place:
        known = self.choices.optimizers
        place = known.index(name) if name in known else -1
        return place, lr, start, self.choices.first[3], 1


def _tell(descent: _Descent) -> Story:
    """Step by step, with every choice; line by line, for plain SGD; and all side by side."""
    choices = descent.choices
    tracks = run_all(descent.bench, descent.function, choices, descent.setting)
    plot = descent.plot(tracks)
    axes = choices.axes()
    first = choices.optimizers[0]
    keyed = {choices.key(place): track for place, track in tracks.items()}

    def retell(values: Mapping[str, Any]) -> Story:
        moved = tuple(moved_to(axis, values) for axis in axes.values())
        place = tuple(axis.start for axis in moved)
        track = {place: descent.track(values)}
        return tell_runs(plot, track, moved, first, "by step", Frames.steps)

    steps = tell_runs(plot, keyed, tuple(axes.values()), first, "by step", Frames.steps)
    beside = []
    if descent.by_line and "SGD" in choices.optimizers:
        beside.append(_by_line(plot, tracks, choices))
    if len(descent.beside) > 1:
        beside.append(tell_sides(plot, descent.walks(tracks), descent.beside, choices))
    return replace(steps, variants=tuple(beside), retell=retell)


def _by_line(plot: Plot, tracks: Mapping[Place, Track], choices: Choices) -> Story:
    """Plain SGD from the given start, four frames a step."""
    sgd, start = choices.optimizers.index("SGD"), choices.first[2]
    runs = {
        (place[1], place[4]): track
        for place, track in tracks.items()
        if (place[0], place[2]) == (sgd, start)
    }
    axes = choices.axes()
    return tell_runs(plot, runs, (axes[RATE], axes[CLEAR]), "SGD", "by line", Frames.lines)

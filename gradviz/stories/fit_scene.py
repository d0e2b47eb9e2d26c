"""The stage of a fit: points and curve, the loop's code, its numbers, the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradviz.graph.values import numbers_of
from gradviz.stories.checks import check_rate
from gradviz.stories.descent_grid import moved_to, rate_axis
from gradviz.stories.fit_frames import frames_of, kind_of
from gradviz.stories.fit_graph import tell_graphs
from gradviz.stories.fitting import Best, Fit, Job, floor_of
from gradviz.stories.loop_sentences import DESCENT, FIT
from gradviz.stories.numbers import figure, ordinal, stored
from gradviz.stories.parts import Axes, Code, Mark, Ref, Rich, Table
from gradviz.stories.rich import plain, raised
from gradviz.stories.story import Axis, Run, Scene, Story

MOST_DOTS = 200
MOST_STEMS = 50
CODE_WIDTH = 392
"""The longest line has room for a loss of any size beside it."""
SEEN = 400
"""A plot is not much higher than so many halves of a pixel."""


@dataclass(frozen=True, slots=True)
class Fits:
    """A job as it ran at several learning rates, the one that was given most finely."""

    job: Job
    best: Best
    rates: tuple[float, ...]
    first: int
    found: tuple[Fit, ...]
    refit: Callable[[float], Fit]
    """Runs the job once more, at another learning rate."""

    @property
    def main(self) -> Fit:
        """The run at the rate that was given."""
        return self.found[self.first]


def tell(fits: Fits, model: tuple[str, Rich]) -> Story:
    """The story of a fit that was run."""
    text, formula = model
    job, found = fits.job, fits.main
    x, y = (numbers_of(data).astype(float).reshape(-1) for data in (job.x, job.y))
    every = max(1, math.ceil(len(x) / MOST_STEMS))
    order = np.argsort(x)
    if len(x) > MOST_DOTS:
        order = order[:: math.ceil(len(x) / MOST_DOTS)]
    points = f" to {len(x)} points" if len(x) > 1 else ""
    shared = {
        "points x": [stored(number) for number in x[order]],
        "points y": [stored(number) for number in y[order]],
        "curve x": [stored(number) for number in found.xs],
    }
    scene = _scene(found, job, fits.best, text, y, every)
    runs = {
        (lr, shows): run
        for lr, one in enumerate(fits.found)
        for shows, run in enumerate(_runs(one, fits, scene))
    }
    beside = tell_graphs(found, job, scene, runs[fits.first, 1])
    told = Story(
        title="Curve fit",
        subtitle=(*formula, points),
        alt=f"The points, the curve {plain(raised(formula))} at each step, and the loss",
        scene=scene,
        runs=runs,
        axes=(
            rate_axis(fits.rates, fits.first),
            Axis("residuals", (False, True), 1, "switch", where="head"),
        ),
        columns=shared,
        record=_record(found),
        tab=FIT["tab"],
        variants=tuple(replace(one, columns=shared) for one in beside),
    )

    def retell(values: Mapping[str, Any]) -> Story:
        axes = tuple(moved_to(axis, values) for axis in told.axes)
        place = (axes[0].start, axes[1].start)
        one = fits.refit(check_rate(axes[0].values[place[0]]))
        return replace(told, axes=axes, runs={place: _runs(one, fits, scene)[place[1]]})

    return replace(told, retell=retell)


def _runs(found: Fit, fits: Fits, scene: Scene) -> tuple[Run, Run]:
    """The frames at one learning rate, without residuals and with them."""
    fit_plot, loss_plot = (part for part in scene.parts if isinstance(part, Axes))
    columns = _columns(found, fit_plot.range)
    bounds = _loss_bounds(found, floor_of(fits.best, fits.main), is_log=loss_plot.log)
    _, last, low, high = loss_plot.range
    wider = (0.0, last, min(low, bounds[2]), max(high, bounds[3]))
    loss = {"range": [stored(bound) for bound in wider]} if wider != loss_plot.range else {}
    diverged = found.end != "end" and len(found.step) > 1
    status = DESCENT["too large"] if diverged else ""
    without, shown = (
        Run(tuple(frames_of(found, fits.job, fits.best, shows, loss)), columns, status)
        for shows in (False, True)
    )
    return without, shown


def _record(found: Fit) -> tuple[tuple[Rich, str], ...]:
    """The columns of the table of all steps."""
    values = [((row,), f"value {row}") for row in found.rows]
    grads = [((f"{row}.grad",), f"grad {row}") for row in found.rows]
    return (*values, *grads, (("loss",), "loss"))


def _columns(found: Fit, bounds: tuple[float, float, float, float]) -> dict[str, list[Any]]:
    span = bounds[3] - bounds[2]
    columns: dict[str, list[Any]] = {
        "step": list(found.step),
        "loss": [stored(number) for number in found.loss],
        "curve": [[_drawn(number, span) for number in curve] for curve in found.curves],
    }
    for place, row in enumerate(found.rows):
        for name, table in (("value", found.values), ("grad", found.grads), ("move", found.moves)):
            columns[f"{name} {row}"] = [stored(numbers[place]) for numbers in table]
    return columns


def _drawn(number: float, span: float) -> float | None:
    """A point of a curve as exactly as it can be seen: a four-hundredth of the plot.

    >>> _drawn(3.14159, 45.0), _drawn(-30000.0, 45.0), _drawn(float("inf"), 45.0)
    (3.1, -30000.0, None)
    """
    if not math.isfinite(number):
        return None
    return round(number, max(0, -math.floor(math.log10(span / SEEN))))


def _scene(found: Fit, job: Job, best: Best, text: str, y: np.ndarray, every: int) -> Scene:
    fit_plot = Axes("fit", "x", "y", _fit_range(found, y, every), _fit_marks(every), height=290)
    loss_plot = _loss_plot(found, floor_of(best, found))
    heads: list[Rich] = [(), *((head,) for head in FIT[kind_of("heads", found, job)])]
    if best:
        heads.append(("best fit",))
    table = Table("numbers", tuple(heads), align="lrrrr"[: len(heads)], size=len(found.rows))
    code = Code("code", _lines(job, text), visible=6)
    areas = {"fit": "left", "code": "right", "numbers": "right", "loss": "right"}
    return Scene((fit_plot, code, table, loss_plot), "plot", areas, right=CODE_WIDTH)


def _fit_marks(every: int) -> tuple[Mark, ...]:
    points = {"x": "points x", "y": "points y"}
    told = FIT["residuals"].format(every=ordinal(every))
    return (
        Mark("stems", "stems", "hot", points | {"to": "curve", "every": every}),
        Mark("points", "dots", "mut", points, hollow=True),
        Mark("curve", "line", "done", {"x": "curve x", "y": "curve"}, until="now", width=3),
        Mark("equation", "text", "done", {"place": "top"}),
        Mark("said", "text", "mut", {"place": "bottom"}, label=((told if every > 1 else ""),)),
    )


def _fit_range(found: Fit, y: np.ndarray, every: int) -> tuple[float, float, float, float]:
    """Room for the points, for the curves as far as they are near, and for a word below them."""
    low, high = float(y.min()), float(y.max())
    span = (high - low) or 1.0
    near = [number for curve in found.curves for number in curve if math.isfinite(number)]
    low = min([low, *(number for number in near if number > low - span)])
    high = max([high, *(number for number in near if number < high + span)])
    air = 0.025 * (found.xs[-1] - found.xs[0])
    return (
        float(found.xs[0] - air),
        float(found.xs[-1] + air),
        low - (0.14 if every > 1 else 0.05) * span,
        high + 0.05 * span,
    )


def _loss_plot(found: Fit, best: float | None) -> Axes:
    known = _known(found)
    floor = min(known if best is None else [*known, best])
    is_log = floor > 0 and max(known) > 20 * floor
    x_log = found.step[-1] > 200
    name = FIT["loss, both log" if is_log and x_log else "loss, log" if is_log else "loss"]
    here = {"x": "step", "y": "loss"}
    marks = [
        Mark("future", "line", "mut", here, width=1),
        Mark("past", "line", "done", here, until="step", width=2.5),
        Mark("now", "ball", "hot", here | {"size": 5}, until="now", label=(Ref("loss"),)),
    ]
    if best is not None:
        told = (FIT["best"].format(best=figure(best)),)
        marks.insert(0, Mark("best", "rule", "leaf", {"y": stored(best)}, label=told))
    bounds = _loss_bounds(found, best, is_log=is_log)
    return Axes(
        "loss", "", name, bounds, tuple(marks), height=96, log=is_log, x_log=x_log, drag=True
    )


def _known(found: Fit) -> list[float]:
    return [number for number in found.loss if math.isfinite(number)] or [0.0, 1.0]


def _loss_bounds(
    found: Fit, best: float | None, *, is_log: bool
) -> tuple[float, float, float, float]:
    """Room for every loss of a run, and for the best one."""
    known = _known(found)
    floor = min(known if best is None else [*known, best])
    low = floor * 0.6 if is_log else min(0.0, floor)
    return 0.0, float(max(1, found.step[-1])), low, max(known) * (1.6 if is_log else 1.05)


def _lines(job: Job, text: str) -> tuple[str, ...]:
    error = "loss(y_pred, y)" if job.loss else "(y_pred - y).pow(2).mean()"
    loop = (
        f"for step in range({job.steps}):",
        f"    y_pred = {text}",
        f"    error = {error}",
        "    error.backward()",
    )
    if job.optimizer == "SGD":
        return (*loop, "    with torch.no_grad(): p -= lr * p.grad", "    p.grad.zero_()")
    return (*loop, "    optimizer.step()", "    optimizer.zero_grad()")

"""The stage of a fit: points and curve, the loop's code, its numbers, the loss."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from gradviz.graph.values import numbers_of
from gradviz.stories.fit_frames import frames_of, kind_of
from gradviz.stories.fit_graph import tell_graphs
from gradviz.stories.fitting import Best, Fit, Job
from gradviz.stories.loop_sentences import FIT
from gradviz.stories.numbers import figure, ordinal, rate, stored
from gradviz.stories.parts import Axes, Code, Mark, Ref, Rich, Table
from gradviz.stories.rich import plain, raised
from gradviz.stories.story import Axis, Run, Scene, Story

MOST_DOTS = 200
MOST_STEMS = 50


def tell(found: Fit, job: Job, best: Best, model: tuple[str, Rich]) -> Story:
    """The story of a fit that was run."""
    text, formula = model
    x, y = (numbers_of(data).astype(float).reshape(-1) for data in (job.x, job.y))
    every = max(1, math.ceil(len(x) / MOST_STEMS))
    order = np.argsort(x)
    if len(x) > MOST_DOTS:
        order = order[:: math.ceil(len(x) / MOST_DOTS)]
    points = f" to {len(x)} noisy points, lr = {rate(job.lr)}" if len(x) > 1 else ""
    shared = {
        "points x": [stored(number) for number in x[order]],
        "points y": [stored(number) for number in y[order]],
        "curve x": [stored(number) for number in found.xs],
    }
    columns = _columns(found)
    runs = {
        (shows,): Run(tuple(frames_of(found, job, best, bool(shows))), columns) for shows in (0, 1)
    }
    scene = _scene(found, job, best, text, y, every)
    beside = tell_graphs(found, job, scene, runs[(1,)])
    return Story(
        title="Curve fit",
        subtitle=(*formula, points.replace("noisy ", "")),
        alt=f"The points, the curve {plain(raised(formula))} at each step, and the loss",
        scene=scene,
        runs=runs,
        axes=(Axis("residuals", (False, True), 1, "switch", where="head"),),
        columns=shared,
        record=_record(found),
        tab=FIT["tab"],
        variants=tuple(replace(one, columns=shared) for one in beside),
    )


def _record(found: Fit) -> tuple[tuple[Rich, str], ...]:
    """The columns of the table of all steps."""
    values = [((row,), f"value {row}") for row in found.rows]
    grads = [((f"{row}.grad",), f"grad {row}") for row in found.rows]
    return (*values, *grads, (("loss",), "loss"))


def _columns(found: Fit) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "step": list(found.step),
        "loss": [stored(number) for number in found.loss],
        "curve": [[stored(number) for number in curve] for curve in found.curves],
    }
    for place, row in enumerate(found.rows):
        for name, table in (("value", found.values), ("grad", found.grads), ("move", found.moves)):
            columns[f"{name} {row}"] = [stored(numbers[place]) for numbers in table]
    return columns


def _scene(found: Fit, job: Job, best: Best, text: str, y: np.ndarray, every: int) -> Scene:
    fit_plot = Axes("fit", "x", "y", _fit_range(found, y), _fit_marks(every), height=290)
    loss_plot = _loss_plot(found, job, best)
    heads: list[Rich] = [(), *((head,) for head in FIT[kind_of("heads", found, job)])]
    if best:
        heads.append(("best fit",))
    table = Table("numbers", tuple(heads), align="lrrrr"[: len(heads)], size=len(found.rows))
    code = Code("code", _lines(job, text), visible=6)
    areas = {"fit": "left", "code": "right", "numbers": "right", "loss": "right"}
    return Scene((fit_plot, code, table, loss_plot), "plot", areas)


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


def _fit_range(found: Fit, y: np.ndarray) -> tuple[float, float, float, float]:
    """Room for the points, and for the curves as far as they are near."""
    low, high = float(y.min()), float(y.max())
    span = (high - low) or 1.0
    near = [number for curve in found.curves for number in curve if math.isfinite(number)]
    low = min([low, *(number for number in near if number > low - span)])
    high = max([high, *(number for number in near if number < high + span)])
    air = 0.025 * (found.xs[-1] - found.xs[0])
    return (
        float(found.xs[0] - air),
        float(found.xs[-1] + air),
        low - 0.05 * span,
        high + 0.05 * span,
    )


def _loss_plot(found: Fit, job: Job, best: Best) -> Axes:
    known = [number for number in found.loss if math.isfinite(number)] or [0.0, 1.0]
    floor = min([*known, best[1]] if best else known)
    is_log = floor > 0 and max(known) > 20 * floor
    x_log = found.step[-1] > 200
    low = floor * 0.6 if is_log else min(0.0, floor)
    name = FIT["loss, both log" if is_log and x_log else "loss, log" if is_log else "loss"]
    here = {"x": "step", "y": "loss"}
    marks = [
        Mark("future", "line", "mut", here, width=1),
        Mark("past", "line", "done", here, until="step", width=2.5),
        Mark("now", "ball", "hot", here | {"size": 5}, until="now", label=(Ref("loss"),)),
    ]
    if best:
        told = (FIT["best"].format(best=figure(best[1])),)
        marks.insert(0, Mark("best", "rule", "leaf", {"y": stored(best[1])}, label=told))
    bounds = (0.0, float(max(1, found.step[-1])), low, max(known) * (1.6 if is_log else 1.05))
    return Axes(
        "loss", "", name, bounds, tuple(marks), height=96, log=is_log, x_log=x_log, drag=True
    )


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

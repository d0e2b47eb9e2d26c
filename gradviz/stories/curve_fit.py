"""The story of a fit: data, the model's curve at each step, the parameters and the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradviz.graph.names import names_for
from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.fitting import Fit, Job, best_fit, fit
from gradviz.stories.formula import numbers_only
from gradviz.stories.loop_sentences import FIT
from gradviz.stories.numbers import RAISED, figure, minus, ordinal, rate, stored
from gradviz.stories.parts import Axes, Code, Mark, Ref, Rich, Table
from gradviz.stories.rich import Field, compose, plain
from gradviz.stories.story import Axis, Frame, Run, Scene, Story, story
from gradviz.stories.workbench import (
    Bench,
    bench_for,
    check_rate,
    check_steps,
    function_formula,
    function_text,
    function_tree,
)

MOST_DOTS = 200
MOST_STEMS = 50
OPTIMIZERS = ("SGD", "momentum", "Adam")
Best = tuple[list[float], float] | None


@story("CurveFit")
def fit_curve(
    x: Any = None,
    y: Any = None,
    model: Callable[..., Any] | None = None,
    parameters: Any = None,
    *,
    lr: float = 1e-3,
    steps: int = 1000,
    loss: Callable[[Any, Any], Any] | None = None,
    optimizer: str = "SGD",
    names: Any = None,
) -> Story:
    """Watch a model being fitted to points.

    Args:
        x: where the points lie; without it, a parabola with noise.
        y: the points.
        model: a function of x and the parameters, or a module.
        parameters: tensors; those of the module are found without being given.
        lr: the learning rate.
        steps: how many steps are made.
        loss: a function of the model's result and y; without it, the mean squared residual.
        optimizer: "SGD", "momentum" or "Adam".
        names: names for the parameters, where the caller's own variables are not to be used.

    Raises:
        TypeError: if x or y is no tensor, or the model no function.
        ValueError: if there is nothing to fit, or nothing to fit it to.
    """
    steps, lr = check_steps(steps), check_rate(lr)
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer is {optimizer!r}: give one of {', '.join(OPTIMIZERS)}")
    bench = bench_for(x, y, *_listed(parameters))
    if model is None:
        if x is None:
            x, y = _noisy_parabola(bench)
        model = model or _parabola
        parameters = parameters if parameters is not None else _start(bench)
        names = names if names is not None else dict(zip("abc", _listed(parameters), strict=False))
    job = _job(bench, x, y, model, parameters, names, (lr, steps, loss, optimizer))
    with _kept(bench, job):
        found = fit(bench, job)
    return tell(found, job, best_fit(bench, job), _model_text(model, job))


@contextmanager
def _kept(bench: Bench, job: Job) -> Iterator[None]:
    """A rehearsal: afterwards the parameters and their gradients are as they were."""
    before = [(one.detach().clone(), one.grad) for one in job.parameters]
    for parameter in job.parameters:
        parameter.grad = None
    try:
        yield
    finally:
        with bench.engine.no_grad():
            for parameter, (value, grad) in zip(job.parameters, before, strict=True):
                parameter.copy_(value)
                parameter.grad = grad


def _parabola(x: Any, a: Any, b: Any, c: Any) -> Any:
    return a * x**2 + b * x + c


def _noisy_parabola(bench: Bench) -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    x = np.linspace(-5, 7, 200)
    y = -0.55 * x**2 + 1.2 * x - 0.81 + 2 * generator.standard_normal(200)
    return bench.engine.tensor(x.tolist()), bench.engine.tensor(y.tolist())


def _start(bench: Bench) -> tuple[Any, ...]:
    return tuple(bench.engine.tensor(number) for number in (1.5, -0.3, -2.2))


def _listed(parameters: Any) -> tuple[Any, ...]:
    if parameters is None:
        return ()
    return (parameters,) if is_tensor(parameters) else tuple(parameters)


def _job(
    bench: Bench,
    x: Any,
    y: Any,
    model: Callable[..., Any],
    parameters: Any,
    names: Any,
    how: tuple[float, int, Any, str],
) -> Job:
    for name, data in (("x", x), ("y", y)):
        if not is_tensor(data):
            raise TypeError(f"{name} is {type(data).__name__}: give a tensor")
        if math.prod(data.shape) == 0:
            raise ValueError(f"{name} is empty: give at least one point")
        if not np.isfinite(numbers_of(data)).all():
            raise ValueError(f"{name} holds nan or inf: there is nothing to fit to")
    if len(x.shape) == 0 or math.prod(x.shape) != x.shape[0]:
        raise ValueError(f"x has shape {tuple(x.shape)}: a curve needs one number for each point")
    if math.prod(x.shape) != math.prod(y.shape):
        raise ValueError(
            f"x has {math.prod(x.shape)} points and y {math.prod(y.shape)}: give as many"
        )
    if not callable(model):
        raise TypeError(f"model is {type(model).__name__}: give a function of x and the parameters")
    own = dict(model.named_parameters()) if hasattr(model, "named_parameters") else None
    lr, steps, loss, optimizer = how
    if own is not None and parameters is None:
        tensors, labels = tuple(own.values()), tuple(own)
    else:
        given = _listed(parameters)
        known = names_for(names)
        labels = tuple(known.label(one) or f"p{place + 1}" for place, one in enumerate(given))
        tensors = tuple(bench.leaf(one) for one in given)
    if not tensors:
        raise ValueError("there is no parameter to move: give tensors, or a module that has some")
    return Job(x, y, model, tensors, labels, own is None, lr, steps, loss, optimizer)


def _model_text(model: Callable[..., Any], job: Job) -> tuple[str, Rich]:
    inputs = ("x", *job.names) if job.takes_parameters else ("x",)
    if not job.takes_parameters:
        return "model(x)", (("i", "y"), f" = model({'x'})")
    formula = function_formula(model, inputs, "y")
    tail = plain(formula).partition(" = ")[2]
    text = function_text(model, inputs)
    if not tail:
        return text, (("code", text),)
    cut = next(place for place, run in enumerate(formula) if isinstance(run, str) and " = " in run)
    head = formula[cut]
    rest = head.partition(" = ")[2] if isinstance(head, str) else ""
    return text, (("i", "y"), " = " + rest, *formula[cut + 1 :])


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
        (shows,): Run(tuple(_frames(found, job, best, every, bool(shows))), columns)
        for shows in (0, 1)
    }
    return Story(
        title="Curve fit",
        subtitle=(*formula, points.replace("noisy ", "")),
        alt=f"The points, the curve {plain(formula)} at each step, and the loss",
        scene=_scene(found, job, best, text, y, every),
        runs=runs,
        axes=(Axis("residuals", (False, True), 1, "switch", where="head"),),
        columns=shared,
        record=_record(found),
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
    heads: list[Rich] = [(), ("value",), ("grad",), ("step −lr·grad",)]
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


def _frames(found: Fit, job: Job, best: Best, every: int, shows: bool) -> Iterator[Frame]:
    rows = [_row(row, best, place) for place, row in enumerate(found.rows)]
    for k in range(len(found.step)):
        sizes = [abs(grad) for grad in found.grads[k]]
        largest = sizes.index(max(sizes)) if all(map(math.isfinite, sizes)) else 0
        last = k == len(found.step) - 1
        marks: dict[str, Any] = {"equation": {"label": _equation(found, job, k)}}
        if not shows:
            marks |= {"stems": {"hidden": True}, "said": {"hidden": True}}
        states: Mapping[str, Any] = {
            "fit": {"marks": marks},
            "code": {"notes": {2: (Ref("loss"),)}} | ({} if last else {"line": 4}),
            "numbers": {"rows": rows, "lit": largest, "hot": [2, 3]},
        }
        yield Frame(_caption(found, job, best, k, largest), states)


def _row(row: str, best: Best, place: int) -> list[Rich]:
    numbers = [(Ref(f"{name} {row}", "fixed"),) for name in ("value", "grad", "move")]
    known: list[Rich] = [(minus(f"{best[0][place]:.4f}"),)] if best else []
    return [(("b", row),), *numbers, *known]


def _equation(found: Fit, job: Job, k: int) -> Rich:
    """The model with the numbers of this step in it, where they are few."""
    tree = function_tree(job.model) if job.takes_parameters else None
    single = len(found.rows) == len(job.names) and len(found.rows) <= 4
    if tree is None or not single:
        return ()
    own = list(job.model.__code__.co_varnames[: job.model.__code__.co_argcount])
    numbers = [minus(f"{number:.3f}") for number in found.values[k]]
    names = dict(zip(own[1:], numbers, strict=False))
    told = "".join(map(_in_one_line, numbers_only(tree, names)))
    return ("y = " + told.replace("+ −", "− ").replace(" · ", " ").replace("\u2009", " "),)


def _in_one_line(run: Any) -> str:
    """A run as plain text: a plot's label knows no raised runs."""
    if isinstance(run, tuple):
        return run[1].translate(RAISED) if run[0] == "sup" else run[1]
    return run if isinstance(run, str) else ""


def _caption(found: Fit, job: Job, best: Best, k: int, largest: int) -> Rich:
    row, last = found.rows[largest], k == len(found.step) - 1
    fields: dict[str, Field] = {
        "name": row,
        "loss": Ref("loss"),
        "loss_first": Ref("loss.first"),
        "grad": Ref(f"grad {row}"),
        "factor": Ref(f"grad {row}", "signed"),
        "move": Ref(f"move {row}"),
        "rate": rate(job.lr),
        "step": Ref("step"),
        "towards": "",
        "floor": "",
    }
    if best:
        names = ", ".join(job.names) if len(job.names) <= 4 else "parameters"
        fields["floor"] = compose(FIT["floor"], {"names": names, "best": figure(best[1])})
        fields["towards"] = compose(FIT["towards"], {"best": figure(best[0][largest])})
    if last:
        return compose(FIT[found.end], fields)
    if k == 0:
        return compose(FIT["start"], fields)
    floor = best[1] if best else found.loss[-1]
    slow = floor > 0 and found.loss[k] <= 1.5 * floor and job.optimizer == "SGD"
    return compose(FIT["slow" if slow else "step"], fields)

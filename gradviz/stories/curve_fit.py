"""The story of a fit: data, the model's curve at each step, the parameters and the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradviz.graph.names import names_for
from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.checks import check_function, check_parameter, check_rate, check_steps
from gradviz.stories.fit_scene import tell
from gradviz.stories.fitting import Job, best_fit, fit
from gradviz.stories.parts import Rich
from gradviz.stories.rich import plain
from gradviz.stories.story import Story, story
from gradviz.stories.workbench import Bench, bench_for, function_formula, function_text
from gradviz.stories.written import run, written

PARABOLA: Callable[..., Any] = run(
    written("parabola", "def parabola(x, a, b, c):", "    return a * x**2 + b * x + c")
)["parabola"]
OPTIMIZERS = ("SGD", "momentum", "Adam")


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
        model = PARABOLA
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
    check_function(model, "model")
    own = dict(model.named_parameters()) if hasattr(model, "named_parameters") else None
    lr, steps, loss, optimizer = how
    if own is not None and parameters is None:
        tensors, labels = tuple(own.values()), tuple(own)
    else:
        given = _listed(parameters)
        known = names_for(names)
        labels = tuple(known.label(one) or f"p{place + 1}" for place, one in enumerate(given))
        for label, one in zip(labels, given, strict=True):
            check_parameter(one, label)
        tensors = tuple(bench.leaf(one) for one in given)
    if not tensors:
        raise ValueError("there is no parameter to move: give tensors, or a module that has some")
    if not any(tensor.requires_grad for tensor in tensors):
        raise ValueError("no parameter of the model requires grad: nothing can be fitted")
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

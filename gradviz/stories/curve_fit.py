"""The story of a fit: data, the model's curve at each step, the parameters and the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from gradviz.graph.names import names_for
from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.checks import check_function, check_parameter, check_steps
from gradviz.stories.descent_grid import nearest, rates_from
from gradviz.stories.fit_scene import Fits, tell
from gradviz.stories.fitting import Fit, Job, best_fit, fit
from gradviz.stories.parts import Rich
from gradviz.stories.rich import plain
from gradviz.stories.story import Story, story
from gradviz.stories.workbench import Bench, bench_for, function_formula, function_text
from gradviz.stories.written import run, written

PARABOLA: Callable[..., Any] = run(
    written("parabola", "def parabola(x, a, b, c):", "    return a * x**2 + b * x + c")
)["parabola"]
OPTIMIZERS = ("SGD", "momentum", "Adam")
MULTIPLES = (0.1, 0.3, 1, 2, 3)
"""The learning rates beside the one given, as multiples of it."""
MOST_STEPS = 2000
"""A longer fit is run at the given rate alone."""


@story("CurveFit")
def fit_curve(
    x: Any = None,
    y: Any = None,
    model: Callable[..., Any] | None = None,
    parameters: Any = None,
    *,
    lr: float | Sequence[float] = 1e-3,
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
        lr: the learning rate, or several for the slider.
        steps: how many steps are made.
        loss: a function of the model's result and y; without it, the mean squared residual.
        optimizer: "SGD", "momentum" or "Adam".
        names: names for the parameters, where the caller's own variables are not to be used.

    Raises:
        TypeError: if x or y is no tensor, or the model no function.
        ValueError: if there is nothing to fit, or nothing to fit it to.
    """
    steps = check_steps(steps)
    rates = rates_from(lr, MULTIPLES if steps <= MOST_STEPS else (1,))
    first = nearest(rates, lr)
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer is {optimizer!r}: give one of {', '.join(OPTIMIZERS)}")
    bench = bench_for(x, y, *_listed(parameters))
    if model is None:
        if x is None:
            x, y = _noisy_parabola(bench)
        model = PARABOLA
        parameters = parameters if parameters is not None else _start(bench)
        names = names if names is not None else dict(zip("abc", _listed(parameters), strict=False))
    job = _job(bench, x, y, model, parameters, names, (rates[first], steps, loss, optimizer))

    def refit(rate: float, *, coarse: bool = False, passes: bool = False) -> Fit:
        with _kept(bench, job):
            return fit(bench, replace(job, lr=rate), coarse=coarse, passes=passes)

    found = tuple(
        refit(rate, coarse=place != first, passes=place == first)
        for place, rate in enumerate(rates)
    )
    best = best_fit(bench, job)
    return tell(Fits(job, best, rates, first, found, refit), _model_text(model, job))


@contextmanager
def _kept(bench: Bench, job: Job) -> Iterator[None]:
    """A rehearsal: afterwards the parameters and their gradients are as they were."""
    before = [(one.detach().clone(), one.grad) for one in job.parameters]
    buffers = tuple(job.model.buffers()) if hasattr(job.model, "buffers") else ()
    held = [one.detach().clone() for one in buffers]
    for parameter in job.parameters:
        parameter.grad = None
    try:
        yield
    finally:
        with bench.engine.no_grad():
            for parameter, (value, grad) in zip(job.parameters, before, strict=True):
                parameter.copy_(value)
                parameter.grad = grad
            for buffer, value in zip(buffers, held, strict=True):
                buffer.copy_(value)


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
        spare = _own_names(model, len(given))
        labels = tuple(known.label(one) or spare[place] for place, one in enumerate(given))
        for label, one in zip(labels, given, strict=True):
            check_parameter(one, label)
        tensors = tuple(bench.leaf(one) for one in given)
    if not tensors:
        raise ValueError("there is no parameter to move: give tensors, or a module that has some")
    if not any(tensor.requires_grad for tensor in tensors):
        raise ValueError("no parameter of the model requires grad: nothing can be fitted")
    return Job(x, y, model, tensors, labels, own is None, lr, steps, loss, optimizer)


def _own_names(model: Callable[..., Any], count: int) -> tuple[str, ...]:
    """What the model itself calls its parameters, for those that have no other name."""
    code = getattr(model, "__code__", None)
    own = code.co_varnames[1 : code.co_argcount] if code is not None else ()
    return own if len(own) == count else tuple(f"p{place + 1}" for place in range(count))


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

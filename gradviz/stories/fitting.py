"""Fitting a model to points as it really runs: every parameter, gradient and loss on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradviz.graph.model import Recording
from gradviz.graph.progress import counted
from gradviz.graph.record import rehearse
from gradviz.graph.values import is_tensor, numbers_of
from gradviz.graph.watch import Tape, watch
from gradviz.stories.checks import check_scalar
from gradviz.stories.workbench import Bench, as_number
from gradviz.stories.written import run, written

MOST_ROWS = 6
"""So many single parameters stand in the table one by one; else a row stands for a tensor."""
SAMPLES = 41
EARLIEST = 5
"""So many steps from the first on are kept of a coarse run, and of the others each so-manieth."""
MOST_NODES = 40
"""The graph of each step is drawn if it has no more nodes."""
NOISE = 1e-9
"""Of the first loss: a best loss below this is none but rounding."""
Best = tuple[list[float], float] | None
"""The best parameters and their loss, where they are known."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is fitted to what, and how."""

    x: Any
    y: Any
    model: Callable[..., Any]
    parameters: tuple[Any, ...]
    names: tuple[str, ...]
    takes_parameters: bool
    lr: float
    steps: int
    loss: Callable[[Any, Any], Any] | None = None
    optimizer: str = "SGD"

    def predict(self, x: Any) -> Any:
        """The model at the parameters as they are."""
        return self.model(x, *self.parameters) if self.takes_parameters else self.model(x)

    def error(self) -> Any:
        """How far the model is from the points."""
        guess = self.predict(self.x)
        if not is_tensor(guess) or math.prod(guess.shape) != math.prod(self.y.shape):
            shown = f"shape {tuple(guess.shape)}" if is_tensor(guess) else type(guess).__name__
            raise ValueError(
                f"the model returned {shown}: it has to return one number for each of the "
                f"{math.prod(self.y.shape)} points"
            )
        error = (guess - self.y).pow(2).mean() if self.loss is None else self.loss(guess, self.y)
        check_scalar(error, "the model returned" if self.loss is None else "the loss returned")
        return error


@dataclass(slots=True)
class Fit:
    """The steps that are kept: the first ones all, later ones ever more seldom."""

    rows: tuple[str, ...]
    single: bool
    """Whether a row is one number; else it stands for a tensor, by its length as a vector."""
    xs: np.ndarray
    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    grads: list[list[float]] = field(default_factory=list)
    moves: list[list[float]] = field(default_factory=list)
    curves: list[list[float]] = field(default_factory=list)
    passes: list[Recording] = field(default_factory=list)
    """The backward pass of each kept step; none where the graph is too large."""
    end: str = "end"


def kept_steps(steps: int, *, coarse: bool = False) -> set[int]:
    """All steps to 20, then each 5 % farther than the last; `coarse` keeps a part of them.

    >>> sorted(kept_steps(30))[-6:], sorted(kept_steps(30, coarse=True))[-4:]
    ([23, 24, 26, 27, 28, 30], [15, 20, 26, 30])
    """
    kept = set(range(min(steps, 20) + 1)) | {steps}
    at = 20.0
    while at < steps:
        at *= 1.05
        kept.add(min(steps, round(at)))
    if not coarse:
        return kept
    ordered = sorted(kept)
    return {*ordered[:EARLIEST], *ordered[EARLIEST::EARLIEST], steps}


def fit(bench: Bench, job: Job, *, coarse: bool = False, passes: bool = True) -> Fit:
    """Run the loop; a loss that is no number, or far above the first, ends it.

    A `coarse` run keeps fewer steps; without `passes` no backward pass is kept.
    """
    xs = np.linspace(*_bounds(numbers_of(job.x)), SAMPLES)
    single = sum(math.prod(parameter.shape) for parameter in job.parameters) <= MOST_ROWS
    found = Fit(tuple(_row_names(job, single)), single, xs)
    shape = (SAMPLES, *(1 for _ in tuple(job.x.shape)[1:]))
    sampled = bench.engine.tensor(xs.tolist(), dtype=job.x.dtype).reshape(shape)
    kept = kept_steps(job.steps, coarse=coarse)
    optimizer = _optimizer(bench, job)
    for step in counted(range(job.steps + 1), "step"):
        _clear(job)
        error = job.error()
        if step == 0 and passes:
            _first_pass(job, found)
        elif step in kept and found.passes:
            _note_pass(job, found, error, {})
        error.backward()
        loss = as_number(error)
        found.end = _end(found, loss)
        is_kept = step in kept or found.end != "end"
        if is_kept:
            _keep(bench, job, found, step, loss, sampled)
        before = [parameter.detach().clone() for parameter in job.parameters if is_kept]
        _move(bench, job, optimizer)
        if is_kept:
            found.moves.append(_numbers(_moves(job, before), found.single))
        if found.end != "end":
            break
    return found


def _first_pass(job: Job, found: Fit) -> None:
    """The pass of the first step under a watch: its graph knows names, values and lines."""
    error = "loss(y_pred, y)" if job.loss else "(y_pred - y).pow(2).mean()"
    code = written("fit", "y_pred = predict(x)", f"error = {error}")
    with watch() as tape:
        scope = run(code, predict=job.predict, loss=job.loss, x=job.x, y=job.y)
    known = {name: scope[name] for name in ("error", "y_pred", "x", "y")}
    _note_pass(job, found, scope["error"], known, tape)


def _note_pass(
    job: Job, found: Fit, error: Any, known: Mapping[str, Any], tape: Tape | None = None
) -> None:
    """Rehearse the pass, unless the graph is too large, or another one than at first."""
    names = {**dict(zip(job.names, job.parameters, strict=True)), **known}
    (recording,) = rehearse(error, None, True, names=names, tape=tape)
    nodes = [node.name for node in recording.graph.nodes]
    first = [node.name for node in found.passes[0].graph.nodes] if found.passes else nodes
    if nodes != first or len(nodes) > MOST_NODES:
        found.passes.clear()
    else:
        found.passes.append(recording)


def _bounds(numbers: np.ndarray) -> tuple[float, float]:
    return float(numbers.min()), float(numbers.max())


def _row_names(job: Job, single: bool) -> list[str]:
    rows = []
    for name, parameter in zip(job.names, job.parameters, strict=True):
        count = math.prod(parameter.shape)
        if not single or count == 1:
            rows.append(name)
        else:
            places = np.ndindex(*parameter.shape)
            rows += [f"{name}[{', '.join(map(str, place))}]" for place in places]
    return rows


def _clear(job: Job) -> None:
    for parameter in job.parameters:
        if parameter.grad is not None:
            parameter.grad.zero_()


def _end(found: Fit, loss: float) -> str:
    if not math.isfinite(loss):
        return "overflow"
    if found.loss and loss > 1e4 * max(found.loss[0], 1e-12):
        return "away"
    return "end"


def _keep(bench: Bench, job: Job, found: Fit, step: int, loss: float, sampled: Any) -> None:
    with bench.engine.no_grad():
        curve = numbers_of(job.predict(sampled)).reshape(-1)
    found.step.append(step)
    found.loss.append(loss)
    found.curves.append([float(number) for number in curve])
    tensors = job.parameters
    grads = [t.detach() * 0 if t.grad is None else t.grad for t in tensors]
    found.values.append(_numbers(tensors, found.single))
    found.grads.append(_numbers(grads, found.single))


def _moves(job: Job, before: Sequence[Any]) -> list[Any]:
    """How far each parameter went: −lr · grad, or what the optimiser made of it."""
    pairs = zip(job.parameters, before, strict=True)
    if job.optimizer != "SGD":
        return [parameter.detach() - old for parameter, old in pairs]
    return [old * 0 if one.grad is None else one.grad * -job.lr for one, old in pairs]


def _numbers(tensors: Sequence[Any], single: bool) -> list[float]:
    """Every element, or where they are many the length of each tensor as a vector."""
    arrays = [numbers_of(tensor).astype(float) for tensor in tensors]
    if single:
        return [float(number) for array in arrays for number in array.reshape(-1)]
    return [float(np.sqrt((array**2).sum())) for array in arrays]


def _optimizer(bench: Bench, job: Job) -> Any:
    if job.optimizer == "SGD":
        return None
    optim, tensors = bench.engine.optim, list(job.parameters)
    if job.optimizer == "Adam":
        return optim.Adam(tensors, lr=job.lr)
    return optim.SGD(tensors, lr=job.lr, momentum=0.9)


def _move(bench: Bench, job: Job, optimizer: Any) -> None:
    if optimizer is not None:
        optimizer.step()
        return
    with bench.engine.no_grad():
        for parameter in job.parameters:
            if parameter.grad is not None:
                parameter -= job.lr * parameter.grad


def floor_of(best: Best, found: Fit) -> float | None:
    """The best loss, where it is more than what rounding leaves."""
    return best[1] if best and best[1] > NOISE * abs(found.loss[0]) else None


def best_fit(bench: Bench, job: Job) -> Best:
    """The best parameters and their loss, where the model is linear in a few of them."""
    sizes = [math.prod(parameter.shape) for parameter in job.parameters]
    count = sum(sizes)
    if not job.takes_parameters or count > MOST_ROWS or job.loss is not None:
        return None

    def at(numbers: np.ndarray) -> np.ndarray:
        parts, place = [], 0
        for parameter, size in zip(job.parameters, sizes, strict=True):
            part = bench.engine.tensor(
                numbers[place : place + size].tolist(), dtype=parameter.dtype
            )
            parts.append(part.reshape(tuple(parameter.shape)))
            place += size
        return numbers_of(job.model(job.x, *parts)).astype(float).reshape(-1)

    with bench.engine.no_grad():
        origin = at(np.zeros(count))
        columns = np.stack([at(row) - origin for row in np.eye(count)], axis=1)
        probe = np.linspace(0.5, 1.5, count)
        is_linear = np.allclose(at(probe), origin + columns @ probe, rtol=1e-3, atol=1e-4)
    if not is_linear:
        return None
    wanted = numbers_of(job.y).astype(float).reshape(-1) - origin
    best, *_ = np.linalg.lstsq(columns, wanted, rcond=None)
    return best.tolist(), float(((columns @ best - wanted) ** 2).mean())

"""Change one input a little: does every value change by gradient × change, as calculus says?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.graph.calls import Call
from gradviz.graph.engines import engine_of
from gradviz.graph.interpose import hearing, quiet
from gradviz.graph.model import Value
from gradviz.graph.tracing import as_inputs
from gradviz.graph.values import WHOLE, in_words, is_tensor, numbers_of, value_of, value_of_array
from gradviz.graph.watch import Tape

MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One value of the computation: what it was, how it changed, and what the gradient foretold."""

    label: str
    before: Value
    after: Value
    change: Value
    foretold: Value
    """Its gradient with respect to the nudged input, times the change of that input."""


@dataclass(frozen=True, slots=True, repr=False)
class Nudge:
    """What a small change of one input did to everything that was computed from it."""

    name: str
    """The input that was nudged."""
    step: float
    rows: tuple[Row, ...]
    gradient: Value
    """What backward says: the gradient of the (summed) result; of a large input, their sum."""
    measured: Value
    """What two runs a little apart say, in the input's finest dtype."""
    agrees: bool
    together: bool = False
    """All elements were moved at once, and sums are compared."""

    def text(self) -> str:
        """A table in words."""
        head = f"{self.name} was nudged by {self.step:g}."
        lines = [
            f"{row.label}: {in_words(row.before)} → {in_words(row.after)}, "
            f"changed by {in_words(row.change)}; gradient × change says {in_words(row.foretold)}."
            for row in self.rows
        ]
        verdict = "They agree." if self.agrees else "They do not agree."
        says = "backward says that the gradients sum to" if self.together else "backward says"
        last = (
            f"{says} {in_words(self.gradient)}, the finite difference "
            f"{in_words(self.measured)}. {verdict}"
        )
        return "\n".join([head, *lines, last])

    def __repr__(self) -> str:
        return self.text()


def nudge(
    function: Callable[..., Any], inputs: Any, step: float = 1e-3, *, which: int = 0
) -> Nudge:
    """Run `function` twice, once with one of its inputs changed by `step`, and compare.

    `inputs` is one tensor or number, or a tuple of them; `which` says whose turn it is. Of an input
    of more than 64 elements all are moved together, and the sum of their gradients is compared.

    >>> import gradviz
    >>> told = nudge(lambda x: x * x, 3.0)
    >>> told.agrees, float(told.gradient.numbers)
    (True, 6.0)

    Raises:
        TypeError: if `function` cannot be called, or an input is neither tensor nor number.
        ValueError: if `step` is 0, or the result is not tracked.
    """
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    _check(function, given, step, which)
    starts = as_inputs(given)
    at = _leaf(starts[which])
    first = _run(function, _with(starts, which, at))
    if not first.output.requires_grad:
        raise ValueError(
            "the result does not depend on that input in a way that autograd has recorded: "
            "return a tensor computed from it, without detach() and outside of no_grad()"
        )
    second = _run(function, _with(starts, which, _leaf(starts[which], step)))
    rows = tuple(_rows(first, second, at, step))
    first.results.clear()  # the latest tape is remembered, and the results with it
    second.results.clear()
    is_large = at.numel() > WHOLE
    gradient = _gradient(first.output, at)
    gradient = np.asarray(gradient.sum(dtype=np.float64)) if is_large else gradient
    measured = _difference(function, starts, which, step)
    return Nudge(
        name=_name(function, which),
        step=step,
        rows=rows,
        gradient=value_of_array(gradient),
        measured=value_of_array(measured),
        agrees=bool(np.allclose(gradient, measured, rtol=1e-2, atol=_slack(measured))),
        together=is_large,
    )


@dataclass(slots=True)
class _Run:
    output: Any
    results: list[tuple[Call, Any]]


class _Keeper(Tape):
    """A tape that holds on to the results, for as long as they are compared."""

    __slots__ = ("results",)

    def __init__(self) -> None:
        super().__init__()
        self.results: list[tuple[Call, Any]] = []

    def after(self, name: str, args: tuple, kwargs: dict, result: Any) -> None:
        """Note the call, and keep what it gave."""
        super().after(name, args, kwargs, result)
        call = self.latest
        if is_tensor(result) and call is not None:
            self.results.append((call, result))


def _check(function: Any, given: Sequence[Any], step: float, which: int) -> None:
    if not callable(function):
        raise TypeError(
            f"{type(function).__name__} cannot be called: give a function of tensors, then its "
            "input, then how far to move it, as in nudge(f, x, 1e-3)"
        )
    if not 0 <= which < len(given):
        raise ValueError(f"which={which}: there are {len(given)} inputs, counted from 0")
    start = given[which]
    if not is_tensor(start) and not isinstance(start, int | float):
        raise TypeError(f"{type(start).__name__} is neither a tensor nor a number")
    if not step:
        raise ValueError("step is 0: give a small number, such as 1e-3")


def _leaf(start: Any, step: float = 0.0) -> Any:
    """A leaf of its own with the values of `start`, moved by `step`."""
    moved = start.detach().clone()
    return (moved + step if step else moved).requires_grad_()


def _with(starts: tuple[Any, ...], which: int, own: Any) -> tuple[Any, ...]:
    return (*starts[:which], own, *starts[which + 1 :])


def _run(function: Callable[..., Any], inputs: tuple[Any, ...]) -> _Run:
    tape = _Keeper()
    with hearing(tape):
        output = function(*inputs)
    if not is_tensor(output):
        raise TypeError(f"the function returned {type(output).__name__}: it must return one tensor")
    return _Run(output, tape.results)


def _rows(first: _Run, second: _Run, at: Any, step: float) -> list[Row]:
    rows = []
    pairs = zip(first.results[:MOST_ROWS], second.results, strict=False)
    for (call, before), (other, after) in pairs:
        if call.name != other.name:
            break  # the two runs went different ways: nothing further can be compared
        if before.requires_grad and before.shape == after.shape and before.numel() <= WHOLE:
            rows.append(_row(call, before, after, at, step))
    return rows


def _row(call: Call, before: Any, after: Any, at: Any, step: float) -> Row:
    old, new = numbers_of(before), numbers_of(after)
    foretold = _foretold(before, at, step).reshape(old.shape).astype(old.dtype)
    label = f"{call.result_name} = {call.label}" if call.result_name else call.label
    return Row(
        label,
        value_of(before),
        value_of(after),
        value_of_array(new - old),
        value_of_array(foretold),
    )


def _foretold(result: Any, at: Any, step: float) -> np.ndarray:
    """For each element of a result: the gradient of `at`, times a change of `step` everywhere."""
    if result is at:
        return np.full(tuple(at.shape), step)
    with quiet():
        elements = result.reshape(-1) if result.requires_grad else []
        return np.array([_gradient(one, at).sum() * step for one in elements])


def _gradient(result: Any, at: Any) -> np.ndarray:
    with quiet():
        (found,) = engine_of(at).autograd.grad(
            result.sum(), (at,), retain_graph=True, allow_unused=True
        )
    return np.zeros(tuple(at.shape), np.float32) if found is None else numbers_of(found)


def _difference(
    function: Callable[..., Any], starts: tuple[Any, ...], which: int, step: float
) -> np.ndarray:
    """(f(x + h) − f(x − h)) / 2h for each element of x; in float64 where the function allows."""
    for convert in (lambda tensor: tensor.double(), lambda tensor: tensor):
        try:
            return _central(function, starts, which, convert, step)
        except (RuntimeError, TypeError):
            continue
    return _central(function, starts, which, lambda tensor: tensor, step)


def _central(
    function: Callable[..., Any],
    starts: tuple[Any, ...],
    which: int,
    convert: Callable[[Any], Any],
    step: float,
) -> np.ndarray:
    with quiet(), engine_of(starts[which]).no_grad():
        base = convert(starts[which].detach().clone())
        shape = tuple(base.shape)
        places: list[Any] = [...] if base.numel() > WHOLE else list(np.ndindex(shape))
        result = np.zeros(() if places == [...] else shape, np.float64)
        for place in places:
            ends = []
            for change in (step, -step):
                moved = base.clone()
                moved[place or ...] += change
                ends.append(float(function(*_with(starts, which, moved)).sum().item()))
            result[place] = (ends[0] - ends[1]) / (2 * step)
    return result


def _slack(measured: np.ndarray) -> float:
    """A difference of float32 numbers is not exact: small gradients beside great ones vanish."""
    return 1e-3 * float(np.max(np.abs(measured), initial=1e-6))


def _name(function: Callable[..., Any], which: int) -> str:
    code = getattr(function, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code is not None else ()
    return names[which] if which < len(names) else f"input {which + 1}"

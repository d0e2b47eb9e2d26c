"""Run a function under a watch, with the names that stand around it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradviz.graph.engines import engine_of
from gradviz.graph.names import Names, names_for
from gradviz.graph.values import is_tensor
from gradviz.graph.watch import Tape, watch


@dataclass(frozen=True, slots=True)
class Trace:
    """What running a function under a watch gave."""

    inputs: tuple[Any, ...]
    output: Any
    tape: Tape
    names: Names
    """The caller's names, then the function's own for its inputs and for what it uses besides."""


def trace(function: Callable[..., Any], *inputs: Any) -> Trace:
    """Run `function(*inputs)` under a watch; a plain number becomes a tensor that wants a gradient.

    >>> import gradviz
    >>> result = trace(lambda x: x * x, 3.0)
    >>> result.output.item(), [call.name for call in result.tape.calls]
    (9.0, ['mul'])

    Raises:
        TypeError: if `function` cannot be called.
    """
    if not callable(function):
        raise TypeError(
            f"{type(function).__name__} cannot be called: give a function of tensors, and then "
            "its inputs"
        )
    starts = as_inputs(inputs)
    with watch() as tape:
        output = function(*starts)
    names = names_for(None).with_others(_names_in(function, starts))
    return Trace(starts, output, tape, names)


def as_inputs(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """Inputs as tensors: a plain number becomes one that wants a gradient, of the same engine."""
    engine = next((engine_of(one) for one in given if is_tensor(one)), sys.modules["gradviz"])
    return tuple(_as_start(one, engine) for one in given)


def _as_start(start: Any, engine: Any) -> Any:
    if not isinstance(start, int | float) or isinstance(start, bool):
        return start
    return engine.tensor(float(start), requires_grad=True)


def _names_in(function: Callable[..., Any], starts: tuple[Any, ...]) -> dict[str, Any]:
    """Parameters, then what the function takes from around it."""
    code = getattr(function, "__code__", None)
    if code is None:
        return {}
    names = dict(zip(code.co_varnames[: code.co_argcount], starts, strict=False))
    cells = getattr(function, "__closure__", None) or ()
    for name, cell in zip(code.co_freevars, cells, strict=True):
        names.setdefault(name, cell.cell_contents)
    around = function.__globals__
    return names | {n: around[n] for n in code.co_names if n in around and n not in names}

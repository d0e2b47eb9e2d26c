"""What a story may be given: each mistake is told in one sentence, with what would do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gradviz.graph.values import is_tensor

MOST_STEPS = 100_000


def check_function(function: Any, name: str = "function") -> None:
    """Something that can be called.

    Raises:
        TypeError: if it cannot.
    """
    if not callable(function):
        raise TypeError(f"{name} is {type(function).__name__}: give a function that can be called")


def check_scalar(result: Any, who: str) -> None:
    """A result from which backward can start; `who` returned it.

    Raises:
        TypeError: if it is no tensor.
        ValueError: if it has no graph, or more than one element.
    """
    if not is_tensor(result):
        raise TypeError(
            f"{who} {type(result).__name__}: it has to return a tensor, computed from its inputs"
        )
    if not result.requires_grad:
        raise ValueError(
            f"{who} a tensor without a graph: compute it from the inputs, without detach(), "
            "no_grad() or numpy in between"
        )
    if math.prod(result.shape) != 1:
        raise ValueError(
            f"{who} a tensor of shape {tuple(result.shape)}: backward() starts from a single "
            "number, so end with .sum() or .mean()"
        )


def check_finite(numbers: Iterable[float], what: str) -> None:
    """Numbers that can be drawn.

    Raises:
        ValueError: if one of them is nan or inf.
    """
    for number in numbers:
        if not math.isfinite(number):
            raise ValueError(
                f"{what} is {number}, and cannot be drawn: look for 0/0, log(0), or numbers that "
                "overflow"
            )


def check_number(number: Any, name: str) -> float:
    """A plain finite number.

    Raises:
        TypeError: if it is none.
        ValueError: if it is nan or inf.
    """
    if isinstance(number, bool) or not isinstance(number, int | float | np.number):
        raise TypeError(f"{name} is {type(number).__name__}: give a number, such as 0.001")
    if not math.isfinite(number):
        raise ValueError(f"{name} is {number}: give a finite number")
    return float(number)


def check_listed(things: Any, name: str) -> Sequence[Any]:
    """Several things in a list or tuple.

    Raises:
        TypeError: if they are in none.
    """
    if not isinstance(things, list | tuple):
        raise TypeError(f"{name} is {type(things).__name__}: give a list")
    return things


def check_parameter(tensor: Any, name: str) -> None:
    """A parameter is a number, or a tensor of floats with something in it.

    Raises:
        TypeError: if it is neither, or of an integer dtype.
        ValueError: if it is empty.
    """
    if not is_tensor(tensor):
        if isinstance(tensor, bool) or not isinstance(tensor, int | float | list | tuple):
            raise TypeError(
                f"{name} is {type(tensor).__name__}: give a number or a tensor of floats"
            )
        return
    if not (tensor.dtype.is_floating_point):
        raise TypeError(f"{name} is of {tensor.dtype}: only floats can have a gradient")
    if math.prod(tensor.shape) == 0:
        raise ValueError(f"{name} is empty: give a tensor with at least one element")


def check_steps(steps: Any, name: str = "steps", most: int = MOST_STEPS) -> int:
    """A count of steps.

    Raises:
        TypeError: if it is no whole number.
        ValueError: if it is below 1, or larger than a page can hold.
    """
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer):
        raise TypeError(f"{name} is {type(steps).__name__}: give a whole number, such as 20")
    if steps < 1:
        raise ValueError(f"{name} is {steps}: give at least 1")
    if steps > most:
        raise ValueError(f"{name} is {steps}: a story holds at most {most}; run fewer")
    return int(steps)


def check_rate(rate: Any) -> float:
    """A learning rate.

    Raises:
        TypeError: if it is no number.
        ValueError: if it is not positive and finite.
    """
    if isinstance(rate, bool) or not isinstance(rate, int | float | np.number):
        raise TypeError(f"lr is {type(rate).__name__}: give a number, such as 0.1")
    if not (math.isfinite(rate) and rate > 0):
        raise ValueError(
            f"lr is {rate}: give a positive number; at 0 nothing moves, below it climbs"
        )
    return float(rate)


def check_momentum(momentum: Any) -> float:
    """A momentum.

    Raises:
        TypeError: if it is no number.
        ValueError: if it is not above 0 and below 1.
    """
    if isinstance(momentum, bool) or not isinstance(momentum, int | float | np.number):
        raise TypeError(f"momentum is {type(momentum).__name__}: give a number, such as 0.9")
    if not 0 < momentum < 1:
        raise ValueError(f"momentum is {momentum}: give a number above 0 and below 1")
    return float(momentum)

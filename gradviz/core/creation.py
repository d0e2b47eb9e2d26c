"""Making tensors of a shape, or like another tensor."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from . import dtypes
from .arguments import bind
from .data import filled, made, numpy_type
from .device import device_of
from .dtypes import int64
from .inplace import is_dense
from .tensor import Tensor, ndarray

OPTIONS = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, "
    "bool pin_memory = False, bool requires_grad = False"
)


def creates(
    *leads: str, drawn: bool = False, like: bool = False
) -> Callable[[Callable], Callable[..., Tensor]]:
    """Give a function that computes an array PyTorch's signature, and make its array a tensor.

    Args:
        leads: the parameters before the options, one text for each way to call it.
        drawn: whether there may be a `generator=`.
        like: whether it takes a tensor to resemble, and so no `out=`.
    """
    first = "torch.memory_format memory_format = None, " if like else "Tensor out = None, "
    between = ["torch.Generator? generator, ", ""] if drawn and not like else [""]
    ways = [f"({lead}, *, {each}{first}{OPTIONS})" for lead in leads for each in between]
    of_shape = leads == ("tuple of ints size",)

    def decorate(function: Callable[..., np.ndarray]) -> Callable[..., Tensor]:
        name = function.__name__

        @wraps(function)
        def create(*given: Any, **named: Any) -> Tensor:
            if of_shape and given and not named:
                for size in given:
                    if size.__class__ is not int:
                        break
                else:
                    return made(function(given, None))  # ten times as fast as reading the call
            values, kind, requires_grad = with_options(name, ways, given, named)
            out = values.pop("out", None)
            result = made(function(**values, dtype=kind), requires_grad)
            if out is not None and out._shape != result._shape:
                out.resize_(result._shape)
            return result if out is None else out.copy_(result)

        return create

    return decorate


def with_options(
    name: str, ways: Sequence[str], given: tuple, named: dict
) -> tuple[dict[str, Any], np.dtype | None, bool]:
    """The arguments of a call without the common options; the type; whether to require grad."""
    values = bind(name, ways, given, named)
    for option in ("layout", "pin_memory", "memory_format"):
        values.pop(option, None)
    device_of(values.pop("device", None))
    kind = numpy_type(values.pop("dtype", None))
    return values, kind, bool(values.pop("requires_grad", False))


def check_shape(size: Sequence[int]) -> int:
    """How many elements a shape has; a negative size is refused."""
    if size and min(size) < 0:
        negative = next(each for each in size if each < 0)
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {negative}: {list(size)}"
        )
    return math.prod(size)


@creates("tuple of ints size")
def zeros(size: tuple, dtype: np.dtype | None) -> np.ndarray:
    """Zeros of a shape.

    >>> zeros(2)
    tensor([0., 0.])
    """
    if size and min(size) < 0:
        raise RuntimeError("zeros: Dimension size must be non-negative.")
    return np.zeros(size, dtype or dtypes.default_float)


@creates("tuple of ints size")
def ones(size: tuple, dtype: np.dtype | None) -> np.ndarray:
    """Ones of a shape.

    >>> ones(2, requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """
    check_shape(size)
    array = np.empty(size, dtype or dtypes.default_float)
    array.fill(1.0)  # `np.ones` takes three times as long
    return array


@creates("tuple of ints size")
def empty(size: tuple, dtype: np.dtype | None) -> np.ndarray:
    """A tensor whose values are whatever stood in memory."""
    check_shape(size)
    return np.empty(size, dtype or dtypes.default_float)


@creates("tuple of ints size, Number fill_value")
def full(size: tuple, fill_value: Any, dtype: np.dtype | None) -> np.ndarray:
    """One number everywhere.

    >>> full((2,), 7)
    tensor([7, 7])
    """
    check_shape(size)
    kind = dtype or number_type(fill_value)
    return np.full(size, filled([number_of(fill_value)], kind)[0], kind)


def number_of(value: Any) -> Any:
    """A Python number from a number of any kind."""
    return value.item() if isinstance(value, Tensor | np.generic) else value


def number_type(value: Any) -> np.dtype:
    """The type of a tensor made from one number."""
    return value._dtype if isinstance(value, Tensor) else dtypes.of_number(value)


@creates("int n", "int n, int m")
def eye(n: int, dtype: np.dtype | None, m: int | None = None) -> np.ndarray:
    """Ones on the diagonal, zeros elsewhere.

    >>> eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    for name, size in (("n", n), ("m", m)):
        if size is not None and size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    return np.eye(n, m, dtype=dtype or dtypes.default_float)


@creates("Number end", "Number start, Number end", "Number start, Number end, Number step = 1")
def arange(end: Any, dtype: np.dtype | None, start: Any = 0, step: Any = 1) -> np.ndarray:
    """Numbers from start up to, not including, end.

    >>> arange(3), arange(0, 1, 0.25)
    (tensor([0, 1, 2]), tensor([0.0000, 0.2500, 0.5000, 0.7500]))
    """
    kinds = {number_type(each).kind for each in (start, end, step)}
    kind = dtype or (dtypes.default_float if "f" in kinds else int64)
    start, end, step = (number_of(each) for each in (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start:g} -> {end:g}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if kind.kind != "f":
        start, end, step = int(start), int(end), int(step)
        if step == 0:
            raise ValueError("step must be nonzero")
    count = max(math.ceil((end - start) / step), 0)
    wide = np.float64 if kind.kind == "f" else int64
    return (start + np.arange(count, dtype=wide) * step).astype(kind)


ENDS = "Tensor", "Number"
STEPS = [f"{start} start, {end} end, int steps" for end in ENDS for start in ENDS]


@creates(*STEPS)
def linspace(start: Any, end: Any, steps: int, dtype: np.dtype | None) -> np.ndarray:
    """Evenly spaced numbers, both ends included.

    >>> linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    return _spaced("linspace", start, end, steps, dtype)


@creates(*(f"{lead}, float base = 10.0" for lead in STEPS))
def logspace(
    start: Any, end: Any, steps: int, dtype: np.dtype | None, base: float = 10.0
) -> np.ndarray:
    """Powers of a base whose exponents are evenly spaced.

    >>> logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    kind = dtype or dtypes.default_float
    powers = _spaced("logspace", start, end, steps, dtypes.float64)
    return np.power(float(base), powers).astype(kind)


def _spaced(name: str, start: Any, end: Any, steps: int, dtype: np.dtype | None) -> np.ndarray:
    """PyTorch's own sum: from the start in the first half, back from the end in the second."""
    for which, bound in (("start", start), ("end", end)):
        if isinstance(bound, Tensor) and bound._shape:
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got {which} with "
                f"{len(bound._shape)} dimension(s)."
            )
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = dtype or dtypes.default_float
    start, end = number_of(start), number_of(end)
    wide = kind
    if kind.kind != "f":
        start, end, wide = int(start), int(end), dtypes.float32
    begin, finish = wide.type(start), wide.type(end)
    places = np.arange(steps, dtype=wide)
    step = (finish - begin) / wide.type(max(steps - 1, 1))
    values = np.where(
        np.arange(steps) < steps // 2 if steps > 1 else np.ones(steps, bool),
        begin + step * places,
        finish - step * (wide.type(steps - 1) - places),
    )
    return values.astype(kind)


@creates("Number s")
def scalar_tensor(s: Any, dtype: np.dtype | None) -> np.ndarray:
    """One number as a 0-dim tensor.

    >>> scalar_tensor(3)
    tensor(3.)
    """
    return filled([number_of(s)], dtype or dtypes.default_float).reshape(())


# ------------------------------------------------------------------ like another tensor


@creates("Tensor input", like=True)
def zeros_like(input: Tensor, dtype: np.dtype | None) -> np.ndarray:
    """Zeros of the shape and type of another tensor."""
    return filled_as(input, dtype, 0)


@creates("Tensor input", like=True)
def ones_like(input: Tensor, dtype: np.dtype | None) -> np.ndarray:
    """Ones of the shape and type of another tensor.

    >>> ones_like(arange(2))
    tensor([1, 1])
    """
    return filled_as(input, dtype, 1)


@creates("Tensor input, Number fill_value", like=True)
def full_like(input: Tensor, fill_value: Any, dtype: np.dtype | None) -> np.ndarray:
    """One number everywhere, in the shape and type of another tensor."""
    return filled_as(input, dtype, filled([number_of(fill_value)], dtype or input._dtype)[0])


def filled_as(input: Tensor, dtype: np.dtype | None, number: Any) -> np.ndarray:
    """One number everywhere, laid out as another tensor is."""
    array = empty_like.__wrapped__(input, dtype)
    array.fill(number)
    return array


@creates("Tensor input", like=True)
def empty_like(input: Tensor, dtype: np.dtype | None) -> np.ndarray:
    """Whatever stood in memory, laid out as another tensor is if its elements lie side by side."""
    value, kind = input._value, dtype or input._dtype
    if value.__class__ is not ndarray or not is_dense(value):
        return np.empty(input._shape, kind)
    return np.empty_like(value, kind)

"""Values out of tensors of any library, device and dtype; of large ones only a sample is kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy import array

from gradviz.graph.model import Value, new_value
from gradviz.graph.sampling import WHOLE, numbers_of, range_of, sample, sampled

_dtype_names: dict[Any, str] = {}
_are_tensors: dict[type, bool] = {}
_exact = ("float16", "float32", "float64", "int64", "int32", "int16", "int8", "uint8", "bool")
_one_element = {name: np.dtype(name) for name in _exact} | {"bfloat16": np.dtype("float32")}


def is_tensor(thing: object) -> bool:
    """Whether `thing` can be read as a tensor: it has values, a dtype, and may have a graph.

    >>> is_tensor(np.zeros(3))
    False
    """
    kind = type(thing)
    known = _are_tensors.get(kind)
    if known is None:
        names = ("grad_fn", "requires_grad", "detach")
        known = _are_tensors[kind] = all(hasattr(kind, name) for name in names)
    return known


def value_of(tensor: Any, *, changed: bool = False) -> Value:
    """The value that `tensor` has now, copied; sampled where it is large.

    Nothing that a tensor may be makes this raise: what cannot be turned into numbers (a tensor
    without storage, say) is told by its shape and dtype alone.
    """
    try:
        dtype = tensor.dtype
        name = _dtype_names.get(dtype) or dtype_name(dtype)
        kind = _one_element.get(name)
        if not tensor.ndim and kind is not None:
            return new_value((), name, array(tensor.item(), kind), True, None, changed)
        shape = tuple(tensor.shape)
        size = math.prod(shape)
        if size == 1 and kind is not None:  # detach() would make ours keep an array for good
            one = array(tensor.item(), kind).reshape(shape)
            return new_value(shape, name, one, True, None, changed)
        if size <= WHOLE:
            return new_value(shape, name, numbers_of(tensor), True, None, changed)
        numbers, reach = sampled(tensor)
        return new_value(shape, name, numbers, False, reach, changed)
    except Exception:
        return unset(tensor)


def value_of_array(array: Any, dtype: str | None = None, *, changed: bool = False) -> Value:
    """The value of a numpy array, or of a Python number, kept as one of a tensor is.

    >>> value_of_array([1.0, 2.0]).dtype
    'float64'
    >>> value_of_array(np.zeros((100, 100))).numbers.shape
    (8, 8)
    """
    array = np.asarray(array)
    name = dtype or array.dtype.name
    if array.size <= WHOLE:
        return Value(array.shape, name, array.copy(), True, None, changed)
    return Value(array.shape, name, sample(array), False, range_of(array), changed)


def dtype_name(dtype: Any) -> str:
    """PyTorch's name for a dtype without the module in front of it: `float32`."""
    name = _dtype_names.get(dtype)
    if name is None:
        name = _dtype_names[dtype] = str(dtype).rpartition(".")[2]
    return name


def is_close(first: Value, second: Value) -> bool:
    """Whether two values show the same numbers, up to the rounding of their dtype."""
    one, other = first.numbers, second.numbers
    if first.shape != second.shape or one.shape != other.shape:
        return False
    if one.dtype == other.dtype and one.tobytes() == other.tobytes():
        return True
    rough = 1e-2 if "16" in first.dtype or "16" in second.dtype else 1e-4
    return bool(np.allclose(one, other, rtol=rough, atol=1e-7, equal_nan=True))


def install_printer(printer: Callable[[np.ndarray], str]) -> None:
    """Print numbers with `printer` from now on; the face installs that of the small torch."""
    global _printer
    _printer = printer


def numbers_text(numbers: np.ndarray) -> str:
    """An array as PyTorch prints it, without the word `tensor` and its brackets."""
    return _printer(numbers)


def text_of(value: Value | str | None) -> str:
    """What is shown for a value in a line of text: its numbers, or where it is long its shape.

    >>> text_of(value_of_array(np.float32(3))), text_of(None), text_of("2")
    ('3.', 'None', '2')
    >>> text_of(value_of_array(np.zeros((40, 50), np.float32)))
    'float32 (40, 50)'
    """
    if value is None or isinstance(value, str):
        return str(value)
    if not value.whole or value.numbers.shape != value.shape:
        return f"{value.dtype} {value.shape}"
    return numbers_text(value.numbers)


def in_words(value: Value | None) -> str:
    """A value in a sentence: `None`, `22`, `[2., 4.]`; a whole number without its dot.

    >>> in_words(value_of_array(np.float32(22))), in_words(value_of_array(np.float32(2.5)))
    ('22', '2.5')
    """
    if value is None:
        return "None"
    if value.whole and value.shape == () and value.numbers.size == 1:
        number = value.numbers.item()
        if isinstance(number, float) and number.is_integer() and abs(number) < 1e6:
            return str(int(number))
        return f"{number:.4g}" if isinstance(number, float) else str(number)
    return text_of(value)


def as_changed(value: Value) -> Value:
    """The same value, marked as no longer the tensor's own."""
    return replace(value, changed=True)


def _plain_print(numbers: np.ndarray) -> str:
    if numbers.ndim == 0:
        return (
            np.format_float_positional(numbers.item(), precision=4)
            if numbers.dtype.kind == "f"
            else str(numbers)
        )
    return np.array2string(numbers, precision=4, separator=", ", floatmode="maxprec")


_printer: Callable[[np.ndarray], str] = _plain_print


def unset(tensor: Any) -> Value:
    """What is told of a tensor whose numbers mean nothing: its shape and dtype.

    Nothing that a tensor may be makes this raise.
    """
    try:
        shape, name = tuple(tensor.shape), dtype_name(tensor.dtype)
    except Exception:
        shape, name = (), type(tensor).__name__
    return Value(shape, name, np.empty((0,)), False, None, False)

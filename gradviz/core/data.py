"""From data to tensors: numbers, nested lists, arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce
from operator import index
from typing import Any

import numpy as np

from . import dtypes, errors
from .arguments import MISSING, bind, is_dtype
from .device import device_of
from .dtypes import boolean, dtype, int64
from .errors import warn
from .modes import current, watchful
from .tensor import InferenceVersion, Tensor, settled, wrap
from .words import single_one

float32 = dtypes.float32
FLOATS_ONLY = "Only Tensors of floating point and complex dtype can require gradients"
COPY = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {}(sourceTensor)."
)
LIST_OF_ARRAYS = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting "
    "the list to a single numpy.ndarray with numpy.array() before converting to a tensor."
)


def made(values: np.ndarray, requires_grad: bool = False) -> Tensor:
    """A new leaf on these values.

    >>> made(np.float32([1, 2]), requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    value, shape = settled(values)
    tensor = wrap(value, shape)
    if watchful and current().inference:
        tensor._written = InferenceVersion()
    if requires_grad:
        if tensor._dtype.kind != "f":
            raise RuntimeError(FLOATS_ONLY)
        tensor._requires_grad = True
    return tensor


WAYS = ["(object data, *, torch.dtype? dtype = None, bool requires_grad = False)"]


def numpy_type(kind: Any) -> np.dtype | None:
    """The numpy type that `dtype=` asks for; Python's own types are welcome too."""
    if kind is None:
        return None
    named = getattr(kind, "dtype", kind)  # as `torch.FloatTensor` has one
    if isinstance(named, dtype):
        return named._numpy
    return {float: dtypes.float64, int: int64, bool: boolean}[kind]


def tensor(
    data: Any = MISSING,
    *more: Any,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A tensor with a copy of the data.

    >>> tensor([1.0, 2.0], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if data.__class__ is float and dtype is None and not more and -3e38 < data < 3e38:
        made_of = dtypes.default_float
        # to multiply takes a third of the time of a call
        result = wrap(single_one * data if made_of is float32 else made_of.type(data))
        if watchful and current().inference:
            result._written = InferenceVersion()
        if requires_grad.__class__ is not bool:
            bind("tensor", WAYS, (data,), {"requires_grad": requires_grad})
        result._requires_grad = bool(requires_grad)
        return result
    if data is MISSING or more or requires_grad.__class__ is not bool or not is_dtype(dtype):
        given = () if data is MISSING else (data, *more)
        bind("tensor", WAYS, given, {"dtype": dtype, "requires_grad": requires_grad})
    device_of(device)
    if isinstance(data, Tensor):
        warn(COPY.format("torch.tensor"))
    return made(array_of(data, numpy_type(dtype)), requires_grad)


def array_of(data: Any, kind: np.dtype | None = None) -> np.ndarray:
    """A new array with the data, of the type PyTorch would choose unless one is given."""
    if isinstance(data, Tensor):
        return np.array(data._shaped(), kind)
    if isinstance(data, np.ndarray):
        return np.array(checked_array(data), kind, order="C")
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    array = _of_plain_numbers(data, kind) if data.__class__ is list else None
    if array is not None:
        return array
    shape = _shape_of(data)
    if kind is None:
        kind = _type_of(data)
    leaves = list(_leaves(data, shape, 0))
    return filled(leaves, kind).reshape(shape)


PLAIN = {float, int, bool}


def _of_plain_numbers(data: list, kind: np.dtype | None) -> np.ndarray | None:
    """The array of a list, or list of lists, of Python's own numbers: what nearly all data is.

    None where anything else is met, which the slow way reads or refuses.
    """
    found = {*map(type, data)}
    if found == {list}:
        found = {type(each) for row in data for each in row}
    if not found or not found <= PLAIN:
        return None
    natural = dtypes.default_float if float in found else int64 if int in found else boolean
    if kind is not None and kind is not natural and kind.kind != "f":
        return None
    try:
        with np.errstate(over="ignore"):
            return np.array(data, kind or natural)
    except (ValueError, OverflowError):  # ragged, or out of range
        return None


def checked_array(array: np.ndarray) -> np.ndarray:
    """The array itself, if a tensor may stand on it."""
    kind = array.dtype
    if not kind.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion "
            "between byte orders is currently not supported."
        )
    if kind.kind not in "fiubc":
        given = kind.type.__name__
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{given}. The only supported types are: "
            "float64, float32, float16, complex64, complex128, int64, int32, int16, int8, "
            "uint64, uint32, uint16, uint8, and bool."
        )
    if any(stride < 0 for stride in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array  with array.copy().) "
        )
    dtypes.shown(kind)
    return array


def _is_sequence(data: Any) -> bool:
    return hasattr(data, "__getitem__") and not isinstance(data, dict | Tensor | np.generic)


def _shape_of(data: Any) -> tuple[int, ...]:
    """The shape that the first elements promise."""
    if isinstance(data, str):
        raise ValueError("too many dimensions 'str'")
    if isinstance(data, np.ndarray):
        return data.shape
    if not _is_sequence(data):
        return ()
    return (len(data), *_shape_of(data[0])) if len(data) else (0,)


def _type_of(data: Any) -> np.dtype:
    """The type that holds everything in nested sequences."""
    kind = type(data)
    if kind is float or kind is int or kind is bool:
        return dtypes.of_number(data)
    if isinstance(data, Tensor):
        return data._dtype
    if isinstance(data, np.ndarray | np.generic):
        return dtypes.shown(data.dtype)._numpy
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(data, complex):
        raise NotImplementedError(errors.out_of_scope("torch.complex64"))
    if not _is_sequence(data):
        raise RuntimeError(f"Could not infer dtype of {kind.__name__}")
    found = [_type_of(each) for each in data]
    return reduce(dtypes.promoted, found) if found else dtypes.default_float


def _leaves(data: Any, shape: tuple[int, ...], depth: int) -> Iterator[Any]:
    """The numbers in order; a ragged sequence is refused."""
    if depth == len(shape):
        yield data
        return
    if isinstance(data, np.ndarray):
        warn(LIST_OF_ARRAYS)
        data = data.tolist()
    if not _is_sequence(data):
        raise TypeError("not a sequence")
    size = shape[depth]
    if size and len(data) != size:
        raise ValueError(f"expected sequence of length {size} at dim {depth} (got {len(data)})")
    for each in data if size else ():
        yield from _leaves(each, shape, depth + 1)


def filled(leaves: list, kind: np.dtype) -> np.ndarray:
    """The numbers as an array of one type; what does not fit is refused."""
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return np.array([_real(leaf) for leaf in leaves], np.float64).astype(kind)
    if kind.kind == "b":
        return np.array([bool(leaf) for leaf in leaves], boolean)
    whole = [_whole(leaf, kind) for leaf in leaves]
    try:
        wide = np.array(whole, int64)
    except OverflowError:
        raise ValueError("Overflow when unpacking long long") from None
    if kind != int64 and wide.size:
        limits = np.iinfo(kind)
        lowest = -limits.max if kind.kind == "u" else limits.min
        if wide.max() > limits.max or wide.min() < lowest:
            _refuse_overflow(kind)
    return wide.astype(kind)


def fitting(number: Any, kind: np.dtype) -> Any:
    """A number to write into a tensor of some type; one that the type cannot hold is refused."""
    try:
        if kind.kind != "f":
            return number if -128 < number < 128 else filled([number], kind)[0]
        if kind.itemsize < 4 or not float(np.finfo(kind).max) < abs(number) < math.inf:
            return number
    except RuntimeError:
        pass
    name = {"float32": "float", "float64": "double", "int32": "int"}.get(kind.name, f"{kind}_t")
    raise RuntimeError(f"value cannot be converted to type {name} without overflow")


def _real(leaf: Any) -> float:
    try:
        return float(leaf)
    except OverflowError:
        return math.inf if leaf > 0 else -math.inf
    except TypeError:
        raise TypeError(f"must be real number, not {type(leaf).__name__}") from None


def _whole(leaf: Any, kind: np.dtype) -> int:
    if isinstance(leaf, float | np.floating):
        if not math.isfinite(leaf):
            _refuse_overflow(kind)
        return int(leaf)
    return int(leaf) if isinstance(leaf, Tensor | np.bool_) else index(leaf)


def _refuse_overflow(kind: np.dtype) -> None:
    raise RuntimeError(f"value cannot be converted to type {kind} without overflow")

"""What stands between the brackets of `x[...]`: read into views to take, and tensors to pick by."""

from __future__ import annotations

import warnings
from operator import index as whole
from typing import Any

import numpy as np

from .arguments import type_name
from .data import array_of
from .op import ops
from .tensor import Tensor, ndarray, wrap

LAST = 2**63 - 1  # PyTorch's "to the end"
NOT_AN_INDEX = (
    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
    "indices (got {})"
)
NO_DIMENSION = (
    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ "
    "to convert a 0-dim tensor to a number"
)
LIST_AS_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
    "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
    "tensor index, x[torch.tensor(seq)], which will result either in an error or a different result"
)
BYTES = "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
FULL = slice(None)


def first(self: Tensor, place: int, dim: int = 0) -> Tensor:
    """One element along a dimension."""
    if not self._shape:
        raise IndexError(NO_DIMENSION)
    size = self._shape[dim]
    if not -size <= place < size:
        text = f"index {place} is out of bounds for dimension {dim} with size {size}"
        raise IndexError(text)
    return ops.select_at(self, dim, place)


def sliced(self: Tensor, part: slice, dim: int = 0) -> Tensor:
    """Every step-th element along a dimension, from start to end."""
    if not self._shape:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    start, end, step = part.start, part.stop, part.step
    if step is None:
        step = 1
    elif (step := _bound(step)) <= 0:
        text = "step must be greater than zero" if step else "slice step cannot be zero"
        raise ValueError(text)
    start = 0 if start is None else _bound(start)
    return ops.cut(self, dim, start, LAST if end is None else _bound(end), step)


def _bound(value: Any) -> int:
    try:
        return whole(value)
    except TypeError:
        text = "slice indices must be integers or None or have an __index__ method"
        raise TypeError(text) from None


def looked_at(self: Tensor, key: Any) -> tuple[Tensor, tuple]:
    """The view that a key's numbers, slices and None take, and the tensors to index it with."""
    parts = [_part(part) for part in parts_of(key)]
    taken = sum(_dimensions(part) for part in parts)
    if taken > len(self._shape):
        raise IndexError(f"too many indices for tensor of dimension {len(self._shape)}")
    view, dim, hidden = self, 0, len(self._shape) - taken
    original = 0  # the dimension of `self`, which messages name
    indices: list[Any] = []
    for part in parts:
        kind = part.__class__
        if kind is int:
            _check_place(part, self._shape[original], original)
            view = ops.select_at(view, dim, part)
            original += 1
        elif kind is slice:
            if part != FULL:
                view = sliced(view, part, dim)
            dim, original = dim + 1, original + 1
        elif part is Ellipsis:
            dim, original, hidden = dim + hidden, original + hidden, 0
        else:
            if part is None or not part._shape:
                view = ops.unsqueeze_at(view, dim)
            if part is not None:
                spans = part.ndim if part._dtype.kind == "b" else 1
                part, original = _as_vector(part), original + (spans if part._shape else 0)
                indices += [None] * (dim - _covered(indices)) + [part]
                dim += max(spans, 1) - 1
            dim += 1
    return view, tuple(indices)


def _check_place(place: int, size: int, dim: int) -> None:
    if not -size <= place < size:
        raise IndexError(f"index {place} is out of bounds for dimension {dim} with size {size}")


def parts_of(key: Any) -> tuple:
    """The parts of a key; a short list with more than numbers in it is taken for a tuple."""
    if key.__class__ is tuple:
        return key
    if isinstance(key, Tensor | ndarray) or not _is_sequence(key) or len(key) >= 32:
        return (key,)
    for part in key:
        if part is None or part is Ellipsis or isinstance(part, Tensor | slice) or _is_sequence(part):
            if not isinstance(key, tuple):
                warnings.warn(LIST_AS_TUPLE, UserWarning, stacklevel=4)
            return tuple(key)
    return (key,)


def _is_sequence(value: Any) -> bool:
    return hasattr(value, "__getitem__") and hasattr(value, "__len__") and not isinstance(value, dict)


def _part(part: Any) -> Any:
    """A part as an int, a slice, None, dots, or an index tensor."""
    if part is None or part is Ellipsis or part.__class__ in (int, slice):
        return part
    if isinstance(part, bool):
        return wrap(np.array(part))
    if isinstance(part, Tensor):
        return _index_tensor(part)
    if isinstance(part, np.integer):
        return int(part)
    if isinstance(part, np.generic) or not _is_sequence(part):
        raise IndexError(NOT_AN_INDEX.format(type_name(part)))
    array = array_of(part)
    return _index_tensor(wrap(array if array.dtype.kind == "b" else array.astype(np.int64)))


def _index_tensor(part: Tensor) -> Any:
    kind, shape = part._dtype, part._shape
    if not shape and kind.kind in "iu" and kind != np.uint8:
        return int(part._value)
    if kind == np.uint8:
        if shape:
            warnings.warn(BYTES, UserWarning, stacklevel=5)
        return wrap(part._shaped() != 0)
    if kind.kind == "b" or kind in (np.int64, np.int32):
        return part
    raise IndexError("tensors used as indices must be long, int, byte or bool tensors")


def _dimensions(part: Any) -> int:
    """How many dimensions a part takes up."""
    if part is None or part is Ellipsis:
        return 0
    return part.ndim if isinstance(part, Tensor) and part._dtype.kind == "b" else 1


def _as_vector(part: Tensor) -> Tensor:
    """A single True picks all of a new dimension, a single False nothing."""
    return part if part._shape else wrap(np.zeros(int(bool(part._value)), np.int64))


def _covered(indices: list) -> int:
    """How many dimensions the indices so far stand for."""
    return sum(1 if part is None or part._dtype.kind != "b" else part.ndim for part in indices)


def complaint(shape: tuple, indices: tuple) -> str:
    """What PyTorch says of indices that do not fit a shape."""
    dim, shapes = 0, []
    for part in indices:
        if part is None:
            dim += 1
            continue
        array = part._shaped()
        if array.dtype.kind == "b":
            for place, size in enumerate(array.shape):
                if size != shape[dim + place]:
                    return (
                        f"The shape of the mask {list(array.shape)} at index {place} does not "
                        f"match the shape of the indexed tensor {list(shape)} at index {dim + place}"
                    )
            shapes += [(int(np.count_nonzero(array)),)] * array.ndim
            dim += array.ndim
        else:
            size = shape[dim]
            wrong = array[(array < -size) | (array >= size)]
            if wrong.size and not size:
                return "index is out of bounds for dimension with size 0"
            if wrong.size:
                return f"index {wrong[0]} is out of bounds for dimension {dim} with size {size}"
            shapes.append(array.shape)
            dim += 1
    shown = ", ".join(str(list(each)) for each in shapes)
    return f"shape mismatch: indexing tensors could not be broadcast together with shapes {shown}"

"""What stands between the brackets of `x[...]`: read into views to take, and tensors to pick by."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index as whole
from typing import Any

import numpy as np

from .arguments import type_name
from .data import array_of
from .errors import warn
from .op import ops
from .tensor import Tensor, ndarray, wrap

LAST = 2**63 - 1  # PyTorch's "to the end"
FULL = slice(None)
PLAIN = {int, slice}
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
MISMATCH = "shape mismatch: indexing tensors could not be broadcast together with shapes {}"
INDICES = [np.dtype(name) for name in ("int64", "int32", "uint8", "bool")]
BYTES = "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."


def first(self: Tensor, place: int) -> Tensor:
    """One element along the first dimension."""
    if not self._shape and not place:
        raise IndexError(NO_DIMENSION)
    size = self._shape[0] if self._shape else 0
    if not -size <= place < size:
        raise _no_place(place, size, 0)
    return ops.select_at(self, 0, place)


def sliced(self: Tensor, part: slice) -> Tensor:
    """Every step-th element along the first dimension, from start to end."""
    if not self._shape:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    return ops.cut(self, 0, *bounds(part))


def bounds(part: slice) -> tuple[int, int, int]:
    """Start, end and step of a slice as PyTorch counts them."""
    start, end, step = part.start, part.stop, part.step
    if step is None:
        step = 1
    elif (step := _bound(step)) <= 0:
        raise ValueError("step must be greater than zero" if step else "slice step cannot be zero")
    start = 0 if start is None else _bound(start)
    return start, LAST if end is None else _bound(end), step


def _bound(value: Any) -> int:
    try:
        return whole(value)
    except TypeError:
        text = "slice indices must be integers or None or have an __index__ method"
        raise TypeError(text) from None


def looked_at(self: Tensor, key: Any) -> tuple[Tensor, tuple]:
    """The view that a key's numbers, slices and None take, and the tensors to index it with."""
    if key.__class__ is slice and not self._shape:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    given = key if key.__class__ is tuple else parts_of(key)
    plain = PLAIN.issuperset(map(type, given))
    taken = len(given) if plain else sum(map(_dimensions, given))
    view, dim, hidden = self, 0, len(self._shape) - taken  # what the dots stand for
    if hidden < 0:
        raise IndexError(f"too many indices for tensor of dimension {len(self._shape)}")
    indices: list[Any] = []
    for place, part in enumerate(given):
        if not plain:
            part = _part(part)
            if part.__class__ in PLAIN and dim >= len(view._shape):
                raise IndexError(f"too many indices for tensor of dimension {len(self._shape)}")
        if part.__class__ is int:
            size = view._shape[dim]
            if not -size <= part < size:
                raise _no_place(part, size, place)
            view = ops.select_at(view, dim, part)
        elif part.__class__ is slice:
            if part != FULL:
                start, end, step = bounds(part)
                if start or end < view._shape[dim] or step != 1:
                    view = ops.cut(view, dim, start, end, step)
            dim += 1
        elif part is Ellipsis:
            dim += hidden
        else:
            view, dim = _noted(view, dim, part, indices)
    return view, tuple(indices)


def _noted(view: Tensor, dim: int, part: Tensor | None, indices: list) -> tuple[Tensor, int]:
    """Note an index tensor; None, True and False make a new dimension, where they may pick."""
    new = part is None or (not part._shape and part._dtype.kind in "bu")
    if new:
        view = ops.unsqueeze_at(view, dim)
    if part is not None:
        indices += [None] * (dim - _covered(indices)) + [_as_vector(part) if new else part]
    return view, dim + (1 if new else _dimensions(part))


def _no_place(number: int, size: int, place: int) -> Exception:
    """PyTorch names the part of the key where it says dimension."""
    if not -(2**63) <= number < 2**63:
        return ValueError("Overflow when unpacking long long")
    return IndexError(f"index {number} is out of bounds for dimension {place} with size {size}")


def parts_of(key: Any) -> tuple:
    """The parts of a key; a short list with more than numbers in it is taken for a tuple."""
    if isinstance(key, Tensor | ndarray) or not _is_sequence(key) or len(key) >= 32:
        return (key,)
    for part in key:
        more = part is None or part is Ellipsis or isinstance(part, Tensor | slice)
        if more or _is_sequence(part):
            warn(LIST_AS_TUPLE)
            return tuple(key)
    return (key,)


def _is_sequence(value: Any) -> bool:
    countable = hasattr(value, "__getitem__") and hasattr(value, "__len__")
    return countable and not isinstance(value, dict)


def _part(part: Any) -> Any:
    """A part as an int, a slice, None, dots, or an index tensor."""
    if part is None or part is Ellipsis or part.__class__ in PLAIN:
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
    return int(part._value) if not part._shape and part._dtype.kind == "i" else part


def _dimensions(part: Any) -> int:
    """How many dimensions a part takes up."""
    if part is None or part is Ellipsis or part is True or part is False:
        return 0
    masks = isinstance(part, Tensor) and part._dtype in (np.bool_, np.uint8)
    return part.ndim if masks else 1


def _as_vector(part: Tensor) -> Tensor:
    """A single True picks all of a new dimension, a single False nothing."""
    return wrap(np.zeros(int(bool(part._value)), np.int64))


def checked(shape: tuple, indices: Sequence[Tensor | None]) -> tuple:
    """Index tensors fit for use: bytes made masks; refused by type, and masks by their shape."""
    if any(index is not None and index._dtype not in INDICES for index in indices):
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    dim, ready = 0, []
    for index in indices:
        if index is not None and index._dtype == np.uint8:
            warn(BYTES)
            index = wrap(index._shaped() != 0)
        if index is not None and index._dtype.kind == "b":
            check_mask(shape, index._shape, dim)
        dim += _covered([index])
        ready.append(index)
    if dim > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)} (got {dim})")
    return tuple(ready)


def check_mask(shape: tuple, mask: tuple, dim: int) -> None:
    """A mask must have the sizes of the dimensions that it lies on."""
    for place, size in enumerate(mask):
        if shape[dim + place : dim + place + 1] != (size,):
            raise IndexError(
                f"The shape of the mask {list(mask)} at index {place} does not match the shape of "
                f"the indexed tensor {list(shape)} at index {dim + place}"
            )


def only_mask(shape: tuple, indices: Sequence[Tensor | None]) -> Tensor | None:
    """The mask, where indices are one mask and nothing else."""
    given = [(before, index) for before, index in enumerate(indices) if index is not None]
    if len(given) != 1 or given[0][1]._dtype.kind not in "bu":
        return None
    before, mask = given[0]
    check_mask(shape, mask._shape, before)
    return mask


def _covered(indices: Sequence[Tensor | None]) -> int:
    """How many dimensions the indices so far stand for."""
    masks = [part is not None and part._dtype.kind in "bu" for part in indices]
    return sum(part.ndim if mask else 1 for part, mask in zip(indices, masks, strict=True))


def picks(indices: Sequence[Tensor | None]) -> list[tuple[int, ndarray]]:
    """The places that indices name, for each dimension that they name places of."""
    dim, found = 0, []
    for part in indices:
        if part is not None:
            array = part._shaped()
            places = np.nonzero(array) if array.dtype.kind == "b" else (array,)
            found += [(dim + number, each) for number, each in enumerate(places)]
        dim += _covered([part])
    return found


def picked_shape(shape: tuple, indices: Sequence[Tensor | None]) -> tuple:
    """The shape of what indices pick.

    Raises:
        IndexError: in PyTorch's words, if they do not fit one another.
    """
    named = picks(indices)
    try:
        wide = np.broadcast_shapes(*(array.shape for _, array in named))
    except ValueError:
        shown = ", ".join(str(list(array.shape)) for _, array in named)
        raise IndexError(MISMATCH.format(shown)) from None
    dims = [dim for dim, _ in named]
    if 0 not in wide and any(shape[dim] == 0 for dim in dims):
        raise IndexError("index is out of bounds for dimension with size 0")
    together = dims == [*range(dims[0], dims[0] + len(dims))]
    left = tuple([size for dim, size in enumerate(shape) if dim not in dims])
    first = dims[0] if together else 0
    return (*left[:first], *wide, *left[first:])


def check_bounds(shape: tuple, indices: Sequence[Tensor | None]) -> None:
    """Refuse places that are not there; PyTorch minds them only where something is picked."""
    dims, arrays = zip(*picks(indices), strict=True)
    arrays = np.broadcast_arrays(*arrays)
    sizes = [shape[dim] for dim in dims]
    wrong = [(each < -size) | (each >= size) for each, size in zip(arrays, sizes, strict=True)]
    if not any(map(np.any, wrong)):
        return
    _, place = np.argwhere(np.stack(wrong, -1).reshape(-1, len(dims)))[0]
    there = arrays[place][wrong[place]][0]
    raise IndexError(
        f"index {there} is out of bounds for dimension {place} with size {sizes[place]}"
    )


def first_places(indices: Sequence[Tensor | None]) -> tuple:
    """The first places instead of those that are not there, where nothing is picked."""
    zeros = [None if each is None else wrap(np.zeros_like(each._shaped())) for each in indices]
    return tuple(zeros)

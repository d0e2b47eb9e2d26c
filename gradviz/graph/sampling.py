"""Numbers out of tensors of any library, device, layout and dtype; of large ones a few rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

WHOLE = 64
"""Up to so many elements a value is kept whole."""
EDGE = 4
"""Of a longer dimension so many first and last rows are kept, less where there are many."""
CHUNK = 2**18
"""Of a dtype that numpy does not know so many elements are converted at a time."""

Range = tuple[float, float, float]


def numbers_of(tensor: Any) -> np.ndarray:
    """All elements of `tensor` as an array of our own; those numpy cannot hold as float32."""
    plain = tensor.detach() if tensor.requires_grad else tensor
    try:
        return plain.numpy().copy()
    except (TypeError, RuntimeError):
        return _converted(plain).copy()


def sample(array: Any, read: Callable[[Any], np.ndarray] = np.array) -> np.ndarray:
    """The first and last rows of each dimension, at most `WHOLE` elements, as `read` copies them.

    >>> sample(np.arange(100)).tolist()[:5], sample(np.zeros((3, 50, 50))).shape
    ([0, 1, 2, 3, 4], (3, 4, 4))
    """
    return _corners(array, _kept(tuple(array.shape)), 0, read)


def sampled(tensor: Any) -> tuple[np.ndarray, Range | None]:
    """A sample of a large tensor, and its least element, mean and greatest element."""
    plain = tensor.detach()
    try:
        array = plain.numpy()
    except (TypeError, RuntimeError):
        return sample(plain, numbers_of), _range_in_pieces(plain)
    return sample(array), range_of(array)


def range_of(array: np.ndarray) -> Range | None:
    """The least element, the mean and the greatest element of real numbers."""
    if array.dtype.kind not in "fiub" or not array.size:
        return None
    with np.errstate(all="ignore"):
        mean = array.mean(dtype=np.float64)
    return (float(array.min()), float(mean), float(array.max()))


def _converted(plain: Any) -> np.ndarray:
    """What numpy cannot read as it is: on a device, conjugated, packed, of few bits or sparse."""
    plain = plain.cpu()
    if getattr(plain, "is_quantized", False):
        plain = plain.dequantize()
    if not _is_strided(plain):
        plain = plain.to_dense()
    for name in ("resolve_conj", "resolve_neg"):  # conjugated and negated only when it is read
        plain = getattr(plain, name)()
    try:
        return plain.numpy()
    except (TypeError, RuntimeError):
        return (plain.cfloat() if plain.is_complex() else plain.float()).numpy()


def _is_strided(tensor: Any) -> bool:
    return str(getattr(tensor, "layout", "strided")).endswith("strided")


def _kept(shape: tuple[int, ...]) -> tuple[int, ...]:
    """How many rows of each dimension to keep so that at most `WHOLE` elements remain."""
    most = WHOLE if len(shape) == 1 else 2 * EDGE
    keep = [min(length, most) for length in shape]
    while math.prod(keep) > WHOLE:
        longest = max(range(len(keep)), key=lambda dim: (keep[dim], -dim))
        keep[longest] //= 2
    return tuple(keep)


def _corners(
    array: Any, keep: tuple[int, ...], dim: int, read: Callable[[Any], np.ndarray]
) -> np.ndarray:
    """Only what is kept is read: slices are views, or of a sparse tensor its few elements."""
    while dim < len(keep) and keep[dim] == array.shape[dim]:
        dim += 1
    if dim == len(keep):
        return read(array)
    length, count = array.shape[dim], keep[dim]
    first = (count + 1) // 2
    pieces = [
        (start, size) for start, size in ((0, first), (length - count + first, count - first))
    ]
    return np.concatenate(
        [
            _corners(_rows(array, dim, start, size), keep, dim + 1, read)
            for start, size in pieces
            if size or not count
        ],
        axis=dim,
    )


def _rows(array: Any, dim: int, start: int, size: int) -> Any:
    if not _is_strided(array):
        return array.to_sparse_coo().narrow_copy(dim, start, size)
    return array[(slice(None),) * dim + (slice(start, start + size),)]


def _range_in_pieces(plain: Any) -> Range | None:
    """The same for what has to be converted first, without a converted copy of the whole."""
    try:
        if plain.is_complex() or not _is_strided(plain):
            return None
        if plain.device.type != "cpu":
            return (float(plain.min()), float(plain.double().mean()), float(plain.max()))
        rows = max(1, CHUNK * plain.shape[0] // plain.numel())
        parts = [
            range_of(_converted(plain[start : start + rows]))
            for start in range(0, plain.shape[0], rows)
        ]
    except (TypeError, RuntimeError, AttributeError):
        return None
    known = [part for part in parts if part is not None]
    return _joined(known, plain.shape[0], rows) if len(known) == len(parts) else None


def _joined(parts: list[Range], length: int, rows: int) -> Range:
    sizes = [min(rows, length - start) for start in range(0, length, rows)]
    mean = sum(part[1] * size for part, size in zip(parts, sizes, strict=True)) / length
    return (min(part[0] for part in parts), mean, max(part[2] for part in parts))

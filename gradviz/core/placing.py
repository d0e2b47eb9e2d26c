"""Words that pick, place and rearrange elements, on numpy values.

Each means, under create_graph, the op of the same name; where there is none, its twin is told
beside the op that is its other half.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy as np

from .meanings import on_tensors, word
from .tensor import wrap
from .words import ndarray, sum_to_size


class Mark(ref):
    """A weak reference to a gradient that was made by writing into memory, so many times."""

    __slots__ = ("key", "writes")


# Gradients made by writing into zeros and the like: PyTorch counts these writes in their version.
placed: dict[int, Mark] = {}


def at(dim: int, index: Any) -> tuple:
    """The key that indexes one dimension; its dots make numpy look even at one element's memory."""
    return (slice(None),) * dim + (index, ...)


# ------------------------------------------------------------------------------- views


def forget(mark: Mark) -> None:
    """The gradient is gone."""
    placed.pop(mark.key, None)


@word
def written(grad: Any, writes: int = 1) -> Any:  # pyright: ignore[reportRedeclaration]
    """Note that a gradient was made by that many writes; of one number nobody keeps count."""
    if grad.__class__ is ndarray:
        mark = placed[id(grad)] = Mark(grad, forget)
        mark.key, mark.writes = id(grad), writes
    return grad


@on_tensors
def written(grad, writes=1):  # noqa: F811
    return grad


def writes_into(grad: Any) -> int:
    """How many writes made a gradient, itself or the memory that it shows."""
    mark = placed.get(id(grad)) or placed.get(id(grad.base))
    return 0 if mark is None else mark.writes


@word
def blank(grad, shape):  # pyright: ignore[reportRedeclaration]
    """Zeros to place a gradient on."""
    return np.zeros(shape, grad.dtype)


@on_tensors
def blank(grad, shape):  # noqa: F811
    return wrap(np.zeros(shape, grad._dtype))


@word
def select(value, dim, index):
    return value[at(dim, index)]


@word
def cut(value, dim, start, end, step):
    return value[at(dim, slice(start, end, step))]


@word
def narrow(value, dim, start, length):
    return value[at(dim, slice(start, start + length))]


@word
def permute(value, dims):
    return value.transpose(dims)


@word
def squeeze_dim(value, dim):
    return value.reshape(value.shape[:dim] + value.shape[dim + 1 :])


@word
def unfold(value, dimension, size, step):
    if not value.ndim:
        return value.reshape(1)[:size]
    windows = np.lib.stride_tricks.sliding_window_view(value, size, dimension, writeable=True)
    return windows[at(dimension, slice(None, None, step))]


# ------------------------------------------------------------------------------- joining


@word
def cat(values, dim):
    return np.concatenate(values, dim)


@word
def roll(value, shifts, dims):
    return np.roll(value, shifts, dims or None)


@word
def rot90(value, k, dims):
    return np.rot90(value, k, dims)


@word
def constant_pad(value, pad, number):
    """Pad, or with negative widths crop, from the last dimension on."""
    widths = [(pad[2 * i], pad[2 * i + 1]) for i in range(len(pad) // 2)]
    widths = [(0, 0)] * (value.ndim - len(widths)) + widths[::-1]
    sizes = zip(widths, value.shape, strict=True)
    inner = [slice(max(-left, 0), size - max(-right, 0)) for (left, right), size in sizes]
    kept = value[tuple(inner)]
    grown = [(max(left, 0), max(right, 0)) for left, right in widths]
    return np.pad(kept, grown, constant_values=np.asarray(number, value.dtype))


# ------------------------------------------------------------------------------- indices


def key_of(indices: tuple) -> tuple:
    """The key with which numpy does what PyTorch does with these index tensors."""
    key: list[Any] = []
    for index in indices:
        array: Any = slice(None) if index is None else index._shaped()
        key.append(array.astype(bool) if index is not None and array.dtype == np.uint8 else array)
    return tuple(key)


def along(index: np.ndarray, dim: int) -> tuple:
    """The key that follows an index along one dimension and stays in place in the others."""
    if not index.ndim:
        return ()
    key: list[Any] = []
    for axis, size in enumerate(index.shape):
        shape = (1,) * axis + (size,) + (1,) * (index.ndim - axis - 1)
        key.append(np.arange(size).reshape(shape))  # `np.ogrid` takes four times as long
    key[dim] = index
    return tuple(key)


@word
def index(value, indices):
    picked = np.ascontiguousarray(value[key_of(indices)])
    # numpy leaves odd strides where a size is one
    return ndarray(picked.shape, picked.dtype, picked)


@word
def index_backward(grad, shape, indices):
    return written(index_put(blank(grad, shape), indices, grad, True))


@word
def index_put(value, indices, values, accumulate):
    full, key = np.array(value), key_of(indices)
    if accumulate and not (len(key) == 1 and key[0].dtype == bool):
        np.add.at(full, key, values)
    else:  # a mask names no place twice
        full[key] = full[key] + values if accumulate else values
    return full


@word
def index_select(value, dim, index):
    return np.take(value, index._shaped(), dim) if value.ndim else value.copy()


@word
def index_add(value, dim, index, source):
    if not value.ndim:
        return value + source
    full = np.array(value)
    np.add.at(full, at(dim, index._shaped())[: dim + 1], source)
    return full


@word
def index_select_backward(grad, shape, dim, index):
    return written(index_add(blank(grad, shape), dim, index, grad))


@word
def index_fill(value, dim, index, number):
    full = np.array(value)
    full[at(dim, index._shaped()) if value.ndim else ...] = number
    return full


@word
def gather(value, dim, index):
    picks = index._shaped()
    if not picks.size:
        return np.empty(picks.shape, value.dtype)
    if not value.ndim:
        return np.broadcast_to(value, picks.shape).copy()
    return value[along(picks, dim)] if picks.ndim else value[picks]


@word
def gather_backward(grad, shape, dim, index):
    return written(scatter_add(blank(grad, shape), dim, index, grad))


@word
def scatter(value, dim, index, source):
    full, picks = np.array(value), index._shaped()
    if not picks.size:
        return full
    if source.__class__ is ndarray and source.shape != picks.shape:
        source = source[tuple(slice(size) for size in picks.shape)]
    full[along(picks, dim)] = source
    return full


@word
def scatter_backward(grad, shape, dim, index):
    return scatter(blank(grad, shape), dim, index, grad)


@word
def scatter_add(value, dim, index, source, combine=np.add):
    full, picks = np.array(value), index._shaped()
    if not picks.size:
        return full
    if source.shape != picks.shape:
        source = source[tuple(slice(size) for size in picks.shape)]
    combine.at(full, along(picks, dim), source)
    return full


@word
def take(value, index):
    return value.reshape(-1)[index._shaped()]


@word
def take_backward(grad, shape, index):
    return written(put(blank(grad, shape), index, grad, True))


@word
def put(value, index, source, accumulate):
    full = np.array(value, order="C")
    if accumulate:
        np.add.at(full.reshape(-1), index._shaped(), source)
    else:
        full.reshape(-1)[index._shaped()] = source
    return full


@word
def masked_select(value, mask):
    if mask.__class__ is not ndarray and mask.__class__ is not np.bool_:
        mask = mask._shaped()
    value, mask = np.broadcast_arrays(value, mask)
    return value[mask]


@word
def masked_select_backward(grad, shape, mask):
    wide = np.broadcast_shapes(shape, mask.shape)
    full = masked_scatter(blank(grad, wide), mask, grad)
    return written(full) if wide == shape else sum_to_size(full, shape)


@word
def masked_scatter(value, mask, source):
    full = np.array(value, order="C" if 0 in value.strides else "K")
    chosen = np.broadcast_to(mask._shaped(), full.shape)
    full[chosen] = source.reshape(-1)[: np.count_nonzero(chosen)]
    return full

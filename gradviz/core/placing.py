"""Words that pick, place and rearrange elements, on numpy values.

Each means, under create_graph, the op of the same name; where there is none, its twin is told
beside the op that is its other half.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from . import words
from .words import ndarray, word


# Gradients made by writing into zeros: PyTorch counts that write in their version.
placed: WeakValueDictionary[int, ndarray] = WeakValueDictionary()


def spoken(function: Callable) -> Callable:
    """Make a numpy function a word that means, on tensors, the op of its name."""
    name = function.__name__

    def meant(*given: Any) -> Any:
        from .op import ops

        return getattr(ops, name)(*given)

    words.twins.setdefault(name, meant)
    return word(function)


# ------------------------------------------------------------------------------- memory


def strided(array: ndarray, shape: tuple, strides: tuple) -> ndarray:
    """The same memory under another shape; strides are in bytes. numpy's own takes 8 µs."""
    flags = array.flags
    if flags.c_contiguous or flags.f_contiguous:
        return ndarray(shape, array.dtype, array, 0, strides)
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def compatible_strides(array: ndarray, shape: tuple) -> tuple | None:
    """The strides, in bytes, with which a shape can look at this memory; None if it cannot."""
    size = array.itemsize
    runs = []  # of dimensions that follow each other in memory: how many elements, which stride
    for count, stride in zip(array.shape, array.strides, strict=True):
        if count == 1:
            continue
        if runs and runs[-1][1] == count * stride:
            runs[-1] = runs[-1][0] * count, stride
        else:
            runs.append((count, stride))
    if not runs:
        runs.append((1, size))
    strides: list[int] = []
    count, stride = runs.pop()
    taken = 1
    for place in range(len(shape) - 1, -1, -1):
        if taken == count and runs and shape[place] != 1:
            count, stride = runs.pop()
            taken = 1
        strides.append(stride * taken)
        taken *= shape[place]
        if taken > count or count % taken:
            return None
    return tuple(reversed(strides)) if not runs and taken == count else None


def contiguous_strides(shape: tuple, size: int) -> tuple:
    """The strides, in units of `size`, of a shape that lies in memory row by row."""
    strides = []
    for count in reversed(shape):
        strides.append(size)
        size *= max(count, 1)
    return tuple(reversed(strides))


def memory_of(array: ndarray) -> ndarray:
    """The array that owns the memory that an array looks at."""
    while True:
        below = getattr(array.base, "base", None) if array.base is not None else None
        owner = array.base if isinstance(array.base, ndarray) else below
        if not isinstance(owner, ndarray):
            return array
        array = owner


def offset_in_memory(array: ndarray) -> int:
    """How many elements stand before the first one of this array in its memory."""
    start, own = (each.__array_interface__["data"][0] for each in (memory_of(array), array))
    return (own - start) // array.itemsize


def window(array: ndarray, shape: tuple, stride: tuple, offset: int) -> ndarray:
    """Another look at the whole memory of an array; stride and offset count elements."""
    size = array.itemsize
    strides = tuple([each * size for each in stride])
    return ndarray(shape, array.dtype, memory_of(array), offset * size, strides)


def at(dim: int, index: Any) -> tuple:
    """The key that indexes one dimension; its dots make numpy look even at one element's memory."""
    return (slice(None),) * dim + (index, ...)


# ------------------------------------------------------------------------------- views


def counted(full: ndarray) -> ndarray:
    """Note that a gradient was written into zeros."""
    placed[id(full)] = full
    return full


@spoken
def select(value, dim, index):
    return value[at(dim, index)]


@spoken
def select_backward(grad, shape, dim, index):
    full = np.zeros(shape, grad.dtype)
    full[at(dim, index)] = grad
    return full


@spoken
def cut(value, dim, start, end, step):
    return value[at(dim, slice(start, end, step))]


@spoken
def slice_backward(grad, shape, dim, start, end, step):
    full = np.zeros(shape, grad.dtype)
    full[at(dim, slice(start, end, step))] = grad
    return full


@spoken
def narrow(value, dim, start, length):
    return value[at(dim, slice(start, start + length))]


@spoken
def permute(value, dims):
    return value.transpose(dims)


@spoken
def squeeze_dim(value, dim):
    return value.reshape(value.shape[:dim] + value.shape[dim + 1 :])


@spoken
def unfold(value, dimension, size, step):
    if not value.ndim:
        return value.reshape(size)
    windows = np.lib.stride_tricks.sliding_window_view(value, size, dimension, writeable=True)
    return windows[at(dimension, slice(None, None, step))]


@spoken
def unfold_backward(grad, shape, dimension, size, step):
    if not shape:
        return grad.sum()
    full = np.zeros(shape, grad.dtype)
    np.add.at(np.moveaxis(full, dimension, 0), step * np.arange(grad.shape[dimension])[:, None]
              + np.arange(size), np.moveaxis(grad, (dimension, -1), (0, 1)))  # fmt: skip
    return full


@spoken
def read_again(grad, written, read):
    """Add each element to its place in memory, and read the memory in another way."""
    (shape, stride, start), (other_shape, other_stride, other_start) = written, read
    ends = start + reach(shape, stride), other_start + reach(other_shape, other_stride)
    memory = np.zeros(max(ends), grad.dtype)
    np.add.at(memory, start + positions(shape, stride), grad)
    return memory[other_start + positions(other_shape, other_stride)]


def reach(shape, strides):
    """How many elements of memory a shape spans."""
    if 0 in shape:
        return 0
    return 1 + sum((count - 1) * stride for count, stride in zip(shape, strides, strict=True))


def positions(shape, strides):
    """The place in memory of each element."""
    place = np.zeros(shape, np.int64)
    for dim, stride in enumerate(strides):
        steps = np.arange(shape[dim]) * stride
        place += steps.reshape((-1,) + (1,) * (len(shape) - dim - 1))
    return place


# ------------------------------------------------------------------------------- joining


@spoken
def cat(values, dim):
    return np.concatenate(values, dim)


@spoken
def roll(value, shifts, dims):
    return np.roll(value, shifts, dims or None)


@spoken
def rot90(value, k, dims):
    return np.rot90(value, k, dims)


@spoken
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
        array = slice(None) if index is None else index._shaped()
        key.append(array.astype(bool) if index is not None and array.dtype == np.uint8 else array)
    return tuple(key)


def along(index: ndarray, dim: int) -> tuple:
    """The key that follows an index along one dimension and stays in place in the others."""
    if not index.ndim:
        return ()
    key: list[Any] = list(np.ogrid[tuple(slice(size) for size in index.shape)])
    key[dim] = index
    return tuple(key)


@spoken
def index(value, indices):
    picked = np.ascontiguousarray(value[key_of(indices)])
    # numpy leaves odd strides where a size is one
    return ndarray(picked.shape, picked.dtype, picked)


@spoken
def index_backward(grad, shape, indices):
    full = np.zeros(shape, grad.dtype)
    key = key_of(indices)
    if len(key) == 1 and key[0].dtype == bool:
        full[key] = grad
    else:
        np.add.at(full, key, grad)
    return counted(full)


@spoken
def index_put(value, indices, values, accumulate):
    full = value.copy()
    if accumulate:
        np.add.at(full, key_of(indices), values)
    else:
        full[key_of(indices)] = values
    return full


@spoken
def index_select(value, dim, index):
    return np.take(value, index._shaped(), dim) if value.ndim else value.copy()


@spoken
def index_select_backward(grad, shape, dim, index):
    if not shape:
        return grad
    full = np.zeros(shape, grad.dtype)
    np.add.at(full, at(dim, index._shaped())[: dim + 1], grad)
    return counted(full)


@spoken
def index_fill(value, dim, index, number):
    full = value.copy()
    full[at(dim, index._shaped()) if value.ndim else ...] = number
    return full


@spoken
def gather(value, dim, index):
    picks = index._shaped()
    if not value.ndim:
        return np.broadcast_to(value, picks.shape).copy()
    return value[along(picks, dim)] if picks.ndim else value[picks]


@spoken
def gather_backward(grad, shape, dim, index):
    return counted(scatter_add(np.zeros(shape, grad.dtype), dim, index, grad))


@spoken
def scatter(value, dim, index, source):
    full, picks = value.copy(), index._shaped()
    if source.__class__ is ndarray and source.shape != picks.shape:
        source = source[tuple(slice(size) for size in picks.shape)]
    full[along(picks, dim)] = source
    return full


@spoken
def scatter_backward(grad, shape, dim, index):
    return scatter(np.zeros(shape, grad.dtype), dim, index, grad)


@spoken
def scatter_add(value, dim, index, source):
    full, picks = value.copy(), index._shaped()
    if source.shape != picks.shape:
        source = source[tuple(slice(size) for size in picks.shape)]
    np.add.at(full, along(picks, dim), source)
    return full


@spoken
def take(value, index):
    return value.reshape(-1)[index._shaped()]


@spoken
def take_backward(grad, shape, index):
    full = np.zeros(shape, grad.dtype)
    np.add.at(full.reshape(-1), index._shaped(), grad)
    return counted(full)


@spoken
def put(value, index, source, accumulate):
    full = value.copy(order="C")
    if accumulate:
        np.add.at(full.reshape(-1), index._shaped(), source)
    else:
        full.reshape(-1)[index._shaped()] = source
    return full


@spoken
def masked_select(value, mask):
    if mask.__class__ is not ndarray and mask.__class__ is not np.bool_:
        mask = mask._shaped()
    value, mask = np.broadcast_arrays(value, mask)
    return value[mask]


@spoken
def masked_select_backward(grad, shape, mask):
    mask = mask._shaped()
    full = np.zeros(np.broadcast_shapes(shape, mask.shape), grad.dtype)
    full[np.broadcast_to(mask, full.shape)] = grad
    return counted(full) if full.shape == shape else words.sum_to_size(full, shape)


@spoken
def masked_scatter(value, mask, source):
    full = value.copy()
    chosen = np.broadcast_to(mask._shaped(), full.shape)
    full[chosen] = source.reshape(-1)[: np.count_nonzero(chosen)]
    return full


@spoken
def masked_scatter_backward(grad, mask, shape):
    """What was taken from the front of the source, and zeros behind."""
    taken = grad[np.broadcast_to(mask._shaped(), grad.shape)]
    full = np.zeros(shape, grad.dtype)
    full.reshape(-1)[: taken.size] = taken
    return full

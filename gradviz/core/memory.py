"""Where elements lie in memory: strides, and arrays that look at the memory of others."""

from __future__ import annotations

import numpy as np

ndarray = np.ndarray


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


def reach(shape: tuple, strides: tuple) -> int:
    """How many elements of memory a shape spans."""
    if 0 in shape:
        return 0
    return 1 + sum((count - 1) * stride for count, stride in zip(shape, strides, strict=True))


def positions(shape: tuple, strides: tuple) -> ndarray:
    """The place in memory of each element."""
    place = np.zeros(shape, np.int64)
    for dim, stride in enumerate(strides):
        steps = np.arange(shape[dim]) * stride
        place += steps.reshape((-1,) + (1,) * (len(shape) - dim - 1))
    return place

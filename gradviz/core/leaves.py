"""Where gradients end: added up for each leaf, then written into its `.grad`.

PyTorch keeps a gradient that nobody else holds, and copies or adds into it otherwise; that can be
seen in its memory and in its count of writes, so here references are counted too.
"""

from __future__ import annotations

from sys import getrefcount
from typing import Any

import numpy as np

from .meanings import silent
from .names import ops
from .placing import placed, writes_into
from .tensor import Tensor, ndarray, settled, wrap, written_times


def add_up(arrived: dict[int, list], leaf: Tensor, grad: Any) -> None:
    """Add a gradient to what has arrived at a leaf before."""
    entry = arrived.get(id(leaf))
    if entry is None:
        arrived[id(leaf)] = [leaf, grad, 0]
        return
    old = entry[1]
    if old.__class__ is not Tensor:  # torch adds in place if nobody else holds the memory
        entry[2] = entry[2] + 1 if getrefcount(old) == 3 and owns_memory(old) else 0
    entry[1] = old + grad


def owns_memory(grad: Any) -> bool:
    """Whether a gradient's memory is nobody else's; a mere reshape of new memory counts as new."""
    base = grad.base
    if base is None:
        return True
    whole = base.__class__ is ndarray and base.size == grad.size
    return whole and getrefcount(base) == 3 and grad.flags.writeable  # a repeated sum is not


def lies_as(grad: ndarray, value: ndarray) -> bool:
    """Whether a gradient lies in memory as its leaf does; beside a leaf with gaps, row by row."""
    rows = grad.flags.c_contiguous
    if value.flags.c_contiguous:
        return rows
    return rows and np.empty_like(value).strides != value.strides


def laid_out(grad: ndarray, value: Any) -> ndarray:
    """A copy of a gradient that lies in memory as its leaf does."""
    if value.__class__ is not ndarray or value.flags.c_contiguous:
        return grad.copy()
    full = np.empty_like(value, grad.dtype)
    own = full if full.strides == value.strides else np.empty(grad.shape, grad.dtype)
    own[...] = grad
    return own


def accumulate(leaf: Tensor, grad: Any, graph: bool, writes: int = 0, hooked: int = 0) -> None:
    """Write `.grad`: a gradient that nobody else holds is kept, not copied, as in PyTorch.

    A hook that will be shown it (`hooked`) does not count as somebody.
    """
    old = leaf._grad
    if graph:
        leaf._grad = copied(grad) if old is None else old + grad
    elif old is None:
        alone = getrefcount(grad) == 2 + hooked
        if grad.__class__ is ndarray:
            value = leaf._value
            alike = value.__class__ is not ndarray or grad.strides == value.strides
            alone = alone and (alike or lies_as(grad, value))
            new = alone and (grad.base is None or owns_memory(grad))
            own = grad if new else laid_out(grad, value)
            grad = settled(own)[0] if own.size == 1 else own
        leaf._grad = found = wrap(grad, leaf._shape)
        if placed:
            writes += writes_into(grad)
        if writes or not alone:
            found._written = written_times(writes if alone else 1)  # torch copies into new memory
    else:
        value = old._value
        if value.__class__ is not ndarray:
            old._value = value + (grad if grad.__class__ is not ndarray else settled(grad)[0])
        elif value.size < 64:
            value[...] = value + grad
        else:
            value += grad
        version = old._written
        (old._shared_version() if version is None else version).bump()


def copied(grad: Tensor) -> Tensor:
    """A gradient with a graph of its own, in memory of its own."""
    copy = ops.copy(wrap(np.empty(grad._shape, grad._dtype)), grad)
    copy._written = written_times(1)
    return copy


def added(old: Any, grad: Any) -> Any:
    """Two gradients that meet."""
    return old + grad


add_up, accumulate, added = silent(add_up), silent(accumulate), silent(added)

"""Tensors on memory that is there already: shared where it can be, copied where it must."""

from __future__ import annotations

from typing import Any

import numpy as np

from .data import FLOATS_ONLY, array_of, checked_array, made, numpy_type
from .device import device_of
from .dtypes import scalar_name
from .session import warn_once
from .tensor import Tensor, wrap


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """A tensor on the memory of an array: writing to one writes to the other.

    >>> array = np.ones(2)
    >>> shared = from_numpy(array)
    >>> array[0] = 5
    >>> shared
    tensor([5., 1.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    return wrap(checked_array(ndarray))


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """The data as a tensor, without a copy where that is possible.

    >>> from .data import tensor
    >>> values = tensor([1.0])
    >>> as_tensor(values) is values
    True
    """
    kind = numpy_type(dtype)
    device_of(device)
    if isinstance(data, Tensor):
        return data if kind is None or kind is data._dtype else data.to(dtype)
    if isinstance(data, np.ndarray) and kind in (None, data.dtype):
        return wrap(checked_array(data))
    return made(array_of(data, kind))


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Tensor:
    """The object as a tensor; a copy only where asked for or needed.

    A tensor keeps its graph, unless `requires_grad=False`.

    Raises:
        ValueError: a copy is needed, and `copy=False`.

    >>> from .data import tensor
    >>> values = tensor([1.0, 2.0], requires_grad=True)
    >>> asarray(values * 2, requires_grad=False)
    tensor([2., 4.])
    """
    kind = numpy_type(dtype)
    if requires_grad is None and isinstance(obj, Tensor) and obj._requires_grad:
        warn_once(GRAD_UNSPECIFIED)
        requires_grad = True
    if copy is False:
        refuse_copy(obj, kind)
    if copy and isinstance(obj, Tensor) and (kind is None or kind is obj._dtype):
        result = obj.clone()
    else:
        result = as_tensor(np.array(obj) if copy and isinstance(obj, np.ndarray) else obj, dtype)
    device_of(device)
    if requires_grad and result._dtype.kind != "f":
        raise RuntimeError(FLOATS_ONLY)
    if requires_grad or result.is_leaf:
        return result.requires_grad_(bool(requires_grad))
    return result.detach()


GRAD_UNSPECIFIED = (
    "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. "
    "Pass requires_grad=False explicitly to get the old behavior and silence this warning."
)


def refuse_copy(obj: Any, kind: Any) -> None:
    """Say why an object's memory cannot be shared, if it cannot."""
    if not isinstance(obj, Tensor | np.ndarray):
        raise ValueError("can't alias arbitrary sequence into a tensor.")
    own = obj._dtype if isinstance(obj, Tensor) else obj.dtype
    if kind is not None and kind is not own:
        names = f"'{scalar_name(own)}' into dtype '{scalar_name(kind)}'"
        raise ValueError(f"can't alias tensor with dtype {names}.")

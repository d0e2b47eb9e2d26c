"""In place: a value written into a tensor's memory, and the tensor moved to its new node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import errors
from .modes import recording
from .tensor import Tensor, ndarray, wrap


def store(self: Tensor, result: Tensor) -> Tensor:
    """Write a computed value into a tensor's memory; nothing is recorded."""
    if self._value.__class__ is not ndarray and result._value.__class__ is not ndarray:
        value = result._value
        self._value = value if value.dtype is self._dtype else value.astype(self._dtype)
    else:
        self._array()[...] = result._shaped()
    self._shared_version().bump()
    return self


def write(self: Tensor, function: Callable, *args: Any, **kwargs: Any) -> Tensor:
    """Write what a function of the tensor gives into the tensor, recorded if it is."""
    if self._node is None and self._requires_grad and recording():
        raise RuntimeError(errors.LEAF_IN_PLACE)
    result = function(self, *args, **kwargs)
    node = result._node
    if node is None:
        return store(self, result)
    for name in node.saves:
        if (
            getattr(node, name) is self
        ):  # a rule needs what is overwritten now: torch, too, saves a clone
            setattr(node, name, wrap(self._array().copy(), None, self._node))
    store(self, result)
    self._node, self._requires_grad = node, True
    return self

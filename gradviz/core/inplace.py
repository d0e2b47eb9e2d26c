"""In place: a value written into a tensor's memory, and the tensor moved to its new node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from . import dtypes, errors
from .errors import warn
from .hooks import retain_on
from .memory import offset_in_memory, window
from .modes import recording
from .names import ops
from .node import small
from .tensor import Tensor, ndarray
from .views import View, copy_slices, hand_over, refusal, renew_views


def store(self: Tensor, result: Tensor, some: bool = False) -> Tensor:
    """Write a computed value into a tensor's memory; nothing is recorded.

    Of elements that lie on one another only `some` may be written: those that are to change.
    """
    check_fit(self, result)
    value = result._value
    if self._value.__class__ is not ndarray and value.__class__ is not ndarray:
        self._value = value if value.dtype is self._dtype else value.astype(self._dtype)
    else:
        array = self._array()
        lying = 0 in array.strides and overlaps(array)
        if lying and not some:
            raise RuntimeError(errors.OVERLAP)
        if not array.flags.writeable:
            array = writeable(self)
        value = result._shaped()
        if lying:
            np.copyto(array, value, "unsafe", where=array != value)
        else:
            array[...] = value
    version = self._written
    if version is None or self._node is not None:
        version = self._shared_version()
    version.bump()
    return self


def check_fit(self: Tensor, result: Tensor) -> None:
    """The result must fit into the memory that it is written to."""
    if not dtypes.castable(result._dtype, self._dtype):
        given, own = dtypes.scalar_name(result._dtype), dtypes.scalar_name(self._dtype)
        raise RuntimeError(f"result type {given} can't be cast to the desired output type {own}")
    if result._shape != self._shape:
        raise RuntimeError(
            f"output with shape {list(self._shape)} doesn't match the broadcast shape "
            f"{list(result._shape)}"
        )


def overlaps(array: np.ndarray) -> bool:
    """Whether several elements lie on one another."""
    lying = (
        stride == 0 and size > 1 for stride, size in zip(array.strides, array.shape, strict=True)
    )
    return array.size > 0 and any(lying)


def shifted(self: Tensor, other: Tensor) -> bool:
    """Whether two aliases lie on one another, but not element on element."""
    if self._written is None or other._written is not self._written:
        return False
    left, right = self._array(), other._array()
    if not (left.size and right.size and is_dense(left) and is_dense(right)):
        return False
    (start, end), (other_start, other_end) = byte_bounds(left), byte_bounds(right)
    if (start, end) == (other_start, other_end):
        return left.strides != right.strides
    return start < other_end and other_start < end


def is_dense(array: np.ndarray) -> bool:
    """Whether the elements lie side by side, in whatever order."""
    start, end = byte_bounds(array)
    return end - start == array.size * array.itemsize and not overlaps(array)


def writeable(self: Tensor) -> np.ndarray:
    """The same memory; a part of what `expand` protects may be written where nothing overlaps."""
    array = self._value
    strides = tuple([stride // array.itemsize for stride in array.strides])
    array = self._value = window(array, array.shape, strides, offset_in_memory(array))
    return array


def check_writable(self: Tensor, leaf: str = errors.LEAF_IN_PLACE) -> None:
    """Refuse a recorded write into a leaf, or into what cannot be followed."""
    view = self._view
    if view is not None:
        if view.kind != View.NORMAL:
            raise RuntimeError(refusal(self, view, "is being"))
        if view.base._requires_grad and view.base._node is None:
            raise RuntimeError(errors.VIEW_OF_LEAF)
    if self._node is None and self._requires_grad:
        raise RuntimeError(leaf)


def write(
    self: Tensor, function: Callable, *args: Any, some: bool = False, **kwargs: Any
) -> Tensor:
    """Write what a function of the tensor gives into the tensor, recorded if it is."""
    if recording() and (
        self._requires_grad or any(requires_grad(each) for each in (*args, *kwargs.values()))
    ):
        check_writable(self)
    for other in args:
        if isinstance(other, Tensor) and other is not self and shifted(self, other):
            raise RuntimeError(errors.SHIFTED)
    result = function(self, *args, **kwargs)
    node = result._node
    check_fit(self, result)
    if node is None:
        return store(self, result, some)
    keep_old_value(self, node.owner)
    version = self._shared_version()
    views, version.views = version.views, None  # which are renewed when the new node is known
    try:
        store(self, result, some)
    finally:
        version.views = views
    rebase(self, node)
    return self


def write_some(name: str, self: Tensor, function: Callable, *args: Any, **kwargs: Any) -> Tensor:
    """`write` for what changes some elements; where they lie on one another, PyTorch warns."""
    array = self._value
    if array.__class__ is ndarray and 0 in array.strides and overlaps(array):
        assigned = "[indices] = tensor" if name == "index_put_" else "[mask] = scalar"
        warn(errors.EXPANDED.format(name, assigned))
    return write(self, function, *args, some=True, **kwargs)


def fill(self: Tensor, function: Callable, *args: Any) -> Tensor:
    """`write` for what gives all elements one value, so that they may lie on one another."""
    array = self._value
    if array.__class__ is not ndarray or not overlaps(array):
        return write(self, function, *args)
    from .op import ops

    part = self
    for axis, stride in enumerate(array.strides):
        if stride == 0:
            part = ops.narrow(part, axis, 0, 1)
    write(part, function, *args)
    return self


def requires_grad(value: Any) -> bool:
    """Whether an argument is a tensor that requires grad."""
    return isinstance(value, Tensor) and value._requires_grad


def keep_old_value(self: Tensor, node: Any) -> None:
    """A rule may need what is overwritten now: it gets a copy, but not in `w *= w`."""
    written: str = next(iter(node.op.plan.kinds)) if node.saves else ""
    if written in node.saves and getattr(node, written) is self:
        setattr(node, written, ops.clone_of(self))


def rebase(self: Tensor, node: Any) -> None:
    """Move a tensor that was written to the node that wrote it, and its base and views with it."""
    owner = node.owner
    if "result" in owner.saves and owner.result_version is None:
        hand_over(self, owner)
    if owner.remembered is not None:
        owner.remembered = small(self._value)
    view = self._view
    if view is None:
        old, self._node, self._requires_grad = self._node, node, True
        hand_over(self, owner)
        retain_on(self, old)
        base = self
    else:
        hand_over(self, owner)
        copy_slices(view, owner)
        base = view.base
    renew_views(base)

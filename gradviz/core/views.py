"""Views: results that share the memory of the tensor they were made from.

A write through a view is a write into its base: the base then gets a node CopySlices, which sends
the gradient of the written part through the operation that wrote it, and the rest on to the base's
old node. The views of a base that was written get new nodes, AsStridedBackward0.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import errors
from .hooks import retain_on
from .modes import current, recording, special
from .names import ops
from .node import Node, gathered, maker, small, spread
from .tensor import Tensor, Version, next_number


class View:
    """What a view knows of where it comes from.

    `path` is how it is reached from its base: (op, arguments, number of the output), ...
    """

    NORMAL, NO_GRAD, SEVERAL, INFERENCE, CUSTOM = "", "no_grad", "several", "inference", "custom"
    __slots__ = ("base", "kind", "path", "stamp")

    def refresh(self, view: Tensor) -> None:
        """Make the node of a view anew if its memory was written since."""
        if view._written.stamp > self.stamp and self.base._requires_grad:
            if self.kind != View.NORMAL:
                raise RuntimeError(refusal(view, self, PASSIVE))
            self.stamp = view._written.stamp
            regenerate(view, self)


reference_to, new_view = weakref.ref, maker(View)


def sweep(views: list) -> None:
    """Now and then let go of the views of a memory that have died."""
    count = len(views)
    if count & (count - 1) == 0:
        views[:] = [each for each in views if each() is not None]


def views_of(base: Tensor) -> Iterator[Tensor]:
    """The views of a base that live; its memory may have other bases beside it."""
    version = base._written
    for reference in (version is not None and version.views) or ():
        view = reference()
        if view is not None and view._view.base is base:
            yield view


def renew_after_write(views: list) -> None:
    """After a write that was not recorded: the views of what has a gradient get new nodes."""
    for reference in views:
        tensor = reference()
        if tensor is not None and tensor._view.base._requires_grad:
            renew(tensor, tensor._view)


def renew(tensor: Tensor, view: View) -> None:
    """Give a view a new node; to use one that cannot have any more is an error."""
    if view.kind == View.NORMAL:
        view.stamp = tensor._written.stamp
        regenerate(tensor, view)
    else:
        tensor._node, tensor._requires_grad = refused(tensor, view), True


PASSIVE = "its base or another view of its base has been"


def view_of(
    source: Tensor, result: Tensor, op: Any, arguments: tuple, number: int | None = None
) -> None:
    """Note that a result is a view of `source`; what belongs to inference mode is never one."""
    version = source._written
    if version is None:
        version = source._shared_version()
    elif version.inference:
        result._written, result._node, result._requires_grad = version, None, False
        return
    result._written, result._view = version, (view := new_view())
    view.stamp, above = version.stamp, source._view
    if above is None:
        view.base, view.path, view.kind = source, ((op, arguments, number),), ""
    else:
        view.base, view.path = above.base, (*above.path, (op, arguments, number))
        view.kind = above.kind
    if number is not None and not view.kind:
        view.kind = View.SEVERAL
    if special and not recording():
        view.kind = View.INFERENCE if current().inference else View.NO_GRAD
        if view.base._requires_grad:
            result._requires_grad = True
    views = version.views
    if views is None:
        version.views = [reference_to(result)]
    else:
        views.append(reference_to(result))
        if len(views) >= 16:
            sweep(views)


Tensor._is_view = lambda self: self._view is not None


# ------------------------------------------------------------------------- what is refused


class Refused:
    """Stands for the node of a view that cannot have one any more; to use the view is an error."""

    result_version = ()  # nothing that hears of writes

    def __init__(self, view: View, node: Any) -> None:
        self.made_by = None if node is None else errors.short_name(node)
        self.kind, self.number = view.kind, getattr(node, "number", 0)

    def text(self, what: str) -> str:
        """Why a view may not be written, or may not be used after a write into its base."""
        return errors.refused_view(self.kind, what, self.made_by, self.number)

    def __bool__(self) -> bool:
        raise RuntimeError(self.text(PASSIVE))


def refusal(tensor: Tensor, view: View, what: str) -> str:
    """The same, of a view that still has the node it had."""
    return refused(tensor, view).text(what)


def refused(tensor: Tensor, view: View) -> Refused:
    """What stands for the node of a view from now on."""
    node = tensor._node
    return node if isinstance(node, Refused) else Refused(view, node)


# --------------------------------------------------------------------------- the new nodes


def replayed(array: np.ndarray, path: tuple) -> np.ndarray:
    """The same part of another array of the base's layout."""
    from .compiler import planned

    for op, arguments, number in path:
        array = planned(op).forward_value(array, *arguments)
        if number is not None:
            array = array[number]
    return array


def laid_out_as(base: np.ndarray, fill: Any) -> np.ndarray:
    """An array in the memory layout of the base, so that its views can be repeated on it."""
    array = np.empty_like(base)
    array[...] = fill
    return array


def add_into(part: np.ndarray, grad: Any) -> None:
    """Add a gradient to a part whose elements may lie on one another."""
    for axis, stride in enumerate(part.strides):
        if stride == 0 and part.shape[axis] > 1:
            grad = np.add.reduce(grad, axis, keepdims=True)
            part = part[(slice(None),) * axis + (slice(0, 1),)]
    part += grad


class ViewNode(Node):
    """A node that knows a part of a base: where it is, and the layout of the base."""

    __slots__ = ("edges_", "layout", "path")

    def _edges(self) -> list:
        return self.edges_

    def _backward_graph(self, grad: Any, keep: Any) -> tuple:
        raise NotImplementedError


class AsStridedBackward0(ViewNode):
    """A view of a base that was written in place."""

    __slots__ = ()
    __module__ = "builtins"

    def _backward(self, grad: Any, keep: Any) -> tuple:
        full = laid_out_as(self.layout, 0)
        add_into(replayed(full, self.path), grad)
        return self.edges_[0], full, None, None

    def _backward_graph(self, grad: Any, keep: Any) -> tuple:
        return self.edges_[0], ops.place_part(grad, self.layout, self.path), None, None


class CopySlices(ViewNode):
    """A base of which a part was written: what came before, and what was written."""

    __slots__ = ("writer",)
    __module__ = "builtins"

    def _backward(self, grad: Any, keep: Any) -> tuple:
        full = laid_out_as(self.layout, grad)
        part = replayed(full, self.path)
        pairs = gathered(self.writer, *self.writer._backward(part.copy(), keep))
        part[...] = 0 if pairs[0][0] is None else pairs[0][1]
        return self.sent(full, pairs)

    def _backward_graph(self, grad: Any, keep: Any) -> tuple:
        piece = ops.take_part(grad, self.layout, self.path)
        pairs = gathered(self.writer, *self.writer._backward_graph(piece, keep))
        part = None if pairs[0][0] is None else pairs[0][1]
        return self.sent(ops.replace_part(grad, part, self.layout, self.path), pairs)

    def sent(self, full: Any, pairs: list) -> tuple:
        """The base's gradient, and the gradients of what was written."""
        grads = [full] + [grad for _, grad in pairs[1:]]
        sent = zip(self.edges_, grads, strict=True)
        edges = [None if grad is None else edge for edge, grad in sent]
        return spread(edges, grads, self.sequence)


new_as_strided, new_copy_slices = maker(AsStridedBackward0), maker(CopySlices)


def regenerate(tensor: Tensor, view: View) -> None:
    """Give a view its new node."""
    node = new_as_strided()
    node.sequence, node.result_version, node.result_shape = next_number(), None, tensor._shape
    node.remembered = small(tensor._value)
    node.edges_ = [view.base._node or view.base]
    node.layout, node.path = view.base._array(), view.path
    hand_over(tensor, node)
    old, tensor._node, tensor._requires_grad = tensor._node, node, True
    retain_on(tensor, old)


def hand_over(tensor: Tensor, node: Any) -> None:
    """Let a new node hear of later writes."""
    version: Version = tensor._shared_version()
    node.result_version = version, version.stamp


def copy_slices(view: View, writer: Any) -> None:
    """Give the base of a written view its new node."""
    base = view.base
    node = new_copy_slices()
    node.sequence, node.result_version, node.result_shape = next_number(), None, base._shape
    node.remembered = small(base._value)
    own = (base._node or base) if base._requires_grad else None
    node.edges_ = [own, *writer._edges()[1:]]
    node.layout, node.path, node.writer = base._array(), view.path, writer
    hand_over(base, node)
    old, base._node, base._requires_grad = base._node, node, True
    retain_on(base, old)


def renew_views(base: Tensor) -> None:
    """After a recorded write into a base: all its views get new nodes."""
    for tensor in views_of(base):
        renew(tensor, tensor._view)

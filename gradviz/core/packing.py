"""What a recorded operation is given besides: a note of its lines, hooks on what it saves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import errors
from .modes import Anomaly, Inference, no_grad, noted, threads
from .node import FREED, check_saved, freed, landing
from .tensor import InferenceVersion, Tensor, ndarray, wrap

HOLDING = frozenset(
    {"index", "indices", "mask", "pos_weight", "running_mean", "running_var", "weight"}
)
"""Parameters without a gradient that may yet hold tensors, which are saved as any other."""


class Packed:
    """A saved tensor that went through `saved_tensors_hooks`, and where its gradient goes."""

    __slots__ = ("edge", "packed", "unpack")

    def __init__(self, packed: Any, unpack: Callable, edge: Any) -> None:
        self.packed, self.unpack, self.edge = packed, unpack, edge

    def unpacked(self, node: Any = None) -> Tensor:
        """The tensor again; a result is told which node it comes from."""
        tensor = self.unpack(self.packed)
        if not isinstance(tensor, Tensor):
            raise TypeError(errors.NOT_UNPACKED.format(type(tensor).__name__))
        edge = self.edge if node is None else node
        edge = landing(edge) if isinstance(edge, Tensor) else edge
        return wrap(tensor._value, tensor._shape, edge)


class PackedArray(Packed):
    """The same of an array that an op keeps without a tensor around it."""

    __slots__ = ()

    def unpacked(self, node: Any = None) -> Any:
        """The array again."""
        return super().unpacked()._shaped()


def arrange(tensor: Tensor, op: Any) -> None:
    """See to a new result where some mode is on."""
    state, node = threads.state, tensor._node
    if node is None:
        if state.inference and tensor._view is None:
            tensor._written = InferenceVersion()
        return
    node = node.owner
    if Anomaly.enabled:
        from .anomaly import note

        note(node)
    if Inference.ever or state.saved_hooks:
        for name in node.saves:
            setattr(node, name, arranged(getattr(node, name), node, name))


def arranged(saved: Any, node: Any, name: str) -> Any:
    """A saved value, after the hooks on what is saved."""
    if saved.__class__ is tuple:
        return tuple([arranged(each, node, name) for each in saved])
    hooks = threads.state.saved_hooks
    if not isinstance(saved, Tensor):
        if not hooks or isinstance(saved, Packed):
            return saved
        results = node.op.plan.results
        if name in results:
            several = node.op.outputs is not None
            shape = node.result_shape[results.index(name)] if several else node.result_shape
            return packed(wrap(saved, shape), *hooks[-1])
        if saved.__class__ is ndarray and name in HOLDING:
            return packed(wrap(saved), *hooks[-1], kind=PackedArray)
        return saved
    if saved._written is not None and saved._written.inference:
        raise RuntimeError(errors.INFERENCE_SAVED)
    return packed(saved, *hooks[-1]) if hooks else saved


def packed(
    tensor: Tensor, pack: Callable, unpack: Callable, *, apart: bool = False, kind: Any = Packed
) -> Packed:
    """A tensor given to the hooks, outside its graph if it is to be apart."""
    state = threads.state
    was, state.saved_hooks = state.saved_hooks, ()
    given = tensor.detach() if apart else tensor
    count = given._version
    try:
        with no_grad():
            kept = pack(given)
    finally:
        state.saved_hooks = was
        noted(state)
    if given._version != count:
        raise RuntimeError(errors.PACK_WROTE)
    return kind(kept, unpack, (tensor._node or tensor) if tensor._requires_grad else None)


def opened(node: Any, name: str, keep: Any) -> Any:
    """What a node kept where it may be a number, a tensor or several."""
    held: Any = getattr(node, name)
    if held is FREED:
        freed()
    if not keep and isinstance(held, Tensor | Packed | tuple | ndarray):
        setattr(node, name, FREED)
    if isinstance(held, tuple):
        return tuple([_opened(each, node) for each in held])
    return _opened(held, node)


def _opened(held: Any, node: Any) -> Any:
    if isinstance(held, Packed):
        return held.unpacked()
    if isinstance(held, Tensor):
        check_saved(held, held._written, node.sequence)
    return held

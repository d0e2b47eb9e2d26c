"""Hooks: functions that are called with the gradients as they pass."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from . import dtypes, errors
from .node import AccumulateGrad, Extras, Node, extras
from .tensor import Tensor, alone

next_id = itertools.count().__next__


class Hooks(dict):
    """Functions by number, in the order in which they were registered."""

    __slots__ = ("__weakref__", "held_by")  # the extras of the leaf whose own node has the hooks
    alive = 0  # while there are any, the engine takes its careful way

    def add(self, hook: Callable) -> RemovableHandle:
        """Register one more."""
        handle = RemovableHandle(self)
        self[handle.id] = hook
        Hooks.alive += 1
        return handle

    def __delitem__(self, number: int) -> None:
        super().__delitem__(number)
        Hooks.alive -= 1
        leaf = getattr(self, "held_by", None)
        if leaf is not None and not self:
            let_go(leaf)

    def __del__(self) -> None:
        Hooks.alive -= len(self)


class RemovableHandle:
    """What registering a hook returns: the means to remove it."""

    __module__ = "gradviz.utils.hooks"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks_dict_ref = weakref.ref(hooks)
        self.id = next_id()

    def remove(self) -> None:
        """Remove the hook; a second time does nothing."""
        hooks = self.hooks_dict_ref()
        if hooks is not None and self.id in hooks:
            del hooks[self.id]

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def hook_name(hook: Any) -> str:
    """What a message calls a hook."""
    return getattr(hook, "__name__", "<unknown>")


# ------------------------------------------------------------------------------ registering


def tensor_extras(tensor: Tensor) -> Extras:
    """Where a tensor's own hooks are kept: on a leaf, else on its node."""
    node = tensor._current_node()
    if node is not None:
        return extras(node.owner)
    found = getattr(tensor, "_hooks", None)
    if found is None:
        found = tensor._hooks = Extras()
    return found


def hooks_in(own: Extras, kind: str) -> Hooks:
    """The hooks of a kind, made when first asked for."""
    if getattr(own, kind) is None:
        setattr(own, kind, Hooks())
    return getattr(own, kind)


def register_hook(self: Tensor, hook: Callable) -> RemovableHandle:
    """Call `hook(grad)` when the gradient of this tensor is known; what it returns replaces it.

    >>> import gradviz as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> handle = x.register_hook(lambda grad: grad * 10)
    >>> (x * x).backward()
    >>> x.grad
    tensor(60.)
    """
    if not self._requires_grad:
        raise RuntimeError(errors.HOOK_WITHOUT_GRAD)
    table = tensor_extras(self).of_outputs()
    return table.setdefault(self.output_nr, Hooks()).add(hook)


def register_post_accumulate_grad_hook(self: Tensor, hook: Callable) -> RemovableHandle:
    """Call `hook(tensor)` whenever its `.grad` has been written."""
    if not self._requires_grad:
        raise RuntimeError(errors.HOOK_WITHOUT_GRAD)
    if self._current_node() is not None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    return hooks_in(tensor_extras(self), "hooks").add(hook)


def retain_grad(self: Tensor, *more: Any) -> None:
    """Let `.grad` of this tensor be written too, though it is no leaf."""
    if more:
        alone("retain_grad", more)
    if not self._requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if self._current_node() is None or retains_grad(self):
        return
    hooks_in(tensor_extras(self), "retained")[self.output_nr] = weakref.ref(self)
    Hooks.alive += 1


def retains_grad(self: Tensor) -> bool:
    """Whether `.grad` of this tensor is written though it is no leaf."""
    return retained_on(self._current_node(), self) is not None


def retained_on(node: Any, tensor: Tensor) -> Hooks | None:
    """What a node's tensors retain, if this one is among them."""
    own = None if node is None else getattr(node.owner, "extras", None)
    if own is None or own.retained is None:
        return None
    kept = own.retained.get(getattr(node, "number", 0))
    return own.retained if kept is not None and kept() is tensor else None


def retain_on(tensor: Tensor, old: Node | None) -> None:
    """Let a tensor that retains its gradient do so on its new node, too."""
    retained = retained_on(old, tensor)
    if retained is not None:
        del retained[getattr(old, "number", 0)]
        retain_grad(tensor)


def backward_hooks(self: Tensor) -> Hooks | None:
    """The hooks of a tensor by number, None if it has none."""
    node = self._current_node()
    own = getattr(self, "_hooks", None) if node is None else getattr(node.owner, "extras", None)
    return (getattr(own, "tensor_hooks", None) or {}).get(self.output_nr)


def let_go(leaf: Extras) -> None:
    """A leaf holds its own node no longer than that has hooks: they would keep each other alive."""
    own = getattr(leaf.accumulator, "extras", None)
    if own is None or not (own.prehooks or own.hooks):
        leaf.accumulator = None


def added_to(node: Node, kind: str, hook: Callable) -> RemovableHandle:
    """Add a hook to those of a node; a leaf holds its own node from now on, and so the hooks."""
    hooks = hooks_in(extras(node), kind)
    if isinstance(node, AccumulateGrad):
        hooks.held_by = leaf = tensor_extras(node.variable)
        leaf.accumulator = node
    return hooks.add(hook)


def register_prehook(self: Node, hook: Callable) -> RemovableHandle:
    """Call `hook(grad_outputs)` before the node's turn."""
    return added_to(self, "prehooks", hook)


def register_node_hook(self: Node, hook: Callable) -> RemovableHandle:
    """Call `hook(grad_inputs, grad_outputs)` after the node's turn."""
    return added_to(self, "hooks", hook)


for _method in (register_hook, register_post_accumulate_grad_hook):
    _method.__qualname__ = f"Tensor.{_method.__name__}"  # as PyTorch says where a call fails
Tensor.register_hook = register_hook  # type: ignore[attr-defined]
Tensor.register_post_accumulate_grad_hook = register_post_accumulate_grad_hook  # type: ignore[attr-defined]
Tensor._backward_hooks = property(backward_hooks)  # type: ignore[attr-defined]
Tensor.retain_grad = retain_grad  # type: ignore[attr-defined]
Tensor.retains_grad = property(retains_grad)  # type: ignore[attr-defined]
type.__setattr__(Node, "register_prehook", register_prehook)
type.__setattr__(Node, "register_hook", register_node_hook)


# ---------------------------------------------------------------------------------- running


def run_tensor_hooks(hooks: Iterable[Callable], grad: Tensor | None) -> Any:
    """The gradient after the hooks of a tensor."""
    for hook in list(hooks):
        changed = hook(grad)
        if changed is not None:
            grad = checked(hook, grad, changed)
    return grad


def run_hooks(hooks: Iterable[Callable], grads: tuple, *taken: tuple) -> tuple:
    """The gradients that a node takes in, or sends out for those taken, after its hooks."""
    for hook in list(hooks):
        changed = hook(grads, *taken)
        if changed is not None:
            grads = checked_all(hook, grads, changed)
    return grads


def run_after_writing(hooks: Iterable[Callable], leaf: Tensor) -> None:
    """Call the hooks of a leaf whose `.grad` has been written."""
    for hook in list(hooks):
        if hook(leaf) is not None:
            raise RuntimeError("Tensor post accumulate grad hooks should return None.")


def checked_all(hook: Callable, grads: tuple, changed: Any) -> tuple:
    """What a hook returned for several gradients, if it is fit to replace them."""
    if not isinstance(changed, tuple) and (len(grads) != 1 or isinstance(changed, Tensor)):
        raise TypeError(f"expected tuple, but hook returned '{type(changed).__name__}'")
    if len(changed) != len(grads):
        raise RuntimeError(
            f"hook '{hook_name(hook)}' has returned an incorrect number of values "
            f"(got {len(changed)}, but expected {len(grads)})"
        )
    return tuple([checked(hook, old, new) for old, new in zip(grads, changed, strict=True)])


def checked(hook: Callable, old: Tensor | None, new: Any) -> Any:
    """What a hook returned for one gradient, if it is fit to replace it; None is no gradient."""
    if new is old or new is None:
        return new
    if not isinstance(new, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(new).__name__}'")
    if old is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if old._dtype is not new._dtype:
        raise RuntimeError(
            f"hook '{hook_name(hook)}' has changed the type of value "
            f"(was {tensor_type(old)} got {tensor_type(new)})"
        )
    if old._shape != new._shape:
        raise RuntimeError(f"hook '{hook_name(hook)}' has changed the size of value")
    return new


def tensor_type(tensor: Any) -> str:
    """The legacy name of a tensor's type, which messages still use."""
    return f"torch.{dtypes.scalar_name(tensor._dtype)}Tensor"

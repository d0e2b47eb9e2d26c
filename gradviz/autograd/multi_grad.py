"""One hook for the gradients of several tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..core import modes
from ..core.hooks import RemovableHandle
from ..core.listened import Pass
from ..core.tensor import Tensor

NOT_IN_GRAD = (
    "A leaf node was passed to _will_engine_execute_node but we are currently running "
    "autograd.grad(). This is currently not supported."
)


class Handle(RemovableHandle):
    """The means to remove a hook from all its tensors."""

    __module__ = "gradviz.autograd.graph"
    __qualname__ = "_MultiHandle"

    def __init__(self, handles: Sequence[RemovableHandle]) -> None:
        self.handles = tuple(handles)

    def remove(self) -> None:
        """Remove the hook."""
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[[Any], None], *, mode: str = "all"
) -> Handle:
    """Call `fn(grads)` in each pass when all gradients are known, or `fn(grad)` at the first.

    >>> import gradviz as torch
    >>> x, y = (torch.tensor(each, requires_grad=True) for each in (3.0, 5.0))
    >>> handle = register_multi_grad_hook([x, y], print)
    >>> (x * y).backward()
    [tensor(5.), tensor(3.)]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    if not all(each.requires_grad for each in tensors):
        raise AssertionError("Expected gradient function to be set")
    if mode == "any":
        return _at_the_first(tensors, fn)
    return _when_all_are_known(tensors, fn)


def _at_the_first(tensors: Sequence[Tensor], fn: Callable[[Any], None]) -> Handle:
    seen: Pass | None = None

    def hear(grad: Tensor) -> None:
        nonlocal seen
        running = modes.current().running
        if running is not seen:
            seen = running
            fn(grad)

    return Handle([each.register_hook(hear) for each in tensors])


def _when_all_are_known(tensors: Sequence[Tensor], fn: Callable[[Any], None]) -> Handle:
    known: dict[Pass, list[Tensor | None]] = {}

    def hear(number: int, grad: Tensor) -> None:
        running = modes.current().running
        grads = known.setdefault(running, [None] * len(tensors))
        grads[number] = grad
        expected = sum(_takes_part(each, running) for each in tensors)
        if sum(each is not None for each in grads) == expected:
            fn(known.pop(running))

    return Handle(
        [
            each.register_hook(lambda grad, number=number: hear(number, grad))
            for number, each in enumerate(tensors)
        ]
    )


def _takes_part(tensor: Tensor, running: Pass) -> bool:
    """Whether the gradient of a tensor will be known in a pass."""
    nodes, leaves = running.reached
    node = tensor._current_node()
    if node is not None:
        return node.owner in nodes
    if not running.write:
        raise RuntimeError(NOT_IN_GRAD)
    return tensor in leaves and (running.wanted is None or tensor in running.wanted)

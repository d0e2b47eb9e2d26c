"""Hooks on the backward pass of a module: what arrives at its result, what leaves its inputs.

The inputs and the result pass through a function that changes nothing; its nodes mark where the
module begins and ends in the graph, and the hooks of the module hang on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from gradviz.autograd.function import Function
from gradviz.core.errors import warn
from gradviz.core.modes import is_grad_enabled
from gradviz.core.tensor import Tensor

if TYPE_CHECKING:
    from .module import Module

NO_INPUT = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since "
    "no inputs require gradients. See https://docs.pytorch.org/docs/main/generated/"
    "torch.nn.Module.html#torch.nn.Module.register_full_backward_hook for more details."
)
NO_REPLACEMENT = (
    "Backward hook for Modules where no input requires gradient should always return None or None "
    "for all gradients."
)
NOT_TENSORS = (
    "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but "
    "received {}"
)


class BackwardHookFunction(Function):
    """Marks a place in the graph, and changes nothing."""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The tensors as they came."""
        ctx.mark_non_differentiable(*[each for each in tensors if not each.requires_grad])
        return tensors

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, ...]:
        """The gradients as they came."""
        return grads


class BackwardHooks:
    """The backward hooks of one call of a module."""

    def __init__(self, module: Module, hooks: Sequence, pre_hooks: Sequence) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.inputs: tuple[int, list[int]] = 0, []  # how many, and which of them have gradients
        self.arrived: tuple | None = None

    def mark_inputs(self, inputs: tuple) -> tuple:
        """The inputs, which will tell what leaves them."""
        marked, places = self._marked(inputs, self._listen_at_inputs)
        self.inputs = len(inputs), places
        return marked

    def mark_result(self, result: Any) -> Any:
        """The result, which will tell what arrives at it."""
        several = isinstance(result, tuple)
        if not several and not isinstance(result, Tensor):
            warn(NOT_TENSORS.format(type(result)))
            return result
        outputs = result if several else (result,)
        marked, _ = self._marked(outputs, lambda node, places: self._listen(node, places, outputs))
        return marked if several else marked[0]

    def _marked(self, given: tuple, listen: Callable) -> tuple[tuple, list[int]]:
        """Pass the tensors on through one node, if any of them has a gradient."""
        places = [place for place, each in enumerate(given) if isinstance(each, Tensor)]
        tensors = [given[place] for place in places]
        if not (is_grad_enabled() and any(each.requires_grad for each in tensors)):
            return given, []
        passed = BackwardHookFunction.apply(*tensors)
        node = next(each.grad_fn for each in passed if each.grad_fn is not None)
        listen(node, places)
        both = dict(zip(places, passed, strict=True))
        return tuple([both.get(place, each) for place, each in enumerate(given)]), places

    def _listen(self, node: Any, places: list[int], outputs: tuple) -> None:
        count = len(outputs)

        def heard(_: Any, grads: tuple) -> tuple | None:
            self.arrived = arrived = self._before(_placed(grads, places, count))
            if not self.inputs[1]:
                self._without_inputs()
            return tuple([arrived[place] for place in places])

        node.register_hook(heard)

    def _before(self, arrived: tuple) -> tuple:
        """What arrived, after the hooks that may change it."""
        for hook in self.pre_hooks:
            changed = hook(self.module, arrived)
            if changed is not None:
                arrived = _fitting(changed, arrived, "Backward pre hook", "grad_output")
        return arrived

    def _without_inputs(self) -> None:
        """Call the hooks at once: no input has a gradient that they could wait for."""
        if self.hooks:
            warn(NO_INPUT)
        for hook in self.hooks:
            changed = hook(self.module, (None,) * self.inputs[0], self.arrived)
            nothing = isinstance(changed, tuple) and all(each is None for each in changed)
            if changed is not None and not nothing:
                raise RuntimeError(NO_REPLACEMENT)
        self.arrived = None

    def _listen_at_inputs(self, node: Any, places: list[int]) -> None:
        def heard(grads: tuple, _: Any) -> tuple | None:
            if self.arrived is None:  # these came by a way that leads past the result
                return None
            leaving = _placed(grads, places, self.inputs[0])
            for hook in self.hooks:
                changed = hook(self.module, leaving, self.arrived)
                if changed is not None:
                    leaving = _fitting(changed, leaving, "Backward hook", "grad_input")
            self.arrived = None
            return tuple([leaving[place] for place in places])

        node.register_hook(heard)


def _placed(grads: Sequence, places: list[int], count: int) -> tuple:
    """The gradients at the places of their tensors, None at all others."""
    found = dict(zip(places, grads, strict=True))
    return tuple([found.get(place) for place in range(count)])


def _fitting(changed: Any, before: tuple, whose: str, what: str) -> tuple:
    """What a hook returned, if it is as many gradients as there were."""
    if len(changed) != len(before):
        raise RuntimeError(
            f"{whose} returned an invalid number of {what}, got {len(changed)}, "
            f"but expected {len(before)}"
        )
    return changed

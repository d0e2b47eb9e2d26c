"""The graph itself: its nodes, places in it, hooks on what it saves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from ..core import engine, errors, modes
from ..core.names import ops
from ..core.node import AccumulateGrad, Node, Output, accumulate_node, link
from ..core.printing import Size
from ..core.tensor import Tensor, settled, wrap
from .multi_grad import register_multi_grad_hook

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class GradientEdge(NamedTuple):
    """A place in the graph: one output of one node."""

    node: Any
    output_nr: int
    ownership_token: Any = None

    def edge(self) -> Any:
        """The place as the engine knows it."""
        variable = getattr(self.node, "variable", None)
        if variable is not None:
            return variable
        return self.node if self.node.outputs == 1 else Output(self.node, self.output_nr)

    @property
    def shape(self) -> Size:
        """The shape of the tensor whose gradient is known here."""
        variable = getattr(self.node, "variable", None)
        shape = self.node.result_shape if variable is None else variable._shape
        return Size(shape[self.output_nr] if self.node.outputs != 1 else shape)

    def first_gradient(self, gradient: Tensor | None, graph: bool) -> Any:
        """What a pass starts with here."""
        kind = type_below(self.node)
        if gradient is None:
            if self.shape.numel() != 1:
                raise RuntimeError(errors.NOT_SCALAR)
            gradient = wrap(*settled(np.ones(self.shape, kind)))
        start: Tensor = gradient if gradient._dtype is kind else ops.to_copy(gradient, kind)
        return start if graph else start._value


def type_below(node: Any) -> np.dtype:
    """The type of what a node has computed; a node does not know it, but its leaves do."""
    while not isinstance(node, Tensor):
        if getattr(node, "remembered", None) is not None:
            return node.remembered.dtype
        edges = (node.variable,) if isinstance(node, AccumulateGrad) else node.owner._edges()
        node = next(each for each in edges if each is not None)
    return node._dtype


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The place in the graph where the gradient of a tensor is known.

    >>> import gradviz as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> torch.autograd.graph.get_gradient_edge(x * x).node.name()
    'MulBackward0'
    """
    if not tensor._requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require "
            "gradients"
        )
    edge = engine.edge_of(tensor)
    if isinstance(edge, Tensor):
        return GradientEdge(accumulate_node(edge), 0)
    return GradientEdge(*link(edge))


class saved_tensors_hooks:
    """Within it, `pack_hook` is given each tensor that is saved; `unpack_hook` gives it back.

    >>> import gradviz as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.item(), torch.tensor):
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor(6.)
    """

    def __init__(
        self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]
    ) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        modes.push_saved_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *_: object) -> None:
        modes.pop_saved_hooks()


class save_on_cpu(saved_tensors_hooks):
    """Within it, what is saved is kept in the main memory, where all is kept anyway."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor.detach().clone(), lambda tensor: tensor)


class disable_saved_tensors_hooks:
    """Within it, whoever uses hooks on what is saved is refused with a text.

    >>> with disable_saved_tensors_hooks("none here"):
    ...     with saved_tensors_hooks(id, id):
    ...         pass
    Traceback (most recent call last):
    RuntimeError: none here
    """

    def __init__(self, error_message: str) -> None:
        self.error_message = error_message

    def __enter__(self) -> None:
        state = modes.current()
        if state.saved_hooks:
            raise RuntimeError(self.error_message)
        self.was, state.no_saved_hooks = state.no_saved_hooks, self.error_message

    def __exit__(self, *_: object) -> None:
        modes.current().no_saved_hooks = self.was


class allow_mutation_on_saved_tensors(saved_tensors_hooks):
    """Within it, what is saved may be written in place: backward sees what it was.

    >>> import gradviz as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> with torch.autograd.graph.allow_mutation_on_saved_tensors():
    ...     y = x.clone()
    ...     z = (y**2).sum()
    ...     _ = y.zero_()
    ...     z.backward()
    >>> x.grad
    tensor([2., 2.])
    """

    running = False

    def __init__(self) -> None:
        super().__init__(lambda tensor: tensor.detach().clone(), self._unpacked)
        self.open = False

    def _unpacked(self, tensor: Tensor) -> Tensor:
        if not self.open:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"
                "in which the graph was originally recorded."
            )
        return tensor

    def __enter__(self) -> None:
        if allow_mutation_on_saved_tensors.running:
            raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
        super().__enter__()
        self.open = allow_mutation_on_saved_tensors.running = True

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.open = allow_mutation_on_saved_tensors.running = False


def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Count a write that was made where nobody could see it.

    >>> import gradviz as torch
    >>> x = torch.ones(2)
    >>> increment_version(x)
    >>> x._version
    1
    """
    given = (tensor,) if isinstance(tensor, Tensor) else tensor
    if not isinstance(given, Iterable) or not all(isinstance(each, Tensor) for each in given):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for each in given:
        if not each.is_inference():
            each._shared_version().bump()

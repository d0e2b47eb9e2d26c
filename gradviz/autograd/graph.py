"""The graph itself: its nodes, places in it, hooks on what it saves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..core import engine, errors, modes
from ..core.node import Node, Output, accumulate_node, link
from ..core.tensor import Tensor

__all__ = ["GradientEdge", "Node", "get_gradient_edge", "save_on_cpu", "saved_tensors_hooks"]


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

    def first_gradient(self, gradient: Tensor | None, graph: bool) -> Any:
        """What a pass starts with here."""
        if gradient is None:
            raise RuntimeError(errors.NOT_SCALAR)
        return gradient if graph else gradient._value


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

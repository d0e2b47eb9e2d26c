"""The engine: from the latest node made to the earliest, which is always a topological order."""

from __future__ import annotations

from heapq import heappop, heappush
from sys import getrefcount
from typing import Any

import numpy as np

from . import errors
from .modes import room
from .node import Node, Output
from .tensor import Tensor, ndarray, tensor_classes, wrap


def run(node: Any, grad: Any, keep: bool, graph: bool) -> dict:
    """Send `grad` back from `node`; return the gradients that arrived at the leaves.

    The pending node of the highest number is always ready: whoever could still send it something
    was made later, and would be pending with a higher number.
    """
    waiting = {}  # edge -> the gradient that has arrived so far
    heap: list = []  # the nodes among them, latest first
    leaves = tensor_classes
    if node.__class__ in leaves:
        return {node: grad}
    while True:
        if graph:
            edge, grad, edge1, grad1 = node._backward_graph(grad, keep)
        else:
            edge, grad, edge1, grad1 = node._backward(grad, keep)
        if edge1 is not None:
            if edge1 in waiting:
                waiting[edge1] = waiting[edge1] + grad1
            else:
                waiting[edge1] = grad1
                if edge1.__class__ not in leaves:
                    heappush(heap, (-edge1.sequence, edge1))
        if edge is not None:
            if not heap and edge.__class__ not in leaves:
                node = edge  # a plain chain needs no queue
                continue
            if edge in waiting:
                waiting[edge] = waiting[edge] + grad
            else:
                waiting[edge] = grad
                if edge.__class__ not in leaves:
                    heappush(heap, (-edge.sequence, edge))
        if not heap:
            return waiting
        node = heappop(heap)[1]
        grad = waiting.pop(node)


def accumulate(leaf: Tensor, grad: Any, graph: bool) -> None:
    """Write `.grad`: a gradient that nobody else holds is kept, not copied, as in PyTorch."""
    old = leaf._grad
    if graph:
        leaf._grad = grad if old is None else old + grad
    elif old is None:
        if grad.__class__ is ndarray and (grad.base is not None or getrefcount(grad) > 4):
            grad = grad.copy()
        leaf._grad = wrap(grad, leaf._shape)
    else:
        value = old._value
        if value.__class__ is not ndarray:
            old._value = value + grad
        elif value.size < 64:
            value[...] = value + grad
        else:
            value += grad


def backward(
    tensor: Tensor,
    gradient: Any = None,
    retain_graph: Any = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    for leaf, grad in start(tensor, gradient, retain_graph, create_graph).items():
        accumulate(leaf, grad, create_graph)


def start(tensor, gradient, retain_graph, create_graph):
    if not tensor._requires_grad:
        raise RuntimeError(errors.NO_GRAPH.format(0))
    if gradient is not None:
        grad = gradient if create_graph else gradient._value
    else:
        value = tensor._value
        if value.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        grad = (
            np.ones(value.shape, value.dtype) if value.__class__ is ndarray else value.dtype.type(1)
        )
        if create_graph:
            grad = wrap(grad, tensor._shape)
    keep = create_graph if retain_graph is None else retain_graph
    return run(tensor._node or tensor, grad, keep, create_graph)


Tensor.backward = backward

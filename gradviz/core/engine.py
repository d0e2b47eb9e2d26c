"""The engine: from the latest node made to the earliest, which is always a topological order.

`run` is the loop. A pass that somebody listens to goes the slower way of `listened.py`.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import numpy as np

from . import errors
from . import ops as families
from .hooks import Hooks
from .leaves import accumulate, add_up
from .listened import Pass, taking
from .meanings import silent
from .modes import Anomaly, GradMode, current, enable_grad, no_grad
from .names import ops
from .node import BY_HAND, AccumulateGrad, Node
from .survey import leads_only_to, survey
from .tensor import Tensor, ndarray, tensor_classes, wrap
from .words import single, single_one


def run(node: Any, grad: Any, keep: Any, graph: bool, write: bool = True) -> dict[int, list]:
    """Send `grad` back from `node`; return what arrived: `[leaf, gradient, writes]` by id.

    The pending node of the highest number is always ready: whoever could still send it something
    was made later, and would be pending with a higher number.
    """
    arrived: dict[int, list] = {}  # by the leaf's id
    waiting: dict = {}  # node -> the gradient that has arrived so far
    heap: list = []  # these nodes, latest first
    leaves = tensor_classes
    if node.__class__ in leaves:
        return {id(node): [node, grad, 0]}
    try:
        while True:
            if graph:
                edge, grad, edge1, grad1 = node._backward_graph(grad, keep)
            else:
                edge, grad, edge1, grad1 = node._backward(grad, keep)
            if edge1 is not None:
                if edge1 is edge:
                    grad, grad1 = grad1, grad  # the first edge's gradient is added first
                if edge1.__class__ in leaves:
                    add_up(arrived, edge1, grad1)
                    grad1 = None
                elif edge1 in waiting:
                    waiting[edge1] = waiting[edge1] + grad1
                else:
                    waiting[edge1] = grad1
                    heappush(heap, (-edge1.sequence, edge1))
            if edge is not None:
                if edge.__class__ in leaves:
                    add_up(arrived, edge, grad)
                elif not heap:
                    node = edge  # a plain chain needs no queue
                    continue
                elif edge in waiting:
                    waiting[edge] = waiting[edge] + grad
                else:
                    waiting[edge] = grad
                    heappush(heap, (-edge.sequence, edge))
            if not heap:
                return arrived
            node = heappop(heap)[1]
            grad = waiting.pop(node)
    except BaseException:
        if write:
            write_finished([node, *waiting], arrived, graph)
        raise


def write_finished(unfinished: list, arrived: dict[int, list], graph: bool) -> None:
    """After an error: the leaves that nothing more could reach have had their turn."""
    awaited = survey(unfinished)[1]
    for leaf, grad, _ in arrived.values():
        if leaf not in awaited:
            accumulate(leaf, grad, graph)


# -------------------------------------------------------------------------------- starting

passes_to_settle = 2


def settle() -> None:
    """A program that makes a second pass goes on: now it is worth reading all families of ops.

    While some of them wait, all programs start sooner and run slower (see `ops.read_all`).
    """
    global passes_to_settle
    passes_to_settle = max(passes_to_settle - 1, 0)
    if not passes_to_settle:
        families.read_all()


def recorded_mode(graph: bool) -> GradMode:
    """During a pass operations are recorded if and only if it makes a graph."""
    return enable_grad() if graph else no_grad()


def send(
    roots: list[tuple[Any, Any]], keep: Any, graph: bool, wanted: dict | None, write: bool
) -> None:
    """Run a pass from several roots; in `wanted` the gradients that are asked for are left."""
    if passes_to_settle:
        settle()
    if wanted is None and not graph and len(roots) == 1 and not listened():
        edge, grad = roots.pop()
        pass_on(edge, [grad], keep, graph)
    else:
        with recorded_mode(graph):
            Pass(keep, graph, wanted, write).run(roots)


def listened() -> bool:
    """Whether anybody hears of a pass while it runs."""
    return Hooks.alive != 0 or Anomaly.enabled


def found_at_once(roots: list, leaves: list, keep: Any, graph: bool) -> list | None:
    """The gradients of leaves by the quick loop, if no more than what is asked for runs in it."""
    if len(roots) != 1 or listened() or (graph and not current().grad):
        return None
    for leaf in leaves:
        if leaf.__class__ not in tensor_classes:
            return None
    edge, grad = roots[0]
    if not keep and not leads_only_to({*map(id, leaves)}, edge):
        return None
    if passes_to_settle:
        settle()
    try:
        arrived = run(edge, grad, keep, graph, write=False)
    except Exception:
        if not keep:
            raise
        return None  # perhaps in a part of the graph that is not wanted; nothing was freed
    found: list = []
    for leaf in leaves:
        entry = arrived.get(id(leaf))
        if entry is None:
            found.append(None)
        else:
            grad = entry[1]
            shape = leaf._shape if grad.__class__ is not ndarray else None
            found.append(grad if graph else wrap(grad, shape))
    return found


def pass_on(edge: Any, grads: list, keep: Any, graph: bool) -> None:
    """A pass that nobody listens to; the list alone holds the first gradient."""
    for entry in run(edge, grads.pop(), keep, graph).values():
        leaf, writes = entry[0], entry[2]
        accumulate(leaf, entry.pop(1), graph, writes)


def first_gradient(output: Tensor, gradient: Tensor | None, graph: bool) -> Any:
    """What a pass starts with at one output."""
    value = output._value
    if gradient is None:
        if value.__class__ is single:
            grad: Any = single_one * single_one  # a new one, in a fifth of the time of a call
        elif value.__class__ is not ndarray:
            grad = value.__class__(1)
        elif value.size == 1:
            grad = np.ones(output._shape, output._dtype)
        else:
            raise RuntimeError(errors.NOT_SCALAR)
        return wrap(grad, output._shape) if graph else grad
    if gradient._dtype is not output._dtype:
        gradient = ops.to_copy(gradient, output._dtype)
    return gradient if graph else gradient._value


def edge_of(tensor: Tensor) -> Any:
    """Where a tensor's gradient goes."""
    return tensor._current_node() or tensor


def backward(
    self: Tensor,
    gradient: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Compute the gradients of this tensor, and add them to `.grad` of the leaves.

    >>> import gradviz as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (x * x).backward()
    >>> x.grad
    tensor(6.)
    """
    quick = gradient is None and inputs is None and not create_graph and self._requires_grad
    if not quick or listened():
        from gradviz import autograd

        autograd.backward(self, gradient, retain_graph, create_graph, inputs=inputs)
        return
    if passes_to_settle:
        settle()
    view = self._view
    if view is not None:
        view.refresh(self)
    pass_on(self._node or self, [first_gradient(self, None, False)], bool(retain_graph), False)


backward.__qualname__ = "Tensor.backward"  # as PyTorch says where a call fails
Tensor.backward = backward  # type: ignore[attr-defined]


# --------------------------------------------------------------------- a node called by hand


def call_node(node: Node, *grads: Any) -> Any:
    """One node's turn, outside any pass: `y.grad_fn(grad)`."""
    count = taking(node)
    if len(grads) != count:
        raise TypeError(f"expected {count} arguments, got {len(grads)} instead")
    for number, grad in enumerate(grads):
        if grad is not None and not isinstance(grad, Tensor):
            raise TypeError(f"argument {number} is not a Variable")
    graph = current().grad and not current().inference
    work = Pass(BY_HAND, graph, None, True)
    if isinstance(node, AccumulateGrad):
        if grads[0] is not None:
            accumulate(node.variable, work.bare(grads[0]), graph)
        return ()
    if all(grad is None for grad in grads):
        sent: list = [None] * len(node._edges())
    else:
        pairs = work.turned(node, work.hidden(node, grads))
        sent = [None if edge is None else work.tensor(grad, edge) for edge, grad in pairs]
    return sent[0] if len(sent) == 1 else tuple(sent)


type.__setattr__(Node, "__call__", call_node)
run = silent(run)

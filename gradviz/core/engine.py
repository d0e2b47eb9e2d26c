"""The engine: from the latest node made to the earliest, which is always a topological order.

`run` is the loop; `careful` is the same for a pass that somebody listens to. There leaves take
their turn as soon as their last contribution is in, as in PyTorch; in `run`, where nobody can tell,
they take it at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from operator import attrgetter
from sys import getrefcount
from typing import Any

import numpy as np

from . import anomaly, errors, hooks
from .hooks import Hooks
from .modes import Anomaly, GradMode, current, enable_grad, no_grad
from .names import ops
from .node import BY_HAND, AccumulateGrad, Gradients, Node, Output, gathered
from .placing import placed, writes_into
from .tensor import Tensor, ndarray, settled, tensor_classes, wrap, written_times


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
        return {0: [node, grad, 0]}
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


def add_up(arrived: dict[int, list], leaf: Tensor, grad: Any) -> None:
    """Add a gradient to what has arrived at a leaf before."""
    entry = arrived.get(id(leaf))
    if entry is None:
        arrived[id(leaf)] = [leaf, grad, 0]
        return
    old = entry[1]
    if old.__class__ is not Tensor:  # torch adds in place if nobody else holds the memory
        entry[2] = entry[2] + 1 if getrefcount(old) == 3 and owns_memory(old) else 0
    entry[1] = old + grad


def owns_memory(grad: Any) -> bool:
    """Whether a gradient's memory is nobody else's; a mere reshape of new memory counts as new."""
    base = grad.base
    if base is None:
        return True
    whole = base.__class__ is ndarray and base.size == grad.size
    return whole and getrefcount(base) == 3 and grad.flags.writeable  # a repeated sum is not


def write_finished(unfinished: list, arrived: dict[int, list], graph: bool) -> None:
    """After an error: the leaves that nothing more could reach have had their turn."""
    awaited = survey(unfinished)[1]
    for leaf, grad, _ in arrived.values():
        if leaf not in awaited:
            accumulate(leaf, grad, graph)


# ----------------------------------------------------------------------------- into `.grad`


def accumulate(leaf: Tensor, grad: Any, graph: bool, writes: int = 0) -> None:
    """Write `.grad`: a gradient that nobody else holds is kept, not copied, as in PyTorch."""
    old = leaf._grad
    if graph:
        leaf._grad = copied(grad) if old is None else old + grad
    elif old is None:
        alone = getrefcount(grad) == 2
        if grad.__class__ is ndarray:
            new = alone and (grad.base is None or owns_memory(grad))
            own = grad if new else grad.copy()
            value = leaf._value
            alone = alone and (value.__class__ is not ndarray or grad.strides == value.strides)
            grad = settled(own)[0] if own.size == 1 else own
        leaf._grad = found = wrap(grad, leaf._shape)
        if placed:
            writes += writes_into(grad)
        if writes or not alone:
            found._written = written_times(writes if alone else 1)  # torch copies into new memory
    else:
        value = old._value
        if value.__class__ is not ndarray:
            old._value = value + (grad if grad.__class__ is not ndarray else settled(grad)[0])
        elif value.size < 64:
            value[...] = value + grad
        else:
            value += grad
        version = old._written
        (old._shared_version() if version is None else version).bump()


def copied(grad: Tensor) -> Tensor:
    """A gradient with a graph of its own, in memory of its own."""
    copy = ops.copy(wrap(np.empty(grad._shape, grad._dtype)), grad)
    copy._written = written_times(1)
    return copy


# ------------------------------------------------------------------------- a pass listened to


def survey(edges: Sequence[Any]) -> tuple[list, dict]:
    """All nodes below some edges, latest first; and for each leaf who sends to it last."""
    seen: set = set()
    last: dict = {}
    unseen = list(edges)
    leaves = tensor_classes
    while unseen:
        node = unseen.pop()
        if node.__class__ is Output:
            node = node.owner
        if node in seen:
            continue
        if node.__class__ in leaves:
            last.setdefault(node, None)
            continue
        seen.add(node)
        for edge in node._edges():
            if edge is None:
                continue
            if edge.__class__ in leaves:
                before = last.get(edge)
                if before is None or node.sequence < before.sequence:
                    last[edge] = node
            else:
                unseen.append(edge)
    return sorted(seen, key=sequence_of, reverse=True), last


sequence_of = attrgetter("sequence")


class Pass:
    """One backward pass with all that may listen to it."""

    def __init__(self, keep: Any, graph: bool, wanted: dict | None, write: bool) -> None:
        self.keep, self.graph, self.write = keep, graph, write
        self.wanted = wanted  # leaf or (node, number) -> the gradient captured there
        self.captures = wanted is not None and any(key.__class__ is tuple for key in wanted)
        self.only_captured: set = (
            set()
        )  # nodes whose gradient is asked for, and nothing beyond them
        self.pending: dict = {}  # node -> the gradient that has arrived so far
        self.arrived: dict[int, list] = {}  # the same of leaves, as in `run`

    def run(self, roots: Sequence[tuple[Any, Any]]) -> None:
        """From the roots to the leaves; meanwhile hooks may ask which pass it is."""
        state = current()
        above, state.running = state.running, self
        try:
            self.go(roots)
        finally:
            state.running = above

    def go(self, roots: Sequence[tuple[Any, Any]]) -> None:
        """The turns of all nodes, latest first."""
        nodes, last = survey([edge for edge, _ in roots])
        needed = nodes if self.wanted is None else self.needed(nodes)
        self.reached = needed, last
        ending: dict = {}
        for leaf, node in last.items():
            ending.setdefault(node, []).append(leaf)
        for node, leaves in ending.items():
            if len(leaves) > 1 and node is not None:  # ready at once: in the order of the inputs
                places = {id(edge): place for place, edge in enumerate(node._edges())}
                leaves.sort(key=lambda leaf, places=places: places[id(leaf)])
        for edge, grad in roots:
            self.deliver(edge, grad)
        if None in ending:
            self.finish(ending[None])
        pending, watched = self.pending, self.captures or Anomaly.enabled
        for node in nodes:
            if node in pending and (needed is nodes or node in needed):
                own = getattr(node, "extras", None)
                if own is not None or watched:
                    self.turn(node, own, pending.pop(node))
                else:
                    self.send(self.turned(node, pending.pop(node)))
            if node in ending:
                self.finish(ending[node])

    def needed(self, nodes: list) -> set:
        """The nodes from which something that is wanted can be reached."""
        wanted: dict = self.wanted  # type: ignore[assignment]
        captured = {key[0] for key in wanted if key.__class__ is tuple}
        needed = set(captured)
        for node in reversed(nodes):
            for edge in node._edges():
                owner = edge.owner if edge.__class__ is Output else edge
                if owner in needed or (edge.__class__ in tensor_classes and edge in wanted):
                    needed.add(node)
                    captured.discard(node)
                    break
        self.only_captured = set() if self.write else captured
        return needed

    def deliver(self, edge: Any, grad: Any) -> None:
        """Add one gradient to what waits at an edge."""
        if edge.__class__ in tensor_classes:
            add_up(self.arrived, edge, grad)
            return
        if edge.__class__ is Output:
            edge, grad = edge.owner, Gradients({edge.number: grad})
        before = self.pending.get(edge)
        self.pending[edge] = grad if before is None else before + grad

    def send(self, pairs: list) -> None:
        """Deliver what a node has sent."""
        pairs.reverse()
        while pairs:  # popped, so that nobody else holds a gradient
            edge, grad = pairs.pop()
            if edge is not None and grad is not None:
                self.deliver(edge, grad)

    def turn(self, node: Any, own: Any, grad: Any) -> None:
        """One node's turn: hooks, the node itself, hooks."""
        grad = self.hidden(node, self.before(node, own, self.shown(node, grad)))
        if grad is None:
            return
        if Anomaly.enabled:
            pairs = anomaly.guarded(self.turned, node, grad)
        else:
            pairs = self.turned(node, grad)
        if own is not None and own.hooks:
            taken = self.shown(node, grad)
            given = [None if edge is None else self.tensor(sent, edge) for edge, sent in pairs]
            after = hooks.run_hooks(own.hooks.values(), tuple(given), taken)
            pairs = [(edge, self.bare(sent)) for (edge, _), sent in zip(pairs, after, strict=True)]
            given = after = taken = None
        grad = None
        self.send(pairs)

    def turned(self, node: Any, grad: Any) -> list:
        """The node's own work."""
        backward = node._backward_graph if self.graph else node._backward
        return gathered(node, *backward(grad, self.keep))

    def before(self, node: Any, own: Any, grads: tuple) -> tuple:
        """The gradients of a node's outputs, after the hooks of the outputs and of the node."""
        ends = node in self.only_captured
        if not ends:
            self.capture(node, grads)
        if own is not None and (own.tensor_hooks or own.retained):
            grads = tuple([self.heard(own, number, grad) for number, grad in enumerate(grads)])
        if ends:  # torch captures before the hooks where the pass goes on, and after them at an end
            self.capture(node, grads)
            return (None,) * len(grads)
        if own is not None and own.prehooks:
            return hooks.run_prehooks(own.prehooks.values(), grads)
        return grads

    def capture(self, node: Any, grads: tuple) -> None:
        """Keep the gradients that are asked for."""
        for number, grad in enumerate(grads) if self.captures else ():
            if (node, number) in self.wanted:  # type: ignore[operator]
                self.wanted[node, number] = grad  # type: ignore[index]

    def heard(self, own: Any, number: int, grad: Any) -> Any:
        """One output's gradient, after the hooks of that output."""
        if grad is None:
            return None
        if own.tensor_hooks and number in own.tensor_hooks:
            grad = hooks.run_tensor_hooks(own.tensor_hooks[number].values(), grad)
        if own.retained and number in own.retained:
            retain(own.retained[number](), grad)
        return grad

    def finish(self, leaves: Sequence[Tensor]) -> None:
        """The turn of leaves to which nothing more will be sent."""
        for leaf in leaves:
            if id(leaf) in self.arrived and (self.wanted is None or leaf in self.wanted):
                self.finish_one(leaf, self.arrived.pop(id(leaf)))

    def finish_one(self, leaf: Tensor, entry: list) -> None:
        """A leaf's turn: its hooks, `.grad`, hooks."""
        writes, grad = entry.pop(), entry.pop()
        own = getattr(leaf, "_hooks", None)
        if own is not None and own.tensor_hooks:
            grad = self.bare(
                hooks.run_tensor_hooks(own.tensor_hooks[0].values(), self.tensor(grad, leaf))
            )
        if not self.write:
            self.wanted[leaf] = self.tensor(grad, leaf)  # type: ignore[index]
            return
        node = leaf._accumulator and leaf._accumulator()
        beside = getattr(node, "extras", None)
        if beside is not None and beside.prehooks:
            shown = hooks.run_prehooks(beside.prehooks.values(), (self.tensor(grad, leaf),))
            grad = self.bare(shown[0])
            del shown
        taken = None
        if beside is not None and beside.hooks:
            taken = (self.tensor(grad, leaf),)
        held = [grad]
        del grad
        accumulate(leaf, held.pop(), self.graph, writes)
        if own is not None and own.hooks:
            for hook in list(own.hooks.values()):
                hook(leaf)
        if taken is not None:
            hooks.run_hooks(beside.hooks.values(), (), taken)

    # between what nodes compute with and what hooks see

    def tensor(self, grad: Any, edge: Any) -> Any:
        """A gradient as a tensor."""
        if grad is None or self.graph:
            return grad
        if grad.__class__ is ndarray:
            return wrap(grad)
        shape = (
            edge.owner.result_shape[edge.number]
            if edge.__class__ is Output
            else getattr(edge, "_shape", None)
        )
        return wrap(grad, edge.result_shape if shape is None else shape)

    def bare(self, shown: Any) -> Any:
        """A tensor as a gradient."""
        return shown if shown is None or self.graph else shown._value

    def shown(self, node: Any, grad: Any) -> tuple:
        """What has arrived at a node, one tensor for each of its outputs."""
        if node.outputs == 1:
            return (self.tensor(grad, node),)
        return tuple([self.tensor(grad.get(i), Output(node, i)) for i in range(taking(node))])

    def hidden(self, node: Any, shown: tuple) -> Any:
        """The same as the node wants it."""
        if node.outputs == 1:
            return self.bare(shown[0])
        bare = {i: self.bare(grad) for i, grad in enumerate(shown) if grad is not None}
        return Gradients(bare) if bare else None


def taking(node: Any) -> int:
    """How many gradients a node takes: one for each of its outputs but indices, which have none."""
    if node.outputs == 1:
        return 1
    names = getattr(getattr(node, "op", None), "outputs", None)
    return len(node.result_shape) - (isinstance(names, list) and "indices" in names)


def retain(tensor: Tensor | None, grad: Tensor) -> None:
    """Write `.grad` of a tensor that is no leaf."""
    if tensor is not None:
        old = tensor._grad
        if old is not None:
            grad = old + grad
        elif grad._node is None:
            grad = wrap(
                np.array(grad._value) if grad._value.__class__ is ndarray else grad._value,
                grad._shape,
            )
        tensor._grad = grad


# -------------------------------------------------------------------------------- starting


def recorded_mode(graph: bool) -> GradMode:
    """During a pass operations are recorded if and only if it makes a graph."""
    return enable_grad() if graph else no_grad()


def send(
    roots: list[tuple[Any, Any]], keep: Any, graph: bool, wanted: dict | None, write: bool
) -> None:
    """Run a pass from several roots; in `wanted` the gradients that are asked for are left."""
    listened = Hooks.alive or Anomaly.enabled or len(roots) != 1
    if not listened and wanted is None and not graph:
        edge, grad = roots.pop()
        pass_on(edge, [grad], keep, graph)
    elif listened or write or not at_once(roots, keep, graph, wanted):
        with recorded_mode(graph):
            Pass(keep, graph, wanted, write).run(roots)


def at_once(roots: list, keep: Any, graph: bool, wanted: Any) -> bool:
    """Find the gradients of leaves by the quick loop, if no more than what is wanted runs in it."""
    if (graph and not current().grad) or tuple in map(type, wanted):
        return False
    edge, grad = roots[0]
    if not keep and not leads_only_to(wanted, edge):
        return False
    try:
        arrived = run(edge, grad, keep, graph, write=False)
    except Exception:
        if not keep:
            raise
        return False  # perhaps in a part of the graph that is not wanted; nothing was freed
    for leaf, grad, _ in arrived.values():
        if leaf in wanted:
            shape = leaf._shape if grad.__class__ is not ndarray else None
            wanted[leaf] = grad if graph else wrap(grad, shape)
    return True


def leads_only_to(wanted: dict, edge: Any) -> bool:
    """Whether every leaf below an edge is wanted, so that no node runs and is freed in vain."""
    seen: set = set()
    unseen = [edge]
    while unseen:
        node = unseen.pop()
        if node.__class__ in tensor_classes:
            if node not in wanted:
                return False
        elif node not in seen:
            seen.add(node)
            unseen += [each for each in node.owner._edges() if each is not None]
    return True


def pass_on(edge: Any, grads: list, keep: Any, graph: bool) -> None:
    """A pass that nobody listens to; the list alone holds the first gradient."""
    for entry in run(edge, grads.pop(), keep, graph).values():
        leaf, writes = entry[0], entry[2]
        accumulate(leaf, entry.pop(1), graph, writes)


def first_gradient(output: Tensor, gradient: Tensor | None, graph: bool) -> Any:
    """What a pass starts with at one output."""
    value = output._value
    if gradient is None:
        if value.__class__ is not ndarray:
            grad: Any = value.__class__(1)
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
    if not quick or Hooks.alive or Anomaly.enabled:
        from gradviz import autograd

        autograd.backward(self, gradient, retain_graph, create_graph, inputs=inputs)
        return
    view = getattr(self, "_view", None)
    if view is not None:
        view.refresh(self)
    pass_on(self._node or self, [first_gradient(self, None, False)], bool(retain_graph), False)


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

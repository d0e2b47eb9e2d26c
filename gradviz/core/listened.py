"""A backward pass that somebody listens to: hooks, anomaly mode, gradients asked for in the middle.

Leaves take their turn as soon as their last contribution is in, as in PyTorch. In the engine's own
loop, where nobody can tell, they take it at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import anomaly, hooks
from .leaves import accumulate, add_up, added
from .modes import Anomaly, current
from .node import Gradients, Output, gathered
from .survey import survey
from .tensor import Tensor, ndarray, tensor_classes, wrap


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
        needed = captured.intersection(nodes)
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
        self.pending[edge] = grad if before is None else added(before, grad)

    def send(self, pairs: list) -> None:
        """Deliver what a node has sent."""
        pairs.reverse()
        while pairs:  # popped, so that nobody else holds a gradient
            edge, grad = pairs.pop()
            if edge is not None and grad is not None:
                self.deliver(edge, grad)

    def turn(self, node: Any, own: Any, grad: Any) -> None:
        """One node's turn: hooks, the node itself, hooks."""
        if self.captures or own is None or own.prehooks or own.tensor_hooks or own.retained:
            grad = self.hidden(node, self.before(node, own, self.shown(node, grad)))
            if grad is None:
                return
        if Anomaly.enabled:
            pairs = anomaly.guarded(self.turned, node, grad)
        else:
            pairs = self.turned(node, grad)
        if own is not None and own.hooks:
            taken = self.shown(node, grad)
            given = [self.tensor(sent, edge) for edge, sent in pairs]
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
            return hooks.run_hooks(own.prehooks.values(), grads)
        return grads

    def capture(self, node: Any, grads: tuple) -> None:
        """Keep the gradients that are asked for."""
        for number, grad in enumerate(grads) if self.captures else ():
            if (node, number) in self.wanted:  # type: ignore[operator]
                self.wanted[node, number] = grad  # type: ignore[index]

    def heard(self, own: Any, number: int, grad: Any) -> Any:
        """One output's gradient, after the hooks of that output; they hear of None, too."""
        if own.tensor_hooks and number in own.tensor_hooks:
            grad = hooks.run_tensor_hooks(own.tensor_hooks[number].values(), grad)
        if grad is not None and own.retained and number in own.retained:
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
            shown = hooks.run_hooks(beside.prehooks.values(), (self.tensor(grad, leaf),))
            grad = self.bare(shown[0])
            del shown
        taken = None
        if beside is not None and beside.hooks:
            taken = (self.tensor(grad, leaf),)
        held = [grad]
        del grad
        accumulate(leaf, held.pop(), self.graph, writes, 0 if taken is None else 1)
        if own is not None and own.hooks:
            hooks.run_after_writing(own.hooks.values(), leaf)
        if taken is not None:
            hooks.run_hooks(beside.hooks.values(), (), taken)

    # between what nodes compute with and what hooks see

    def tensor(self, grad: Any, edge: Any) -> Any:
        """A gradient as a tensor."""
        if grad is None or self.graph:
            return grad
        if grad.__class__ is ndarray:
            return wrap(grad)
        if edge.__class__ in tensor_classes:
            return wrap(grad, edge._shape)
        if edge.__class__ is Output:
            return wrap(grad, edge.owner.result_shape[edge.number])
        return wrap(grad, edge.result_shape)

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
            grad = added(old, grad)
        elif grad._node is None:
            grad = wrap(
                np.array(grad._value) if grad._value.__class__ is ndarray else grad._value,
                grad._shape,
            )
        else:
            grad = grad.clone()
        tensor._grad = grad

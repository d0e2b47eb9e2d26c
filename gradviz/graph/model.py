"""What the lens knows of a graph: frozen data, numbered by us, without a tensor in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gradviz.graph.frozen import changer, maker

NodeKind = Literal["op", "leaf", "custom"]
CutKind = Literal[
    "detach",
    "no_grad",
    "data",
    "copy",
    "numpy",
    "integer",
    "comparison",
    "inference",
    "create_graph",
]


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor's value as it may be shown; of a large tensor only a sample is kept.

    `numbers` is the whole array, or for a large one the rows and columns that a summary shows.
    """

    shape: tuple[int, ...]
    dtype: str
    numbers: np.ndarray = field(repr=False, compare=False)
    whole: bool = True
    range: tuple[float, float, float] | None = None
    """Least, mean and greatest element, where `numbers` is only a sample."""
    changed: bool = False
    """The tensor was written in place after this value was remembered."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the learner's source: a line of `Graph.code`, and the columns in it."""

    line: int
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What a node keeps for its backward: PyTorch's name for it, and the value or number."""

    name: str
    value: Value | str | None
    label: str | None = None
    """The learner's name for it, `x`, where it is known."""
    freed: bool = False
    changed: bool = False
    """It was written in place after it was saved, so that backward would refuse it."""


@dataclass(frozen=True, slots=True)
class Constant:
    """What stands at a None slot: a number or a tensor that wants no gradient."""

    slot: int
    label: str
    """`2`, or the learner's name, or `·` where it is unknown."""
    value: Value | None = None
    cut: Cut | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Where tracking ended on purpose or by accident: `c = a.detach()`."""

    kind: CutKind
    label: str
    """What the learner wrote, `detach()`."""
    source: int | None = None
    """The node whose result was cut off, if it is in this graph."""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One `grad_fn`. A leaf is its AccumulateGrad."""

    id: int
    name: str
    kind: NodeKind
    sequence: int
    """How late it was made among the nodes of this graph; leaves come last."""
    names: tuple[str, ...] = ()
    """The learner's names for the result, the one to show first."""
    outputs: tuple[str, ...] = ()
    """Of a node with several results: the first name of each, `·` where it has none."""
    expression: str | None = None
    """The learner's own code for the result, or the formula rebuilt from the graph: `3*x**2`."""
    value: Value | None = None
    """The result of the forward pass; of a leaf, the tensor."""
    grad: Value | None = None
    """Of a leaf or a node that retains it: `.grad` when the graph was read."""
    saved: tuple[Saved, ...] = ()
    constants: tuple[Constant, ...] = ()
    span: Span | None = None
    freed: bool = False
    retains_grad: bool = False
    hooks: int = 0
    path: str = ""
    """Code that reaches the node from the root: `.next_functions[0][0]`, after `y.grad_fn`.
    Nodes more than 40 steps away have none."""
    module: str | None = None
    """The module that made it, `model.fc`, under a watch."""
    details: Mapping[str, object] = field(default_factory=dict, compare=False)
    """Plain numbers that a node keeps beside tensors: `{"exponent": 2, "dim": (1,)}`."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The way of one gradient: from `source`'s input `slot` to `target`'s output `port`."""

    source: int
    slot: int
    target: int | None
    port: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order in which backward visits them, the roots first."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    roots: tuple[int, ...]
    code: tuple[str, ...] = ()
    """The learner's lines that the spans point into."""
    engine: str = "gradviz"
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One node's turn in a real backward pass.

    `sent` follows `next_functions`, None at the None slots. `slopes` are the node's own
    derivatives for each slot, where the op is element-wise. At a leaf `before` and `after` are
    `.grad`. `arrivals` are the gradients that were summed into `received`, by sender
    `(node, slot)`, where more than one path met.
    """

    node: int
    received: tuple[Value | None, ...]
    sent: tuple[Value | None, ...] = ()
    slopes: tuple[Value | None, ...] = ()
    before: Value | None = None
    after: Value | None = None
    arrivals: tuple[tuple[int, int], ...] = ()
    hooked: Value | None = None
    """What arrived before a hook changed it, if one did."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A backward pass that really ran: the graph, the seed of each root, and the steps."""

    graph: Graph
    seeds: tuple[Value | None, ...]
    steps: tuple[Step, ...]
    call: str
    """`y.backward()`, as the learner would write it."""
    retain_graph: bool = False
    span: Span | None = None
    error: str | None = None
    """The exception's text, if the pass was refused half-way."""
    refused_at: int | None = None
    returned: tuple[tuple[str, Value | None], ...] | None = None
    """What `autograd.grad` returned, by the names of its inputs; it leaves every `.grad` alone."""


new_value = maker(Value)
new_node = maker(Node)
changed_node = changer(Node)
new_edge = maker(Edge)
new_step = maker(Step)
new_saved = maker(Saved)
new_constant = maker(Constant)
changed_constant = changer(Constant)

"""The nodes of the graph. To the engine a node turns one gradient into (edge, gradient) pairs.

`node._backward(grad, keep)` returns `edge, gradient, edge, gradient`. An edge is a node, or a leaf
tensor itself (so that there is no cycle leaf -> AccumulateGrad -> leaf), or None where nothing
requires grad. `node._backward_graph` is the same on tensors, for `create_graph=True`.
"""

from __future__ import annotations

import weakref
from typing import Any, NoReturn

from . import errors
from .tensor import Tensor, linked_classes, ndarray, next_number, tensor_classes, wrap

FREED = type("Freed", (), {"__repr__": lambda self: "FREED"})()
BY_HAND = "by hand"  # `keep`, when a node is called: gradients stay in the broadcast shape
LEAF_SEQUENCE = 2**64 - 1  # torch gives every AccumulateGrad this number
OUTSIDE = {
    "CopyBackwards",
    "CopySlices",
    "NotImplemented",
}  # torch shows the place where these are written
REMEMBERED_SIZE = 1000  # results up to this many elements stay readable on their node

SHOWN = [  # by `dir`
    "_sequence_nr",
    "metadata",
    "name",
    "next_functions",
    "register_hook",
    "register_prehook",
    "variable",
]
SHOWN_STARTS = ("__", "_saved_", "_raw_saved_")


class NodeType(type):
    """The type of the node types: nodes are made by operations, never by a call."""

    def __call__(cls, *args: Any) -> Any:
        """Refuse."""
        raise TypeError(f"cannot create '{cls.__name__}' instances")

    def __setattr__(cls, name: str, value: Any) -> None:
        raise TypeError(f"cannot set '{name}' attribute of immutable type '{cls.__name__}'")


def maker(cls: type) -> Any:
    """What makes the instances of a node type: as fast as calling a class without `__init__`."""
    return type.__call__.__get__(cls)


class Extras:
    """What few nodes and leaves have: hooks, notes."""

    __slots__ = ("accumulator", "hooks", "metadata", "prehooks", "retained", "tensor_hooks")

    def __init__(self) -> None:
        self.metadata: dict = {}
        self.prehooks: Any = None
        self.hooks: Any = None
        self.tensor_hooks: Any = None
        self.retained: Any = None
        self.accumulator: Any = None  # of a leaf, if that has hooks

    def of_outputs(self) -> dict:
        """The hooks of tensors, by which output of the node they are."""
        if self.tensor_hooks is None:
            self.tensor_hooks = {}
        return self.tensor_hooks


def fixed(name: str, read: Any) -> property:
    """An attribute of nodes that cannot be set."""

    def write(node: Any, value: Any) -> None:
        kind = type(node).__name__
        raise AttributeError(f"attribute '{name}' of '{kind}' objects is not writable")

    return property(read, write, None, read.__doc__)


class Node(metaclass=NodeType):
    """One operation of the recorded graph, as its result knows it: `result.grad_fn`."""

    # `extras` is set only where there are any
    __slots__ = (
        "__weakref__",
        "extras",
        "remembered",
        "result_shape",
        "result_version",
        "sequence",
    )
    __module__ = "builtins"
    saves: tuple[str, ...] = ()
    outputs = 1

    owner = property(lambda self: self)

    def name(self) -> str:
        """The name of the operation, as torch calls it."""
        name = type(self).__name__
        return f"torch::autograd::{name}" if name in OUTSIDE else name

    def _edges(self) -> Any:
        return ()

    @property
    def next_functions(self) -> tuple:
        """The nodes that the gradients go to, each with the number of its output."""
        return tuple([link(edge) for edge in self._edges()])

    def _sequence_nr(self) -> int:
        return self.sequence

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        """Refuse to be copied or stored, as PyTorch's nodes do."""
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")

    def __dir__(self) -> list[str]:
        """What PyTorch's nodes have too, for whoever completes a name."""
        names = dir(type(self))
        return [name for name in names if name in SHOWN or name.startswith(SHOWN_STARTS)]

    metadata = fixed("metadata", lambda self: extras(self).metadata)

    @property
    def _remembered(self) -> tuple[Tensor, bool] | None:
        """The result, if it is small, and whether its memory has been written since."""
        value = self.remembered
        if value is None:
            return None
        version = self.result_version
        return wrap(value, self.result_shape), version is not None and version[0].stamp > version[1]


def extras(node: Node) -> Extras:
    """A node's extras, made when first asked for."""
    found = getattr(node, "extras", None)
    if found is None:
        found = node.extras = Extras()
    return found


def link(edge: Any) -> tuple[Any, int]:
    """An edge as PyTorch shows it: (node, which of the node's outputs)."""
    if edge.__class__ is Landing:
        edge = edge.leaf
    if edge.__class__ in tensor_classes:
        return accumulate_node(edge), 0
    if edge.__class__ is Output:
        return edge.owner, edge.number
    return edge, 0


class AccumulateGrad(Node):
    """The end of the graph at a leaf: what arrives here is added to `variable.grad`."""

    __slots__ = ("variable",)
    __module__ = "builtins"
    next_functions = ()  # pyright: ignore[reportAssignmentType]

    def name(self) -> str:
        """The name that torch gives it."""
        return "torch::autograd::AccumulateGrad"


make_accumulate = maker(AccumulateGrad)


def accumulate_node(leaf: Tensor) -> AccumulateGrad:
    """The one AccumulateGrad of a leaf, for as long as somebody holds it."""
    reference = leaf._accumulator
    node = reference() if reference is not None else None
    if node is None:
        node = make_accumulate()
        node.sequence, node.variable = LEAF_SEQUENCE, leaf
        node.result_version = node.remembered = None
        node.result_shape = leaf._shape
        leaf._accumulator = weakref.ref(node)
    return node


class Landing(Node):
    """Stands before a leaf for a copy of it that was unpacked: the gradient is the leaf's."""

    __slots__ = ("leaf",)
    __module__ = "builtins"

    def _edges(self) -> tuple:
        return (self.leaf,)

    def _backward(self, grad: Any, keep: bool) -> tuple:
        return self.leaf, grad, None, None

    _backward_graph = _backward


linked_classes.add(Landing)
make_landing = maker(Landing)


def landing(leaf: Tensor) -> Landing:
    """A place before a leaf, for one copy of it."""
    node = make_landing()
    node.sequence, node.leaf, node.result_shape = next_number(), leaf, leaf._shape
    node.result_version = node.remembered = None
    return node


class Output:
    """One output of a node that has several; stands before its node and collects for it."""

    __slots__ = ("number", "owner", "result_version", "sequence")
    saves = ()

    def __init__(self, owner: Node, number: int) -> None:
        self.owner, self.number = owner, number
        self.sequence = owner.sequence + 0.5  # after all consumers, before the node itself
        self.result_version = None

    def _edges(self) -> tuple:
        return (self.owner,)

    def _backward(self, grad: Any, keep: bool) -> tuple:
        return self.owner, Gradients({self.number: grad}), None, None

    _backward_graph = _backward

    def __lt__(self, other: Any) -> bool:
        return self.number > other.number


linked_classes.add(Output)


class Gradients(dict):
    """The gradients of several outputs; `+` is what the engine does where two paths meet."""

    def __add__(self, other: Gradients) -> Gradients:
        both = Gradients(self)
        for number, grad in other.items():
            both[number] = both[number] + grad if number in both else grad
        return both


class Rest:
    """The third and later edges of a node, handed to the engine one at a time."""

    __slots__ = ("edges", "sequence")

    def __init__(self, edges: list, sequence: float) -> None:
        self.edges, self.sequence = edges, sequence

    def _backward(self, grads: list, keep: bool) -> tuple:
        return spread(self.edges, grads, self.sequence)

    _backward_graph = _backward


def spread(edges: list, grads: list, sequence: float) -> tuple:
    """Any number of pairs as the two that the engine takes: the first, and a Rest, run next."""
    if len(edges) < 2:
        return (edges[0], grads[0], None, None) if edges else (None, None, None, None)
    return edges[0], grads[0], Rest(edges[1:], sequence - 0.01 / len(edges)), grads[1:]


def gathered(node: Any, edge: Any, grad: Any, other: Any, rest: Any) -> list[tuple[Any, Any]]:
    """What a node's `_backward` returned, as one pair for each of its edges."""
    if other.__class__ is not Rest:
        return [(edge, grad), (other, rest)][: len(node._edges())]
    pairs = [(edge, grad)]
    while other.__class__ is Rest:
        pairs.append((other.edges[0], rest[0]))
        tail = other.edges[1:]
        other, rest = (Rest(tail, 0), rest[1:]) if tail else (None, None)
    return pairs


def small(value: Any) -> Any:
    """The value if a node may remember it, else None: a small view must not keep a large memory."""
    if value.__class__ is not ndarray:
        return value
    base = value.base
    if value.size > REMEMBERED_SIZE or (isinstance(base, ndarray) and base.size > REMEMBERED_SIZE):
        return None
    return value


def freed() -> NoReturn:
    """A saved value is asked for after backward has let go of it."""
    raise RuntimeError(errors.FREED)


def modified(moment: int, version: Any, tensor: Any, node: Any) -> None:
    """A saved value is not what it was when it was saved."""
    raise RuntimeError(errors.modified(tensor, node, version.count, version.count_at(moment)))


def check_saved(saved: Any, version: Any, moment: int) -> None:
    """Stop if a saved tensor was written in place after a moment."""
    if version is not None and version.stamp > moment:
        modified(moment, version, saved, saved._node)

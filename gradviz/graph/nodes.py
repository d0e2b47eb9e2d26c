"""From live nodes to frozen ones: what each keeps, what it computed, what its None slots were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph import catalogue
from gradviz.graph.model import Constant, Node, NodeKind, Saved, Value
from gradviz.graph.names import Names
from gradviz.graph.survey import Survey, node_name, paths, ranks
from gradviz.graph.values import is_tensor, numbers_text, value_of, value_of_array

SAVED = "_saved_"
SECOND_TIME = "backward through the graph a second time"
"""The words by which PyTorch's message about freed values is known."""
MODIFIED = "modified by an inplace operation"
UNKNOWN = "·"


@dataclass(slots=True)
class Contents:
    """What one node keeps, as read from its `_saved_*`: tensors, plain numbers, and its state."""

    tensors: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    freed: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)


class Reader:
    """Reads the contents of nodes; it remembers per type which names a node may have saved."""

    def __init__(self) -> None:
        self._names: dict[type, tuple[str, ...]] = {}

    def contents(self, function: Any) -> Contents:
        """Everything that `function` has saved; of what is freed or spoilt only the name."""
        result = Contents()
        for name in self._saved_names(type(function)):
            _take(result, function, name)
        return result

    def _saved_names(self, kind: type) -> tuple[str, ...]:
        names = self._names.get(kind)
        if names is None:
            names = tuple(name for name in dir(kind) if name.startswith(SAVED))
            if hasattr(kind, "saved_tensors"):
                names = (*names, "saved_tensors")
            self._names[kind] = names
        return names


def is_custom(function: Any) -> bool:
    """Whether the node belongs to an `autograd.Function` that somebody wrote in Python."""
    return hasattr(type(function), "saved_tensors")


def read_contents(surveyed: Survey) -> list[Contents]:
    """What each node of the graph keeps."""
    reader = Reader()
    return [reader.contents(function) for function in surveyed.functions]


def build_nodes(surveyed: Survey, contents: list[Contents], names: Names) -> list[Node]:
    """Every node of the graph as frozen data, without source lines and expressions."""
    values = _known_values(surveyed, contents, names)
    ways, order = paths(surveyed), ranks(surveyed)
    return [
        _node(surveyed, number, contents[number], values.get(number), ways[number], order, names)
        for number in range(len(surveyed.functions))
    ]


def remembered(function: Any) -> Value | None:
    """The small result that a node of ours remembers, marked if it was changed since."""
    kept = getattr(function, "_remembered", None)
    if kept is None:
        return None
    value, changed = kept
    if is_tensor(value):
        return value_of(value, changed=bool(changed))
    return value_of_array(value, changed=bool(changed))


def _take(result: Contents, function: Any, name: str) -> None:
    bare = name.removeprefix(SAVED)
    try:
        kept = getattr(function, name)
    except Exception as error:
        text = str(error)
        if SECOND_TIME in text:
            result.freed.append(bare)
        elif MODIFIED in text:
            result.modified.append(bare)
        return
    if is_tensor(kept):
        _keep(result, bare, kept)
    elif isinstance(kept, list | tuple) and any(is_tensor(item) for item in kept):
        for place, item in enumerate(kept):
            if is_tensor(item):
                _keep(result, f"{bare}[{place}]", item)
    elif kept is not None and name != "saved_tensors":
        result.details[bare] = _signed(kept)


def _keep(result: Contents, name: str, tensor: Any) -> None:
    result.tensors[name] = tensor
    result.values[name] = value_of(tensor)


def _signed(number: Any) -> Any:
    """A dimension as the learner counts it: PyTorch's nodes keep -1 as 2**64 - 1."""
    if isinstance(number, list | tuple):
        return tuple(_signed(item) for item in number)
    if type(number) is int and number >= 2**63:
        return number - 2**64
    return number


def _known_values(
    surveyed: Survey, contents: list[Contents], names: Names
) -> dict[int, Value | None]:
    """Results of the forward pass, from whoever still holds them: the best informed comes last."""
    values: dict[int, Value | None] = {}
    for kept in contents:
        for name, tensor in kept.tensors.items():
            node = surveyed.node_of(tensor)
            if node is not None and node not in values and _port(tensor) == 0:
                values[node] = kept.values[name]
    for number, function in enumerate(surveyed.functions):
        if surveyed.leaves[number]:
            values[number] = value_of(function.variable)
        elif (value := remembered(function)) is not None:
            values[number] = value
    for tensor in (*names.tensors(), *surveyed.roots):
        node = surveyed.node_of(tensor)
        if node is not None and _port(tensor) == 0:
            values[node] = value_of(tensor)
    return values


def _port(tensor: Any) -> int:
    return getattr(tensor, "output_nr", 0)


def _node(
    surveyed: Survey,
    number: int,
    kept: Contents,
    value: Value | None,
    path: str,
    order: list[int],
    names: Names,
) -> Node:
    function = surveyed.functions[number]
    leaf = surveyed.leaves[number]
    tensor = function.variable if leaf else names.tensor_of(function)
    return Node(
        id=number,
        name=node_name(function),
        kind=_kind(function, leaf),
        sequence=order[number],
        names=names.of_leaf(function.variable) if leaf else names.of_node(function),
        value=value,
        grad=_grad(tensor, leaf),
        saved=tuple(_saved(kept, names)),
        constants=tuple(_constants(surveyed, number, kept, names)),
        freed=bool(kept.freed),
        retains_grad=not leaf and bool(getattr(tensor, "retains_grad", False)),
        hooks=len(getattr(tensor, "_backward_hooks", None) or ()),
        path=path,
        details=kept.details,
    )


def _kind(function: Any, leaf: bool) -> NodeKind:
    if leaf:
        return "leaf"
    return "custom" if is_custom(function) else "op"


def _grad(tensor: Any, leaf: bool) -> Value | None:
    """`.grad`, read only where it is kept: elsewhere torch warns at every look."""
    if tensor is None or not (leaf or getattr(tensor, "retains_grad", False)):
        return None
    return None if tensor.grad is None else value_of(tensor.grad)


def _saved(kept: Contents, names: Names) -> Iterator[Saved]:
    for name, tensor in kept.tensors.items():
        yield Saved(name, kept.values[name], names.label(tensor))
    for name in kept.freed:
        yield Saved(name, None, freed=True)
    for name in kept.modified:
        yield Saved(name, None, changed=True)


def _constants(surveyed: Survey, number: int, kept: Contents, names: Names) -> Iterator[Constant]:
    inputs = catalogue.entry(node_name(surveyed.functions[number]))["inputs"]
    for slot, (function, _) in enumerate(surveyed.links[number]):
        if function is None:
            yield _constant(slot, _input_name(inputs, slot), kept, names)


def _input_name(inputs: Any, slot: int) -> str:
    if slot < len(inputs):
        return inputs[slot]
    return ("self", "other")[slot] if slot < 2 else ""


def _constant(slot: int, name: str, kept: Contents, names: Names) -> Constant:
    tensor = kept.tensors.get(name)
    if tensor is None:
        return Constant(slot, UNKNOWN)
    value = kept.values[name]
    return Constant(slot, names.label(tensor) or number_label(tensor, value), value)


def number_label(tensor: Any, value: Value) -> str:
    """How a tensor without a name is written where a number stood: `2`, or `·` if it is large."""
    if value.shape == ():
        number = value.numbers.item() if value.numbers.size else UNKNOWN
        wrapped = value.dtype in ("int64", "float64", "bool")
        return repr(number) if wrapped else numbers_text(value.numbers)
    return numbers_text(value.numbers) if value.whole and value.numbers.size <= 4 else UNKNOWN

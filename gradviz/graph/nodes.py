"""From live nodes to frozen ones: what each keeps, what it computed, what its None slots were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph import catalogue
from gradviz.graph.model import Constant, Node, NodeKind, Saved, Value
from gradviz.graph.names import Names
from gradviz.graph.survey import Survey, paths, ranks
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
    kinds: dict[type, NodeKind] = {}
    nodes = []
    for number, function in enumerate(surveyed.functions):
        kind = kinds.get(type(function))
        if kind is None:
            kind = kinds[type(function)] = _kind(function, surveyed.leaves[number])
        way, value, rank = ways[number], values.get(number), order[number]
        nodes.append(_node(surveyed, number, kind, contents[number], value, way, rank, names))
    return nodes


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
    kind: NodeKind,
    kept: Contents,
    value: Value | None,
    path: str,
    rank: int,
    names: Names,
) -> Node:
    function = surveyed.functions[number]
    leaf = kind == "leaf"
    tensor = function.variable if leaf else names.tensor_of(function)
    labels = {name: names.label(one) for name, one in kept.tensors.items()}
    retains = not leaf and tensor is not None and bool(getattr(tensor, "retains_grad", False))
    return Node(
        id=number,
        name=surveyed.names[number],
        kind=kind,
        sequence=rank,
        names=names.of_leaf(tensor) if leaf else names.of_node(function),
        outputs=() if leaf else names.outputs_of(function),
        value=value,
        grad=_grad(tensor) if leaf or retains else None,
        saved=_saved(kept, labels) if labels or kept.freed or kept.modified else (),
        constants=_constants(surveyed, number, kept, labels),
        freed=bool(kept.freed),
        retains_grad=retains,
        hooks=0 if tensor is None else len(getattr(tensor, "_backward_hooks", None) or ()),
        path=path,
        details=kept.details,
    )


def _kind(function: Any, leaf: bool) -> NodeKind:
    if leaf:
        return "leaf"
    return "custom" if is_custom(function) else "op"


def _grad(tensor: Any) -> Value | None:
    """`.grad`; to be read only where it is kept, for elsewhere torch warns at every look."""
    grad = tensor.grad
    return None if grad is None else value_of(grad)


def _saved(kept: Contents, labels: Mapping[str, str | None]) -> tuple[Saved, ...]:
    whole = [Saved(name, kept.values[name], label) for name, label in labels.items()]
    freed = [Saved(name, None, freed=True) for name in kept.freed]
    return (*whole, *freed, *[Saved(name, None, changed=True) for name in kept.modified])


def _constants(
    surveyed: Survey, number: int, kept: Contents, labels: Mapping[str, str | None]
) -> tuple[Constant, ...]:
    empty = [slot for slot, link in enumerate(surveyed.links[number]) if link[0] is None]
    if not empty:
        return ()
    inputs = catalogue.entry(surveyed.names[number])["inputs"]
    return tuple([_constant(slot, _input_name(inputs, slot), kept, labels) for slot in empty])


def _input_name(inputs: Any, slot: int) -> str:
    if slot < len(inputs):
        return inputs[slot]
    return ("self", "other")[slot] if slot < 2 else ""


def _constant(slot: int, name: str, kept: Contents, labels: Mapping[str, str | None]) -> Constant:
    if name not in labels:
        return Constant(slot, UNKNOWN)
    value = kept.values[name]
    return Constant(slot, labels[name] or number_label(value), value)


def number_label(value: Value) -> str:
    """How a tensor without a name is written where a number stood: `2`, or `·` if it is large."""
    if value.shape == ():
        number = value.numbers.item() if value.numbers.size else UNKNOWN
        wrapped = value.dtype in ("int64", "float64", "bool")
        return repr(number) if wrapped else numbers_text(value.numbers)
    return numbers_text(value.numbers) if value.whole and value.numbers.size <= 4 else UNKNOWN

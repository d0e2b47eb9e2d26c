"""From live nodes to frozen ones: what each keeps, what it computed, what its None slots were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradviz.graph import catalogue
from gradviz.graph.model import (
    Constant,
    Node,
    NodeKind,
    Saved,
    Value,
    new_constant,
    new_node,
    new_saved,
)
from gradviz.graph.names import Names
from gradviz.graph.survey import Survey, paths, ranks
from gradviz.graph.values import is_tensor, numbers_text, value_of, value_of_array

SAVED = "_saved_"
SPENDING = "clear_saved_tensors_on_access"
"""A Function may say so of its saved tensors: whoever looks at them takes them away."""
SECOND_TIME = "backward through the graph a second time"
"""The words by which PyTorch's message about freed values is known."""
MODIFIED = "modified by an inplace operation"
UNKNOWN = "·"
WRAPPED = frozenset({"int64", "float64", "bool"})
"""The dtypes in which a library keeps the plain numbers of a program."""
NOTHING: Mapping[str, Any] = {}


class Contents:
    """What one node keeps, as read from its `_saved_*`: tensors, plain numbers, and its state."""

    __slots__ = ("details", "freed", "makers", "modified", "tensors", "values")

    def __init__(self) -> None:
        self.tensors = self.values = NOTHING
        self.makers = NOTHING  # the `grad_fn` of each of the tensors
        self.details = NOTHING
        self.freed: tuple[str, ...] = ()
        self.modified: tuple[str, ...] = ()


class Reader:
    """Reads the contents of nodes; it remembers per type which names a node may have saved."""

    def __init__(self) -> None:
        self._names: dict[type, tuple[tuple[str, str], ...]] = {}
        self._nothing = Contents()

    def contents(self, function: Any) -> Contents:
        """Everything that `function` has saved; of what is freed or spoilt only the name."""
        names = self._names.get(type(function))
        if names is None:
            names = self._names[type(function)] = _saved_names(type(function))
        if not names:
            return self._nothing
        result = Contents()
        for name, bare in names:
            _take(result, function, name, bare)
        return result


def _saved_names(kind: type) -> tuple[tuple[str, str], ...]:
    """The attributes in which nodes of a type keep things, and what each is called."""
    names = [name for name in dir(kind) if name.startswith(SAVED)]
    if is_custom_type(kind):
        names.append("saved_tensors")
    return tuple((name, name.removeprefix(SAVED)) for name in names)


def is_custom_type(kind: type) -> bool:
    """Whether nodes of this type belong to an `autograd.Function` written in Python."""
    return hasattr(kind, "saved_tensors")


def is_custom(function: Any) -> bool:
    """Whether the node belongs to an `autograd.Function` that somebody wrote in Python."""
    return is_custom_type(type(function))


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
        kept = contents[number]
        labels = _labels(kept, names) if kept.tensors else NOTHING
        result = _result(function, kind, names)
        nodes.append(
            new_node(
                id=number,
                name=surveyed.names[number],
                kind=kind,
                sequence=order[number],
                names=result.names,
                outputs=result.outputs,
                value=values.get(number),
                grad=result.grad,
                saved=_saved(kept, labels) if labels or kept.freed or kept.modified else (),
                constants=_constants(surveyed, number, kept, labels),
                freed=bool(kept.freed),
                retains_grad=result.retains_grad,
                hooks=result.hooks,
                path=ways[number],
                details=kept.details,
            )
        )
    return nodes


def _labels(kept: Contents, names: Names) -> dict[str, str | None]:
    """The learner's names for what a node keeps."""
    makers = kept.makers
    return {name: names.label_of(one, makers[name]) for name, one in kept.tensors.items()}


def remembered(function: Any) -> Value | None:
    """The small result that a node of ours remembers, marked if it was changed since."""
    kept = getattr(function, "_remembered", None)
    if kept is None:
        return None
    value, changed = kept
    if is_tensor(value):
        return value_of(value, changed=bool(changed))
    return value_of_array(value, changed=bool(changed))


def _take(result: Contents, function: Any, name: str, bare: str) -> None:
    try:
        spends = name == "saved_tensors" and spending_class(function) is not None
        kept = _unspent(function) if spends else getattr(function, name)
    except Exception as error:
        text = str(error)
        if SECOND_TIME in text:
            result.freed += (bare,)
        elif MODIFIED in text:
            result.modified += (bare,)
        return
    if kept is None:
        return
    if is_tensor(kept):
        _keep(result, bare, kept)
    elif isinstance(kept, list | tuple) and any(is_tensor(item) for item in kept):
        for place, item in enumerate(kept):
            if is_tensor(item):
                _keep(result, f"{bare}[{place}]", item)
    elif name != "saved_tensors":
        result.details = {**result.details, bare: _signed(kept)}


def spending_class(function: Any) -> Any:
    """The learner's Function, if its saved tensors may be looked at only once."""
    kind = getattr(function, "_forward_cls", None)
    return kind if getattr(kind, SPENDING, False) else None


def _unspent(function: Any) -> tuple[Any, ...]:
    return tuple([place.data for place in function._raw_saved_tensors])


def _keep(result: Contents, name: str, tensor: Any) -> None:
    result.tensors = {**result.tensors, name: tensor}
    result.makers = {**result.makers, name: tensor.grad_fn}
    result.values = {**result.values, name: value_of(tensor)}


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
        for name, function in kept.makers.items():
            node = surveyed.ids.get(id(function))
            if node is not None and node not in values and _port(kept.tensors[name]) == 0:
                values[node] = kept.values[name]
    remembering: dict[type, bool] = {}
    for number, function in enumerate(surveyed.functions):
        kind = type(function)
        if kind not in remembering:
            remembering[kind] = hasattr(kind, "_remembered")
        if surveyed.leaves[number]:
            values[number] = value_of(function.variable)
        elif remembering[kind] and (value := remembered(function)) is not None:
            values[number] = value
    for tensor in (*names.tensors(), *surveyed.roots):
        node = surveyed.node_of(tensor)
        if node is not None and _port(tensor) == 0:
            values[node] = value_of(tensor)
    return values


def _port(tensor: Any) -> int:
    return getattr(tensor, "output_nr", 0)


@dataclass(slots=True)
class _Result:
    """What is known of a node through the tensor that it made, where somebody holds that."""

    names: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    grad: Value | None = None
    retains_grad: bool = False
    hooks: int = 0


_NOBODYS = _Result()


def _result(function: Any, kind: NodeKind, names: Names) -> _Result:
    leaf = kind == "leaf"
    tensor = function.variable if leaf else names.tensor_of(function)
    if tensor is None:
        return _NOBODYS
    retains = not leaf and bool(getattr(tensor, "retains_grad", False))
    return _Result(
        names=names.of_leaf(tensor) if leaf else names.of_node(function),
        outputs=() if leaf else names.outputs_of(function),
        grad=_grad(tensor) if leaf or retains else None,
        retains_grad=retains,
        hooks=len(getattr(tensor, "_backward_hooks", None) or ()),
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
    whole = [new_saved(name, kept.values[name], label) for name, label in labels.items()]
    if not kept.freed and not kept.modified:
        return tuple(whole)
    freed = [Saved(name, None, freed=True) for name in kept.freed]
    return (*whole, *freed, *[Saved(name, None, changed=True) for name in kept.modified])


def _constants(
    surveyed: Survey, number: int, kept: Contents, labels: Mapping[str, str | None]
) -> tuple[Constant, ...]:
    empty = surveyed.empty.get(number)
    if empty is None:
        return ()
    inputs = catalogue.entry(surveyed.names[number])["inputs"]
    return tuple([_constant(slot, _input_name(inputs, slot), kept, labels) for slot in empty])


def _input_name(inputs: Any, slot: int) -> str:
    if slot < len(inputs):
        return inputs[slot]
    return ("self", "other")[slot] if slot < 2 else ""


def _constant(slot: int, name: str, kept: Contents, labels: Mapping[str, str | None]) -> Constant:
    if name not in labels:
        return new_constant(slot, UNKNOWN)
    value = kept.values[name]
    return new_constant(slot, labels[name] or number_label(value), value)


def number_label(value: Value) -> str:
    """How a tensor without a name is written where a number stood: `2`, or `·` if it is large."""
    if value.shape == ():
        number = value.numbers.item() if value.numbers.size else UNKNOWN
        return repr(number) if value.dtype in WRAPPED else numbers_text(value.numbers)
    return numbers_text(value.numbers) if value.whole and value.numbers.size <= 4 else UNKNOWN

"""One node's turn, made ready for telling: who it is, what arrived, what goes where, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gradviz.graph import catalogue
from gradviz.graph.model import Constant, Edge, Graph, Node, Recording, Step, Value
from gradviz.stories.numbers import factor, is_single, number, printed, shape_text

LONGEST_TITLE = 30
LONGEST_CONSTANT = 14
_LIBRARY = re.compile(r"\b(?:torch|gradviz)\.(?:nn\.functional\.|special\.|linalg\.)?|\bF\.")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a node sends along one wire."""

    edge: Edge
    target: Node
    value: Value | None
    slope: Value | None = None
    line: str = ""
    """The rule's line for this input, where the op is known."""
    input: str = ""
    """The op's own name for this input: `other`."""
    copies: int = 1
    """How many gradients were summed into one, where broadcasting had made copies."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A step with all that its sentences, equations and formulas speak of."""

    node: Node
    step: Step
    entry: catalogue.Entry
    deliveries: tuple[Delivery, ...]
    meeting: tuple[str, ...] = ()
    """The numbers that were summed into what arrived, where paths met."""

    @property
    def arrived(self) -> Value | None:
        """What arrived at the first output that received anything."""
        return next((value for value in self.step.received if value is not None), None)

    @property
    def op(self) -> str:
        """The node's name without PyTorch's suffix: `Mul`."""
        return self.node.name.rpartition("::")[2].partition("Backward")[0]

    @property
    def kind(self) -> str:
        """How the op acts: "elementwise", "linear" or "other"."""
        return str(self.entry["kind"])

    @property
    def in_numbers(self) -> bool:
        """Whether all that moves is single numbers."""
        moved = [self.arrived, *(delivery.value for delivery in self.deliveries)]
        return all(is_single(value) for value in moved)

    @property
    def multiplies(self) -> bool:
        """Whether every wire carries what arrived times a slope that was recorded."""
        return bool(self.deliveries) and all(
            delivery.slope is not None and delivery.value is not None
            for delivery in self.deliveries
        )


def turns(recording: Recording) -> Iterator[Turn]:
    """The steps of a pass, in the order in which they ran."""
    nodes = {node.id: node for node in recording.graph.nodes}
    edges = edges_by_source(recording.graph)
    steps = {step.node: step for step in recording.steps}
    ports = {(edge.source, edge.slot): edge.port for edge in recording.graph.edges}
    for step in recording.steps:
        node = nodes[step.node]
        entry = catalogue.entry(node.name)
        deliveries = tuple(
            _delivery(node, nodes[edge.target], edge, step, entry)
            for edge in edges.get(node.id, ())
            if edge.target is not None and edge.target in nodes
        )
        yield Turn(node, step, entry, deliveries, _meeting(step, steps, ports))


def edges_by_source(graph: Graph) -> dict[int, list[Edge]]:
    """The outgoing edges of each node, by slot."""
    found: dict[int, list[Edge]] = {}
    for edge in graph.edges:
        found.setdefault(edge.source, []).append(edge)
    return found


def _delivery(node: Node, target: Node, edge: Edge, step: Step, entry: catalogue.Entry) -> Delivery:
    value = step.sent[edge.slot] if edge.slot < len(step.sent) else None
    slope = step.slopes[edge.slot] if edge.slot < len(step.slopes) else None
    inputs = entry["inputs"]
    name = inputs[edge.slot] if edge.slot < len(inputs) else ""
    line = entry["rules"].get(name, {}).get("line", "")
    copies = 1
    arrived = next((got for got in step.received if got is not None), None)
    if entry["kind"] == "elementwise" and value is not None and arrived is not None:
        copies = _size(arrived) // max(1, _size(value))
    return Delivery(edge, target, value, slope, line, name, max(1, copies))


def _size(value: Value) -> int:
    size = 1
    for length in value.shape:
        size *= length
    return size


def _meeting(
    step: Step, steps: Mapping[int, Step], ports: Mapping[tuple[int, int], int]
) -> tuple[str, ...]:
    """The numbers that met: only what arrives at one output is summed."""
    if len(step.arrivals) < 2 or len({ports.get(arrival, 0) for arrival in step.arrivals}) > 1:
        return ()
    texts: list[str] = []
    for source, slot in step.arrivals:
        sender = steps.get(source)
        value = sender.sent[slot] if sender and slot < len(sender.sent) else None
        if value is None or not is_single(value):
            return ()
        text = number(value)
        texts.append(factor(text) if texts else text)
    return tuple(texts)


def title_of(node: Node, longest: int = LONGEST_TITLE) -> str:
    """The learner's name for a node's result, else her expression, else PyTorch's name."""
    name = node.names[0] if node.names else bare(node.expression or "")
    if node.outputs:
        name = ", ".join(node.outputs)
    if not name:
        name = "leaf" if node.kind == "leaf" else node.name.rpartition("::")[2]
    return shortened(name, longest)


def bare(expression: str) -> str:
    """An expression without the library's name in front of its functions.

    >>> bare("torch.nn.functional.relu(torch.mm(x, w))")
    'relu(mm(x, w))'
    """
    return _LIBRARY.sub("", expression)


def shortened(text: str, longest: int) -> str:
    """A text on one line, cut at its end."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def expression_of(node: Node, longest: int = LONGEST_TITLE) -> str:
    """The learner's expression for a node's result, even where it has a name."""
    text = " ".join(bare(node.expression or "").split())
    return text if 0 < len(text) <= longest else title_of(node, longest)


def constant_text(constant: Constant) -> str:
    """What stands at a None slot: `2`, `c = 6`, `x`."""
    label = shortened(bare(constant.label), LONGEST_CONSTANT)
    value = constant.value
    if value is None or not label.isidentifier():
        return label
    shown = printed(value)
    return f"{label} = {shown}" if is_single(value) and len(shown) <= 8 else label


def constant_name(constant: Constant) -> str:
    """How a sentence speaks of it: `the 2`, `x`, `a constant`."""
    label = shortened(bare(constant.label), LONGEST_CONSTANT)
    if label in ("", "·"):
        return "a constant"
    return label if label.isidentifier() else f"the {label}"


def saved_numbers(node: Node) -> dict[str, str]:
    """The single numbers that a rule of this node can speak of, by its own names for them."""
    found: dict[str, str] = {}
    for saved in node.saved:
        if isinstance(saved.value, Value) and is_single(saved.value):
            found[saved.name.removeprefix("_saved_")] = number(saved.value)
        elif isinstance(saved.value, str):
            found[saved.name.removeprefix("_saved_")] = saved.value.replace("-", "−")
    for name, detail in node.details.items():
        if isinstance(detail, int | float) and not isinstance(detail, bool):
            found.setdefault(name.removeprefix("_saved_"), f"{detail:g}".replace("-", "−"))
    return found


def value_text(value: Value | None) -> str:
    """A number, or the shape of more than one."""
    if value is None:
        return "None"
    return number(value) if is_single(value) else shape_text(value.shape)

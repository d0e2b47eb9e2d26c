"""What wires, leaves and lines of the stage are like at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.graph.model import Edge, Node, Recording, Span, Value
from gradviz.stories.matrices import heat
from gradviz.stories.numbers import as_float, is_single, number, shape_text
from gradviz.stories.parts import Rich
from gradviz.stories.planning import Plan
from gradviz.stories.turns import Delivery, Turn, value_text

State = dict[str, Any]

LONGEST_PILL = 10
"""Where several pills hang under one card, longer arithmetic stands in the equation alone."""
MOST_MEETING = 3
"""The pill over a leaf has room for so many numbers."""


def sender(wire: str) -> str:
    """The card that a wire comes from."""
    return wire.partition("-")[0]


def lit(span: Span | None) -> State:
    """The line of a stretch of code, and where in it the stretch stands."""
    if span is None:
        return {}
    if span.stop is None:
        return {"line": span.line}
    return {"line": span.line, "from": span.start, "to": span.stop}


def wire_state(turn: Turn, delivery: Delivery) -> State:
    """A wire that carries what a turn has just sent."""
    value = delivery.value
    if not is_single(value) and value is not None:
        shape = shape_text(value.shape)
        pill = "Σ rows" if delivery.copies > 1 else shape
        return {"mark": "active", "text": (pill,), "short": shape, "heat": heat(value)}
    sent = value_text(value)
    if delivery.slope is None or not is_single(delivery.slope) or not is_single(turn.arrived):
        text = ("Σ = ", ("sent", sent)) if delivery.copies > 1 else (("sent", sent),)
        return {"mark": "active", "text": text, "short": sent}
    slope = number(delivery.slope)
    shown = f"({slope})" if slope.startswith("−") else slope
    arrived = value_text(turn.arrived)
    text: Rich = (arrived, ("op", " × "), shown, ("op", " = "), ("sent", sent))
    if len(turn.deliveries) > 1 and len(arrived + shown + sent) > LONGEST_PILL:
        text = (("sent", sent),)
    return {"mark": "active", "text": text, "short": sent}


def meeting(turn: Turn) -> Rich:
    """The sum of what has met at a leaf."""
    runs: list[Any] = []
    if len(turn.meeting) > MOST_MEETING:
        return (f"{len(turn.meeting)} paths", ("op", " = "), ("sent", value_text(turn.arrived)))
    for place, text in enumerate(turn.meeting):
        runs += [("op", " + ")] if place else []
        runs.append(text)
    return (*runs, ("op", " = "), ("sent", value_text(turn.arrived)))


def first_grads(nodes: Sequence[Node], passes: Sequence[Recording]) -> dict[int, Value | None]:
    """`.grad` of each leaf before the first pass that reaches it."""
    grads = {node.id: node.grad for node in nodes if node.kind == "leaf"}
    seen: set[int] = set()
    for recording in passes:
        for step in recording.steps:
            if step.node in grads and step.node not in seen:
                seen.add(step.node)
                grads[step.node] = step.before
    return grads


def greatest_grads(passes: Sequence[Recording]) -> dict[int, float]:
    """The greatest size that `.grad` of each leaf has in the whole story."""
    most: dict[int, float] = {}
    for recording in passes:
        for step in recording.steps:
            for value in (step.before, step.after):
                size = as_float(value)
                if size is not None:
                    most[step.node] = max(most.get(step.node, 0.0), abs(size))
    return most


def incoming(plan: Plan) -> dict[str, list[str]]:
    """The wires that end at each leaf's card, in the order of the picture."""
    found: dict[str, list[str]] = {}
    leaves = {node.id for node in plan.graph.nodes if node.kind == "leaf"}
    edges: Sequence[Edge] = plan.graph.edges
    for edge in edges:
        name = plan.wire(edge)
        if name is not None and edge.target in leaves:
            wires = found.setdefault(plan.card_of[edge.target], [])
            if name not in wires:
                wires.append(name)
    return found

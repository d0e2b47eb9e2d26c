"""`predict=True`: what a learner is asked before a step is told, and what her answer may mean."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph.model import Value
from gradviz.stories.captions import sentence
from gradviz.stories.equations import arrow
from gradviz.stories.formula import product_text
from gradviz.stories.numbers import as_float, figure, number
from gradviz.stories.parts import Rich
from gradviz.stories.rich import Field, compose
from gradviz.stories.rule_questions import rule_question
from gradviz.stories.sentences import SENTENCES, WORDS
from gradviz.stories.turns import Turn, saved_numbers, title_of, value_text

Hint = list[Any]


@dataclass(slots=True)
class Asked:
    """Which kinds of node were asked about already: each kind once is enough."""

    kinds: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)


def question(turn: Turn, asked: Asked) -> dict[str, Any] | None:
    """What to ask before this turn is told; None if it is not worth a question."""
    if not turn.in_numbers or not _is_finite(turn):
        return None
    if turn.node.kind == "leaf":
        return _about_leaf(turn)
    if not turn.multiplies or turn.op in asked.kinds:
        return None
    asked.kinds.add(turn.op)
    return _about_node(turn)


def rule_asked(turn: Turn, asked: Asked) -> dict[str, Any] | None:
    """What to ask about the rule of this turn; None if it was asked, or is no question."""
    if turn.op in asked.rules:
        return None
    asked.rules.add(turn.op)
    return rule_question(turn)


def _is_finite(turn: Turn) -> bool:
    """Nobody can type a number that is none."""
    moved = (turn.arrived, turn.step.after, *(delivery.value for delivery in turn.deliveries))
    return all(math.isfinite(number) for number in map(as_float, moved) if number is not None)


def open_equation(turn: Turn) -> dict[str, Any]:
    """The equation with a question mark where the answer belongs."""
    if turn.node.kind == "leaf":
        title = title_of(turn.node, 14)
        heads = [WORDS[name].format(title=title) for name in ("before", "arrived", "after")]
        came = ", ".join(turn.meeting) or value_text(turn.arrived)
        before = value_text(turn.step.before)
        return {
            "heads": heads,
            "rows": [{"cells": [before, {"op": "+"}, came, {"op": "→"}, {"sent": "?"}]}],
        }
    cells = [value_text(turn.arrived), {"op": "×"}, "?", {"op": "="}, {"sent": "?"}]
    return {
        "heads": [WORDS["arrived"], WORDS["slope"], WORDS["sent"]],
        "rows": [{"cells": cells, "to": arrow(title_of(turn.deliveries[0].target))}],
    }


def _about_node(turn: Turn) -> dict[str, Any]:
    first = turn.deliveries[0]
    fields: dict[str, Field] = {
        "arrived": value_text(turn.arrived),
        "title": title_of(turn.node, 18),
        "target": title_of(first.target, 18),
        "at": saved_numbers(turn.node).get("self", ""),
    }
    own = f"ask, {turn.op}"
    key = own if own in SENTENCES and (turn.op != "Pow" or fields["at"]) else "ask"
    right = f"right, {turn.op}" if f"right, {turn.op}" in SENTENCES else "right"
    slope, sent = value_text(first.slope), value_text(first.value)
    fields["slope"], fields["product"] = slope, product_text(value_text(turn.arrived), slope, sent)
    return _question(
        sentence(key, fields),
        first.value,
        _node_hints(turn, fields),
        sentence(right, fields),
        sentence("hint, none"),
    )


def _about_leaf(turn: Turn) -> dict[str, Any]:
    title = title_of(turn.node, 14)
    fields: dict[str, Field] = {"title": title, "arrived": value_text(turn.arrived)}
    if turn.meeting:
        fields["list"] = compose(" and ".join(f"**{text}**" for text in turn.meeting))
    state = "again" if turn.step.before is not None else "met" if turn.meeting else "first"
    fields["sum"] = " + ".join(turn.meeting)
    fields["before"] = value_text(turn.step.before)
    return _question(
        sentence("ask, leaf, met" if turn.meeting else "ask, leaf", fields),
        turn.step.after,
        _leaf_hints(turn, title),
        sentence(f"right, leaf, {state}", fields),
        sentence("hint, leaf"),
    )


def _question(
    ask: Rich, answer: Value | None, hints: list[Hint], right_because: Rich, otherwise: Rich
) -> dict[str, Any]:
    right = as_float(answer) or 0.0
    tolerance = _tolerance(right)
    kept: list[Hint] = []
    for guess, told in hints:
        known = [right, *(other for other, _ in kept)]
        if all(abs(guess - other) > tolerance for other in known):
            kept.append([guess, told])
    return {
        "ask": ask,
        "answer": right,
        "text": number(answer),
        "tolerance": tolerance,
        "choices": [],
        "hints": kept,
        "right": right_because,
        "otherwise": otherwise,
    }


def _tolerance(answer: float) -> float:
    """Whole numbers must be met, others to half a percent."""
    if answer.is_integer() and abs(answer) < 1000:
        return 1e-6
    return float(f"{0.005 * abs(answer):.2g}")


def _node_hints(turn: Turn, fields: dict[str, Field]) -> list[Hint]:
    """What a wrong number may have been: named for what it is."""
    first = turn.deliveries[0]
    arrived, slope = as_float(turn.arrived), as_float(first.slope)
    value, source = as_float(turn.node.value), as_float(first.target.value)
    sent = as_float(first.value)
    if arrived is None or slope is None or sent is None:
        return []
    found: list[tuple[float | None, str]] = [
        (value, "hint, value"),
        (slope, "hint, slope"),
        (arrived, "hint, arrived"),
        (source, "hint, input"),
        (None if value is None else arrived * value, "hint, value times"),
        (arrived + slope, "hint, sum"),
        (-sent, "hint, sign"),
    ]
    if slope == 1:
        found = [hint for hint in found if hint[1] not in ("hint, arrived", "hint, slope")]
    if turn.op == "Add":
        found += [
            (as_float(constant.value) or _plain(constant.label), "hint, constant")
            for constant in turn.node.constants
        ]
    return [_hint(guess, key, fields) for guess, key in found if guess is not None]


def _plain(label: str) -> float | None:
    try:
        return float(label)
    except ValueError:
        return None


def _leaf_hints(turn: Turn, title: str) -> list[Hint]:
    arrivals = [float(text.strip("()").replace("−", "-")) for text in turn.meeting]
    before, arrived = as_float(turn.step.before), as_float(turn.arrived)
    fields: dict[str, Field] = {"title": title, "before": value_text(turn.step.before)}
    found: list[tuple[float | None, str]] = [(guess, "hint, path") for guess in reversed(arrivals)]
    if arrivals:
        product = 1.0
        for guess in arrivals:
            product *= guess
        found.append((product, "hint, product"))
    if before is not None:
        found.append((arrived, "hint, overwritten"))
    return [_hint(guess, key, fields) for guess, key in found if guess is not None]


def _hint(guess: float, key: str, fields: dict[str, Field]) -> Hint:
    return [guess, sentence(key, fields | {"guess": figure(guess)})]

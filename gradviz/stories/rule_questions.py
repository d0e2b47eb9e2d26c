"""Which rule does this node follow? Once for each kind of op, one right rule and two mistakes."""

from __future__ import annotations

import ast
import zlib
from collections.abc import Mapping
from typing import Any

from gradviz.stories.captions import sentence
from gradviz.stories.equations import arrow
from gradviz.stories.formula import derivative_formula, letters, result_formula
from gradviz.stories.mistakes import ANY, SENTENCES, SLOPES
from gradviz.stories.notation import render
from gradviz.stories.parts import Rich
from gradviz.stories.rich import Field, compose, joined, plain
from gradviz.stories.sentences import SENTENCES as TOLD
from gradviz.stories.sentences import WORDS
from gradviz.stories.turns import Delivery, Turn, title_of, value_text

Choice = tuple[Rich, Rich]
"""A rule, and what to say to whoever picks it."""


def rule_question(turn: Turn) -> dict[str, Any] | None:
    """What to ask about the node's rule before it is told; None where there are not three."""
    if turn.node.kind == "leaf" or not turn.deliveries:
        return None
    first = turn.deliveries[0]
    fields: dict[str, Field] = {
        "arrived": value_text(turn.arrived),
        "title": title_of(turn.node, 18),
        "target": title_of(first.target, 18),
    }
    choices = _choices(turn, first, fields)
    if len(choices) < 3:
        return None
    right, *wrong = choices
    place = zlib.crc32(turn.op.encode()) % 3
    wrong.insert(place, right)
    return {
        "ask": sentence("ask, rule", fields),
        "answer": float(place),
        "text": plain(right[0]),
        "tolerance": 0.5,
        "choices": [rule for rule, _ in wrong],
        "hints": [[float(k), told] for k, (_, told) in enumerate(wrong) if k != place],
        "right": right[1],
        "otherwise": sentence("hint, rule", fields),
    }


def veiled_equation(turn: Turn) -> dict[str, Any]:
    """What arrived, and question marks for what the rule makes of it."""
    if not turn.multiplies:
        cells = [value_text(turn.arrived), {"op": "→"}, "?"]
        return {"heads": [WORDS["arrived"], WORDS["sent"]], "rows": [{"cells": cells}]}
    heads = [WORDS["arrived"], WORDS["slope"], WORDS["sent"]]
    cells = [value_text(turn.arrived), {"op": "×"}, "?", {"op": "="}, "?"]
    to = arrow(title_of(turn.deliveries[0].target))
    return {"heads": heads, "rows": [{"cells": cells, "to": to}]}


def veiled_rule(turn: Turn) -> dict[str, Any]:
    """What the op computes, and nothing of its derivative."""
    return {"formula": result_formula(turn.entry), "rows": []}


def _choices(turn: Turn, first: Delivery, fields: Mapping[str, Field]) -> list[Choice]:
    """The right rule, then two wrong ones."""
    if turn.op in SENTENCES:
        right, *wrong = SENTENCES[turn.op]
        told = sentence(f"rule, because, {turn.op}", fields)
        others = [
            (sentence(f"rule, {key}", fields), sentence("hint, rule", fields)) for key in wrong
        ]
        return [(sentence(f"rule, {right}", fields), told), *others]
    if turn.kind != "elementwise" or first.slope is None or not first.line:
        return []
    rule = derivative_formula(turn.entry, first.input)
    if not rule:
        return []
    told = compose(TOLD["right, rule"], {"rule": rule})
    return [(rule, told), *_mistakes(turn, first, rule, fields)]


def _mistakes(
    turn: Turn, first: Delivery, right: Rich, fields: Mapping[str, Field]
) -> list[Choice]:
    names = letters(turn.entry["inputs"], turn.entry["op"])
    other = next((name for name in turn.entry["inputs"] if name != first.input), "other")
    called = {
        "x": names.get(first.input, ("i", "a")),
        "y": names.get(other, ("i", "b")),
        "n": ("i", "n"),
        "z": names["result"],
    }
    head = ["∂", names["result"], "/∂", called["x"], " = "]
    found: dict[str, Choice] = {}
    for expression, reason in (*SLOPES.get(turn.op, ()), *ANY):
        wrong = joined([*head, *render(ast.parse(expression, mode="eval").body, called)])
        if plain(wrong) != plain(right):
            found.setdefault(plain(wrong), (wrong, sentence(f"rule, {reason}", fields)))
    return list(found.values())[:2]

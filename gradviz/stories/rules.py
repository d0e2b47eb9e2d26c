"""The rule of the node at work: its formula, the line that ran, and the step by hand."""

from __future__ import annotations

from typing import Any

from gradviz.stories.formula import GAP, derivative_formula, result_formula, slope_tree
from gradviz.stories.parts import Rich
from gradviz.stories.rich import compose, joined, plain
from gradviz.stories.sentences import WORDS
from gradviz.stories.turns import Turn, title_of

LONGEST_FORMULA = 44


def rule(turn: Turn, root: str) -> dict[str, Any]:
    """The rule of the node at work: its formula, the line that ran, and the step by hand."""
    if turn.node.kind == "leaf":
        return _leaf_rule(title_of(turn.node, 14))
    rows = []
    lines = dict.fromkeys(delivery.line for delivery in turn.deliveries if delivery.line)
    if lines:
        ran = "return " + ", ".join(lines)
        rows.append([WORDS["ran"], ran + _engine_sum(turn)])
    if by_hand(turn, root):
        rows.append([WORDS["by hand"], by_hand(turn, root), True])
    return {"formula": _formula(turn), "rows": rows}


def _engine_sum(turn: Turn) -> str:
    """Broadcasting is undone by the engine, after the rule: that is not in the rule's line."""
    for delivery in turn.deliveries:
        if delivery.copies > 1 and delivery.value is not None and turn.arrived is not None:
            wide, narrow = turn.arrived.shape, delivery.value.shape
            extra = len(wide) - len(narrow)
            dims = [*range(extra)]
            dims += [extra + i for i, length in enumerate(narrow) if length == 1 != wide[extra + i]]
            how = (
                str(dims[0])
                if len(dims) == 1
                else ""
                if len(dims) == len(wide)
                else str(tuple(dims))
            )
            return f"  # then, to {title_of(delivery.target, 14)}'s shape: grad.sum({how})"
    return ""


def _leaf_rule(title: str) -> dict[str, Any]:
    name = {"title": title}
    return {
        "formula": compose("*{title}*.grad ← *{title}*.grad + *g*", name),
        "rows": [
            [WORDS["ran"], "grad if self.grad is None else self.grad + grad"],
            [WORDS["by hand"], f"{title}.grad", True],
        ],
    }


def _formula(turn: Turn) -> Rich:
    if not turn.entry["rules"]:
        return ()
    parts = [result_formula(turn.entry)]
    derivatives: dict[str, Rich] = {}
    for delivery in turn.deliveries:
        if delivery.line and (turn.kind != "elementwise" or slope_tree(delivery.line) is not None):
            told = derivative_formula(turn.entry, delivery.input)
            derivatives[plain(told)] = told
    for told in derivatives.values():
        if sum(len(plain(part)) for part in (*parts, told)) <= LONGEST_FORMULA:
            parts.append(told)
    shown = [part for part in parts if part and len(plain(part)) <= LONGEST_FORMULA]
    return joined(run for place, part in enumerate(shown) for run in (GAP if place else "", *part))


def by_hand(turn: Turn, root: str) -> str:
    """Code that calls this node by hand, with what arrived as `g`."""
    if turn.node.kind == "leaf":
        return f"{title_of(turn.node)}.grad" if turn.node.names else ""
    if not root.isidentifier():
        return ""
    return f"{root}.grad_fn{turn.node.path}(g)"

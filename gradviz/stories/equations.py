"""The big equation beside the picture: what arrived × local slope = what is sent, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.graph.model import Value
from gradviz.stories.formula import letters, slope_with_numbers
from gradviz.stories.matrices import Row, fitted_row, matrix
from gradviz.stories.numbers import is_single, number
from gradviz.stories.parts import Rich
from gradviz.stories.rich import code, joined, plain, raised
from gradviz.stories.sentences import WORDS
from gradviz.stories.turns import (
    Delivery,
    Turn,
    constant_name,
    saved_numbers,
    title_of,
    value_text,
)


def equation(turn: Turn) -> dict[str, Any]:
    """The state of the equation while a node has its turn."""
    if turn.node.kind == "leaf":
        return _leaf(turn)
    rows = _rows(turn) if turn.in_numbers else _matrix_rows(turn)
    hook = _hook_row(turn)
    return {"heads": _heads(turn), "rows": [_without_empty(row) for row in (*hook, *rows)]}


def _without_empty(row: Row) -> Row:
    return {name: part for name, part in row.items() if part not in ((), "")}


def _heads(turn: Turn) -> list[str]:
    if not turn.in_numbers:
        return []
    if turn.multiplies:
        return [WORDS["arrived"], WORDS["slope"], WORDS["sent"]]
    return [WORDS["arrived"], "", WORDS["sent"]]


def at_rest() -> dict[str, Any]:
    """The equation in words, before anything has flowed."""
    comes, own, goes = WORDS["words"]
    return {
        "heads": [WORDS["arrived"], WORDS["slope"], WORDS["sent"]],
        "rows": [{"cells": [comes, {"op": "×"}, own, {"op": "="}, goes]}],
        "words": True,
    }


def _rows(turn: Turn) -> Sequence[Row]:
    """One row an input; the same row once, for all who receive the same."""
    rows: list[dict[str, Any]] = []
    below = " + ".join(turn.meeting)
    for delivery in turn.deliveries:
        row = _row(turn, delivery)
        if below and not row.get("below"):
            row["below"] = (below,)
        rows.append(row)
    for constant in turn.node.constants:
        rows.append(_none_row(turn, constant_name(constant)))
    return rows


def _none_row(turn: Turn, name: str) -> dict[str, Any]:
    cells_ = [value_text(turn.arrived), {"op": "×"}, "–", {"op": "="}, "None"]
    return {"cells": cells_, "to": arrow(name), "none": True}


def arrow(name: str) -> Rich:
    """Where a gradient goes."""
    return joined(["→ ", *code(name)])


def _row(turn: Turn, delivery: Delivery) -> dict[str, Any]:
    arrived, sent = value_text(turn.arrived), value_text(delivery.value)
    to = arrow(title_of(delivery.target))
    if delivery.value is None:
        return _none_row(turn, title_of(delivery.target))
    if delivery.slope is None:
        return {"cells": [arrived, {"op": ""}, {"op": "→"}, {"op": ""}, {"sent": sent}], "to": to}
    middle = [{"op": "×"}, number(delivery.slope), {"op": "="}]
    return {"cells": [arrived, *middle, {"sent": sent}], "to": to, "below": _tie(turn, delivery)}


def _tie(turn: Turn, delivery: Delivery) -> Rich:
    """What the local slope is made of: *b* = 4, *n aⁿ⁻¹* = 2 · 3."""
    names = letters(turn.entry["inputs"], turn.entry["op"])
    numbers = saved_numbers(turn.node)
    result = turn.node.value
    if is_single(result):
        numbers.setdefault("result", number(result))
    return slope_with_numbers(delivery.line, names, numbers)


def _hook_row(turn: Turn) -> list[Row]:
    if turn.step.hooked is None or not is_single(turn.step.hooked):
        return []
    before, after = value_text(turn.step.hooked), value_text(turn.arrived)
    return [{"cells": [before, {"op": "→"}, "hook", {"op": "→"}, after]}]


def _matrix_rows(turn: Turn) -> list[Row]:
    if turn.op == "Mm" and len(turn.deliveries) == 1:
        special = _mm_row(turn, turn.deliveries[0])
        if special:
            return [special]
    same = turn.deliveries and all(_same(turn.arrived, d) for d in turn.deliveries)
    if same and len(turn.deliveries) > 1:
        names = " and ".join(title_of(delivery.target, 14) for delivery in turn.deliveries)
        return [
            fitted_row(
                [turn.arrived, "× 1 =", turn.deliveries[0].value], ["arrived", f"to {names}"]
            )
        ]
    return _passed_and_summed(turn) or [_matrix_row(turn, each) for each in turn.deliveries]


def _passed_and_summed(turn: Turn) -> list[Row]:
    """A sum with broadcasting in one row: to one term as it is, to the other added up."""
    if len(turn.deliveries) != 2:
        return []
    whole, narrow = sorted(turn.deliveries, key=lambda delivery: delivery.copies)
    if not _same(turn.arrived, whole) or narrow.copies == 1 or narrow.line.strip() != "grad":
        return []
    way = _summed_way(turn.arrived, narrow.value)
    heads = [f"arrived, and to {title_of(whole.target, 18)}", f"to {title_of(narrow.target, 18)}"]
    row = fitted_row([turn.arrived, f"{way} =", narrow.value], heads)
    first = row["cells"][0]["matrix"] | {"sent": True}
    return [{"cells": [{"matrix": first}, *row["cells"][1:]]}]


def _same(arrived: Value | None, delivery: Delivery) -> bool:
    value = delivery.value
    return (
        arrived is not None
        and value is not None
        and arrived.shape == value.shape
        and delivery.line.strip() == "grad"
    )


def _matrix_row(turn: Turn, delivery: Delivery) -> Row:
    to = f"to {title_of(delivery.target, 18)}"
    if delivery.slope is None or delivery.value is None:
        return fitted_row([turn.arrived, "→", delivery.value], ["arrived", to])
    if delivery.copies > 1:
        way = _summed_way(turn.arrived, delivery.value)
        if delivery.line.strip() == "grad":
            return fitted_row([turn.arrived, f"{way} =", delivery.value], ["arrived", to])
        parts = [turn.arrived, "×", delivery.slope, f"→ {way} =", delivery.value]
        return fitted_row(parts, ["arrived", WORDS["slope"], to])
    if is_single(delivery.slope):
        parts = [turn.arrived, f"× {number(delivery.slope)} =", delivery.value]
        return fitted_row(parts, ["arrived", to])
    return fitted_row(
        [turn.arrived, "×", delivery.slope, "=", delivery.value],
        ["arrived", _slope_head(turn, delivery), to],
    )


def _slope_head(turn: Turn, delivery: Delivery) -> str:
    """The formula of the slope where that is short, else the words."""
    names = letters(turn.entry["inputs"], turn.entry["op"])
    text = plain(raised(slope_with_numbers(delivery.line, names, {})))
    return text if 0 < len(text) <= 12 and "^" not in text else WORDS["slope"]


def _summed_way(arrived: Value | None, sent: Value | None) -> str:
    if arrived is None or sent is None:
        return "Σ"
    wide = arrived.shape
    if len(wide) == 2 and sent.shape in (wide[1:], (1, *wide[1:])):
        return "Σ rows"
    if len(wide) == 2 and sent.shape == (wide[0], 1):
        return "Σ columns"
    return "Σ"


def _mm_row(turn: Turn, delivery: Delivery) -> Row | None:
    """The matrix product of one side, with the saved matrix in it where it was kept."""
    kept = next(
        (
            s
            for s in turn.node.saved
            if s.name.endswith("self" if delivery.input == "mat2" else "mat2")
        ),
        None,
    )
    to = f"to {title_of(delivery.target, 18)}"
    if kept is None or not isinstance(kept.value, Value) or not kept.value.whole:
        return None
    turned = Value(kept.value.shape[::-1], kept.value.dtype, kept.value.numbers.T)
    name = f"{kept.label or 'saved'}ᵀ"
    if delivery.input == "mat2":
        return fitted_row([turned, "@", turn.arrived, "=", delivery.value], [name, "arrived", to])
    return fitted_row([turn.arrived, "@", turned, "=", delivery.value], ["arrived", name, to])


def _leaf(turn: Turn) -> dict[str, Any]:
    title = title_of(turn.node, 14)
    step = turn.step
    heads = [WORDS[name].format(title=title) for name in ("before", "arrived", "after")]
    if not is_single(turn.arrived):
        row = fitted_row([step.before, "+", turn.arrived, "→", step.after], heads)
        return {"heads": [], "rows": [row]}
    cells_ = [
        value_text(step.before),
        {"op": "+"},
        value_text(turn.arrived),
        {"op": "→"},
        {"sent": value_text(step.after)},
    ]
    below = {"below": (" + ".join(turn.meeting),)} if turn.meeting else {}
    return {"heads": heads, "rows": [{"cells": cells_} | below]}


def totals(
    grads: Sequence[tuple[str, Value | None, Value | None, Value | None]],
) -> dict[str, Any]:
    """The end of a pass: `.grad` of each leaf before, what arrived, and after."""
    rows = [
        {
            "cells": [
                value_text(before),
                {"op": "+"},
                value_text(came),
                {"op": "→"},
                {"sent": value_text(after)},
            ],
            "to": arrow(f"{title}.grad"),
        }
        for title, before, came, after in grads
        if is_single(after) and is_single(came)
    ][:3]
    if rows:
        return {"heads": [".grad before", "arrived", ".grad after"], "rows": rows}
    shown = [matrix(after, f"{title}.grad") for title, _, _, after in grads][:2]
    return {"heads": [], "rows": [{"cells": shown}]} if shown else at_rest()


def computed(title: str, value: Value | None) -> dict[str, Any]:
    """What a node of the forward pass has computed, where it is known and small."""
    if value is None:
        return at_rest()
    if not is_single(value):
        return {"heads": [], "rows": [{"cells": [matrix(value, title, sent=True)]}]}
    cells_ = [title, {"op": "="}, {"sent": number(value)}, {"op": ""}, ""]
    return {"heads": ["", "", ""], "rows": [{"cells": cells_}]}

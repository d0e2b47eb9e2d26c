"""A node's own derivative for each of its inputs, from the values that it saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.graph import catalogue
from gradviz.graph.model import Value
from gradviz.graph.nodes import Contents
from gradviz.graph.values import WHOLE

_ROUNDED = {name: np.dtype(name) for name in ("float16", "float32", "float64")} | {
    "bfloat16": np.dtype("float32")
}


def slopes_of(
    name: str, kept: Contents, wanted: Sequence[bool], dtype: str
) -> tuple[Value | None, ...]:
    """The slope at each slot where one is wanted, if the op is element-wise and it can be known.

    Rules that need no saved value reckon in float64; they are told in `dtype`, the gradient's.
    """
    known = catalogue.entry(name)
    rules, inputs = known["rules"], known["inputs"]
    if not rules:
        return (None,) * len(wanted)
    return tuple(
        _slope(rules.get(inputs[slot]), kept, dtype) if is_wanted and slot < len(inputs) else None
        for slot, is_wanted in enumerate(wanted)
    )


def _slope(rule: Mapping[str, Any] | None, kept: Contents, dtype: str) -> Value | None:
    if rule is None or rule.get("slope") is None:
        return None
    values = {name: _needed(name, kept) for name in rule["needs"]}
    if any(value is None for value in values.values()):
        return None
    shapes = [value.shape for value in values.values() if isinstance(value, Value)]
    sampled = any(isinstance(value, Value) and not value.whole for value in values.values())
    if sampled and len({shape for shape in shapes if shape}) > 1:
        return None
    plain = {name: v.numbers if isinstance(v, Value) else v for name, v in values.items()}
    try:
        numbers = np.array(rule["slope"](plain))
    except Exception:
        return None
    shape = max(shapes, key=len) if sampled else numbers.shape
    numbers = numbers.astype(_ROUNDED.get(dtype, numbers.dtype))
    return Value(shape, dtype, numbers, not sampled and numbers.size <= WHOLE)


def _needed(name: str, kept: Contents) -> Any:
    return kept.values[name] if name in kept.values else kept.details.get(name)

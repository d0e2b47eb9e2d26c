"""A node's own derivative for each of its inputs, from the values that it saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gradviz.graph import catalogue
from gradviz.graph.model import Value
from gradviz.graph.nodes import Contents
from gradviz.graph.values import WHOLE


def slopes_of(name: str, kept: Contents, slots: int) -> tuple[Value | None, ...]:
    """The slope at each slot; None where the op is not element-wise or nothing was saved for it."""
    known = catalogue.entry(name)
    rules = known["rules"]
    if not rules:
        return (None,) * slots
    inputs = known["inputs"]
    return tuple(
        _slope(rules.get(inputs[slot]), kept) if slot < len(inputs) else None
        for slot in range(slots)
    )


def _slope(rule: Mapping[str, Any] | None, kept: Contents) -> Value | None:
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
        with np.errstate(all="ignore"):
            numbers = np.array(rule["slope"](plain))
    except Exception:
        return None
    shape = max(shapes, key=len) if sampled else numbers.shape
    return Value(shape, _dtype(numbers), numbers, not sampled and numbers.size <= WHOLE)


def _needed(name: str, kept: Contents) -> Any:
    return kept.values[name] if name in kept.values else kept.details.get(name)


def _dtype(numbers: np.ndarray) -> str:
    return numbers.dtype.name

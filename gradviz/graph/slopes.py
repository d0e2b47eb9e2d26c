"""A node's own derivative for each of its inputs, from the values that it saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.graph import catalogue
from gradviz.graph.model import Value, new_value
from gradviz.graph.nodes import Contents
from gradviz.graph.survey import Link
from gradviz.graph.values import WHOLE

_ROUNDED = {name: np.dtype(name) for name in ("float16", "float32", "float64")} | {
    "bfloat16": np.dtype("float32")
}


Rule = Mapping[str, Any]


class Slopes:
    """The slopes of the nodes of one graph; each node's are reckoned once."""

    def __init__(self, names: Sequence[str], contents: Sequence[Contents]) -> None:
        self._names, self._contents = names, contents
        self._rules: dict[str, tuple[Rule | None, ...]] = {}
        self._same: dict[tuple, Value | None] = {}
        self._known: dict[int, tuple[Value | None, ...]] = {}

    def at(self, node: int, links: Sequence[Link], dtype: str) -> tuple[Value | None, ...]:
        """The slope at each slot that leads on, if the op is element-wise and it is known.

        Rules that need no saved value reckon in float64; they are told in the gradient's dtype.
        """
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = self._reckoned(node, links, dtype)
        return known

    def _reckoned(self, node: int, links: Sequence[Link], dtype: str) -> tuple[Value | None, ...]:
        name = self._names[node]
        rules = self._rules.get(name)
        if rules is None:
            rules = self._rules[name] = _rules_of(name)
        slopes: list[Value | None] = [None] * len(links)
        for slot, (rule, link) in enumerate(zip(rules, links, strict=False)):
            if rule is not None and link[0] is not None:
                slopes[slot] = self._slope(rule, node, dtype)
        return tuple(slopes)

    def _slope(self, rule: Rule, node: int, dtype: str) -> Value | None:
        """Reckoned anew only where a rule needs a tensor."""
        kept = self._contents[node]
        if any(name in kept.values for name in rule["needs"]):
            return _slope(rule, kept, dtype)
        key = (id(rule), dtype, *[repr(kept.details.get(name)) for name in rule["needs"]])
        if key not in self._same:
            self._same[key] = _slope(rule, kept, dtype)
        return self._same[key]


def _rules_of(name: str) -> tuple[Rule | None, ...]:
    """By slot, the rule where it has a slope."""
    known = catalogue.entry(name)
    rules = [known["rules"].get(one) for one in known["inputs"]] if known["rules"] else []
    return tuple([None if rule is None or rule.get("slope") is None else rule for rule in rules])


def _slope(rule: Rule, kept: Contents, dtype: str) -> Value | None:
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
    numbers = numbers.astype(_ROUNDED.get(dtype, numbers.dtype), copy=False)
    return new_value(shape, dtype, numbers, not sampled and numbers.size <= WHOLE)


def _needed(name: str, kept: Contents) -> Any:
    return kept.values[name] if name in kept.values else kept.details.get(name)

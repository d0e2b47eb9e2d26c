"""Numbers beside tensors: Python's, numpy's, and those that stand in a rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from .names import ops


class OfRule:
    """A number in a rule: with a tensor it makes torch's node for a number, MulBackward1."""

    __slots__ = ()

    def __sub__(self, other: Any) -> Any:
        return plain(self) - other

    def __truediv__(self, other: Any) -> Any:
        return plain(self) / other

    def __pow__(self, other: Any) -> Any:
        return plain(self) ** other


class RuleInt(OfRule, int):
    """A whole number in a rule."""

    __slots__ = ()


class RuleFloat(OfRule, float):
    """A float in a rule."""

    __slots__ = ()


rule_numbers = {RuleInt: int, RuleFloat: float}
number_types = frozenset(
    {bool, np.bool_, RuleInt, RuleFloat, *(np.dtype(code).type for code in "bBhHiIlLqQefd")}
)
SCALAR_OPS = {
    "mul": "mul_scalar",
    "over": "div_scalar",
    "plus": "add_scalar",
    "minus": "sub_scalar",
}


def marked(value: Any) -> Any:
    """A number as the number of a rule."""
    if value.__class__ is int:
        return RuleInt(value)
    return RuleFloat(value) if value.__class__ is float else value


def plain(value: Any) -> Any:
    """A number of any kind as Python's own."""
    if value.__class__ in rule_numbers:
        return rule_numbers[value.__class__](value)
    if isinstance(value, np.generic):
        return value.item()
    return int(value) if value.__class__ is bool else value


def numbered(op: Any, operands: tuple) -> Any:
    """An operation with a number that is neither a plain int nor a plain float."""
    number = operands[1].__class__
    own = rule_numbers.get(number)
    if own is not None and op.name in SCALAR_OPS:
        return getattr(ops, SCALAR_OPS[op.name])(operands[0], own(operands[1]))
    if number in (bool, np.bool_):  # count as tensors: `n + True` stays whole, `m + True` a bool
        from .tensor import wrap

        return op.function(operands[0], wrap(np.asarray(bool(operands[1]))), *operands[2:])
    plainly = [plain(each) if each.__class__ in number_types else each for each in operands]
    return op.function(*plainly)

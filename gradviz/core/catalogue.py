"""What the nodes mean, as plain data for whoever explains a graph: made from the declarations.

>>> entry = catalogue()["MulBackward0"]
>>> entry["op"], entry["inputs"], entry["pattern"], entry["rules"]["self"]["line"]
('mul', ('self', 'other'), '{self}*{other}', 'grad * other')
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from . import ops as _families
from .compiler import planned
from .meanings import silent
from .op import Op, declared
from .plan import symbol_of

TIGHT = {"*", "/", "**", "//", "%"}
"""Operators that are written without spaces: `3*x**2 + 1`."""
ALLOWED = ast.BinOp | ast.UnaryOp | ast.Name | ast.Constant
ALLOWED |= ast.operator | ast.unaryop | ast.expr_context
Data = dict[str, Any]


class Catalogue(Mapping[str, Data]):
    """The entries by node name, each made when it is first asked for.

    An entry has `op`, the name of the function; `inputs`, in the order of the graph's edges;
    `parameters`, the numbers beside them; `pattern`, the expression; `kind`, one of `elementwise`,
    `linear` and `other`; and for each input in `rules` the `line` that runs, the names that it
    `needs`, and `slope`, the rule with 1 as the gradient, as a function of a dict of numpy values.
    """

    def __init__(self) -> None:
        self._ops: dict[str, type[Op]] = {}
        self._read = 0
        self._made: dict[str, Data] = {}

    def _declared(self) -> dict[str, type[Op]]:
        """Every op that has a rule; a learner may have declared some since the last look."""
        for op in declared[self._read :]:
            if op.rules:
                self._ops.setdefault(op.node_name, op)
        self._read = len(declared)
        return self._ops

    def __getitem__(self, node_name: str) -> Data:
        made = self._made.get(node_name)
        if made is None:
            made = self._made[node_name] = entry_of(self._declared()[node_name])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared())

    def __len__(self) -> int:
        return len(self._declared())


@cache
def catalogue() -> Catalogue:
    """What every node means, by its name."""
    _families.read_all()
    return Catalogue()


def entry_of(op: type[Op]) -> Data:
    """What one op means."""
    plan = planned(op)
    return {
        "op": spoken_name(op),
        "inputs": tuple(plan.edges),
        "parameters": tuple(name for name in plan.kinds if name not in plan.tensors),
        "pattern": pattern_of(op),
        "kind": kind_of(op),
        "rules": {name: rule_of(op, name, rule) for name, rule in op.rules.items()},
    }


def spoken_name(op: type[Op]) -> str:
    """The op as a learner calls it, from the name of its node: `SumBackward1` is `sum`."""
    bare = re.sub(r"Backward\w*$", "", op.node_name) or op.name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower()


def kind_of(op: type[Op]) -> str:
    """Element-wise; linear, where no rule needs the input that it is for; or other."""
    if op.elementwise:
        return "elementwise"
    plan = planned(op)
    own = all(not {name, *plan.results} & set(plan.uses[name]) for name in op.rules)
    return "linear" if own else "other"


def rule_of(op: type[Op], name: str, rule: Callable) -> Data:
    """The rule for one input."""
    needs = planned(op).uses[name]
    return {
        "line": line_of(rule),
        "needs": needs,
        "slope": slope_of(silent(rule), needs) if op.elementwise else None,
    }


def slope_of(rule: Callable, needs: tuple[str, ...]) -> Callable[[Mapping[str, Any]], np.ndarray]:
    """The rule with 1 as the gradient."""

    def slope(values: Mapping[str, Any]) -> np.ndarray:
        return np.asarray(rule(1.0, *[values[name] for name in needs]))

    return slope


def returned(function: Any) -> str | None:
    """The expression that a function of one statement returns, as it is written."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):
        return None
    body = getattr(tree.body[0], "body", None) if tree.body else None
    if not isinstance(body, list) or not isinstance(body[-1], ast.Return) or body[-1].value is None:
        return None
    return ast.get_source_segment(source, body[-1].value)


def line_of(rule: Callable) -> str:
    """The line that runs, without `return`."""
    text = returned(rule)
    return rule.__name__ if text is None else re.sub(r"\s*\n\s*", " ", text)


def pattern_of(op: type[Op]) -> str:
    """The expression that the op is: with its operators, or as a call."""
    if op.pattern is not None:
        return op.pattern
    plan = planned(op)
    symbol = symbol_of(plan.forward)
    if symbol and len(plan.tensors) == 2:
        left, right = plan.tensors
        return f"{{{left}}}{symbol if symbol in TIGHT else f' {symbol} '}{{{right}}}"
    if getattr(plan.forward, "__name__", "") == "neg":
        return f"-{{{plan.tensors[0]}}}"
    written = returned(plan.forward) if plan.written else None
    formula = operators_only(written, set(plan.kinds)) if written else None
    if formula is not None:
        return formula
    return f"{spoken_name(op)}({', '.join(f'{{{name}}}' for name in plan.edges)})"


def operators_only(text: str, names: set[str]) -> str | None:
    """A formula of operators, names and numbers as a pattern; None if there is more in it."""
    tree = ast.parse(text, mode="eval").body
    if isinstance(tree, ast.Name) or not all(isinstance(part, ALLOWED) for part in ast.walk(tree)):
        return None
    if any(isinstance(part, ast.Name) and part.id not in names for part in ast.walk(tree)):
        return None
    spaced = ast.unparse(tree)
    tight = re.sub(r" (\*\*|\*|//|/|%) ", r"\1", spaced)
    return re.sub(r"[A-Za-z_]\w*", lambda name: f"{{{name[0]}}}", tight)

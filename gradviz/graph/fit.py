"""Does an expression fit a piece of a graph? If so, which part of it computed which node.

An expression is matched from its root downwards: `3*x**2 + 4` fits an AddBackward0 whose first
input is a MulBackward0, and so on. Calls whose inner workings are unknown fit any node.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph import catalogue
from gradviz.graph.model import Edge, Node
from gradviz.graph.severed import severed, tracked_names

COMMUTING: dict[type, str] = {ast.Add: "AddBackward0", ast.Mult: "MulBackward0"}
SAME_OBJECT = frozenset(
    {"contiguous", "float", "double", "to", "requires_grad_", "retain_grad", "type"}
)
"""Methods that may return the tensor they were called on."""
OWN_NODES = frozenset(
    {"abs", "add", "cos", "div", "exp", "log", "mean", "mul", "neg", "pow", "relu", "sigmoid"}
    | {"sin", "sqrt", "sub", "sum", "tanh"}
)
"""Functions that make a node of their own name, and no other."""
PRODUCTS = frozenset({"MmBackward0", "MvBackward0", "DotBackward0", "BmmBackward0"})
RESHAPES = frozenset(
    {"SqueezeBackward4", "UnsafeViewBackward0", "UnsqueezeBackward0", "ViewBackward0"}
    | {"ExpandBackward0"}
)
"""What matmul itself puts around the product of two matrices."""


@dataclass(slots=True)
class Fit:
    """What a match has found out; a failed attempt is thrown away whole."""

    computed: list[tuple[int, ast.expr]] = field(default_factory=list)
    constants: list[tuple[int, int, ast.expr]] = field(default_factory=list)
    """(node, slot, expression) of what stood at a None slot."""
    named: list[tuple[str, int]] = field(default_factory=list)
    """Variables, and the node that each must stand for."""

    def __add__(self, other: Fit) -> Fit:
        return Fit(
            self.computed + other.computed,
            self.constants + other.constants,
            self.named + other.named,
        )


class Matcher:
    """Fits expressions to the nodes of one graph, seen from one scope of variables."""

    def __init__(
        self,
        nodes: Sequence[Node],
        edges: Sequence[Edge],
        scope: Mapping[str, Any],
        assigned: Callable[[str], frozenset[str]],
    ) -> None:
        self.nodes = nodes
        self.scope = scope
        self.assigned = assigned
        """What the program gives to a variable: the codes of its values, empty if nothing."""
        self.inputs: list[list[int | None]] = [[] for _ in nodes]
        for edge in edges:
            self.inputs[edge.source].append(edge.target)
        self._severs: dict[ast.expr, bool] = {}
        self._constant: dict[ast.expr, bool] = {}
        self._texts: dict[ast.expr, str] = {}
        """What was found of an expression, which a loop fits to hundreds of nodes."""

    def fit(self, expression: ast.expr, node: int | None) -> Fit | None:
        """How `expression` computed `node`, or None if it cannot have."""
        if node is None:
            return Fit() if self.is_constant(expression) else None
        if expression not in self._severs:
            self._severs[expression] = severed(expression, self.scope) is not None
        if self._severs[expression]:
            return None
        if isinstance(expression, ast.Name | ast.Attribute | ast.Subscript):
            return self._reference(expression, node)
        if self.nodes[node].kind == "leaf":
            return None
        found = self._operation(expression, node)
        return None if found is None else Fit([(node, expression)]) + found

    def is_constant(self, expression: ast.expr) -> bool:
        """Whether nothing in the expression is known to be tracked by autograd."""
        if expression not in self._constant:
            self._constant[expression] = not any(tracked_names(expression, self.scope))
        return self._constant[expression]

    def _operation(self, expression: ast.expr, node: int) -> Fit | None:
        if isinstance(expression, ast.BinOp):
            return self._binary(expression, node)
        if isinstance(expression, ast.UnaryOp):
            is_minus = isinstance(expression.op, ast.USub)
            is_fit = is_minus and self.nodes[node].name == "NegBackward0"
            return self.fit(expression.operand, self.inputs[node][0]) if is_fit else None
        if isinstance(expression, ast.Call):
            return self._call(expression, node)
        return None

    def _reference(self, expression: ast.expr, node: int) -> Fit | None:
        text = self._texts.get(expression)
        if text is None:
            text = self._texts[expression] = ast.unparse(expression)
        names = self.nodes[node].names
        if text in names or text in self.nodes[node].outputs:
            return Fit(named=[(text, node)])
        if not isinstance(expression, ast.Name):
            is_result = self.nodes[node].kind != "leaf" and not names
            return Fit([(node, expression)]) if is_result else None
        thing = self.scope.get(expression.id)
        given = self.assigned(expression.id)
        if self.nodes[node].kind == "leaf" and names and not given & set(names):
            return None
        if thing is not None and not given:
            return None
        return Fit(named=[(text, node)])

    def _binary(self, expression: ast.BinOp, node: int) -> Fit | None:
        left, right, inputs = expression.left, expression.right, self.inputs[node]
        name, kind = self.nodes[node].name, type(expression.op)
        if name == COMMUTING.get(kind) and len(inputs) == 2:
            straight = self._both(node, left, right, inputs)
            if straight is None and inputs[1] is None:  # PyTorch puts the tensor first: 2 * x
                return self._both(node, right, left, inputs)
            return straight
        if kind is ast.MatMult:
            return self._product(left, right, node)
        if kind is ast.Div and name == "MulBackward0":
            return self._over(left, right, node)
        return self._ordered(kind, name, left, right, node)

    def _ordered(
        self, kind: type, name: str, left: ast.expr, right: ast.expr, node: int
    ) -> Fit | None:
        inputs = self.inputs[node]
        if (kind, name) in {
            (ast.Sub, "SubBackward0"),
            (ast.Div, "DivBackward0"),
            (ast.Pow, "PowBackward1"),
        }:
            return self._both(node, left, right, inputs)
        if (kind, name) == (ast.Pow, "PowBackward0"):
            return self._one(left, right, inputs[0])
        if (kind, name) in {(ast.Sub, "RsubBackward1"), (ast.Pow, "PowBackward2")}:
            return self._one(right, left, inputs[-1])
        return None

    def _both(
        self, node: int, first: ast.expr, second: ast.expr, inputs: Sequence[int | None]
    ) -> Fit | None:
        if len(inputs) != 2:
            return None
        result = Fit()
        for slot, (part, target) in enumerate(zip((first, second), inputs, strict=True)):
            found = self.fit(part, target)
            if found is None or (target is None and not self._agrees(part, node, slot)):
                return None
            result += found
            if target is None:
                result.constants.append((node, slot, part))
        return result

    def _one(self, tracked: ast.expr, constant: ast.expr, target: int | None) -> Fit | None:
        return self.fit(tracked, target) if self.is_constant(constant) else None

    def _agrees(self, expression: ast.expr, node: int, slot: int) -> bool:
        """A number in the source must be the one that was saved, if one was."""
        number = getattr(expression, "value", None)
        if not isinstance(expression, ast.Constant) or not isinstance(number, int | float):
            return True
        for constant in self.nodes[node].constants:
            value = constant.value
            if constant.slot == slot and value is not None and value.numbers.size == 1:
                return is_near(value.numbers.item(), number)
        return True

    def _over(self, left: ast.expr, right: ast.expr, node: int) -> Fit | None:
        """`2 / x` is a MulBackward0 over a ReciprocalBackward0."""
        below = self.inputs[node][0]
        if below is None or self.nodes[below].name != "ReciprocalBackward0":
            return None
        found = self._one(right, left, self.inputs[below][0])
        return None if found is None else found + Fit(constants=[(node, 1, left)])

    def _product(self, left: ast.expr, right: ast.expr, node: int) -> Fit | None:
        while self.nodes[node].name in RESHAPES and self.inputs[node][0] is not None:
            node = self.inputs[node][0]  # type: ignore[assignment]
        inputs = self.inputs[node]
        if self.nodes[node].name not in PRODUCTS or len(inputs) != 2:
            return None
        result = Fit()
        for slot, (part, target) in enumerate(zip((left, right), inputs, strict=True)):
            found = self._through_reshapes(part, target)
            if found is None:
                return None
            result += found
            if target is None:
                result.constants.append((node, slot, part))
        return result

    def _through_reshapes(self, part: ast.expr, target: int | None) -> Fit | None:
        found = self.fit(part, target)
        while found is None and target is not None and self.nodes[target].name in RESHAPES:
            target = self.inputs[target][0]
            found = self.fit(part, target)
        return found

    def _call(self, expression: ast.Call, node: int) -> Fit | None:
        called = expression.func
        word = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if word in SAME_OBJECT and isinstance(called, ast.Attribute):
            same = self.fit(called.value, node)
            if same is not None:
                return same
        name = self.nodes[node].name
        if word.rstrip("_") in {catalogue.entry(name)["op"], catalogue.op_name(name)}:
            found = self._arguments(_operands(expression, self.scope), node)
            return Fit() if found is None else found
        if isinstance(called, ast.Attribute) and word.rstrip("_") in OWN_NODES:
            return None
        return None if self._makes_leaf(expression) else Fit()

    def _makes_leaf(self, expression: ast.Call) -> bool:
        """Whether a function of the library is given nothing that can be tracked: `zeros(3)`."""
        called = expression.func
        if not (isinstance(called, ast.Attribute) and _is_module(called.value, self.scope)):
            return False
        parts = [part for given in _operands(expression, self.scope) for part in ast.walk(given)]
        names = [part.id for part in parts if isinstance(part, ast.Name)]
        known = all(type(self.scope.get(name)) in (int, float, bool) for name in names)
        return known and not any(isinstance(part, ast.Call | ast.Attribute) for part in parts)

    def _arguments(self, parts: list[ast.expr], node: int) -> Fit | None:
        """Fit the inputs in order, each to the next argument that can have been it."""
        result = Fit()
        rest = iter(parts)
        for slot, target in enumerate(self.inputs[node]):
            for part in rest:
                found = self.fit(part, target)
                if found is not None:
                    result += found
                    if target is None:
                        result.constants.append((node, slot, part))
                    break
            else:
                return None
        return result


def is_near(saved: float, written: float) -> bool:
    """Whether a number may be the one that was written, up to the rounding of its dtype.

    >>> is_near(0.10000000149, 0.1), is_near(2.0, 3.0)
    (True, False)
    """
    return saved == written or abs(saved - written) <= 1e-8 + 1e-6 * abs(written)


def _operands(expression: ast.Call, scope: Mapping[str, Any]) -> list[ast.expr]:
    """The arguments of a call, the receiver of a method first, lists opened."""
    parts: list[ast.expr] = []
    called = expression.func
    if isinstance(called, ast.Attribute) and not _is_module(called.value, scope):
        parts.append(called.value)
    parts += [*expression.args, *(keyword.value for keyword in expression.keywords)]
    opened: list[ast.expr] = []
    for part in parts:
        opened += part.elts if isinstance(part, ast.List | ast.Tuple) else [part]
    return opened


def _is_module(expression: ast.expr, scope: Mapping[str, Any]) -> bool:
    """Whether `torch` or `torch.nn.functional` stands before the dot, rather than a tensor."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    thing = scope.get(expression.id) if isinstance(expression, ast.Name) else None
    return isinstance(thing, type(ast))

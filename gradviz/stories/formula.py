"""A rule's line of Python as mathematics, printed from its own syntax tree.

The inputs of the op are *a*, *b*, *c* in their order, the result is *z*, what arrives is *g*.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from gradviz.stories.notation import Names, is_readable, render
from gradviz.stories.numbers import MINUS, factor
from gradviz.stories.parts import Rich, Run
from gradviz.stories.rich import joined

_LETTERS = "abcdef"
_MATRIX_OPS = {"mm", "mv", "bmm", "addmm", "matmul", "dot", "addmv", "baddbmm"}
_PARAMETERS = {"exponent": "n", "alpha": "α", "beta": "β", "weight": "w", "eps": "ε"}
_PARAMETERS |= {"self_sym_numel": "n", "numel": "n", "condition": "c", "self": "k", "other": "k"}
_SILENT = {"expand", "sum_to_size", "scaled", "widened", "repeated", "float", "number", "to"}
"""Words of the rules that only see to shapes and types, or to a factor that is nearly always 1."""
_SAID = {
    "pow": "a ** b",
    "reciprocal": "1 / a",
    "one_over": "1 / a",
    "one_minus": "1 - a",
    "one_minus_square": "1 - a * a",
    "mm_left": "mm(a, t(b))",
    "mm_right": "mm(t(a), b)",
}
"""Words of the rules in symbols; a and b are what they are given."""
_SHARED = {"each"}
"""What a mean shares out among its numbers."""
GAP = "\u2003\u2003"


def letters(inputs: Sequence[str], op: str = "") -> dict[str, Run]:
    """What each name of a rule is called in a formula.

    >>> letters(("self", "other"))["other"]
    ('i', 'b')
    """
    style = str.upper if op in _MATRIX_OPS else str
    names: dict[str, Run] = {"result": ("i", style("z")), "grad": ("i", style("g"))}
    names |= {name: ("i", letter) for name, letter in _PARAMETERS.items()}
    names["zero"] = "0"
    names |= {name: ("i", style(_LETTERS[place % 6])) for place, name in enumerate(inputs)}
    return names


def result_formula(entry: Mapping[str, Any]) -> Rich:
    """The op as an equation: *z* = *a* · *b*.

    >>> from gradviz.stories.rich import plain
    >>> plain(result_formula({"op": "mul", "inputs": ("self", "other"),
    ...                       "pattern": "{self} * {other}"}))
    'z = a · b'
    """
    pattern = (entry.get("pattern") or "").replace("{", " ").replace("}", " ").strip()
    return _result(entry["op"], tuple(entry["inputs"]), pattern)


@lru_cache(maxsize=512)
def _result(op: str, inputs: tuple[str, ...], pattern: str) -> Rich:
    names, tree = letters(inputs, op), parsed(pattern, silent=False)
    if tree is None:
        return ()
    return joined([names["result"], " = ", *render(tree, names)])


def derivative_formula(entry: Mapping[str, Any], name: str) -> Rich:
    """The rule for one input: ∂*z*/∂*a* = *b*, or with *g* in it where it is no product.

    >>> from gradviz.stories.rich import plain
    >>> plain(derivative_formula({"op": "mul", "inputs": ("self", "other"), "kind": "elementwise",
    ...     "rules": {"self": {"line": "grad * other"}}}, "self"))
    '∂z/∂a = b'
    """
    line, is_slope = entry["rules"][name]["line"], entry.get("kind") == "elementwise"
    return _derivative(entry["op"], tuple(entry["inputs"]), name, line, is_slope)


@lru_cache(maxsize=1024)
def _derivative(op: str, inputs: tuple[str, ...], name: str, line: str, is_slope: bool) -> Rich:
    names = letters(inputs, op)
    if is_slope:
        tree, top = slope_tree(line), names["result"]
    else:
        tree, top = parsed(line), ("i", "ℓ")
    if tree is None or name not in names or not is_readable(tree):
        return ()
    return joined(["∂", top, "/∂", names[name], " = ", *render(tree, names)])


def parsed(line: str, *, silent: bool = True) -> ast.expr | None:
    """The syntax tree of a rule's line, if it is one expression, as mathematics speaks of it."""
    try:
        return _Spoken(silent).visit(ast.parse(line.strip(), mode="eval").body)
    except SyntaxError:
        return None


class _Spoken(ast.NodeTransformer):
    """A power is a power however it is written, and what only cares for shapes is left out."""

    def __init__(self, silent: bool) -> None:
        self.silent, self.said = silent, dict[str, ast.expr]()

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        self.said[node.target.id] = value = self.visit(node.value)
        return value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.said.get(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in ("np", "math"):
            node.func = ast.Name(node.func.attr)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _SAID:
            return _replaced(_SAID[name], node.args)
        if name == "zeros_like":
            return ast.Constant(0)
        if self.silent and name in _SILENT and node.args:
            return node.args[0]
        if name in _SHARED and node.args:
            return ast.BinOp(node.args[0], ast.Div(), ast.Name("numel"))
        if name == "share":
            return ast.Name("numel")
        return node


def _replaced(pattern: str, given: Sequence[ast.expr]) -> ast.expr:
    """A pattern with what is given for its letters."""
    letters = dict(zip("ab", given, strict=False))

    class Filled(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return letters.get(node.id, node)

    return Filled().visit(ast.parse(pattern, mode="eval").body)


@lru_cache(maxsize=512)
def slope_tree(line: str) -> ast.expr | None:
    """The rule with a gradient of 1: what is left of `grad * other` is `other`."""
    tree = parsed(line)
    return None if tree is None else _WithoutGrad().visit(tree)


class _WithoutGrad(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(1) if node.id == "grad" else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Mult):
            if _is_one(left):
                return right
            if _is_one(right):
                return left
            if _is_minus_one(left):
                return ast.UnaryOp(ast.USub(), right)
            if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div) and _is_one(left.left):
                return ast.BinOp(right, ast.Div(), left.right)
        if isinstance(node.op, ast.Div) and _is_minus_one(left):
            return ast.UnaryOp(ast.USub(), ast.BinOp(ast.Constant(1), ast.Div(), right))
        return ast.BinOp(left, node.op, right)


def _is_one(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1


def _is_minus_one(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and _is_one(node.operand)


def slope_with_numbers(line: str, names: Names, numbers: Mapping[str, str]) -> Rich:
    r"""How the slope comes about: `n aⁿ⁻¹ = 2 · 3`, or `b = 4`; () where nothing is to be said.

    >>> from gradviz.stories.rich import plain
    >>> plain(slope_with_numbers("grad * (exponent * self ** (exponent - 1))",
    ...     letters(("self",)), {"self": "3", "exponent": "2"}))
    'n\u2009an−1 = 2 · 3'
    """
    tree = slope_tree(line)
    used = set() if tree is None else _variables(tree)
    if tree is None or not used:
        return ()
    shown = render(tree, names)
    if not used <= set(numbers):
        return shown
    return joined([*shown, " = ", *numbers_only(tree, numbers)])


def _variables(tree: ast.expr) -> set[str]:
    called = {id(part.func) for part in ast.walk(tree) if isinstance(part, ast.Call)}
    return {
        part.id for part in ast.walk(tree) if isinstance(part, ast.Name) and id(part) not in called
    }


def numbers_only(tree: ast.expr, numbers: Mapping[str, str]) -> Rich:
    """The expression with its numbers in it; whole exponents are worked out."""
    filled = _Filled(numbers).visit(copy.deepcopy(tree))
    return render(filled, {f"_{name}": text for name, text in numbers.items()})


class _Filled(ast.NodeTransformer):
    def __init__(self, numbers: Mapping[str, str]) -> None:
        self.numbers = numbers

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(f"_{node.id}") if node.id in self.numbers else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.Pow):
            power = self._worked_out(node.right)
            if power == 1:
                return self.visit(node.left)
            if power is not None:
                return ast.BinOp(self.visit(node.left), ast.Pow(), ast.Constant(power))
        return ast.BinOp(self.visit(node.left), node.op, self.visit(node.right))

    def _worked_out(self, node: ast.expr) -> float | None:
        """An exponent in plain numbers: only ± of Python numbers, which is exact for whole ones."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, int | float) else None
        if isinstance(node, ast.Name):
            text = self.numbers.get(node.id, "").replace(MINUS, "-")
            try:
                return int(text) if float(text).is_integer() else float(text)
            except ValueError:
                return None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            left, right = self._worked_out(node.left), self._worked_out(node.right)
            if left is not None and right is not None:
                return left + right if isinstance(node.op, ast.Add) else left - right
        return None


def product_text(arrived: str, slope: str, sent: str) -> str:
    """The arithmetic of one step, as it was recorded.

    >>> product_text("1", "−4", "−4")
    '1 × (−4) = −4'
    """
    return f"{arrived} × {factor(slope)} = {sent}"

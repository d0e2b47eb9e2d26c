"""A rule's line of Python as mathematics, printed from its own syntax tree.

The inputs of the op are *a*, *b*, *c* in their order, the result is *z*, what arrives is *g*.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from gradviz.stories.numbers import MINUS, factor, minus
from gradviz.stories.parts import Rich, Run
from gradviz.stories.rich import joined, plain

Names = Mapping[str, Run]

_LETTERS = "abcdef"
_MATRIX_OPS = {"mm", "mv", "bmm", "addmm", "matmul", "dot", "addmv", "baddbmm"}
_PARAMETERS = {"exponent": "n", "alpha": "α", "beta": "β", "weight": "w", "eps": "ε"}
_PARAMETERS |= {"self_sym_numel": "n", "numel": "n", "condition": "c", "self": "k", "other": "k"}
_SILENT = {"expand", "sum_to_size", "scaled", "widened", "repeated", "float"}
"""Words of the rules that only see to shapes, or to a factor that is nearly always 1."""
_SHARED = {"each"}
"""What a mean shares out among its numbers."""
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
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
        self.silent = silent

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in ("np", "math"):
            node.func = ast.Name(node.func.attr)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "one_minus_square":
            square = ast.BinOp(node.args[0], ast.Mult(), node.args[0])
            return ast.BinOp(ast.Constant(1), ast.Sub(), square)
        if name == "zeros_like":
            return ast.Constant(0)
        if name == "pow" and len(node.args) == 2:
            return ast.BinOp(node.args[0], ast.Pow(), node.args[1])
        if self.silent and name in _SILENT and node.args:
            return node.args[0]
        if name in _SHARED and node.args:
            return ast.BinOp(node.args[0], ast.Div(), ast.Name("numel"))
        if name == "share":
            return ast.Name("numel")
        return node


def is_readable(tree: ast.expr) -> bool:
    """Whether mathematics knows every function and sign in it."""
    parts = list(ast.walk(tree))
    calls = [part.func for part in parts if isinstance(part, ast.Call)]
    strange = (ast.IfExp, ast.BitAnd, ast.BitOr, ast.Attribute, ast.Subscript, ast.Lambda)
    if any(isinstance(part, strange) for part in parts):
        return False
    return all(isinstance(call, ast.Name) and call.id in _KNOWN for call in calls)


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


def render(tree: ast.expr, names: Names) -> Rich:
    """A syntax tree as a line of mathematics."""
    if isinstance(tree, ast.Compare):
        return joined(["1 where ", *_comparison(tree, names), ", else 0"])
    return joined(_runs(tree, names, _SUM))


def slope_with_numbers(line: str, names: Names, numbers: Mapping[str, str]) -> Rich:
    r"""How the slope comes about: `n aⁿ⁻¹ = 2 · 3`, or `b = 4`; () where nothing is to be said.

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


def _runs(node: ast.expr, names: Names, above: int) -> list[Run]:
    runs, level = _shown(node, names)
    return ["(", *runs, ")"] if level < above else runs


def _shown(node: ast.expr, names: Names) -> tuple[list[Run], int]:
    """The runs of a node, and how strongly it binds."""
    match node:
        case ast.Constant():
            text = minus(f"{node.value:g}" if isinstance(node.value, float) else str(node.value))
            return [text], _ATOM
        case ast.Name():
            run = names.get(node.id, ("i", node.id))
            text = run if isinstance(run, str) else ""
            return [run], _SIGN if text.startswith(MINUS) else _ATOM
        case ast.UnaryOp(op=ast.USub()):
            return [MINUS, *_runs(node.operand, names, _SIGN)], _SIGN
        case ast.BinOp(op=ast.Pow()):
            return _power(node, names)
        case ast.BinOp():
            return _binary(node, names)
        case ast.Compare():
            return ["[", *_comparison(node, names), "]"], _ATOM
        case ast.Call() if isinstance(node.func, ast.Name):
            return _call(node.func.id, node.args, names)
    return [("code", ast.unparse(node))], _ATOM


def _binary(node: ast.BinOp, names: Names) -> tuple[list[Run], int]:
    left, right = node.left, node.right
    match node.op:
        case ast.Add():
            return [*_runs(left, names, _SUM), " + ", *_runs(right, names, _SUM)], _SUM
        case ast.Sub():
            return [*_runs(left, names, _SUM), f" {MINUS} ", *_runs(right, names, _PRODUCT)], _SUM
        case ast.Mult() if ast.dump(left) == ast.dump(right):
            return [*_runs(left, names, _ATOM), ("sup", "2")], _POWER
        case ast.Mult():
            return _product(left, right, names), _PRODUCT
        case ast.Div():
            tight = [*_runs(left, names, _SIGN), "/", *_runs(right, names, _POWER)]
            return tight, _PRODUCT
        case ast.MatMult():
            return [*_runs(left, names, _PRODUCT), " ", *_runs(right, names, _SIGN)], _PRODUCT
    return [("code", ast.unparse(node))], _ATOM


def _product(left: ast.expr, right: ast.expr, names: Names) -> list[Run]:
    first, second = _runs(left, names, _PRODUCT), _runs(right, names, _POWER)
    is_power = isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow)
    close = is_power and isinstance(left, ast.Name) and not isinstance(first[0], str)
    if isinstance(left, ast.Constant) and isinstance(second[0], tuple) and second[0][0] == "i":
        return [*first, *second]
    return [*first, "\u2009" if close else " · ", *second]


def _power(node: ast.BinOp, names: Names) -> tuple[list[Run], int]:
    base = _runs(node.left, names, _ATOM)
    if isinstance(node.right, ast.Constant) and node.right.value == 0.5:
        return ["√", *base], _ATOM
    return [*base, _raised(node.right, names)], _POWER


def _raised(node: ast.expr, names: Names) -> Run:
    return ("sup", plain(tuple(_runs(node, names, _SUM))).replace(" ", ""))


def _comparison(node: ast.Compare, names: Names) -> list[Run]:
    signs = {ast.Gt: ">", ast.Lt: "<", ast.GtE: "≥", ast.LtE: "≤", ast.Eq: "=", ast.NotEq: "≠"}
    runs = _runs(node.left, names, _SUM)
    for operator, right in zip(node.ops, node.comparators, strict=True):
        runs += [f" {signs.get(type(operator), '?')} ", *_runs(right, names, _SUM)]
    return runs


def _call(name: str, arguments: Sequence[ast.expr], names: Names) -> tuple[list[Run], int]:
    special = _CALLS.get(name)
    if special is not None and len(arguments) >= _LEAST.get(name, 1):
        return special(arguments, names)
    inner: list[Run] = []
    for place, argument in enumerate(arguments):
        inner += [", " if place else "", *_runs(argument, names, _SUM)]
    return [name, "(", *inner, ")"], _ATOM


def _exponential(arguments: Sequence[ast.expr], names: Names) -> tuple[list[Run], int]:
    return ["e", _raised(arguments[0], names)], _POWER


def _around(
    before: str, after: str
) -> Callable[[Sequence[ast.expr], Names], tuple[list[Run], int]]:
    def show(arguments: Sequence[ast.expr], names: Names) -> tuple[list[Run], int]:
        return [before, *_runs(arguments[0], names, _SUM if after else _ATOM), after], _ATOM

    return show


def _transposed(arguments: Sequence[ast.expr], names: Names) -> tuple[list[Run], int]:
    return [*_runs(arguments[0], names, _ATOM), ("sup", "⊤")], _POWER


def _side_by_side(arguments: Sequence[ast.expr], names: Names) -> tuple[list[Run], int]:
    left, right = arguments[-2:]
    return [*_runs(left, names, _PRODUCT), " ", *_runs(right, names, _SIGN)], _PRODUCT


def _where(arguments: Sequence[ast.expr], names: Names) -> tuple[list[Run], int]:
    condition, chosen, other = arguments[0], arguments[1], arguments[-1]
    shown = (
        _comparison(condition, names)
        if isinstance(condition, ast.Compare)
        else _runs(condition, names, _SUM)
    )
    return [
        *_runs(chosen, names, _SUM),
        " where ",
        *shown,
        ", else ",
        *_runs(other, names, _SUM),
    ], _SUM


_CALLS: Mapping[str, Callable[[Sequence[ast.expr], Names], tuple[list[Run], int]]] = {
    "exp": _exponential,
    "sqrt": _around("√", ""),
    "abs": _around("|", "|"),
    "sigmoid": _around("σ(", ")"),
    "t": _transposed,
    "mT": _transposed,
    "mm": _side_by_side,
    "mm_as": _side_by_side,
    "mv": _side_by_side,
    "bmm": _side_by_side,
    "where": _where,
    "sum_dim": _around("Σ ", ""),
}
_LEAST = {"where": 3, "mm": 2, "mm_as": 2, "mv": 2, "bmm": 2}
_KNOWN = {
    *_CALLS,
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "log",
    "log2",
    "log10",
    "log1p",
    "sgn",
}


def product_text(arrived: str, slope: str, sent: str) -> str:
    """The arithmetic of one step, as it was recorded.

    >>> product_text("1", "−4", "−4")
    '1 × (−4) = −4'
    """
    return f"{arrived} × {factor(slope)} = {sent}"

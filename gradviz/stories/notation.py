"""Syntax trees as mathematics: products without a star, powers raised, brackets where needed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from gradviz.stories.numbers import MINUS, minus
from gradviz.stories.parts import Rich, Run
from gradviz.stories.rich import joined, plain

Names = Mapping[str, Run]

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)


def render(tree: ast.expr, names: Names) -> Rich:
    """A syntax tree as a line of mathematics."""
    if isinstance(tree, ast.Compare):
        return joined(["1 where ", *_comparison(tree, names), ", else 0"])
    return joined(_runs(tree, names, _SUM))


def is_readable(tree: ast.expr) -> bool:
    """Whether mathematics knows every function and sign in it."""
    parts = list(ast.walk(tree))
    calls = [part.func for part in parts if isinstance(part, ast.Call)]
    strange = (ast.IfExp, ast.BitAnd, ast.BitOr, ast.Attribute, ast.Subscript, ast.Lambda)
    if any(isinstance(part, strange) for part in parts):
        return False
    return all(isinstance(call, ast.Name) and call.id in _KNOWN for call in calls)


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
    "mv": _side_by_side,
    "bmm": _side_by_side,
    "where": _where,
    "sum_dim": _around("Σ ", ""),
}
_LEAST = {"where": 3, "mm": 2, "mv": 2, "bmm": 2}
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

"""The formula of a node rebuilt from the graph: `3 * x ** 2`, with `·` for what is unknown."""

from __future__ import annotations

import ast
import string
from collections.abc import Sequence
from functools import lru_cache

from gradviz.graph import catalogue
from gradviz.graph.model import Edge, Node

MOST = 1000
"""Graphs of more nodes are shown folded; their formulas are not rebuilt."""
LONGEST = 48
"""A longer operand is written as `…`."""
ATOM = 20
UNKNOWN = "·"
_LEVELS: dict[type, int] = {
    ast.Add: 12,
    ast.Sub: 12,
    ast.Mult: 13,
    ast.Div: 13,
    ast.MatMult: 13,
    ast.FloorDiv: 13,
    ast.Mod: 13,
    ast.USub: 14,
    ast.Pow: 15,
}

Piece = tuple[str, int]
"""Code, and how tightly it holds together."""
Output = tuple[int, int]
"""A node, and which of its results."""


def rebuild(nodes: Sequence[Node], edges: Sequence[Edge], known: dict[int, str]) -> dict[int, str]:
    """A formula for every node that has none in `known`; operands by name where they have one."""
    if len(nodes) > MOST:
        return {}
    inputs: list[list[Output | None]] = [[] for _ in nodes]
    several: dict[int, int] = {}
    for edge in edges:
        inputs[edge.source].append(None if edge.target is None else (edge.target, edge.port))
        if edge.port and edge.target is not None:
            several[edge.target] = max(edge.port, several.get(edge.target, 0))
    pieces: dict[Output, Piece] = {}
    for node in reversed(nodes):
        written = known.get(node.id)
        piece = _formula(node, inputs[node.id], pieces) if written is None else _written(written)
        for port in range(several.get(node.id, 0) + 1):
            pieces[node.id, port] = _result(node, port, piece, node.id in several)
        if node.kind != "leaf" and written is None:
            known[node.id] = piece[0]
    return known


def _result(node: Node, port: int, piece: Piece, is_one_of_several: bool) -> Piece:
    """How one result of a node is written: by its name, else by what made it."""
    if port == 0 and node.names:
        return node.names[0], ATOM
    if node.outputs[port : port + 1] not in ((), (UNKNOWN,)):
        return node.outputs[port], ATOM
    return (f"{_wrapped(piece, ATOM)}[{port}]", ATOM) if is_one_of_several else piece


def _formula(node: Node, inputs: list[Output | None], pieces: dict[Output, Piece]) -> Piece:
    if node.kind == "leaf":
        return UNKNOWN, ATOM
    entry = catalogue.entry(node.name)
    operands = [_operand(node, slot, target, pieces) for slot, target in enumerate(inputs)]
    pattern = entry["pattern"]
    if not pattern:
        return f"{entry['op']}({', '.join(text for text, _ in operands)})", ATOM
    level, needs = _levels(pattern)
    values = {name: str(detail) for name, detail in node.details.items()}
    for name, operand in zip(entry["inputs"], operands, strict=False):
        values[name] = _wrapped(operand, needs.get(name, 0))
    return _fill(pattern, values), level


def _operand(node: Node, slot: int, target: Output | None, pieces: dict[Output, Piece]) -> Piece:
    if target is not None:
        text, level = pieces.get(target, (UNKNOWN, ATOM))
        return (text, level) if len(text) <= LONGEST else ("…", ATOM)
    label = next((c.label for c in node.constants if c.slot == slot), UNKNOWN)
    return _written(label)


def _wrapped(piece: Piece, need: int) -> str:
    text, level = piece
    return f"({text})" if level < need else text


def _fill(pattern: str, values: dict[str, str]) -> str:
    parts = []
    for before, name, _, _ in string.Formatter().parse(pattern):
        parts.append(before)
        if name is not None:
            parts.append(values.get(name, UNKNOWN))
    return "".join(parts)


@lru_cache(maxsize=1024)
def _written(text: str) -> Piece:
    """A formula from the source, with the level of what stands outermost in it."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text, ATOM
    return text, _level(tree)


def _level(tree: ast.expr) -> int:
    if isinstance(tree, ast.BinOp | ast.UnaryOp):
        return _LEVELS.get(type(tree.op), 0)
    return (
        ATOM
        if isinstance(tree, ast.Name | ast.Constant | ast.Call | ast.Subscript | ast.Attribute)
        else 0
    )


@lru_cache(maxsize=1024)
def _levels(pattern: str) -> tuple[int, dict[str, int]]:
    """How tightly a pattern holds together, and how tightly each operand in it must."""
    names = [name for _, name, _, _ in string.Formatter().parse(pattern) if name]
    try:
        tree = ast.parse(_fill(pattern, {name: f"_{name}" for name in names}), mode="eval").body
    except SyntaxError:
        return ATOM, {}
    needs: dict[str, int] = {}
    for part in ast.walk(tree):
        for child, need in _needs(part):
            if isinstance(child, ast.Name):
                needs[child.id.removeprefix("_")] = need
    return _level(tree), needs


def _needs(part: ast.AST) -> list[tuple[ast.expr, int]]:
    if isinstance(part, ast.BinOp):
        level = _LEVELS.get(type(part.op), 0)
        if isinstance(part.op, ast.Pow):
            return [(part.left, level + 1), (part.right, level - 1)]
        return [(part.left, level), (part.right, level + 1)]
    if isinstance(part, ast.UnaryOp):
        return [(part.operand, _LEVELS.get(type(part.op), 0))]
    if isinstance(part, ast.Attribute | ast.Subscript):
        return [(part.value, ATOM - 1)]
    return []

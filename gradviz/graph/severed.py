"""Where tracking ends, as the learner's own source says it: `c = a.detach()`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradviz.graph.cuts import COMPARISONS, COPIES
from gradviz.graph.model import CutKind
from gradviz.graph.program import Assignment, Place, Program
from gradviz.graph.values import is_tensor

LEAVING_METHODS = frozenset({"item", "tolist", "numpy"})
LEAVING_FUNCTIONS = frozenset({"float", "int"})
PLAIN_ATTRIBUTES = frozenset({"shape", "ndim", "dtype", "device", "grad"})
PLAIN_METHODS = frozenset({"size", "dim", "numel"})
BLOCKS: dict[str, tuple[CutKind, str]] = {
    "no_grad": ("no_grad", "no_grad()"),
    "inference_mode": ("inference", "inference_mode()"),
}
_SIGNS: dict[type, str] = {
    ast.Gt: "gt()",
    ast.Lt: "lt()",
    ast.GtE: "ge()",
    ast.LtE: "le()",
    ast.Eq: "eq()",
    ast.NotEq: "ne()",
}
FARTHEST = 8
"""Through so many assignments a cut is looked for."""


@dataclass(frozen=True, slots=True)
class Severed:
    """A piece of code that takes what is tracked and gives what is not."""

    kind: CutKind
    label: str
    taken: ast.expr
    """What was tracked until here."""
    code: ast.expr
    place: Place = (0, 0, 0)
    statement: ast.stmt | None = None


@dataclass(frozen=True, slots=True)
class Gradless:
    """In a scope: a function in which nothing is tracked, for it was defined so."""

    word: str


def severed(code: ast.expr, scope: Mapping[str, Any]) -> Severed | None:
    """How this expression itself ends tracking, if it does.

    >>> severed(ast.parse("a.detach()", mode="eval").body, {}).label
    'detach()'
    """
    if isinstance(code, ast.Attribute) and code.attr == "data":
        return Severed("data", ".data", code.value, code)
    if isinstance(code, ast.Compare):
        return Severed("comparison", _SIGNS.get(type(code.ops[0]), "compare"), code.left, code)
    if isinstance(code, ast.Call):
        return _severing_call(code, scope)
    return None


def is_plain(code: ast.expr) -> bool:
    """Whether it only asks a tensor for something that autograd never tracks: `x.shape`."""
    if isinstance(code, ast.Attribute):
        return code.attr in PLAIN_ATTRIBUTES
    called = code.func if isinstance(code, ast.Call) else None
    return (isinstance(called, ast.Attribute) and called.attr in PLAIN_METHODS) or (
        isinstance(called, ast.Name) and called.id == "len"
    )


def tracked_names(code: ast.expr, scope: Mapping[str, Any]) -> Iterator[str]:
    """The tracked tensors whose gradient this expression wants, by name."""
    if severed(code, scope) is not None or is_plain(code):
        return
    if isinstance(code, ast.Name):
        thing: Any = scope.get(code.id)
        if is_tensor(thing) and thing.requires_grad:
            yield code.id
    for part in ast.iter_child_nodes(code):
        for expression in _expressions(part):
            yield from tracked_names(expression, scope)


def find_severed(
    code: ast.expr, place: Place, program: Program, scope: Mapping[str, Any]
) -> Severed | None:
    """The nearest place, on the way to an untracked value, where tracking ended."""
    waiting: list[tuple[ast.expr, Place, Assignment | None]] = [(code, place, None)]
    for _ in range(FARTHEST):
        if not waiting:
            return None
        one, here, made = waiting.pop(0)
        found = _found_in(one, here, made, program, scope)
        if found is not None:
            return found
        waiting += _before(one, here, program, scope)
    return None


def _severing_call(code: ast.Call, scope: Mapping[str, Any]) -> Severed | None:
    called = code.func
    first = code.args[0] if code.args else None
    if isinstance(called, ast.Name):
        function = scope.get(called.id)
        if isinstance(function, Gradless):
            return Severed(*BLOCKS[function.word], ast.List([*code.args], ast.Load()), code)
        if called.id in LEAVING_FUNCTIONS and first is not None:
            return Severed("numpy", f"{called.id}()", first, code)
        return None
    if not isinstance(called, ast.Attribute):
        return None
    if called.attr == "detach":
        taken = called.value if first is None else first
        return Severed("detach", "detach()", taken, code)
    if called.attr in LEAVING_METHODS:
        return Severed("numpy", f"{called.attr}()", called.value, code)
    if called.attr in COMPARISONS:
        return Severed("comparison", f"{called.attr}()", called.value, code)
    if called.attr in COPIES and first is not None and not code.keywords:
        return Severed("copy", f"torch.{called.attr}(…)", first, code)
    return None


def _found_in(
    code: ast.expr,
    place: Place,
    made: Assignment | None,
    program: Program,
    scope: Mapping[str, Any],
) -> Severed | None:
    """The cut within one expression, the outermost one; else the block that it stands in."""
    statement = None if made is None else made.statement
    for part in ast.walk(code):
        cut = severed(part, scope) if isinstance(part, ast.expr) else None
        if cut is not None and any(tracked_names(cut.taken, scope)):
            return Severed(cut.kind, cut.label, cut.taken, cut.code, place, statement)
    block = None if made is None else program.block_of(made)
    if block in BLOCKS and any(tracked_names(code, scope)):
        return Severed(*BLOCKS[block], code, code, place, statement)
    return None


def _before(
    code: ast.expr, place: Place, program: Program, scope: Mapping[str, Any]
) -> Iterator[tuple[ast.expr, Place, Assignment | None]]:
    """What the untracked variables of an expression were last given."""
    for part in ast.walk(code):
        thing = scope.get(part.id) if isinstance(part, ast.Name) else None
        if isinstance(part, ast.Name) and not getattr(thing, "requires_grad", False):
            made = program.last_given(part.id, place[0], code)
            if made is not None and part.id in scope:
                yield made.value, made.place, made


def _expressions(part: ast.AST) -> Iterator[ast.expr]:
    if isinstance(part, ast.expr):
        yield part
    elif isinstance(part, ast.keyword):
        yield part.value

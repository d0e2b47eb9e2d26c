"""The learner's program as text: the cells or the file behind a frame, and what they assign."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FrameType

LATEST_CELLS = 60
GRADLESS = frozenset({"no_grad", "inference_mode"})
"""Blocks in which nothing is tracked."""

Place = tuple[int, int, int]
"""Which text of the program, which line and column in it: places compare as time goes on."""
LAST_COLUMN = 10**6

_CHANGES = re.compile(r"[\w.\[\]'\"]+\s*(?:\*\*|//|[-+*/%@])=[^=]")


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name = value`, and the statement that holds it."""

    name: str
    value: ast.expr
    statement: ast.stmt
    place: Place


@dataclass(frozen=True, slots=True)
class Text:
    """A file or a cell: its lines, and the statements of it that a frame can have run."""

    lines: tuple[str, ...]
    statements: tuple[ast.stmt, ...]
    tree: ast.Module

    def segment(self, node: ast.expr | ast.stmt) -> str:
        """The code of `node` exactly as it is written; on one line."""
        if node.end_lineno != node.lineno:
            return " ".join(ast.unparse(node).split())
        line = self.lines[node.lineno - 1]
        return _columns(line, node.col_offset, node.end_col_offset or len(line))[2]


class Program:
    """The texts that a frame belongs to, the earliest first."""

    def __init__(self, frame: FrameType) -> None:
        self.texts: list[Text] = list(_texts(frame))
        self.here: Place = (len(self.texts) - 1, frame.f_lineno, LAST_COLUMN)
        self._assigned: dict[str, list[Assignment]] = {}
        self._given: dict[str, frozenset[str]] = {}
        for number, text in enumerate(self.texts):
            for statement in text.statements:
                for name, value in _targets(statement):
                    place = number, statement.lineno, statement.col_offset
                    found = Assignment(name, value, statement, place)
                    self._assigned.setdefault(name, []).append(found)

    def given(self, name: str) -> frozenset[str]:
        """What the program gives to this variable: the names in `a = b`, `=` for other values."""
        if name not in self._given:
            values = [one.value for one in self._assigned.get(name, ())]
            names = [value.id if isinstance(value, ast.Name) else "=" for value in values]
            self._given[name] = frozenset(names)
        return self._given[name]

    def assignments(self, name: str, place: Place) -> list[Assignment]:
        """What `name` can have been given before `place`, the latest first; then what loops do."""
        found = self._assigned.get(name, [])
        before = [one for one in found if one.place < place]
        after = [one for one in found if one.place >= place]
        return before[::-1] + after[::-1]

    def last_given(self, name: str, number: int, code: ast.expr) -> Assignment | None:
        """What `name` was given last before a piece of code in text `number`."""
        start = (number, code.lineno, code.col_offset)
        found = [one for one in self._assigned.get(name, ()) if _end(one) <= start]
        return max(found, key=_end, default=None)

    def is_given_after(self, name: str, number: int, code: ast.expr) -> bool:
        """Whether `name` is given something further on than a piece of code in text `number`."""
        start = (number, code.lineno, code.col_offset)
        return any(_start(one) > start for one in self._assigned.get(name, ()))

    def block_of(self, assignment: Assignment) -> str | None:
        """The word of the `with torch.no_grad():` that an assignment stands in, if any."""
        tree = self.texts[assignment.place[0]].tree
        for block in ast.walk(tree):
            if isinstance(block, ast.With) and assignment.statement in ast.walk(block):
                for item in block.items:
                    called = getattr(item.context_expr, "func", None)
                    word = getattr(called, "attr", getattr(called, "id", None))
                    if word in GRADLESS:
                        return word
        return None

    def gradless(self) -> dict[str, str]:
        """The functions that were defined under `@torch.no_grad()`, with that word."""
        found = {}
        for text in self.texts:
            for node in ast.walk(text.tree):
                for mark in getattr(node, "decorator_list", ()):
                    called = getattr(mark, "func", mark)
                    word = getattr(called, "attr", getattr(called, "id", None))
                    if word in GRADLESS and isinstance(node, ast.FunctionDef):
                        found[node.name] = word
        return found

    def backward_call(self, name: str, after: Place) -> tuple[int, ast.stmt] | None:
        """The statement `name.backward(...)` that comes next after a place."""
        for number, text in enumerate(self.texts):
            for statement in text.statements:
                place = number, statement.lineno, statement.col_offset
                if place >= after and _is_backward(statement, name):
                    return number, statement
        return None


def as_value(code: str) -> str:
    """What a piece of code computes: of `y += 1` the sum, of everything else the code itself.

    >>> as_value("y *= a + b"), as_value("y + 1")
    ('y * (a + b)', 'y + 1')
    """
    if not _CHANGES.match(code):
        return code
    tree = parsed(code)
    change = tree.body[0] if tree is not None else None
    if not isinstance(change, ast.AugAssign):
        return code
    left = ast.parse(ast.unparse(change.target), mode="eval").body
    return ast.unparse(ast.BinOp(left, change.op, change.value))


def call_at(frame: FrameType, tree: ast.Module) -> ast.Call | None:
    """The call that `frame` is just making, found by the columns of its instruction."""
    where = position_of(frame.f_code, frame.f_lasti)
    if where is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            place = (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset)
            if place == where:
                return node
    return None


def position_of(code: CodeType, instruction: int) -> tuple[int, int, int, int] | None:
    """(line, last line, column, last column) of the code that an instruction came from."""
    for place, where in enumerate(code.co_positions()):
        if place == instruction // 2:
            return None if None in where else where  # type: ignore[return-value]
    return None


def column_span(line: str, start: int, stop: int) -> tuple[int, int]:
    """Columns in characters from those in UTF-8 bytes, which the parser counts.

    >>> column_span("é = 3*x", 5, 8)
    (4, 7)
    """
    return _columns(line, start, stop)[:2]


@lru_cache(maxsize=64)
def parsed(source: str) -> ast.Module | None:
    """The syntax tree of a text, without a notebook's magics; None if it has none."""
    for text in (source, _without_magics(source)):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def lines_of(filename: str, frame_globals: dict | None = None) -> tuple[str, ...]:
    """The lines of a file or a cell, as Python knows them for its tracebacks."""
    lines = linecache.getlines(filename, frame_globals)
    read, bare = _bare_lines.get(filename, (None, ()))
    if read is not lines or len(lines) != len(bare):
        bare = tuple(line.rstrip("\r\n") for line in lines)
        _bare_lines[filename] = lines, bare
    return bare


_bare_lines: dict[str, tuple[list[str], tuple[str, ...]]] = {}
"""By file, the lines as `linecache` keeps them, and without their ends."""


def _texts(frame: FrameType) -> Iterator[Text]:
    own = lines_of(frame.f_code.co_filename, frame.f_globals)
    cells = frame.f_globals.get("In")
    if isinstance(cells, list) and "get_ipython" in frame.f_globals:
        for cell in cells[-LATEST_CELLS:]:
            if isinstance(cell, str) and tuple(cell.splitlines()) != own:
                yield from _text(tuple(cell.splitlines()), None)
    yield from _text(own, frame)


def _text(lines: tuple[str, ...], frame: FrameType | None) -> Iterator[Text]:
    tree = parsed("\n".join(lines) + "\n")
    if tree is not None and lines:
        yield Text(lines, tuple(_visible(tree, frame)), tree)


def _visible(tree: ast.Module, frame: FrameType | None) -> Iterator[ast.stmt]:
    """Statements of the module, then those of the function that the frame runs."""
    yield from _statements(tree.body)
    if frame is None or frame.f_code.co_name == "<module>":
        return
    line = frame.f_lineno
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            if first == frame.f_code.co_firstlineno and line <= (node.end_lineno or line):
                yield from _statements(node.body)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement in order, those of loops and branches as well, of inner functions not."""
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        inner: list[ast.stmt] = []
        for room in ("body", "orelse", "finalbody"):
            inner += getattr(statement, room, [])
        for handler in getattr(statement, "handlers", []):
            inner += handler.body
        waiting.extend(reversed(inner))


def _start(one: Assignment) -> tuple[int, int, int]:
    return one.place[0], one.statement.lineno, one.statement.col_offset


def _end(one: Assignment) -> tuple[int, int, int]:
    statement = one.statement
    return one.place[0], statement.end_lineno or statement.lineno, statement.end_col_offset or 0


def _targets(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _pairs(target, statement.value)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        yield from _pairs(statement.target, statement.value)
    elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        name = ast.Name(statement.target.id, ast.Load())
        value = ast.BinOp(ast.copy_location(name, statement.target), statement.op, statement.value)
        yield statement.target.id, ast.copy_location(value, statement)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple | ast.List):
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            for one, part in zip(target.elts, value.elts, strict=True):
                yield from _pairs(one, part)
    elif isinstance(target, ast.Name | ast.Attribute | ast.Subscript):
        yield ast.unparse(target), value


def _is_backward(statement: ast.stmt, name: str) -> bool:
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    called = statement.value.func
    return (
        isinstance(called, ast.Attribute)
        and called.attr == "backward"
        and ast.unparse(called.value) == name
    )


def _without_magics(source: str) -> str:
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if not line.startswith("%%"):
            break
        lines[number] = ""
    return "\n".join("pass" if _is_magic(line) else line for line in lines)


def _is_magic(line: str) -> bool:
    bare = line.strip()
    return bare.startswith(("%", "!", "?")) or bare.endswith("?")


def _columns(line: str, start: int, stop: int) -> tuple[int, int, str]:
    raw = line.encode()
    first = len(raw[:start].decode(errors="replace"))
    text = raw[start:stop].decode(errors="replace")
    return first, first + len(text), text

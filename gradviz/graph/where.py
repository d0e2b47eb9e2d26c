"""Where in the learner's source a call is being made: file, lines, columns and the code itself."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from itertools import islice
from types import CodeType, FrameType
from typing import Any

from gradviz.graph.calls import Line, cells
from gradviz.graph.names import is_library
from gradviz.graph.program import column_span, lines_of, parsed
from gradviz.graph.values import is_tensor


def caller() -> tuple[FrameType | None, Any]:
    """The learner's frame, and the innermost module whose `forward` runs between it and here.

    The learner's frame is the first that is neither of this package nor of the library.
    """
    frame: FrameType | None = sys._getframe(1)
    module = None
    while frame is not None and is_library(frame):
        module = module or _module_in(frame)
        frame = frame.f_back
    return frame, module


def module_around(frame: FrameType | None) -> Any:
    """The module whose `forward`, written by the learner, this frame is in."""
    for _ in range(20):
        if frame is None or frame.f_code.co_name == "<module>":
            return None
        module = _module_in(frame)
        if module is not None:
            return module
        frame = frame.f_back
    return None


def line_of(frame: FrameType) -> Line:
    """The stretch of source that `frame` is just running."""
    code = frame.f_code
    file, inputs = code.co_filename, frame.f_globals.get("In")
    if "ipykernel_" in file and file not in cells and isinstance(inputs, list):
        cells[file] = len(inputs) - 1
    key = id(code), frame.f_lasti
    known = _lines.get(key)
    if known is None:
        if len(_lines) > MOST_LINES:
            _lines.clear()
        known = _lines[key] = code, _line(code, frame.f_lasti, frame.f_lineno)
    return known[1]


MOST_LINES = 4096
_lines: dict[tuple[int, int], tuple[CodeType, Line]] = {}
"""By code and instruction; the code is kept, so that no other takes its id."""


def _module_in(frame: FrameType) -> Any:
    if frame.f_code.co_name != "forward":
        return None
    owner = frame.f_locals.get("self")
    is_module = not is_tensor(owner) and hasattr(type(owner), "named_parameters")
    return owner if is_module else None


def _line(code: CodeType, instruction: int, number: int) -> Line:
    file = code.co_filename
    where: Any = next(islice(code.co_positions(), instruction // 2, None), None)
    lines = lines_of(file)
    whole = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    if where is None or None in where or not whole:
        return Line(file, number, number, whole=whole)
    first, last, start, stop = where
    if first != last:
        begin = column_span(lines[first - 1], start, start)[0]
        name = _assigned(file, len(lines)).get((first, begin, last, None))
        return Line(file, first, last, begin, None, _joined(lines, where), whole, name)
    begin, end = column_span(lines[first - 1], start, stop)
    name = _assigned(file, len(lines)).get((first, begin, last, end))
    return Line(file, first, last, begin, end, lines[first - 1][begin:end], whole, name)


def _joined(lines: tuple[str, ...], where: Any) -> str:
    """A stretch over several lines as one."""
    first, last, start, stop = where
    taken = list(lines[first - 1 : last])
    taken[-1] = taken[-1].encode()[:stop].decode(errors="replace")
    taken[0] = taken[0].encode()[start:].decode(errors="replace")
    return " ".join(part.strip() for part in taken)


@lru_cache(maxsize=64)
def _assigned(file: str, length: int) -> dict[tuple[int, int, int, int | None], str]:
    """By (line, column, last line, last column) of a value, the name that it is assigned to."""
    lines = lines_of(file)
    tree = parsed("\n".join(lines) + "\n")
    found: dict[tuple[int, int, int, int | None], str] = {}
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value, last = node.value, node.value.end_lineno or node.value.lineno
            line = lines[value.lineno - 1]
            start, stop = column_span(line, value.col_offset, value.end_col_offset or 0)
            key = (value.lineno, start, last, stop if last == value.lineno else None)
            found[key] = node.targets[0].id
    return found

"""What the calls of a watch tell about a graph: exact lines and values, modules, and cuts."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from gradviz.graph.calls import Call, Line
from gradviz.graph.cuts import cut_label, find_cut
from gradviz.graph.engines import library_folders
from gradviz.graph.fit import Matcher
from gradviz.graph.model import Cut, Node, Span, Value
from gradviz.graph.program import as_value, lines_of
from gradviz.graph.source import Source, shown_lines
from gradviz.graph.survey import Survey
from gradviz.graph.watch import Tape, call_of, latest_tape


def told_by_calls(
    surveyed: Survey, nodes: Sequence[Node], modules: dict[int, str], tape: Tape | None
) -> Source | None:
    """What was written down when these nodes were made; None if nobody watched."""
    telling = _Telling(surveyed, nodes, tape or latest_tape())
    return telling.source(modules) if telling.own or telling.traced else None


class _Telling:
    """The calls that made the nodes of one graph."""

    def __init__(self, surveyed: Survey, nodes: Sequence[Node], tape: Tape | None) -> None:
        self.nodes, self.survey, self.tape = nodes, surveyed, tape
        self.own: dict[int, Call] = {}
        self.inner: dict[int, Call] = {}
        self.traced: dict[int, Line] = {}
        for number, function in enumerate(surveyed.functions):
            if surveyed.leaves[number]:
                made = None if tape is None else tape.maker_of(function.variable)
                if made is not None:
                    self.own[number] = made
            elif not _is_noted(function):
                continue
            elif (found := call_of(function)) is not None:
                call, self.tape, is_own = found
                (self.own if is_own else self.inner)[number] = call
            elif (line := anomaly_line(function)) is not None:
                self.traced[number] = line
        self.node_of_call = {call.id: number for number, call in self.own.items()}

    def source(self, modules: dict[int, str]) -> Source:
        """Everything at once."""
        backward = self._backward()
        calls = sorted(self.own.values(), key=lambda call: call.id)
        lines = _CallLines(
            [call.line for call in calls]
            + [self.traced[number] for number in sorted(self.traced, reverse=True)]
            + [backward]
        )
        result = Source(code=lines.code, backward=lines.span(backward))
        matcher = Matcher(self.nodes, self.survey.edges, {}, lambda name: frozenset({"="}))
        for number, call in self.own.items():
            self._tell(result, number, call, lines, matcher)
        for number, line in self.traced.items():
            traced = lines.span(line)
            if traced is not None:
                result.spans[number] = traced
        for number, call in (self.own | self.inner).items():
            span, module = lines.span(call.line), modules.get(call.module)
            if span is not None:
                result.spans[number] = span
            if module is not None and self.nodes[number].kind != "leaf":
                result.modules[number] = module
        return result

    def _tell(
        self, result: Source, number: int, call: Call, lines: _CallLines, matcher: Matcher
    ) -> None:
        if call.result_name is not None and not call.result_name.startswith("_"):
            result.names[number] = call.result_name
        if call.value is not None:
            result.values[number] = call.value
        if self.nodes[number].kind == "leaf":
            return
        if call.line is not None and call.line.code and call.direct:
            result.expressions[number] = as_value(call.line.code)
            for node, slot, text in _constants(call.line, number, matcher):
                result.constants[node, slot] = text
        for slot, label, value, cut in self._cut_off(number, call, lines):
            if label is not None:
                result.constants[number, slot] = label
            if value is not None:
                result.constant_values[number, slot] = value
            if cut is not None:
                result.cuts[number, slot] = cut

    def _cut_off(
        self, number: int, call: Call, lines: _CallLines
    ) -> Iterator[tuple[int, str | None, Value | None, Cut | None]]:
        """What stands at the None slots of a node: name and value, and the cut before it."""
        links = self.survey.links[number]
        empty = [slot for slot, link in enumerate(links) if link[0] is None]
        untracked = [
            (place if len(call.operands) == len(links) else None, operand)
            for place, operand in enumerate(call.operands)
            if not operand.requires_grad
        ]
        for place, operand in untracked:
            slot = place if place is not None else (empty.pop(0) if empty else None)
            maker = None if self.tape is None else self.tape.call(operand.made_by)
            if slot is None or links[slot][0] is not None or maker is None:
                continue
            cut = self._cut_before(maker, lines)
            yield slot, maker.result_name, maker.value, cut

    def _cut_before(self, call: Call, lines: _CallLines) -> Cut | None:
        """The nearest place before an untracked result where tracking ended."""
        found = find_cut(self.tape, call)
        if found is None:
            return None
        tracked = (o.made_by for o in found.operands if o.requires_grad)
        source = next((self.node_of_call[n] for n in tracked if n in self.node_of_call), None)
        return Cut(found.cut or "detach", cut_label(found), source, lines.span(found.line))

    def _backward(self) -> Line | None:
        """The line that calls backward on the root: just now, or the last one."""
        if self.tape is not None and self.tape.calling is not None:
            return self.tape.calling
        root = self.own.get(self.survey.root_ids[0])
        if self.tape is None or root is None:
            return None
        calls = (c for c in reversed(self.tape.calls) if c.name == "backward" and c.operands)
        return next((call.line for call in calls if call.operands[0].made_by == root.id), None)


def _is_noted(function: Any) -> bool:
    """Whether a watch or anomaly mode has left a note on the node; most have none."""
    try:
        return bool(function.metadata)
    except Exception:
        return False


def anomaly_line(function: Any) -> Line | None:
    """The learner's line that anomaly mode noted when the node was made."""
    try:
        trace = function.metadata.get("traceback_")
    except Exception:
        return None
    if not trace:
        return None
    homes = library_folders()
    for entry in reversed(trace):
        found = re.match(r'\s*File "(.*)", line (\d+), in ', str(entry))
        if found is not None and not found[1].startswith(homes):
            lines, number = lines_of(found[1]), int(found[2])
            whole = lines[number - 1] if number <= len(lines) else ""
            indent = len(whole) - len(whole.lstrip())
            return Line(found[1], number, number, indent, len(whole), "", whole.strip())
    return None


class _CallLines:
    """The lines that the calls stand in, in the order of the calls, and their spans."""

    def __init__(self, stretches: Sequence[Line | None]) -> None:
        self.rows: dict[tuple[str, int], int] = {}
        self.indents: dict[str, int] = {}
        used: dict[str, set[int]] = {}
        for line in stretches:
            if line is not None and line.line <= len(lines_of(line.file)):
                used.setdefault(line.file, set()).update(range(line.line, line.last_line + 1))
        code: list[str] = []
        for file, numbers in used.items():
            code += self._block(file, numbers, len(code))
        self.code = tuple(code)

    def span(self, line: Line | None) -> Span | None:
        """Where a stretch of source stands in `code`."""
        row = None if line is None else self.rows.get((line.file, line.line))
        if row is None or line is None:
            return None
        indent = self.indents[line.file]
        stop = None if line.stop is None else line.stop - indent
        return Span(row, max(line.start - indent, 0), stop)

    def _block(self, file: str, numbers: set[int], start: int) -> list[str]:
        lines = lines_of(file)
        shown = [number for number in shown_lines(numbers) if number <= len(lines)]
        taken = [lines[number - 1] for number in shown]
        whole = textwrap.dedent("\n".join(taken)).split("\n") if taken else []
        indents = (len(a) - len(b) for a, b in zip(taken, whole, strict=True) if b)
        self.indents[file] = next(indents, 0)
        self.rows.update({(file, number): start + row for row, number in enumerate(shown)})
        return whole


def _constants(line: Line, node: int, matcher: Matcher) -> Iterator[tuple[int, int, str]]:
    """What the call's own code has at the None slots of its node."""
    try:
        tree = ast.parse(line.code, mode="eval").body
        found = matcher.fit(tree, node)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for number, slot, expression in found.constants if found is not None else ():
        if number == node and expression.lineno == expression.end_lineno == 1:
            yield node, slot, _segment(line.code, expression)


def _segment(code: str, expression: Any) -> str:
    return code.encode()[expression.col_offset : expression.end_col_offset].decode()

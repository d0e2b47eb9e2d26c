"""Find the lines that made a graph, and which stretch of them made which node."""

from __future__ import annotations

import ast
import textwrap
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any

from gradviz.graph.fit import Fit, Matcher
from gradviz.graph.model import Cut, Edge, Node, Span, Value
from gradviz.graph.program import Assignment, Place, Program, Text, as_value, call_at, column_span
from gradviz.graph.severed import Gradless, Severed, find_severed, tracked_names

LONGEST = 40
"""So many lines of one text are shown at most."""
GAP = 3
MOST_NODES = 3000


@dataclass(slots=True)
class Source:
    """What the learner's own code says about a graph."""

    expressions: dict[int, str] = field(default_factory=dict)
    spans: dict[int, Span] = field(default_factory=dict)
    constants: dict[tuple[int, int], str] = field(default_factory=dict)
    values: dict[int, Value] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    modules: dict[int, str] = field(default_factory=dict)
    cuts: dict[tuple[int, int], Cut] = field(default_factory=dict)
    """By the None slot that it left, as are `constants` and `constant_values`."""
    constant_values: dict[tuple[int, int], Value] = field(default_factory=dict)
    code: tuple[str, ...] = ()
    backward: Span | None = None
    """The line that calls backward on the root, where there is one."""

    @property
    def told_slots(self) -> set[tuple[int, int]]:
        """The None slots of which something is known."""
        return {*self.constants, *self.cuts, *self.constant_values}


def find_source(
    nodes: Sequence[Node], edges: Sequence[Edge], roots: Sequence[int], frame: FrameType | None
) -> Source:
    """What the code around `frame` says about the graph; nothing where it does not fit."""
    if frame is None or len(nodes) > MOST_NODES:
        return Source()
    try:
        return _Search(nodes, edges, roots, frame).result()
    except (RecursionError, ValueError, TypeError, AttributeError, LookupError, SyntaxError):
        return Source()  # the code is looked at for the learner's sake, never a reason to fail


class _Search:
    """Follows names from the roots through the assignments that can have made them."""

    def __init__(
        self,
        nodes: Sequence[Node],
        edges: Sequence[Edge],
        roots: Sequence[int],
        frame: FrameType,
    ) -> None:
        self.nodes, self.roots, self.frame = nodes, roots, frame
        self.program = Program(frame)
        scope = {**frame.f_globals, **frame.f_locals}
        scope |= {name: Gradless(word) for name, word in self.program.gradless().items()}
        self.matcher = Matcher(nodes, edges, scope, self.program.given)
        self.found: dict[int, tuple[int, ast.expr]] = {}
        self.constants: dict[tuple[int, int], str] = {}
        self.severed: dict[tuple[int, int], Severed] = {}
        self.statements: dict[Place, ast.stmt] = {}
        self.waiting: deque[tuple[str, int, Place]] = deque()
        self.tried: set[tuple[str, int]] = set()
        self.segments: dict[ast.expr, str] = {}
        self.severs: dict[tuple[ast.expr, Place], Severed | None] = {}

    def result(self) -> Source:
        """Match everything that can be matched, and say what was found."""
        self._from_call()
        for node in self.nodes:
            self.waiting.extend((name, node.id, self.program.here) for name in node.names)
        while self.waiting:
            self._try(*self.waiting.popleft())
        return self._source()

    def _from_call(self) -> None:
        """The root may have been written right into the call: `draw(3*x**2)`."""
        if not self.program.texts:
            return
        number = len(self.program.texts) - 1
        call = call_at(self.frame, self.program.texts[number].tree)
        if call is None or not call.args or not _is_ours(call.func, self.matcher.scope):
            return
        given = call.args[0]
        parts = given.elts if isinstance(given, ast.List | ast.Tuple) else [given]
        for part, root in zip(parts, self.roots, strict=False):
            found = None if isinstance(part, ast.Name) else self.matcher.fit(part, root)
            if found is not None and found.computed:
                self._take(found, number, None)

    def _try(self, name: str, node: int, place: Place) -> None:
        if (name, node) in self.tried or node in self.found:
            return
        self.tried.add((name, node))
        for assignment in self.program.assignments(name, place):
            if self._fits(assignment, node):
                return

    def _fits(self, assignment: Assignment, node: int) -> bool:
        number, value = assignment.place[0], assignment.value
        if self.nodes[node].kind == "leaf":
            if isinstance(value, ast.Name):
                return False
            self.found[node] = (number, value)
            self.statements[assignment.place] = assignment.statement
            return True
        found = self.matcher.fit(value, node)
        if found is None or not found.computed:
            return False
        self._take(found, number, assignment)
        return True

    def _take(self, found: Fit, number: int, assignment: Assignment | None) -> None:
        text = self.program.texts[number]
        for node, expression in found.computed:
            self.found.setdefault(node, (number, expression))
        place = self.program.here
        if assignment is not None:
            place = assignment.place
            self.statements[place] = assignment.statement
        for node, slot, expression in found.constants:
            if (node, slot) not in self.constants:
                self.constants[node, slot] = self._segment(text, expression)
                self._sever(node, slot, expression, place)
        self.waiting.extend((name, node, place) for name, node in found.named)

    def _sever(self, node: int, slot: int, expression: ast.expr, place: Place) -> None:
        """Look for where what stands at a None slot was cut off."""
        key = expression, place
        if key not in self.severs:
            self.severs[key] = find_severed(expression, place, self.program, self.matcher.scope)
        cut = self.severs[key]
        if cut is not None:
            self.severed[node, slot] = cut
            if cut.statement is not None:
                self.statements[cut.place] = cut.statement

    def _segment(self, text: Text, expression: ast.expr) -> str:
        if expression not in self.segments:
            self.segments[expression] = text.segment(expression)
        return self.segments[expression]

    def _cut(self, cut: Severed, lines: _Lines) -> Cut:
        names = tracked_names(cut.taken, self.matcher.scope)
        sources = (self._named(name, cut) for name in names)
        source = next((number for number in sources if number is not None), None)
        return Cut(cut.kind, cut.label, source, lines.span(cut.place[0], cut.code))

    def _named(self, name: str, cut: Severed) -> int | None:
        """The node that has a name, if it had it already where the cut was made."""
        if self.program.is_given_after(name, cut.place[0], cut.code):
            return None
        return next((node.id for node in self.nodes if name in node.names), None)

    def _source(self) -> Source:
        backward = self._backward()
        lines = _Lines(self.program, self.statements)
        result = Source(constants=self.constants, code=lines.code)
        spans: dict[ast.expr, Span | None] = {}
        values: dict[ast.expr, str] = {}
        for node, (number, expression) in self.found.items():
            if expression not in spans:
                spans[expression] = lines.span(number, expression)
                values[expression] = as_value(self._segment(self.program.texts[number], expression))
            if self.nodes[node].kind != "leaf":
                result.expressions[node] = values[expression]
            span = spans[expression]
            if span is not None:
                result.spans[node] = span
        result.cuts = {slot: self._cut(cut, lines) for slot, cut in self.severed.items()}
        if backward is not None:
            result.backward = lines.span(*backward)
        return result

    def _backward(self) -> tuple[int, ast.stmt] | None:
        names = self.nodes[self.roots[0]].names
        made = self.found.get(self.roots[0])
        if not names or made is None:
            return None
        after = made[0], made[1].lineno, made[1].col_offset
        call = self.program.backward_call(names[0], after)
        if call is not None:
            self.statements[call[0], call[1].lineno, call[1].col_offset] = call[1]
        return call


def _is_ours(called: ast.expr, scope: Mapping[str, Any]) -> bool:
    """Whether the function that is called is one of this package."""
    if isinstance(called, ast.Attribute):
        owner = scope.get(called.value.id) if isinstance(called.value, ast.Name) else None
        function = vars(owner).get(called.attr) if isinstance(owner, ModuleType) else None
    else:
        function = scope.get(called.id) if isinstance(called, ast.Name) else None
    return str(getattr(function, "__module__", "")).partition(".")[0] == "gradviz"


class _Lines:
    """The lines that are shown, and where a line of the program stands among them."""

    def __init__(self, program: Program, statements: dict[Place, ast.stmt]) -> None:
        self.program = program
        self.rows: dict[tuple[int, int], int] = {}
        taken: list[str] = []
        for number in sorted({place[0] for place in statements}):
            text = program.texts[number]
            for line in _shown([s for place, s in statements.items() if place[0] == number]):
                self.rows[number, line] = len(taken)
                taken.append(text.lines[line - 1])
        whole = textwrap.dedent("\n".join(taken)).split("\n") if taken else []
        self.indent = next((len(a) - len(b) for a, b in zip(taken, whole, strict=True) if b), 0)
        self.code = tuple(whole)

    def span(self, number: int, node: ast.expr | ast.stmt) -> Span | None:
        row = self.rows.get((number, node.lineno))
        if row is None:
            return None
        line = self.program.texts[number].lines[node.lineno - 1]
        last = node.end_col_offset if node.end_lineno == node.lineno else None
        start, stop = column_span(
            line, node.col_offset, len(line.encode()) if last is None else last
        )
        return Span(row, start - self.indent, None if last is None else stop - self.indent)


def _shown(statements: list[ast.stmt]) -> list[int]:
    used: set[int] = set()
    for statement in statements:
        used.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return shown_lines(used)


def shown_lines(used: set[int]) -> list[int]:
    """The lines that count, and those between them where there are few: a `for`, an empty line.

    >>> shown_lines({1, 2, 4, 30})
    [1, 2, 3, 4, 30]
    """
    lines = sorted(used)
    shown: list[int] = []
    for line in lines:
        if shown and line - shown[-1] <= GAP:
            shown.extend(range(shown[-1] + 1, line))
        shown.append(line)
    return shown[:LONGEST]

"""What a watch writes down: each call with its inputs, its result, its line, and what it cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from gradviz.graph.frozen import maker
from gradviz.graph.model import CutKind, Value
from gradviz.graph.values import in_words

ATTRIBUTES = frozenset({"data", "T", "mT", "H", "mH", "real", "imag"})
"""Attributes that make a new tensor."""


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of the learner's source: the file or cell, its lines, and columns in characters."""

    file: str
    line: int
    last_line: int
    start: int = 0
    stop: int | None = None
    code: str = ""
    """The stretch itself, on one line."""
    whole: str = ""
    """The whole line, without its indent."""
    assigned: str | None = None
    """The variable that the whole of this stretch is assigned to, if it is."""

    @property
    def place(self) -> str:
        """Where it stands, as a traceback would say it: `lesson.py:3`, or `cell [2], line 3`."""
        return f"{place_name(self.file)}{self.line}"


@dataclass(frozen=True, slots=True)
class Operand:
    """A tensor that went into a call."""

    made_by: int
    """The call that made it; below zero is a tensor that was there before the watch."""
    requires_grad: bool
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call that the learner's code made, seen under a watch."""

    id: int
    name: str
    operands: tuple[Operand, ...]
    value: Value | None
    """The result, where it is one tensor."""
    requires_grad: bool
    line: Line | None
    cut: CutKind | None = None
    """How tracking ended here, though an operand had it."""
    writes: int | None = None
    """The version that an in-place call gave to its tensor."""
    module: Any = None
    """The module whose forward made the call, by its id."""
    result_name: str | None = None
    """The variable that the result was given to in this very statement."""
    direct: bool = True
    """The line is that of the call itself, not of a library's module that made it inside."""

    @property
    def label(self) -> str:
        """What the learner wrote, or the call's name: `a.detach()`."""
        written = self.line is not None and self.line.code and self.direct
        if self.line is not None and written:
            return self.line.code
        return f".{self.name}" if self.name in ATTRIBUTES else f"{self.name}()"


UNSET = frozenset({"empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided"})
"""Calls whose result holds what happened to stand in memory, another thing in every run."""
new_operand = maker(Operand)
new_call = maker(Call)


def call_text(call: Call) -> str:
    """One call as a line of text: where, what, and what came of it."""
    where = "" if call.line is None else f"{call.line.place}: "
    given = "" if call.result_name is None else f"{call.result_name} = "
    value = "" if call.value is None else f" → {in_words(call.value)}"
    value += ", not set" if value and call.name in UNSET else ""
    cut = "" if call.cut is None else f"; tracking ends here ({call.cut})"
    return f"{where}{given}{call.label}{value}{cut}"


def calls_text(calls: Iterable[Call]) -> Iterator[str]:
    """A line for each call; those that a library's code made for one piece of code are one."""
    for _, same in groupby(calls, key=lambda call: (call.line, call.label, call.cut)):
        several = list(same)
        text = call_text(several[-1])
        shared = len({call.name for call in several}) > 1 and several[0].value is not None
        yield f"{text.partition(' → ')[0]} ({len(several)} calls)" if shared else text


cells: dict[str, int] = {}
"""The numbers of a notebook's cells, by the file names that their code is given."""


def place_name(file: str) -> str:
    """The words before a line's number.

    >>> place_name("/home/ada/lesson.py"), place_name("<ipython-input-3-0a1b>")
    ('lesson.py:', 'cell [3], line ')
    """
    numbered = re.match(r"<ipython-input-(\d+)-", file)
    number = int(numbered[1]) if numbered else cells.get(file)
    if number is not None:
        return f"cell [{number}], line "
    if "ipykernel_" in file:
        return "cell, line "
    return file.replace("\\", "/").rpartition("/")[2].strip("<>") + ":"

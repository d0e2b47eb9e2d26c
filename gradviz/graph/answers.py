"""What `why` answers with, and what it knows when it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from gradviz.graph.calls import Call, Line
from gradviz.graph.names import Names
from gradviz.graph.watch import Tape

Cause = Literal[
    "never asked", "no_grad", "inference", "detach", "data", "copy", "numpy", "integer",
    "comparison", "create_graph", "not called", "not used", "not reached", "set back",
    "no leaf", "rebound", "not yet", "sum", "one pass", "unknown",
]  # fmt: skip

TELLING = (
    "run the code under a watch and ask again:  with gradviz.watch() as tape: …  then "
    "gradviz.why({name}, tape=tape)"
)
KEEPS = 'Only leaves (what you made yourself with requires_grad=True) keep a .grad; "{name}" was '


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What is the matter, since which line, and what to write instead."""

    question: str
    cause: Cause
    sentence: str
    cure: str
    line: Line | None = None
    remaining: tuple[str, ...] = ()
    """Where nobody watched: the causes that cannot be told apart any more."""

    def text(self) -> str:
        """The answer in words."""
        parts = [self.question, self.sentence]
        if self.line is not None:
            parts.append(f"The line: {self.line.place}: {self.line.whole}".rstrip(": "))
        parts += [f"It may be: {one}" for one in self.remaining]
        return "\n".join([*parts, f"What to do: {self.cure}"])

    def __repr__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Case:
    """A tensor, what it is called, and what was written down about it."""

    tensor: Any
    name: str
    tape: Tape | None
    names: Names

    @property
    def number(self) -> int | None:
        """Under which number the tape knows the tensor."""
        return None if self.tape is None else self.tape.number_of(self.tensor)

    @property
    def telling(self) -> str:
        """The code that would tell more."""
        return TELLING.format(name=self.name)


def name_of(call: Call) -> str:
    """What the learner calls the result of a call."""
    return call.result_name or call.label


def reaches(tape: Tape, backward: Call, number: int) -> bool:
    """Whether a gradient found its way from a backward to the tensor of that number."""
    waiting = [operand.made_by for operand in backward.operands[:1]]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one == number:
            return True
        call = tape.call(one)
        if call is not None and one not in seen:
            # what a Function's own forward computes is tracked only afterwards
            inside = not call.requires_grad and call.cut in (None, "no_grad")
            waiting += [o.made_by for o in call.operands if o.requires_grad or inside]
        seen.add(one)
    return False

"""An error of backward, word for word, with the node at fault and the line that led to it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal

from gradviz.graph import catalogue
from gradviz.graph.answers import Answer, reaches
from gradviz.graph.calls import Call, Line
from gradviz.graph.interpose import quiet
from gradviz.graph.model import Graph, Node
from gradviz.graph.names import Names, is_library, names_of_frame
from gradviz.graph.nodes import MODIFIED, SECOND_TIME
from gradviz.graph.read import read
from gradviz.graph.survey import survey
from gradviz.graph.values import is_tensor
from gradviz.graph.watch import Tape, call_of, latest_tape
from gradviz.graph.why import why

NO_GRAPH = "does not require grad and does not have a grad_fn"
SHARING = frozenset(
    {"detach", "data", "view", "view_as", "reshape", "getitem", "t", "T", "mT", "H", "transpose"}
    | {"permute", "squeeze", "unsqueeze", "expand", "flatten", "select", "narrow", "diagonal"}
    | {"numpy", "from_numpy", "as_tensor", "unbind", "split", "chunk", "movedim", "swapaxes"}
)
"""Calls whose result may share the memory of their first operand."""
STARTS = frozenset({"backward", "grad"})
"""The functions of a library that start a pass; a learner's own may run inside of it."""

Kind = Literal["freed", "in place", "no graph", "other"]


@dataclass(frozen=True, slots=True)
class Change:
    """One write into the memory of a tensor, and the version that it made."""

    version: int
    label: str
    line: Line | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """What the error means for this graph."""

    error: str
    """The library's own text, word for word."""
    kind: Kind
    sentence: str
    cure: str
    graph: Graph | None = None
    node: int | None = None
    """The node at fault."""
    line: Line | None = None
    """The line that freed or changed what the node needs, where it is known."""
    history: tuple[Change, ...] = ()
    """Every write into that tensor since the node saved it."""

    def text(self) -> str:
        """The explanation in words."""
        parts = [f"{self.error}", "", self.sentence]
        if self.line is not None:
            parts.append(f"The line: {self.line.place}: {self.line.whole}")
        parts += [_change_text(change) for change in self.history]
        return "\n".join([*parts, f"What to do: {self.cure}"])

    def __repr__(self) -> str:
        return self.text()


def explain(error: BaseException | None = None, *, tape: Tape | None = None) -> Explanation:
    """Explain an error of backward: the one given, or the last one that nobody caught.

    Raises:
        ValueError: if there was no error.
        TypeError: if something else than an exception was given.
    """
    error = _last_error() if error is None else error
    if error is None:
        raise ValueError(
            "there was no error yet: call explain() right after one, or explain(error)"
        )
    if not isinstance(error, BaseException):
        raise TypeError(
            f"explain() was given {type(error).__name__}: give the exception itself, as in "
            "except RuntimeError as error: gradviz.explain(error)"
        )
    frame, root = _scene(error)
    names = Names() if frame is None else names_of_frame(frame)
    with quiet():
        return _explained(str(error), root, names, tape or latest_tape())


def writes_to(tape: Tape, number: int, after: int) -> Iterator[Call]:
    """Calls that wrote into the memory of a tensor, by its number, or of a view or alias of it."""
    family = {number}
    for call in tape.calls:
        first = call.operands[0].made_by if call.operands else None
        if first in family and (call.writes is not None or call.name in SHARING):
            family.add(call.id)
            if call.writes is not None and call.id > after:
                yield call


def _explained(text: str, root: Any, names: Names, tape: Tape | None) -> Explanation:
    if root is None:
        return _other(text)
    if NO_GRAPH in text:
        return _without_graph(text, why(root, tape=tape, names=names))
    if root.grad_fn is None:
        return _other(text)
    graph = read(root, names)
    if SECOND_TIME in text:
        return _freed(text, root, graph, tape)
    if MODIFIED in text:
        return _in_place(text, root, graph, tape)
    return _other(text, graph)


def _freed(text: str, root: Any, graph: Graph, tape: Tape | None) -> Explanation:
    node = next((node for node in graph.nodes if node.freed), None)
    earlier = _earlier_backward(root, graph, node, tape)
    what = "a node" if node is None else _called(node)
    kept = "" if node is None else _kept(node)
    sentence = (
        f"A backward before this one has already run through {what} and has freed what it had "
        f"saved{kept}."
    )
    cure = (
        "compute the result again before each backward(), or write retain_graph=True in the "
        "backward() before; in a loop, detach() what is carried over from the last turn."
    )
    number = None if node is None else node.id
    return Explanation(text, "freed", sentence, cure, graph, number, earlier and earlier.line)


def _in_place(text: str, root: Any, graph: Graph, tape: Tape | None) -> Explanation:
    node = next((n for n in graph.nodes if any(saved.changed for saved in n.saved)), None)
    cure = (
        "write y = y + 1 instead of y += 1 where the old value is still needed, or make the change "
        "after backward()."
    )
    if node is None:
        return _other(text, graph)
    saved = next(saved.name for saved in node.saved if saved.changed)
    versions = re.search(r"is at version (\d+); expected version (\d+)", text)
    moved = f" (version {versions[2]} was saved, now it is {versions[1]})" if versions else ""
    sentence = f"{_called(node)} needs its {saved} as it was, and it was changed in place{moved}."
    history = _history(root, node, saved, tape)
    if not history:
        cure += " With the program run under gradviz.watch(), explain() names the line."
    line = history[0].line if history else None
    return Explanation(text, "in place", sentence, cure, graph, node.id, line, history)


def _without_graph(text: str, answer: Answer) -> Explanation:
    sentence = " ".join([answer.sentence, *(f"It may be: {one}." for one in answer.remaining)])
    return Explanation(text, "no graph", sentence, answer.cure, line=answer.line)


def _other(text: str, graph: Graph | None = None) -> Explanation:
    sentence = "This error is not about freed or changed values, nor about a missing graph."
    cure = "read PyTorch's text above; draw(t) shows the graph of any tensor in it."
    return Explanation(text, "other", sentence, cure, graph)


def _earlier_backward(root: Any, graph: Graph, node: Node | None, tape: Tape | None) -> Call | None:
    """The call that freed the node: the last backward that came through it."""
    if node is None:
        return None
    told = call_of(survey((root,)).functions[node.id])
    tape = tape if told is None else told[1]
    if tape is None:
        return None
    passes = [call for call in reversed(tape.calls) if call.name == "backward"]
    if told is not None:
        return next((call for call in passes if reaches(tape, call, told[0].id)), None)
    number = tape.number_of(root)
    return next(
        (one for one in passes if one.operands[:1] and one.operands[0].made_by == number), None
    )


def _history(root: Any, node: Node, saved: str, tape: Tape | None) -> tuple[Change, ...]:
    told = call_of(survey((root,)).functions[node.id])
    if told is None:
        return ()
    call, tape, _ = told
    number = call.id if saved == "result" else _operand_number(call, node, saved)
    if number is None:
        return ()
    return tuple(
        Change(write.writes or 0, write.label, write.line)
        for write in writes_to(tape, number, call.id)
    )


def _operand_number(call: Call, node: Node, saved: str) -> int | None:
    """Which operand of the call is the saved input."""
    inputs = catalogue.entry(node.name)["inputs"] or ("self", "other")
    place = inputs.index(saved) if saved in inputs else 0
    if saved == "mat2":
        place = 1
    if place >= len(call.operands):
        place = len(call.operands) - 1
    return call.operands[place].made_by if place >= 0 else None


def _called(node: Node) -> str:
    """A node in a sentence: `y = x.exp()` (ExpBackward0)."""
    if node.names and node.expression and node.expression != node.names[0]:
        return f"{node.names[0]} = {node.expression} ({node.name})"
    told = node.names[0] if node.names else node.expression
    return f"{told} ({node.name})" if told else node.name


def _kept(node: Node) -> str:
    names = [saved.name for saved in node.saved if saved.freed]
    return f": {', '.join(names)}" if names else ""


def _change_text(change: Change) -> str:
    where = "" if change.line is None else f"{change.line.place}: {change.line.whole}"
    return f"Version {change.version} by {where or change.label}"


def _last_error() -> BaseException | None:
    handled = sys.exc_info()[1]
    if handled is not None:
        return handled
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)


def _scene(error: BaseException) -> tuple[FrameType | None, Any]:
    """The learner's frame that started a backward, and the tensor that it was called on."""
    learners, root = None, None
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if root is None and not is_library(frame):
            learners = frame
        elif root is None and frame.f_code.co_name in STARTS:
            root = _tensor_in(frame)
        trace = trace.tb_next
    return learners, root


def _tensor_in(frame: FrameType) -> Any:
    for name in ("self", "tensor", "tensors", "output", "outputs"):
        thing = frame.f_locals.get(name)
        if isinstance(thing, list | tuple) and thing:
            thing = thing[0]
        if is_tensor(thing):
            return thing
    return None

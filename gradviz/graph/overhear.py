"""Record the backward passes that a program itself runs: no rehearsal, the real thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from threading import get_ident
from typing import Any

from gradviz.graph.collector import paused_collector
from gradviz.graph.interpose import hearing
from gradviz.graph.listen import Listener, as_tuple
from gradviz.graph.model import Recording
from gradviz.graph.names import Names, caller_frame, names_of_frame
from gradviz.graph.nodes import read_contents
from gradviz.graph.session import Session
from gradviz.graph.survey import as_roots, survey
from gradviz.graph.values import value_of
from gradviz.graph.watch import Tape
from gradviz.graph.where import line_of

PARAMETERS = {
    "backward": ("gradient", "retain_graph", "create_graph", "inputs"),
    "grad": ("inputs", "gradient", "retain_graph", "create_graph"),
}
"""What is given after the tensors to the functions that start a pass."""
MOST_PASSES = 100
"""Later passes of a long loop run unheard."""


@dataclass(slots=True)
class Overheard:
    """The passes that ran, in order, those that were refused as well.

    Passes through one and the same graph share their `graph`.
    """

    recordings: list[Recording] = field(default_factory=list)
    missed: int = 0
    """Passes that nobody recorded: those beyond the first hundred."""
    most: int = MOST_PASSES
    _running: dict[int, _Running] = field(default_factory=dict)
    """By thread."""
    _last: Session | None = None
    _tape: Tape | None = None

    def before(self, name: str, args: tuple, kwargs: dict) -> None:
        """A call is about to be made: before a backward, listeners are hung on its graph."""
        roots = _roots(args, kwargs) if name in PARAMETERS else ()
        if not roots:
            return
        if len(self.recordings) >= self.most:
            self.missed += 1
            return
        with paused_collector():
            given = dict(zip(PARAMETERS[name], args[1:], strict=False)) | kwargs
            running = _Running.begin(roots, name, given, self._tape, self._last)
        self._running[get_ident()], self._last = running, running.session

    def after(self, name: str, args: tuple, kwargs: dict, result: Any) -> None:
        """A call was made: what was heard of a backward is kept."""
        self._finish(None, result)

    def failed(self, name: str, error: BaseException) -> None:
        """A call has raised: the backward is kept as far as it went."""
        self._finish(str(error))

    def let_go(self) -> None:
        """Hold no live graph any longer: what was recorded has no tensor in it."""
        self._last, self._tape = None, None

    def _finish(self, error: str | None, result: Any = None) -> None:
        running = self._running.pop(get_ident(), None)
        if running is not None:
            with paused_collector():
                recording = running.end(error, result)
            if recording.steps:
                self.recordings.append(recording)


@contextmanager
def overhear(tape: Tape | None = None, most: int = MOST_PASSES) -> Iterator[Overheard]:
    """Record every `backward()` that is called meanwhile, as it really runs; the first `most`.

    >>> import gradviz
    >>> x = gradviz.tensor(3.0, requires_grad=True)
    >>> with overhear() as heard:
    ...     (x * x).backward()
    >>> [len(recording.steps) for recording in heard.recordings], x.grad
    ([2], tensor(6.))
    """
    heard = Overheard(most=most, _tape=tape)
    try:
        with hearing(heard):
            yield heard
    finally:
        heard.let_go()


@dataclass(slots=True)
class _Running:
    session: Session
    listener: Listener
    stack: ExitStack
    gradient: Any
    retain_graph: bool
    is_first: bool
    inputs: tuple | None = None
    """Of `autograd.grad`, which returns their gradients."""

    @staticmethod
    def begin(
        roots: tuple, name: str, given: dict, tape: Tape | None, last: Session | None
    ) -> _Running:
        is_first = last is None or not _is_same(last, roots)
        session = _session(roots, tape) if last is None or is_first else last
        listener = session.listener()
        stack = ExitStack()
        stack.enter_context(listener.attached())
        gradient = given.get("gradient", given.get("grad_tensors", given.get("grad_outputs")))
        if len(roots) == 1 and isinstance(gradient, list | tuple) and gradient:
            gradient = gradient[0]
        retains = given.get("retain_graph")
        retains = bool(given.get("create_graph")) if retains is None else bool(retains)
        inputs = as_tuple(given.get("inputs")) if name == "grad" else None
        return _Running(session, listener, stack, gradient, retains, is_first, inputs)

    def end(self, error: str | None, result: Any) -> Recording:
        self.stack.close()
        told = self.session.recording(self.listener, self.gradient, self.retain_graph, error)
        told = told if self.is_first else replace(told, span=None)
        return told if self.inputs is None else self._returned(told, self.inputs, result)

    def _returned(self, told: Recording, inputs: tuple, result: Any) -> Recording:
        """The same as a pass that hands back what has arrived at its inputs."""
        names, roots = self.session.names, self.session.survey.roots
        labels = [names.label(one) or f"input {k}" for k, one in enumerate(inputs, 1)]
        given = [names.label(root) or "y" for root in roots]
        parts = [
            ", ".join(some) if len(some) == 1 else f"({', '.join(some)})"
            for some in (given, labels)
        ]
        values = tuple(None if one is None else value_of(one) for one in result or ())
        returned = tuple(zip(labels, values, strict=False))
        return replace(told, call=f"torch.autograd.grad({', '.join(parts)})", returned=returned)


def _roots(args: tuple, kwargs: dict) -> tuple:
    """The tensors on which backward is called, if all of them have a graph."""
    given = args[0] if args else kwargs.get("tensors", kwargs.get("outputs"))
    try:
        return tuple(as_roots(given))
    except (TypeError, ValueError):
        return ()  # the library has its own words for it


def _session(roots: tuple, tape: Tape | None) -> Session:
    """The graph as it is before the pass, with the names of this moment."""
    frame = caller_frame()
    names = Names() if frame is None else names_of_frame(frame)
    surveyed = survey(roots)
    if tape is None or frame is None:
        return Session(surveyed, read_contents(surveyed), names, tape)
    tape.calling = line_of(frame)
    try:
        return Session(surveyed, read_contents(surveyed), names, tape)
    finally:
        tape.calling = None


def _is_same(session: Session, roots: tuple) -> bool:
    """Whether backward runs through the very nodes that were read for the pass before."""
    known, functions = session.survey.roots, session.survey.functions
    return len(known) == len(roots) and all(
        old is new and (new.grad_fn is None or new.grad_fn is functions[number])
        for old, new, number in zip(known, roots, session.survey.root_ids, strict=True)
    )

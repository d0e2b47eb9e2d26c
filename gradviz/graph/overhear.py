"""Record the backward passes that a program itself runs: no rehearsal, the real thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph.interpose import hearing
from gradviz.graph.listen import Listener
from gradviz.graph.model import Recording
from gradviz.graph.names import Names, caller_frame, names_of_frame
from gradviz.graph.nodes import read_contents
from gradviz.graph.session import Session
from gradviz.graph.survey import survey
from gradviz.graph.values import is_tensor
from gradviz.graph.watch import Tape

MOST_PASSES = 100
"""Later passes of a long loop run unheard."""


@dataclass(slots=True)
class Overheard:
    """The passes that ran, in order, those that were refused as well."""

    recordings: list[Recording] = field(default_factory=list)
    missed: int = 0
    """Passes beyond the first hundred, which nobody recorded."""
    _running: _Running | None = None
    _tape: Tape | None = None

    def before(self, name: str, args: tuple, kwargs: dict) -> None:
        """A call is about to be made: before a backward, listeners are hung on its graph."""
        if name != "backward" or not args or not is_tensor(args[0]) or not args[0].requires_grad:
            return
        if len(self.recordings) >= MOST_PASSES:
            self.missed += 1
            return
        self._running = _Running.begin(args, kwargs, self._tape)

    def after(self, name: str, args: tuple, kwargs: dict, result: Any) -> None:
        """A call was made: what was heard of a backward is kept."""
        self._finish(None)

    def failed(self, name: str, error: BaseException) -> None:
        """A call has raised: the backward is kept as far as it went."""
        self._finish(str(error))

    def _finish(self, error: str | None) -> None:
        running, self._running = self._running, None
        if running is not None:
            recording = running.end(error)
            if recording.steps:
                self.recordings.append(recording)


@contextmanager
def overhear(tape: Tape | None = None) -> Iterator[Overheard]:
    """Record every `backward()` that is called meanwhile, as it really runs.

    >>> import gradviz
    >>> x = gradviz.tensor(3.0, requires_grad=True)
    >>> with overhear() as heard:
    ...     (x * x).backward()
    >>> [len(recording.steps) for recording in heard.recordings], x.grad
    ([2], tensor(6.))
    """
    heard = Overheard(_tape=tape)
    with hearing(heard):
        yield heard


@dataclass(slots=True)
class _Running:
    session: Session
    listener: Listener
    stack: ExitStack
    gradient: Any
    retain_graph: bool

    @staticmethod
    def begin(args: tuple, kwargs: dict, tape: Tape | None) -> _Running:
        surveyed = survey(args[:1])
        frame = caller_frame()
        names = Names() if frame is None else names_of_frame(frame)
        session = Session(surveyed, read_contents(surveyed), names, tape)
        listener = session.listener()
        stack = ExitStack()
        stack.enter_context(listener.attached())
        given = dict(zip(("gradient", "retain_graph"), args[1:], strict=False)) | kwargs
        return _Running(
            session, listener, stack, given.get("gradient"), bool(given.get("retain_graph"))
        )

    def end(self, error: str | None) -> Recording:
        self.stack.close()
        return self.session.recording(self.listener, self.gradient, self.retain_graph, error)

"""`%load_ext gradviz`: every cell is watched, and `%%gradviz` shows the passes that ran in one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from gradviz.graph.model import Recording
from gradviz.graph.names import names_in
from gradviz.graph.overhear import Overheard, overhear
from gradviz.graph.read import read
from gradviz.graph.watch import Tape, forget, watch
from gradviz.render.display import Display
from gradviz.stories import backward, drawing
from gradviz.stories.planning import Shown
from gradviz.stories.story import Story

MOST_SHOWN = 6
"""So many passes of one cell are told; a training loop has hundreds."""
LONGEST_TAB = 20
OPTIONS = ("--predict", "--draw", "--forward")
HELP = (
    "%%gradviz above a cell runs the cell as it is, and shows below it every backward pass that "
    "ran in it; --predict asks for each number first, --forward tells how the values were "
    "computed first, --draw shows the graph of the last tensor instead."
)
_FIRST_LINE = re.compile(r"\s*%%gradviz(?:[ \t]+(.*))?\s*(?:\n|$)")
_OTHER_MAGICS = re.compile(r"\s*(?:%%(?!gradviz\b).*\n\s*)+(?=%%gradviz\b)")
"""`%%time` and the like, which run the rest of the cell themselves."""

_keepers: dict[int, Keeper] = {}


@dataclass(slots=True)
class Cell:
    """A cell that has `%%gradviz` above it, while it runs."""

    info: Any
    options: frozenset[str]
    heard: Overheard
    listening: ExitStack
    since: int
    """The number of the first call that is this cell's."""


class Keeper:
    """Keeps one tape for all cells of a notebook, so that `why` and `explain` can name the line."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.tape = Tape()
        self.stack = ExitStack()
        self.running: Any = None
        """What IPython told of the outermost cell; cells inside of it are watched already."""
        self.cell: Cell | None = None

    def load(self) -> None:
        """Begin at once: the rest of the cell that loads the extension is watched as well."""
        self.shell.events.register("pre_run_cell", self.begin)
        self.shell.events.register("post_run_cell", self.end)
        self.shell.input_transformers_cleanup.append(without_first_line)
        self.shell.register_magic_function(self.run, magic_kind="cell", magic_name="gradviz")
        self._watch(self)

    def unload(self) -> None:
        """Leave everything as it was before."""
        self.shell.events.unregister("pre_run_cell", self.begin)
        self.shell.events.unregister("post_run_cell", self.end)
        self.shell.input_transformers_cleanup.remove(without_first_line)
        self.shell.magics_manager.magics["cell"].pop("gradviz", None)
        if self.cell is not None:
            self.cell.listening.close()
        self.stack.close()
        forget(self.tape)

    def begin(self, info: Any) -> None:
        """Watch the cell that is about to run."""
        if self.running in (None, self):
            self._watch(info)
        options = _options(info.raw_cell)
        if options is None or not options <= set(OPTIONS) or self.cell is not None:
            return
        listening = ExitStack()
        heard = listening.enter_context(overhear(self.tape, MOST_SHOWN))
        self.cell = Cell(info, options, heard, listening, self.tape.next_number)

    def end(self, result: Any) -> None:
        """Stop watching, the tape stays; show what was asked for."""
        info = getattr(result, "info", None)
        cell = self.cell if self.cell and info in (None, self.cell.info) else None
        if cell is not None:
            cell.listening.close()
            self.cell = None
        if self.running is self or info in (None, self.running):
            self.stack.close()
            self.running = None
        if cell is not None:
            self._show(cell, getattr(result, "success", False))

    def run(self, line: str, cell: str) -> None:
        """Run the learner's own cell unchanged, and show the backward passes that ran in it."""
        self.shell.run_cell(f"%%gradviz {line}\n{cell}")

    def _watch(self, what: Any) -> None:
        if self.running is None:
            self.stack.enter_context(watch(self.tape))
        self.running = what

    def _show(self, cell: Cell, success: bool) -> None:
        passes = cell.heard.recordings
        count = len(passes) + cell.heard.missed
        if passes and "--draw" not in cell.options:
            self._publish(tell(passes, cell.options))
            if cell.heard.missed:
                print(f"{count} backward passes ran; the first {len(passes)} are shown.")
            return
        last = self.tape.latest_with_graph(cell.since)
        if last is not None:
            graph = read(last, names_in(self.shell.user_ns), tape=self.tape)
            self._publish(drawing.tell(graph, Shown(forward="--forward" in cell.options)))
        elif not success:
            return  # the error has been told
        elif count:
            print("backward() ran in this cell, but no tensor with a graph is left to be drawn.")
        else:
            print("No backward() ran in this cell, and no tensor with a graph was made in it.")

    def _publish(self, story: Story) -> None:
        data, metadata = self.shell.display_formatter.format(Display(story))
        self.shell.display_pub.publish(data, metadata)


def tell(passes: Sequence[Recording], options: frozenset[str] = frozenset()) -> Story:
    """One story of all passes: those through one graph follow each other, others stand as tabs."""
    stories = [
        backward.tell(list(same), predict="--predict" in options, forward="--forward" in options)
        for _, same in groupby(passes, key=lambda one: id(one.graph))
    ]
    if len(stories) == 1:
        return stories[0]
    calls = [next(same).call for _, same in groupby(passes, key=lambda one: id(one.graph))]
    tabs = [f"{place}. {_short(call)}" for place, call in enumerate(calls, 1)]
    named = [replace(story, tab=tab) for story, tab in zip(stories, tabs, strict=True)]
    return replace(named[0], variants=tuple(named[1:]))


def without_first_line(lines: list[str]) -> list[str]:
    r"""The cell with an empty line where `%%gradviz` stood, so that its lines keep their numbers.

    >>> without_first_line(["%%gradviz --predict\n", "y.backward()\n"])
    ['\n', 'y.backward()\n']

    Another magic may follow: it then stands first, as it must.

    >>> without_first_line(["%%gradviz\n", "%%time\n", "y.backward()\n"])
    ['%%time\n', 'y.backward()\n']
    """
    options = _options(lines[0]) if lines else None
    if options is None:
        return lines
    unknown = sorted(options - set(OPTIONS))
    if unknown:
        from IPython.core.error import UsageError

        raise UsageError(f"%%gradviz does not know {', '.join(unknown)}. {HELP}")
    if len(lines) > 1 and lines[1].startswith("%%"):
        return lines[1:]
    return ["\n", *lines[1:]]


def load_ipython_extension(shell: Any) -> None:
    """Watch every cell from now on, and know the cell magic `%%gradviz`."""
    if id(shell) not in _keepers:
        keeper = _keepers[id(shell)] = Keeper(shell)
        keeper.load()


def unload_ipython_extension(shell: Any) -> None:
    """Watch no longer."""
    keeper = _keepers.pop(id(shell), None)
    if keeper is not None:
        keeper.unload()


def _options(cell: str) -> frozenset[str] | None:
    """The words after `%%gradviz`; None where it does not stand above the cell."""
    others = _OTHER_MAGICS.match(cell)
    found = _FIRST_LINE.match(cell, others.end() if others else 0)
    return None if found is None else frozenset((found[1] or "").split())


def _short(call: str) -> str:
    return call if len(call) <= LONGEST_TAB else call.partition("(")[0] + "(…)"

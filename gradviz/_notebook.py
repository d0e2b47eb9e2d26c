"""`%load_ext gradviz`: every cell is watched, and `%%gradviz` shows the passes that ran in one."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from gradviz.graph.overhear import overhear
from gradviz.graph.watch import Tape, watch
from gradviz.render.display import Display
from gradviz.stories.backward import tell

MOST_SHOWN = 3

_keepers: dict[int, Keeper] = {}


class Keeper:
    """Keeps one tape for all cells of a notebook, so that `why` and `explain` can name the line."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.tape = Tape()
        self.depth = 0
        self.stack = ExitStack()

    def begin(self, info: Any = None) -> None:
        """Watch the cell that is about to run; a cell inside of a cell is watched already."""
        self.depth += 1
        if self.depth == 1:
            self.stack.enter_context(watch(self.tape))

    def end(self, result: Any = None) -> None:
        """Stop watching; the tape stays."""
        if self.depth == 1:
            self.stack.close()
        self.depth = max(self.depth - 1, 0)

    def run(self, line: str, cell: str) -> None:
        """Run the learner's own cell unchanged, and show the backward passes that it ran."""
        with overhear(self.tape) as heard:
            self.shell.run_cell(cell)
        for recording in heard.recordings[:MOST_SHOWN]:
            self._show(Display(tell(recording)))
        count = len(heard.recordings) + heard.missed
        if not count:
            print("No backward() ran in this cell.")
        elif count > MOST_SHOWN:
            print(f"{count} backward passes ran; the first {MOST_SHOWN} are shown.")

    def _show(self, shown: Display) -> None:
        data, metadata = self.shell.display_formatter.format(shown)
        self.shell.display_pub.publish(data, metadata)


def load_ipython_extension(shell: Any) -> None:
    """Watch every cell from now on, and know the cell magic `%%gradviz`."""
    if id(shell) in _keepers:
        return
    keeper = _keepers[id(shell)] = Keeper(shell)
    shell.events.register("pre_run_cell", keeper.begin)
    shell.events.register("post_run_cell", keeper.end)
    shell.register_magic_function(keeper.run, magic_kind="cell", magic_name="gradviz")


def unload_ipython_extension(shell: Any) -> None:
    """Watch no longer."""
    keeper = _keepers.pop(id(shell), None)
    if keeper is not None:
        shell.events.unregister("pre_run_cell", keeper.begin)
        shell.events.unregister("post_run_cell", keeper.end)
        keeper.stack.close()

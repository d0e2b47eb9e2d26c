"""Long work says how far it is, on one line that goes away when it is done or interrupted."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
LONG = 5_000
"""Work in fewer pieces says nothing, however long it takes: its output stays the same."""
PATIENCE, PAUSE = 1.0, 0.2
"""Seconds until the line appears, and between two of its changes."""
LOOKS = 64
"""How many pieces pass between two looks at the clock."""


class Progress:
    """A line such as `step 12,000 of 100,000`, for work in `total` pieces.

    >>> with Progress("step", 10) as progress:
    ...     for _ in range(10):
    ...         progress.tick()
    >>> progress.done
    10
    """

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total = what, total
        self.done = 0
        self._next = time.monotonic() + PATIENCE
        self._width = 0
        self._speaks = total >= LONG and _has_a_reader()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._width:
            self._write(" " * self._width + "\r")

    def tick(self, pieces: int = 1) -> None:
        """So many more pieces are done."""
        before, self.done = self.done, self.done + pieces
        if self._speaks and before // LOOKS != self.done // LOOKS:
            self._look()

    def _look(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PAUSE
            text = f"{self.what} {self.done:,} of {self.total:,}"
            self._width = len(text)
            self._write(f"{text}\r")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def counted(items: Sequence[Item], what: str) -> Iterator[Item]:
    """The items, with a line that says how far they are where there are very many.

    >>> list(counted(range(3), "step"))
    [0, 1, 2]
    """
    with Progress(what, len(items)) as progress:
        for item in items:
            yield item
            progress.tick()


def _has_a_reader() -> bool:
    """A terminal or a notebook, where a line can be written over; not a file."""
    return sys.stdout.isatty() or type(sys.stdout).__module__.startswith("ipykernel")

"""Be told when a learner's program imports a library that nobody has imported yet."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from threading import get_ident
from types import ModuleType
from typing import Any


class _Finder:
    """Stands first in `sys.meta_path`; it finds nothing itself, and sees what others find."""

    def __init__(self) -> None:
        self.awaited: list[tuple[str, int, Callable[[ModuleType], Any]]] = []
        """Name, thread and what to call, in the order in which they came."""
        self.asking = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """What the other finders find; its loader calls us when the module is whole."""
        if self.asking or all(name != one for one, _, _ in self.awaited):
            return None
        self.asking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.asking = False
        if spec is not None and hasattr(spec.loader, "__dict__"):
            self._follow(spec.loader)
        return spec

    def _follow(self, loader: Any) -> None:
        run = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            del loader.exec_module
            run(module)
            for name, thread, call in tuple(self.awaited):
                if name == module.__name__ and thread == get_ident():
                    call(module)

        loader.exec_module = exec_module


_finder = _Finder()


@contextmanager
def awaiting(name: str, call: Callable[[ModuleType], Any]) -> Iterator[None]:
    """Call `call(module)` as soon as this thread has imported `name`, while this lasts."""
    entry = (name, get_ident(), call)
    if not _finder.awaited:
        sys.meta_path.insert(0, _finder)  # type: ignore[arg-type]
    _finder.awaited.append(entry)
    try:
        yield
    finally:
        _finder.awaited.remove(entry)
        if not _finder.awaited:
            sys.meta_path.remove(_finder)  # type: ignore[arg-type]

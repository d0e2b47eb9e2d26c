"""Settings of the process: how often to warn, and threads, of which the small torch uses one."""

from __future__ import annotations

from .errors import warn

_told: set[str] = set()
_always = False


def set_warn_always(b: bool) -> None:
    """Whether warnings that PyTorch gives once a process are given every time."""
    global _always
    _always = bool(b)


def is_warn_always_enabled() -> bool:
    """Whether warnings that PyTorch gives once a process are given every time."""
    return _always


def warn_once(message: str) -> None:
    """Warn, unless this has been said in this process."""
    if _always or message not in _told:
        _told.add(message)
        warn(message)


def set_num_threads(n: int) -> None:
    """Accepted for the sake of PyTorch programs; numpy's own threads are set by the environment.

    Raises:
        RuntimeError: if the number is not positive.
    """
    if n < 1:
        raise RuntimeError("set_num_threads expects a positive integer")


def get_num_threads() -> int:
    """One: the small torch computes in the thread that calls it."""
    return 1

"""The modes: gradients on or off, inference, anomaly detection, hooks on what is saved.

Compiled ops read one global, `room["plain"]`. It is True while every thread is in the default
state; only when it is False is the state of the thread looked at.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from .tensor import InferenceVersion

room: dict[str, Any] = {"plain": True}  # the globals of all compiled functions


class State(threading.local):
    """What a thread has chosen."""

    grad = True
    inference = False
    saved_hooks: tuple = ()
    deviates = False  # whether this thread is counted below


state = State()
lock = threading.Lock()
deviating = 0  # threads not in the default state, and what else forbids the fast path


def forbid(change: int) -> None:
    """One more, or one less, reason why the compiled ops must look closer."""
    global deviating
    with lock:
        deviating += change
        room["plain"] = deviating == 0


def noted() -> None:
    """Count this thread in or out, after a change of its state."""
    deviates = not state.grad or state.inference or bool(state.saved_hooks)
    if deviates is not state.deviates:
        state.deviates = deviates
        forbid(1 if deviates else -1)


def set_grad(enabled: bool) -> None:
    """Switch the recording of this thread."""
    state.grad = enabled
    noted()


def recording() -> bool:
    """Whether operations of this thread are recorded."""
    return state.grad and not state.inference


room["recording"] = recording


class GradMode:
    """A context manager, and a decorator, that sets whether operations are recorded."""

    __module__ = "gradviz"
    __slots__ = ("mode", "was")

    def __enter__(self) -> None:
        self.was = state.grad
        state.grad = self.mode
        noted()

    def __exit__(self, *_: object) -> None:
        state.grad = self.was
        noted()

    def __call__(self, function: Callable) -> Callable:
        """Run a function in this mode."""
        return decorated(self.again, function)

    def again(self) -> GradMode:
        """A fresh context of the same kind, for each call of a decorated function."""
        return type(self)()


def decorated(make_context: Callable, function: Callable) -> Callable:
    """A function that runs inside a context made for each call."""

    @functools.wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with make_context():
            return function(*args, **kwargs)

    return inside


class no_grad(GradMode):
    """Nothing done inside is recorded.

    >>> import gradviz as torch
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """

    __module__ = "gradviz"
    __slots__ = ()
    mode = False

    def __new__(cls, function: Callable | None = None) -> Any:
        made = object.__new__(cls)
        return made if function is None else made(function)


class enable_grad(GradMode):
    """What is done inside is recorded, also within `no_grad`."""

    __module__ = "gradviz"
    __slots__ = ()
    mode = True

    def __new__(cls, function: Callable | None = None) -> Any:
        made = object.__new__(cls)
        return made if function is None else made(function)


def is_grad_enabled() -> bool:
    """Whether operations of this thread are recorded."""
    return state.grad


# ------------------------------------------------------- what a recorded operation is given besides


class Packed:
    """A saved tensor that went through `saved_tensors_hooks`."""

    __slots__ = ("packed", "unpack")

    def __init__(self, packed: Any, unpack: Callable) -> None:
        self.packed, self.unpack = packed, unpack

    def unpacked(self) -> Any:
        """The tensor again."""
        return self.unpack(self.packed)


def arrange(tensor: Any, op: Any) -> None:
    """See to a new result where some mode is on."""
    if tensor._node is None:
        if state.inference:
            tensor._version = InferenceVersion()

"""The modes: gradients on or off, inference, anomaly detection, hooks on what is saved.

Compiled ops read two globals, the sets `special` and `watchful`. They are empty while every thread
is in the default state; only when something is in them is the state of the thread looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

MISSING: Any = object()
PLACE = "gradviz.autograd.grad_mode"  # where torch has them
special: set = set()  # the threads not in the default state
watchful: set = set()  # those among them, and what else, for which each result must be seen to
room: dict[str, Any] = {"special": special, "watchful": watchful}  # globals of all compiled code


class State:
    """What a thread has chosen."""

    __slots__ = ("grad", "inference", "no_saved_hooks", "running", "saved_hooks")

    def __init__(self) -> None:
        self.grad, self.inference = True, False
        self.saved_hooks: tuple = ()
        self.no_saved_hooks: str | None = None  # why there may be none, if there may be none
        self.running: Any = None  # the backward pass that this thread is in, if it may be heard


class Threads(threading.local):
    """The state of each thread; to read it once and then its slots is twice as fast."""

    def __init__(self) -> None:
        self.state = State()


threads = Threads()


def current() -> State:
    """What this thread has chosen."""
    return threads.state


def noted(state: State) -> None:
    """Count this thread in or out, after a change of its inference mode or of its hooks."""
    if state.inference or state.saved_hooks:
        watchful.add(state)
    else:
        watchful.discard(state)
    grad_noted(state)


def grad_noted(state: State) -> None:
    """The same after a change of whether it records."""
    if state.grad and state not in watchful:
        special.discard(state)
    else:
        special.add(state)


def set_grad(enabled: bool) -> None:
    """Switch the recording of this thread."""
    state = threads.state
    if state.grad is not enabled:
        state.grad = enabled
        grad_noted(state)


def recording() -> bool:
    """Whether operations of this thread are recorded."""
    state = threads.state
    return state.grad and not state.inference


room["recording"] = recording


new = object.__new__


class GradMode:
    """A context manager, and a decorator, that sets whether operations are recorded."""

    __module__ = PLACE
    __slots__ = ("mode", "was")

    def __new__(cls, function: Callable | None = None) -> Any:
        """As `@no_grad` without brackets, decorate at once."""
        return new(cls) if function is None else new(cls)(function)

    def __enter__(self) -> None:
        state = threads.state
        self.was = was = state.grad
        if was is not self.mode:
            state.grad = self.mode
            grad_noted(state)

    def __exit__(self, *_: object) -> None:
        state = threads.state
        if state.grad is not self.was:
            state.grad = self.was
            grad_noted(state)

    def __call__(self, function: Callable) -> Callable:
        """Run a function in this mode."""
        from .decorating import context_decorator

        return context_decorator(self.clone, function)

    def clone(self) -> GradMode:
        """A fresh context of the same kind, for each call of a decorated function."""
        return type(self)()


class no_grad(GradMode):
    """Nothing done inside is recorded.

    >>> import gradviz as torch
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """

    __module__ = PLACE
    __slots__ = ()
    mode = False

    def __enter__(self) -> None:  # what the general one does, without asking
        state = threads.state
        self.was = state.grad
        state.grad = False
        special.add(state)


class enable_grad(GradMode):
    """What is done inside is recorded, also within `no_grad`."""

    __module__ = PLACE
    __slots__ = ()
    mode = True


def is_grad_enabled() -> bool:
    """Whether operations of this thread are recorded."""
    return threads.state.grad


class set_grad_enabled(GradMode):
    """Switch recording at once; as a context manager, for its length."""

    __module__ = PLACE
    __slots__ = ()

    def __new__(cls, mode: Any = MISSING) -> Any:
        """Switch at once."""
        if mode is MISSING:
            raise TypeError(
                "set_grad_enabled.__init__() missing 1 required positional argument: 'mode'"
            )
        made = object.__new__(cls)
        made.mode, made.was = bool(mode), threads.state.grad
        set_grad(made.mode)
        return made

    def __enter__(self) -> None:
        set_grad(self.mode)

    def __call__(self, function: Callable) -> Callable:
        """Run a function in this mode."""
        set_grad(self.was)
        return super().__call__(function)

    def __repr__(self) -> str:
        return f"{PLACE}.set_grad_enabled(mode={self.mode})"

    def clone(self) -> GradMode:
        """A fresh context of the same mode."""
        return type(self)(self.mode)


class inference_mode(GradMode):
    """Nothing done inside is recorded, and what is made inside can never be."""

    __module__ = PLACE
    __slots__ = ("was_inference",)

    def __new__(cls, mode: Any = True) -> Any:
        """Take a mode, or a function to decorate."""
        made = object.__new__(cls)
        if not isinstance(mode, bool):
            made.mode = True
            return made(mode)
        made.mode = mode
        return made

    def __enter__(self) -> None:
        state = threads.state
        self.was, self.was_inference = state.grad, state.inference
        state.inference, state.grad = self.mode, not self.mode
        if self.mode and not Inference.ever:
            Inference.ever = True
            watchful.add(Inference)  # from now on, what is saved has to be looked at
        noted(state)

    def __exit__(self, *_: object) -> None:
        state = threads.state
        state.grad, state.inference = self.was, self.was_inference
        noted(state)

    def clone(self) -> GradMode:
        """A fresh context of the same mode."""
        return type(self)(self.mode)


class Inference:
    """Whether inference tensors may exist."""

    ever = False


class Anomaly:
    """Whether backward passes are watched, for all threads, as in torch."""

    enabled = False
    check_nan = True


def is_anomaly_enabled() -> bool:
    """Whether backward passes are watched for anomalies."""
    return Anomaly.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether they are watched for NaN as well."""
    return Anomaly.check_nan


def is_inference_mode_enabled() -> bool:
    """Whether this thread is in inference mode."""
    return threads.state.inference


def push_saved_hooks(pack: Callable, unpack: Callable) -> None:
    """From now on what this thread saves goes through these functions."""
    state = threads.state
    if state.no_saved_hooks is not None:
        raise RuntimeError(state.no_saved_hooks)
    state.saved_hooks = (*state.saved_hooks, (pack, unpack))
    noted(state)


def pop_saved_hooks() -> None:
    """Undo the last `push_saved_hooks`."""
    state = threads.state
    state.saved_hooks = state.saved_hooks[:-1]
    noted(state)

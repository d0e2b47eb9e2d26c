"""The modes of recording, under torch's name for the place where they stand."""

from __future__ import annotations

from ..core.modes import enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = [
    "enable_grad",
    "inference_mode",
    "is_multithreading_enabled",
    "no_grad",
    "set_grad_enabled",
    "set_multithreading_enabled",
]


class set_multithreading_enabled:
    """Accepted for the sake of PyTorch programs: a pass runs in the thread that starts it."""

    enabled = True

    def __init__(self, mode: bool) -> None:
        self.mode, self.was = mode, self.enabled
        set_multithreading_enabled.enabled = mode

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        set_multithreading_enabled.enabled = self.was


def is_multithreading_enabled() -> bool:
    """What was chosen last.

    >>> is_multithreading_enabled()
    True
    """
    return set_multithreading_enabled.enabled

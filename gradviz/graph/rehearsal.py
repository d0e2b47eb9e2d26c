"""Let a backward pass really run, and leave everything as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from gradviz.graph.nodes import SECOND_TIME


@contextmanager
def rehearsal(tensors: Iterable[Any]) -> Iterator[None]:
    """For its length the `.grad` of each of `tensors` is a copy; then the own objects are back."""
    kept = [(tensor, tensor.grad) for tensor in _once(tensors)]
    try:
        for tensor, grad in kept:
            if grad is not None:
                tensor.grad = grad.detach().clone()
        yield
    finally:
        for tensor, grad in kept:
            tensor.grad = grad


def freed_text(engine: ModuleType) -> str:
    """What the library says when backward needs a value that is freed, in its own words."""
    start = engine.tensor(1.0, requires_grad=True)
    with engine.enable_grad():
        result = start * start
    result.backward()
    try:
        result.backward()
    except RuntimeError as error:
        return str(error)
    return f"Trying to {SECOND_TIME}"


def _once(tensors: Iterable[Any]) -> list[Any]:
    return list({id(tensor): tensor for tensor in tensors}.values())

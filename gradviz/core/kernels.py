"""Types that PyTorch has no code for: an op declares them by `check` and is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .dtypes import result_dtype, scalar_name

BOOL, WHOLE = "b", "biu"


def lacking(kernel: str, kinds: str) -> Callable[..., None]:
    """A check that refuses tensors of these kinds: PyTorch's kernel is not made for them.

    >>> from .tensor import wrap
    >>> import numpy as np
    >>> lacking("abs_cpu", BOOL)(wrap(np.array(True)))
    Traceback (most recent call last):
    NotImplementedError: "abs_cpu" not implemented for 'Bool'
    """

    def check(first: Any, *others: Any) -> None:
        kind = result_dtype(first, *[each for each in others if hasattr(each, "_dtype")])
        if kind.kind in kinds:
            name = scalar_name(kind)
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{name}'")

    return check


def refusing_bool(message: str) -> Callable[..., None]:
    """A check that refuses tensors of True and False with a message."""

    def check(first: Any, *others: Any) -> None:
        if first._dtype.kind in BOOL:
            raise RuntimeError(message)

    return check

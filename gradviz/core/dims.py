"""Dimensions as PyTorch reads them: counted from the end too, checked, never named twice."""

from __future__ import annotations

from operator import index
from typing import Any


def wrapped(dim: int, ndim: int) -> int:
    """A dimension counted from 0; a 0-d tensor is let pass as if it had one.

    >>> wrapped(-1, 3)
    2

    Raises:
        IndexError: with PyTorch's text, if there is no such dimension.
    """
    span = ndim or 1
    if not -span <= dim < span:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], "
            f"but got {dim})"
        )
    return dim + span if dim < 0 else dim


def wrapped_all(dims: Any, ndim: int) -> tuple[int, ...]:
    """One dimension or several, each counted from 0.

    >>> wrapped_all((0, -1), 3)
    (0, 2)

    Raises:
        IndexError: if there is no such dimension.
        RuntimeError: if one is named twice.
        TypeError: if it is no whole number.
    """
    counted = tuple(
        wrapped(index(dim), ndim) for dim in (dims if isinstance(dims, tuple | list) else (dims,))
    )
    for place, dim in enumerate(counted):
        if dim in counted[:place]:
            raise RuntimeError(f"dim {dim} appears multiple times in the list of dims")
    return counted


def axes(dims: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """What numpy wants: the dimensions, none of a 0-d array, all where none is named."""
    if ndim == 0:
        return ()
    return dims or tuple(range(ndim))

"""Dimensions as PyTorch reads them: counted from the end too, checked, never named twice."""

from __future__ import annotations

from functools import cache
from operator import index
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .tensor import Tensor


class FromEnd(int):
    """A dimension that was counted from the end, as a node shows it, counted from 0."""

    given: int


@cache
def from_end(dim: int, span: int) -> FromEnd:
    """A negative dimension counted from 0."""
    counted = FromEnd(dim + span)
    counted.given = dim
    return counted


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
    return from_end(dim, span) if dim < 0 else dim


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


# ------------------------------------------------------------------------ of a tensor


def chosen(tensor: Tensor, dim: Any) -> tuple[int, ...]:
    """The dimensions to reduce, counted from 0; () where all are."""
    if dim is None:
        return ()
    return wrapped_all(dim, len(tensor._shape))


def nonempty(tensor: Tensor, name: str, dim: int) -> int:
    """One dimension with something in it."""
    dim = wrapped(dim, len(tensor._shape))
    if tensor._shape and tensor._shape[dim] == 0:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")
    return dim


def position(tensor: Tensor, name: str, dim: int | None) -> int | None:
    """The dimension to look along, None for all of them as one."""
    if dim is None:
        if tensor._value.size == 0:
            raise IndexError(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
            )
        return None
    dim = nonempty(tensor, name, dim)
    return dim if tensor._shape else None


def spoken(tensor: Tensor) -> str:
    """The type's name in error texts: `Long`."""
    from .dtypes import scalar_name

    return scalar_name(tensor._dtype)

"""What the functions of `functional` are given, and what they give back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.op import ops
from ..core.tensor import Tensor, wrap

OUTPUTS = "outputs of the user-provided function"
NO_VECTOR = {
    "vjp": (
        "The vector v can only be None if the user-provided function returns a single Tensor "
        "with a single element."
    ),
    "jvp": (
        "The vector v can only be None if the input to the user-provided function is a single "
        "Tensor with a single element."
    ),
}


def as_tuple(given: Any, what: str, whose: str) -> tuple[tuple[Tensor, ...], bool]:
    """One tensor or several as a tuple, and whether it was one."""
    several = isinstance(given, tuple)
    tensors = given if several else (given,)
    for number, each in enumerate(tensors):
        if not isinstance(each, Tensor):
            which = f"the value at index {number}" if several else f"the given {what}"
            raise TypeError(
                f"The {what} given to {whose} must be either a Tensor or a tuple of Tensors but "
                f"{which} has type {type(each)}."
            )
    return tensors, not several


def prepare(inputs: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    """Views that belong to a graph of their own, or to the caller's if that is to go on."""
    if create_graph:
        return tuple(
            ops.view(each, each._shape) if each._requires_grad else started(each.detach())
            for each in inputs
        )
    return tuple(started(each.detach()) for each in inputs)


def started(tensor: Tensor) -> Tensor:
    """A leaf whose gradient is wanted."""
    return tensor.requires_grad_()


def zeros_like(tensor: Tensor) -> Tensor:
    """Zeros of a tensor's shape and type."""
    return wrap(np.zeros(tensor._shape, tensor._dtype))


def finished(tensors: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    """The tensors for the caller, without a graph unless it was asked for."""
    return tuple(tensors) if create_graph else tuple(each.detach() for each in tensors)


def single_or_all(tensors: tuple[Tensor, ...], single: bool) -> Any:
    """One tensor where one was given, else the tuple."""
    return tensors[0] if single else tensors


def one_number(output: Any, name: str) -> Tensor:
    """The only output, which must be one number."""
    outputs, single = as_tuple(output, OUTPUTS, name)
    if not single and len(outputs) != 1:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if outputs[0]._value.size != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element"
        )
    return ops.reshape(outputs[0], ()) if outputs[0]._shape else outputs[0]


def vectors_for(v: Any, beside: Sequence[Tensor], name: str) -> tuple[Tensor, ...]:
    """The vectors to multiply with, one beside each tensor and of its shape."""
    if v is None:
        if len(beside) != 1 or beside[0]._value.size != 1:
            raise RuntimeError(NO_VECTOR[name])
        return (wrap(np.ones(beside[0]._shape, beside[0]._dtype)),)
    vectors, _ = as_tuple(v, "v", name)
    if len(vectors) != len(beside):
        if len(beside) == 1:
            raise RuntimeError("The given v should contain a single Tensor.")
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(beside)} but got {len(vectors)}."
        )
    for number, (vector, own) in enumerate(zip(vectors, beside, strict=True)):
        if vector._shape != own._shape:
            which = f"Entry {number} in v has" if len(beside) > 1 else "v has"
            raise RuntimeError(
                f"{which} invalid size: should be {own.shape} but got {vector.shape}."
            )
    return vectors

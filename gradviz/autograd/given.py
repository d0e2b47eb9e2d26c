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
UNTRACKED = {
    "outputs": (
        "Output {} of the user-provided function does not require gradients. The outputs must be "
        "computed in a differentiable manner from the input when running in strict mode."
    ),
    "grad_inputs": (
        "The gradient with respect to input {} is independent of the inputs of the user-provided "
        "function. This is not allowed in strict mode."
    ),
    "jacobian": (
        "While computing the hessian, found that the jacobian of the user-provided function with "
        "respect to input {} is independent of the input. This is not allowed in strict mode. You "
        "should ensure that your function is twice differentiable and that the jacobian depends on "
        "the inputs (this would be violated by a linear function for example)."
    ),
}
ALL_INDEPENDENT = (
    "The output of the user-provided function is independent of input {}. This is not allowed in "
    "strict mode."
)
MISSING_AT = {
    "back": ALL_INDEPENDENT,
    "back_trick": (
        "The gradient with respect to the input is independent of entry {} in the grad_outputs "
        "when using the double backward trick to compute forward mode gradients. This is not "
        "allowed in strict mode."
    ),
    "double_back": (
        "The jacobian of the user-provided function is independent of input {}. This is not "
        "allowed in strict mode."
    ),
    "double_back_trick": (
        "The hessian of the user-provided function is independent of entry {} in the "
        "grad_jacobian. This is not allowed in strict mode as it prevents from using the double "
        "backward trick to replace forward mode AD."
    ),
}
WITHOUT_GRAPH = {
    "back": (
        "The jacobian of the user-provided function is independent of input {}. This is not "
        "allowed in strict mode when create_graph=True."
    ),
    "double_back": (
        "The hessian of the user-provided function is independent of input {}. This is not "
        "allowed in strict mode when create_graph=True."
    ),
}


def check_tracked(tensors: Sequence[Tensor | None], what: str) -> None:
    """Refuse, in strict mode, what does not depend on the inputs."""
    for number, each in enumerate(tensors):
        if each is None:
            raise RuntimeError(ALL_INDEPENDENT.format(number))
        if not each._requires_grad:
            raise RuntimeError(UNTRACKED[what].format(number))


def filled(
    found: Sequence[Tensor | None],
    beside: Sequence[Tensor],
    stage: str,
    *,
    strict: bool = False,
    create_graph: bool = False,
) -> tuple[Tensor, ...]:
    """Gradients with zeros where there is no way; in strict mode that is an error."""
    for number, own in enumerate(found if strict else ()):
        if own is None:
            raise RuntimeError(MISSING_AT[stage].format(number))
        if create_graph and not own._requires_grad:
            raise RuntimeError(WITHOUT_GRAPH[stage.removesuffix("_trick")].format(number))
    return tuple(
        zeros_like(each) if own is None else own for own, each in zip(found, beside, strict=True)
    )


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

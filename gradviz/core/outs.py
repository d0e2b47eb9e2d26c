"""`out=`: a result written into a tensor that is there already."""

from __future__ import annotations

from typing import Any

from . import inplace
from .dtypes import scalar_name
from .errors import warn
from .modes import recording
from .tensor import Tensor

KEEPING = {"abs", "absolute", "bitwise_not", "ceil", "fix", "floor", "frac", "hardshrink"}
KEEPING |= {"neg", "negative", "round", "sgn", "sign", "trunc"}
"""Functions whose result goes into a tensor of its own type only."""


def written_out(name: str, out: Any, result: Any) -> Any:
    """The tensor, or tensors, that a result was written into."""
    if isinstance(result, tuple):
        return type(result)([written_out(name, *pair) for pair in zip(out, result, strict=True)])
    if result._requires_grad or (out._requires_grad and recording()):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad."
        )
    if name in KEEPING and out._dtype is not result._dtype:
        given, own = scalar_name(out._dtype), scalar_name(result._dtype)
        raise RuntimeError(f"Found dtype {given} but expected {own}")
    if out._shape != result._shape:
        resize(out, result._shape)
    return inplace.store(out, result)


def resize(out: Tensor, shape: tuple[int, ...]) -> None:
    """Give a tensor other memory, of another shape."""
    if out._value.size:
        warn(
            "An output with one or more elements was resized since it had shape "
            f"{list(out._shape)}, which does not match the required output shape {list(shape)}. "
            "This behavior is deprecated, and in a future PyTorch release outputs will not be "
            "resized unless they have zero elements. You can explicitly reuse an out tensor t by "
            "resizing it, inplace, to zero elements with t.resize_(0)."
        )
    out.data = Tensor.new_empty(out, shape)

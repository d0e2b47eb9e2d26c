"""Parameters, which a module trains, and buffers, which it only keeps."""

from __future__ import annotations

from typing import Any

from gradviz.core import dtypes
from gradviz.core.creation import empty
from gradviz.core.data import FLOATS_ONLY
from gradviz.core.tensor import Tensor


class Parameter(Tensor):
    """A tensor that is trained: a module that it is assigned to lists it.

    >>> from gradviz import ones
    >>> Parameter(ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()
    __module__ = "gradviz.nn.parameter"
    _spreads = False

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        """Take the values of a tensor, sharing its memory."""
        source = empty(0) if data is None else data.detach()
        if requires_grad and source._dtype.kind != "f":
            raise RuntimeError(FLOATS_ONLY)
        return source.as_subclass(cls).requires_grad_(requires_grad)

    def __deepcopy__(self, memo: dict) -> Parameter:
        """The same values in a memory of their own; the gradient is not copied."""
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.detach().clone(), self.requires_grad)
        return memo[id(self)]


class Buffer(Tensor):
    """A tensor that a module which it is assigned to saves, but does not train.

    >>> from gradviz import ones
    >>> Buffer(ones(2))
    tensor([1., 1.])
    """

    __slots__ = ("persistent",)
    __module__ = "gradviz.nn.parameter"
    _spreads = False

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        """Take the values of a tensor, sharing its memory."""
        source = empty(0) if data is None else data
        made = source.detach().as_subclass(cls).requires_grad_(source.requires_grad)
        made.persistent = persistent
        return made


def type_name(value: Any) -> str:
    """The name of a value's type as PyTorch's modules give it: `torch.FloatTensor` for a tensor."""
    if isinstance(value, Tensor):
        return f"torch.{dtypes.scalar_name(value._dtype)}Tensor"
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    return type(value).__name__

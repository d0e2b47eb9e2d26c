"""`Variable`, which once wrapped tensors; now it gives back a tensor."""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor, wrap


class VariableType(type):
    """Lets every tensor be an instance of `Variable`."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor)

    def __call__(cls, data: Tensor, requires_grad: bool = False, volatile: bool = False) -> Any:
        """A leaf on the memory of the data."""
        if not isinstance(data, Tensor):
            kind = type(data).__name__
            raise TypeError(f"Variable data has to be a tensor, but got {kind}")
        leaf = wrap(data._array())
        return leaf.requires_grad_(requires_grad)


class Variable(metaclass=VariableType):
    """A name from of old for a tensor.

    >>> from gradviz import ones
    >>> Variable(ones(2), requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """

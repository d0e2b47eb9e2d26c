"""What tensors can do besides operations: show their value, detach, be read by Python and numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import errors
from .modes import state
from .printing import Size, tensor_text
from .tensor import Tensor, ndarray, wrap
from .views import view_of


def method(function: Any) -> Any:
    """Make a function a method of tensors."""
    setattr(Tensor, function.__name__, function)
    return function


def attribute(function: Any) -> Any:
    """Make a function an attribute of tensors that cannot be set."""
    setattr(Tensor, function.__name__, property(function))
    return function


# ------------------------------------------------------------------------------- in Python


@method
def item(self: Tensor) -> Any:
    """The one element as a Python number."""
    value = self._value
    if value.__class__ is not ndarray:
        return float(value)  # 160 ns less than `value.item()`
    if value.size != 1:
        raise RuntimeError(f"a Tensor with {value.size} elements cannot be converted to Scalar")
    return value.item()


@method
def tolist(self: Tensor) -> Any:
    """The elements as nested lists of Python numbers."""
    return self._shaped().tolist()


@method
def __repr__(self: Tensor, *, tensor_contents: Any = None) -> str:
    node = self.grad_fn
    return tensor_text(
        self._shaped(),
        grad_fn=None if node is None else type(node).__name__,
        requires_grad=self._requires_grad,
    )


@method
def __format__(self: Tensor, how: str) -> str:
    if self._shape == () and not self._requires_grad:
        return format(self.item(), how)
    if self._shape == ():
        return format(self.item(), how)
    return object.__format__(self, how)


@method
def __float__(self: Tensor) -> float:
    return float(single(self))


@method
def __int__(self: Tensor) -> int:
    return int(single(self))


@method
def __complex__(self: Tensor) -> complex:
    return complex(single(self))


@method
def __bool__(self: Tensor) -> bool:
    value = self._value
    if value.size != 1:
        text = "Boolean value of Tensor with {} is ambiguous"
        raise RuntimeError(text.format("no values" if value.size == 0 else "more than one value"))
    return bool(value.item())


@method
def __index__(self: Tensor) -> int:
    if self._dtype.kind not in "iub" or self._value.size != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(self._value.item())


def single(self: Tensor) -> Any:
    """The one element, for Python's own conversions."""
    if self._value.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return self._value.item()


@method
def __len__(self: Tensor) -> int:
    if not self._shape:
        raise TypeError("len() of a 0-d tensor")
    return self._shape[0]


@method
def __hash__(self: Tensor) -> int:
    return id(self)


@method
def size(self: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of one dimension."""
    return tuple.__new__(Size, self._shape) if dim is None else self._shape[dim]


@method
def dim(self: Tensor) -> int:
    """How many dimensions there are."""
    return len(self._shape)


@method
def numel(self: Tensor) -> int:
    """How many elements there are."""
    return self._value.size


Tensor.nelement = numel  # type: ignore[attr-defined]


# -------------------------------------------------------------------------------- in numpy


@method
def numpy(self: Tensor, *, force: bool = False) -> np.ndarray:
    """The memory of this tensor as a numpy array."""
    if self._requires_grad:
        if not force:
            raise RuntimeError(errors.NUMPY_NEEDS_DETACH)
        return self._array()
    return self._array()


@method
def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    array = self.numpy()
    return array if dtype is None else array.astype(dtype, copy=False)


# --------------------------------------------------------------------- beside the graph


@method
def detach(self: Tensor) -> Tensor:
    """The same memory, outside the graph."""
    alias = wrap(self._array())
    alias._version = self._shared_version()
    return alias


def data(self: Tensor) -> Tensor:
    """The same memory, outside the graph, its changes not counted."""
    return wrap(self._array())


Tensor.data = property(data)  # type: ignore[attr-defined]


@method
def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Ask for gradients, or for none."""
    self.requires_grad = requires_grad  # type: ignore[misc]
    return self


def requires_grad(self: Tensor) -> bool:
    """Whether operations on this tensor are recorded."""
    return self._requires_grad


def set_requires_grad(self: Tensor, value: bool) -> None:
    """Ask for gradients, or for none."""
    if self._node is not None and not value:
        raise RuntimeError(errors.NON_LEAF_FLAG)
    if value and self._dtype.kind != "f":
        raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
    self._requires_grad = value


Tensor.requires_grad = property(requires_grad, set_requires_grad)  # type: ignore[attr-defined]


def grad(self: Tensor) -> Tensor | None:
    """What backward has added up for this leaf."""
    return self._grad


def set_grad(self: Tensor, value: Tensor | None) -> None:
    """Replace the gradient."""
    self._grad = value


Tensor.grad = property(grad, set_grad)  # type: ignore[attr-defined]

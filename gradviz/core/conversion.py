"""From tensors to everything else: numbers, lists, arrays, text, copies, pickles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from . import errors
from .data import checked_array
from .errors import warn
from .methods import method
from .modes import current
from .op import ops
from .printing import tensor_text
from .tensor import Tensor, alone, settled, wrap

TO_SCALAR = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)
NOT_A_LEAF = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at "
    "the moment.  If you were attempting to deepcopy a module, this may be because of a "
    "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
)


# ------------------------------------------------------------------------------- to numbers


@method
def item(self: Tensor, *more: Any) -> Any:
    """The only element, as a Python number."""
    if more:
        alone("item", more)
    value = self._value
    if value.__class__ is not np.ndarray:
        return float(value)
    if value.size != 1:
        raise RuntimeError(f"a Tensor with {value.size} elements cannot be converted to Scalar")
    return value.item()


def only_element(self: Tensor, *, warned: bool = False) -> Any:
    """The element that Python's own conversions see, warned that the number has no gradient."""
    if warned and self._requires_grad:
        warn(TO_SCALAR)
    value = self._value
    if value.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return value.item()


@method
def __float__(self: Tensor) -> float:
    return float(only_element(self, warned=True))


@method
def __int__(self: Tensor) -> int:
    return int(only_element(self))


@method
def __complex__(self: Tensor) -> complex:
    return complex(only_element(self, warned=True))


@method
def __index__(self: Tensor) -> int:
    if self._dtype.kind == "f" or self._value.size != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(self._value.item())


@method
def __bool__(self: Tensor) -> bool:
    value = self._value
    if value.size != 1:
        amount = "more than one value" if value.size else "no values"
        raise RuntimeError(f"Boolean value of Tensor with {amount} is ambiguous")
    return bool(value.item())


# ------------------------------------------------------------------- to lists and as lists


@method
def tolist(self: Tensor, *more: Any) -> Any:
    """Nested lists of Python numbers; of a 0-dim tensor its number."""
    if more:
        alone("tolist", more)
    return self._shaped().tolist()


@method
def __len__(self: Tensor) -> int:
    if not self._shape:
        raise TypeError("len() of a 0-d tensor")
    return self._shape[0]


@method
def __iter__(self: Tensor) -> Iterator[Tensor]:
    if not self._shape:
        raise TypeError("iteration over a 0-d tensor")
    return iter(ops.unbind(self, 0))


@method
def __contains__(self: Tensor, element: Any) -> bool:
    if not isinstance(element, Tensor | int | float | np.number):
        raise RuntimeError(
            "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
            f"{type(element)}."
        )
    return ops.eq(self, element).any().item()


# ---------------------------------------------------------------------------- to numpy


@method
def numpy(self: Tensor, *, force: bool = False) -> np.ndarray:
    """The array that this tensor stands on: writing to one writes to the other."""
    if force:
        return self._array() if self._node is None else self._array().copy()
    if self._requires_grad and current().grad:
        raise RuntimeError(errors.NUMPY_NEEDS_DETACH)
    return self._array()


@method
def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    return np.array(numpy(self), dtype, copy=copy)


@method
def __array_wrap__(self: Tensor, array: Any, context: Any = None, scalar: bool = False) -> Tensor:
    return wrap(*settled(checked_array(np.asarray(array))))


# ----------------------------------------------------------------------------- to text


@method
def __repr__(self: Tensor) -> str:
    try:
        node = self.grad_fn
        made_by = None if node is None else type(node).__name__
    except RuntimeError:  # a view whose base was written where no graph could follow
        made_by = "Invalid"
    values, requires_grad = self._shaped(), self._requires_grad
    kind = type(self).__name__
    name = "tensor" if kind in ("Tensor", "Parameter", "Buffer") else kind
    text = tensor_text(values, grad_fn=made_by, requires_grad=requires_grad, name=name)
    return f"Parameter containing:\n{text}" if kind == "Parameter" else text


@method
def __format__(self: Tensor, form: str) -> str:
    if not self._shape and type(self) is Tensor:
        return format(item(self), form)
    return object.__format__(self, form)


# ------------------------------------------------------------------- copies and pickles


def rebuilt(kind: type[Tensor], values: np.ndarray, requires_grad: bool, own: dict) -> Tensor:
    """The tensor that was pickled, as a leaf."""
    tensor = wrap(*settled(values))
    if kind is not Tensor:
        tensor = tensor.as_subclass(kind)
    tensor._requires_grad = requires_grad
    for name, each in own.items():
        setattr(tensor, name, each)
    return tensor


def _attributes(tensor: Tensor) -> dict[str, Any]:
    return getattr(tensor, "__dict__", {})


@method
def __reduce_ex__(self: Tensor, protocol: int) -> tuple:
    return rebuilt, (type(self), self._shaped(), self._requires_grad, _attributes(self))


@method
def __copy__(self: Tensor) -> Tensor:
    return rebuilt(type(self), self._array(), self._requires_grad, _attributes(self))


@method
def __deepcopy__(self: Tensor, memory: dict[int, Any]) -> Tensor:
    if self._node is not None:
        raise RuntimeError(NOT_A_LEAF)
    if id(self) in memory:
        return memory[id(self)]
    twin = rebuilt(type(self), self._shaped().copy(), self._requires_grad, _attributes(self))
    memory[id(self)] = twin
    if self._grad is not None:
        twin._grad = __deepcopy__(self._grad, memory)
    return twin

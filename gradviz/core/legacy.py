"""The older constructors, `torch.FloatTensor([1, 2])`, and the methods that make a tensor's kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import creation, dtypes
from .arguments import bind, type_name
from .data import COPY, array_of, checked_array, made, numpy_type
from .device import device_of
from .errors import warn
from .tensor import Tensor, wrap

WAYS = (
    "(*, torch.device device = None)",
    "(torch.Storage storage)",
    "(Tensor other)",
    "(tuple of ints size, *, torch.device device = None)",
    "(object data, *, torch.device device = None)",
)
SIZES = WAYS[3]


def constructed(kind: np.dtype | None, given: tuple, named: dict[str, Any]) -> Tensor:
    """What `torch.Tensor(...)` (without a kind) or `torch.FloatTensor(...)` returns."""
    device_of(named.pop("device", None))
    wanted = kind or dtypes.default_float
    if named:
        values = bind("new", WAYS, given, named)
        given = tuple(values.values())
        if "size" in values:
            return _of_size(given, wanted)
    if not given:
        return made(np.empty(0, wanted))
    first = given[0]
    if isinstance(first, Tensor) and len(given) == 1:
        return _alias(first, kind)
    if len(given) > 1 or type_name(first) in ("torch.Size", "int") or isinstance(first, np.integer):
        return _of_size(given, wanted)
    if isinstance(first, str):
        raise TypeError("new(): invalid data type 'str'")
    if not hasattr(first, "__getitem__"):
        raise TypeError(f"new(): data must be a sequence (got {type_name(first)})")
    return made(array_of(first, wanted))


def _alias(other: Tensor, kind: np.dtype | None) -> Tensor:
    if kind is not None and other._dtype is not kind:
        options = (
            "TensorOptions(dtype={}, device=cpu, layout=Strided, requires_grad=false (default), "
            "pinned_memory=false (default), memory_format=(nullopt))"
        )
        wanted, got = (options.format(dtypes.c_name(each)) for each in (kind, other._dtype))
        raise TypeError(f"expected {wanted} (got {got})")
    return wrap(other._array())


def _of_size(given: tuple, kind: np.dtype) -> Tensor:
    size = bind("new", [SIZES], given, {})["size"]
    creation.check_shape(size)
    return made(np.empty(size, kind))


class TypeOfTensors(type):
    """The class of `FloatTensor` and its like: calling one makes a plain tensor of its type."""

    dtype: dtypes.dtype

    def __call__(cls, *given: Any, **named: Any) -> Tensor:
        """A tensor of this type, from data or from a shape."""
        return constructed(cls.dtype._numpy, given, named)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance._dtype is cls.dtype._numpy


types_of_tensors: dict[str, TypeOfTensors] = {}
for _kind in dtypes.dtypes.values():
    _name = f"{_kind._scalar_name}Tensor"
    types_of_tensors[_name] = TypeOfTensors(_name, (), {"dtype": _kind, "__module__": "gradviz"})


# -------------------------------------------------------------------------- kin of a tensor


def kin(creator: Any, lead: str) -> None:
    """Let tensors create others of their type, unless another is asked for, as `new_zeros` does."""
    name, ways = f"new_{creator.__name__}", [f"({lead}, *, {creation.OPTIONS})"]

    def create(self: Tensor, *given: Any, **named: Any) -> Tensor:
        values, kind, requires_grad = creation.with_options(name, ways, given, named)
        creation.check_shape(values["size"])
        return made(creator.__wrapped__(**values, dtype=kind or self._dtype), requires_grad)

    create.__name__, create.__doc__ = name, creator.__doc__
    setattr(Tensor, name, create)


for _creator in (creation.zeros, creation.ones, creation.empty):
    kin(_creator, "tuple of ints size")
kin(creation.full, "tuple of ints size, Number fill_value")


def new_tensor(
    self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A copy of the data, of this tensor's type."""
    device_of(device)
    if isinstance(data, Tensor):
        warn(COPY.format("tensor.new_tensor"))
    elif isinstance(data, np.ndarray):
        checked_array(data)
    return made(array_of(data, numpy_type(dtype) or self._dtype), requires_grad)


def new(self: Tensor, *given: Any, **named: Any) -> Tensor:
    """The older constructor, of this tensor's type."""
    return constructed(self._dtype, given, named)


Tensor.new_tensor, Tensor.new = new_tensor, new

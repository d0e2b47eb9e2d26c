"""The tensor: a value, its shape and type, and the node that made it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from . import dtypes

if TYPE_CHECKING:
    from .node import Node

ndarray = np.ndarray
float32, float64 = dtypes.float32, dtypes.float64
next_number = itertools.count(1).__next__  # one clock for nodes and in-place writes


class Version:
    """How often a memory was written in place; made at need, shared by all its aliases.

    `stamp` is read off the clock that numbers the nodes, so "was this saved tensor written
    after my node was made?" is one comparison, and costs nothing in the forward pass.
    """

    count = stamp = 0
    writes: list[int] | None = None  # the last stamps, to tell which version a node expected
    views: list | None = None  # those of this memory, held weakly
    inference = False

    def bump(self) -> None:
        """Count one more write."""
        self.count += 1
        self.stamp = stamp = next_number()
        if self.writes is None:
            self.writes = [stamp]
        else:
            self.writes.append(stamp)
            if len(self.writes) > 32:
                del self.writes[:16]
        if self.views is not None:
            from .views import renew_after_write

            renew_after_write(self.views)

    def count_at(self, moment: int) -> int:
        """How many writes there had been at a moment of the clock."""
        return self.count - len([stamp for stamp in self.writes or () if stamp > moment])


def written_times(count: int) -> Version:
    """The version of a memory that has been written so often already."""
    version = Version()
    version.count = count
    return version


class InferenceVersion(Version):
    """Stands in a tensor made under inference mode, which is not tracked."""

    inference = True

    def bump(self) -> None:
        """Nobody counts, and outside of inference mode nobody may write."""
        from . import errors, modes

        if not modes.current().inference:
            raise RuntimeError(errors.INFERENCE_WRITE)


class TensorType(type):
    """The type of the tensor classes: called, `Tensor` is torch's constructor of old."""

    if TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any: ...
        def __setattr__(cls, name: str, value: Any) -> None: ...

    else:

        def __getattr__(cls, name: str) -> Any:
            from . import ops

            if not name.startswith("_") and ops.read_all():
                return getattr(cls, name)
            raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")

    def __call__(cls, *given: Any, **named: Any) -> Any:
        """Make a tensor from data or from a size, as `torch.Tensor(2, 3)` does."""
        if cls is Tensor:
            from .legacy import constructed

            return constructed(None, given, named)
        if cls.__new__ is not object.__new__:
            return super().__call__(*given, **named)
        from .subclasses import constructed_as

        return constructed_as(cls, given, named)


class Tensor(metaclass=TensorType):
    """An array that remembers how it was computed.

    A one-element float is kept as a numpy scalar, which is six times faster than an array, with
    its shape beside it. It becomes an array for good when its memory must be shared: by a view,
    by `detach()`, by `numpy()`.
    """

    # `__dict__` is for what a program hangs on a tensor; `_hooks` only few tensors have
    __slots__ = (
        "__dict__",
        "__weakref__",
        "_accumulator",
        "_dtype",
        "_grad",
        "_hooks",
        "_node",
        "_requires_grad",
        "_shape",
        "_value",
        "_view",
        "_written",
    )
    __module__ = "gradviz"
    __array_priority__ = 1000

    if TYPE_CHECKING:  # methods and operators are attached where they are declared
        __add__: Any
        __sub__: Any
        __mul__: Any
        __rmul__: Any
        __neg__: Any
        __lt__: Any
        __gt__: Any
        __iter__: Any
        __len__: Any
        __float__: Any
        __int__: Any
        __getitem__: Any
        __setitem__: Any

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    _spreads = True  # whether operations on a subclass give the subclass

    def __init_subclass__(cls) -> None:
        tensor_classes.add(cls)
        linked_classes.add(cls)
        if cls._spreads:
            from .subclasses import spread

            spread(cls)

    # ------------------------------------------------------------------ for the machinery

    def _array(self) -> np.ndarray:
        value = self._value
        if value.__class__ is not ndarray:
            value = self._value = np.asarray(value).reshape(self._shape)
        return value

    def _shaped(self) -> np.ndarray:
        """The value as an array, for reading only."""
        value = self._value
        return value if value.__class__ is ndarray else np.asarray(value).reshape(self._shape)

    def _shared_version(self) -> Version:
        version = self._written
        if version is None:
            version = self._written = Version()
        node = self._node
        if node is not None and node.result_version is None:
            node.result_version = (
                version,
                version.stamp,
            )  # whoever keeps this result must hear of writes
        return version

    def _current_node(self) -> Node | None:
        """The node, made anew if this is a view whose base was written in place."""
        view = self._view
        if view is not None:
            view.refresh(self)
        return self._node


tensor_classes: set[type] = {Tensor}
linked_classes: set[type] = {Tensor}  # and what else an edge may be that is not shown as it is
new_tensor = type.__call__.__get__(Tensor)  # as fast as a class without `__call__`


def of_class(cls: type, plain: Tensor) -> Any:
    """An object of a subclass that is what a tensor is, but for what a program hung on that."""
    made = object.__new__(cls)
    for name in Tensor.__slots__:
        if not name.startswith("__") and hasattr(plain, name):
            setattr(made, name, getattr(plain, name))
    return made


def alone(method: str, more: tuple) -> None:
    """Refuse arguments of a method that takes none."""
    if more:
        raise TypeError(f"TensorBase.{method}() takes no arguments ({len(more)} given)")


def wrap(value: Any, shape: tuple[int, ...] | None = None, node: Any = None) -> Tensor:
    """A new tensor on this very memory; a numpy scalar needs its shape unless it is ()."""
    tensor = new_tensor()
    tensor._value = value
    tensor._shape = value.shape if shape is None else shape
    tensor._dtype = value.dtype
    tensor._node = node
    tensor._requires_grad = node is not None
    tensor._grad = tensor._written = tensor._accumulator = tensor._view = None
    return tensor


def settled(value: Any) -> tuple[Any, tuple[int, ...]]:
    """A computed value as tensors keep it, one float as a numpy scalar, and its shape."""
    if value.__class__ is not ndarray:
        return (value if value.dtype.kind == "f" else np.asarray(value)), ()
    if value.size == 1 and value.dtype.kind == "f":
        return value.reshape(())[()], value.shape
    return value, value.shape

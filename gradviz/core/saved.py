"""What a node kept for its rules, as `_saved_name` and `_raw_saved_name` show it."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes, errors
from .dims import FromEnd
from .node import FREED, Output, check_saved, freed
from .packing import HOLDING, Packed, packed
from .tensor import Tensor, ndarray, tensor_classes, wrap

COUNTED = {"dim", "dims", "dim0", "dim1", "dim2", "dimension", "index", "start", "end", "offset"}
COUNTED |= {"diagonal", "shifts", "k", "ignore_index", "padding_idx"}
"""What PyTorch shows without a sign: -1 as 2**64 - 1."""


def shown_name(plan: Any, name: str) -> str:
    """What PyTorch calls a saved name; nothing if it does not show it."""
    if name.endswith("_options") or (plan.lists and name.startswith(plan.tensors[0])):
        return ""
    others = dict(pair.split("=") for pair in plan.op.shown_as.split())
    return others.get(name, name)


class SavedTensor:
    """What `node._raw_saved_name` shows: the place where a tensor is saved."""

    __slots__ = ("_name", "_node", "_place", "_read")
    __module__ = "gradviz._C._autograd"

    def __init__(self, *given: Any) -> None:
        raise RuntimeError("Trying to create a SavedTensor object from Python is forbidden.")

    def _held(self) -> Any:
        held = getattr(self._node, self._name)
        return held if self._place is None or held is FREED else held[self._place]

    @property
    def data(self) -> Any:
        """The saved tensor, or what the hooks have made of it."""
        held = self._held()
        if isinstance(held, Packed):
            return held.packed
        tensor = self._read_one()
        return tensor if tensor is None or tensor.grad_fn is not self._node else tensor.detach()

    @property
    def unpack_hook(self) -> Any:
        """What gives the tensor back, if there are hooks."""
        return getattr(self._held(), "unpack", None)

    def register_hooks(self, *given: Any) -> None:
        """Keep what the first function makes of the tensor; the second gives it back."""
        if len(given) != 2 or not all(map(callable, given)):
            raise TypeError(misfit(self, given))
        held = self._held()
        if held is FREED:
            raise RuntimeError(errors.HOOKED_FREED)
        if held is None:
            raise RuntimeError(errors.HOOKED_NONE)
        if isinstance(held, Packed):
            raise RuntimeError(errors.HOOKED_TWICE)
        kept: Any = packed(self._read_one(), *given, apart=True)
        if self._place is not None:
            places = list(getattr(self._node, self._name))
            places[self._place] = kept
            kept = tuple(places)
        setattr(self._node, self._name, kept)

    def _read_one(self) -> Any:
        found = self._read(self._node)
        return found if self._place is None else found[self._place]


def saved_tensor(node: Any, name: str, read: Any, place: int | None = None) -> SavedTensor:
    """The place of one saved tensor; `read(node)` gives the tensor, or all that share a name."""
    made = object.__new__(SavedTensor)
    made._node, made._name, made._read, made._place = node, name, read, place
    return made


def misfit(saved: SavedTensor, given: tuple) -> str:
    """What PyTorch says of anything but two functions."""
    return (
        "register_hooks(): incompatible function arguments. The following argument types are "
        "supported:\n    1. (self: torch._C._autograd.SavedTensor, arg0: collections.abc.Callable, "
        "arg1: collections.abc.Callable) -> None\n\nInvoked with: "
        + ", ".join(map(repr, (saved, *given)))
    )


def raw_reader(plan: Any, name: str) -> Any:
    """What `node._raw_saved_name` does."""
    read = saved_reader(plan, name)

    def raw(node: Any) -> Any:
        held = getattr(node, name)
        if held.__class__ is not tuple:
            if held is FREED and name in HOLDING:
                freed()
            return saved_tensor(node, name, read)
        return tuple([saved_tensor(node, name, read, place) for place in range(len(held))])

    return raw


def saved_reader(plan: Any, name: str) -> Any:
    """What `node._saved_name` does."""

    def read(node: Any) -> Any:
        value = getattr(node, name)
        if value is FREED:
            if never_saved(plan, name, node):
                return None
            freed()
        if isinstance(value, Packed):
            result = name in plan.results and plan.op.outputs is None
            return Packed.unpacked(value, node if result else None)
        if value.__class__ is tuple and name in HOLDING:
            return tuple([Packed.unpacked(e) if isinstance(e, Packed) else e for e in value])
        if name in plan.results:
            return saved_result(plan, name, node, value)
        if value.__class__ in tensor_classes:
            check_saved(value, value._written, node.sequence)
            return value
        if name in plan.tensors and isinstance(value, int | float):
            kind = np.float64 if value.__class__ is float else dtypes.of_number(value)
            return wrap(np.array(value, kind))
        if name.endswith("_sym_strides"):  # kept in bytes, shown in elements
            step = min(filter(None, value), default=1)
            return tuple([each // step for each in value])
        if value.__class__ is ndarray:
            return wrap(value)
        return counted(value) if name in COUNTED else value

    return read


def never_saved(plan: Any, name: str, node: Any) -> bool:
    """Whether no rule that ran needed a value."""
    edges = zip(plan.edge_names, plan.edges, strict=False)
    needing = [edge for edge, tensor in edges if name in plan.uses[tensor]]
    several = not plan.lists and len(plan.edges) > 1
    return several and all(getattr(node, edge) is None for edge in needing)


def saved_result(plan: Any, name: str, node: Any, value: Any) -> Tensor:
    """A result as a tensor, made by the node itself; refused if it was changed since."""
    single, version = plan.op.outputs is None, node.result_version
    number = plan.results.index(name)
    shape = node.result_shape if single else node.result_shape[number]
    made_by = None if value.dtype.kind != "f" else node if single else Output(node, number)
    tensor = wrap(value, shape, made_by)
    if version is not None:
        tensor._written = version[0]
        check_saved(tensor, version[0], version[1])
    return tensor


def counted(value: Any) -> Any:
    """Dimensions and places as they were given, without a sign."""
    if isinstance(value, tuple):
        return tuple([counted(each) for each in value])
    if value.__class__ is FromEnd:
        return value.given % 2**64
    return value % 2**64 if value.__class__ is int else value

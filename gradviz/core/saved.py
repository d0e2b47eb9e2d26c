"""What a node kept for its rules, as `_saved_name` and `_raw_saved_name` show it."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes, errors
from .dims import FromEnd
from .modes import Packed, packed
from .node import FREED, Output, freed
from .tensor import Tensor, ndarray, tensor_classes, wrap

COUNTED = frozenset(
    {
        *("dim", "dims", "dim0", "dim1", "dim2", "dimension", "index", "start", "end", "offset"),
        *("diagonal", "shifts", "k", "ignore_index", "padding_idx"),
    }
)
"""What PyTorch shows without a sign: -1 as 2**64 - 1."""


def shown_name(plan: Any, name: str) -> str:
    """What PyTorch calls a saved name; nothing if it does not show it."""
    if name.endswith("_options") or (plan.lists and name.startswith(plan.tensors[0])):
        return ""
    others = dict(pair.split("=") for pair in plan.op.shown_as.split())
    return others.get(name, name)


class SavedTensor:
    """What `node._raw_saved_name` shows: the place where a tensor is saved."""

    __slots__ = ("name", "node", "shown")
    __module__ = "gradviz._C._autograd"

    def __init__(self, node: Any, name: str, shown: str) -> None:
        self.node, self.name, self.shown = node, name, shown

    @property
    def data(self) -> Any:
        """The saved tensor."""
        return getattr(self.node, "_saved_" + self.shown)

    def register_hooks(self, pack_hook: Any, unpack_hook: Any) -> None:
        """Keep what `pack_hook` makes of the tensor; `unpack_hook` gives it back."""
        if getattr(self.node, self.name).__class__ is Packed:
            raise RuntimeError(errors.HOOKED_TWICE)
        setattr(self.node, self.name, packed(self.data, pack_hook, unpack_hook))


def saved_reader(plan: Any, name: str) -> Any:
    """What `node._saved_name` does."""

    def read(node: Any) -> Any:
        value = getattr(node, name)
        if value is FREED:
            if never_saved(plan, name, node):
                return None
            freed()
        if value.__class__ is Packed:
            return value.unpacked()
        if name in plan.results:
            return saved_result(plan, name, node, value)
        if value.__class__ in tensor_classes:
            return unchanged(value, node)
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
    if version is not None and version[0].stamp > version[1]:
        count = version[0].count, version[0].count_at(version[1])
        raise RuntimeError(errors.modified(tensor, node, *count))
    return tensor


def unchanged(tensor: Tensor, node: Any) -> Tensor:
    """An input; refused if it was changed since."""
    version = tensor._written
    if version is not None and version.stamp > node.sequence:
        count = version.count, version.count_at(node.sequence)
        raise RuntimeError(errors.modified(tensor, tensor._node, *count))
    return tensor


def counted(value: Any) -> Any:
    """Dimensions and places as they were given, without a sign."""
    if isinstance(value, tuple):
        return tuple([counted(each) for each in value])
    if value.__class__ is FromEnd:
        return value.given % 2**64
    return value % 2**64 if value.__class__ is int else value

"""What tensors can do besides operations: their flags, their gradient, their memory."""

from __future__ import annotations

from typing import Any

from . import dtypes, errors
from .arguments import bind
from .device import cpu
from .dims import wrapped
from .errors import warn
from .modes import current
from .node import Landing
from .printing import Size
from .tensor import InferenceVersion, Tensor, Version, alone, next_number, wrap
from .views import views_of


def method(function: Any) -> Any:
    """Make a function a method of tensors."""
    setattr(Tensor, function.__name__, function)
    return function


def attribute(read: Any, write: Any = None, delete: Any = None) -> None:
    """Make functions an attribute of tensors, under the first one's name."""
    name = read.__name__
    setattr(Tensor, name, property(read, write or refuse(name), delete, read.__doc__))


def refuse(name: str) -> Any:
    """What happens when an attribute is set that cannot be."""
    text = f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable"
    return refusing(AttributeError, text)


def refusing(kind: type[Exception], text: str) -> Any:
    """What happens when an attribute is set or deleted that cannot be."""

    def refuse(*given: Any) -> None:
        raise kind(text)

    return refuse


@method
def __hash__(self: Tensor) -> int:
    return id(self)


# -------------------------------------------------------------------------------- the form


def shape(self: Tensor) -> Size:
    """The size of each dimension."""
    return tuple.__new__(Size, self._shape)


def dtype(self: Tensor) -> dtypes.dtype:
    """The type of the elements."""
    return dtypes.shown(self._dtype)


def ndim(self: Tensor) -> int:
    """How many dimensions there are."""
    return len(self._shape)


def grad_fn(self: Tensor) -> Any:
    """The node that made this tensor; None for a leaf."""
    node = self._current_node()
    return None if node is None or node.__class__ is Landing else node.owner


def output_nr(self: Tensor) -> int:
    """Which output of its node this tensor is."""
    return getattr(self._current_node(), "number", 0)


def is_leaf(self: Tensor) -> bool:
    """Whether no recorded operation made this tensor."""
    node = self._current_node()
    return node is None or node.__class__ is Landing


def _base(self: Tensor) -> Tensor | None:
    view = self._view
    return None if view is None else view.base


def _version(self: Tensor) -> int:
    written = self._written
    if written is None:
        return 0
    if written.inference:
        raise RuntimeError("Inference tensors do not track version counter.")
    return written.count


def device(self: Tensor) -> Any:
    """Where the tensor is: in the main memory."""
    return cpu


for _read in (device, shape, dtype, ndim, grad_fn, output_nr, is_leaf, _base, _version):
    attribute(_read)


@method
def size(self: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of one dimension."""
    if dim is None:
        return tuple.__new__(Size, self._shape)
    if dim.__class__ is not int:
        dim = bind("size", ["(int dim)", "()"], (dim,), {})["dim"]
    return self._shape[wrapped(dim, len(self._shape))]


@method
def dim(self: Tensor, *more: Any) -> int:
    """How many dimensions there are."""
    if more:
        alone("dim", more)
    return len(self._shape)


@method
def numel(self: Tensor, *more: Any) -> int:
    """How many elements there are."""
    if more:
        alone("numel", more)
    return self._value.size


Tensor.nelement = numel  # type: ignore[attr-defined]


@method
def is_inference(self: Tensor) -> bool:
    """Whether this tensor was made under inference mode."""
    return self._written is not None and self._written.inference


@method
def is_floating_point(self: Tensor) -> bool:
    """Whether the elements are floating point numbers."""
    return self._dtype.kind == "f"


# ---------------------------------------------------------------------------- requires_grad


def requires_grad(self: Tensor) -> bool:
    """Whether operations on this tensor are recorded."""
    return self._requires_grad


def set_requires_grad(self: Tensor, value: bool) -> None:
    """Ask for gradients, or for none."""
    if not isinstance(value, bool):
        raise RuntimeError("requires_grad must be a bool")
    if self._current_node() is not None:
        text = "you can only change requires_grad flags of leaf variables."
        raise RuntimeError(text if value else errors.NON_LEAF_FLAG)
    change_flag(
        self, value, "only Tensors of floating point and complex dtype can require gradients"
    )


@method
def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Ask for gradients, or for none."""
    if not isinstance(requires_grad, bool):
        bind("requires_grad_", ["(bool requires_grad = True)"], (requires_grad,), {})
    if (self._node if self._view is None else self._current_node()) is not None:
        if not requires_grad:
            raise RuntimeError(errors.NON_LEAF_FLAG)
        return self
    change_flag(self, requires_grad, "only Tensors of floating point dtype can require gradients")
    return self


def change_flag(self: Tensor, value: bool, text: str) -> None:
    """Set the flag of a leaf."""
    if value and self._dtype.kind != "f":
        raise RuntimeError(text)
    version = self._written
    if version is not None and version.inference and value and not current().inference:
        raise RuntimeError(errors.INFERENCE_FLAG)
    self._requires_grad = value
    if version is None or version.views is None:
        return
    for view in views_of(self):  # whose gradients come here
        if view._node is None:
            view._requires_grad = value


attribute(requires_grad, set_requires_grad, refusing(RuntimeError, "requires_grad must be a bool"))


# ------------------------------------------------------------------------------------ grad


def grad(self: Tensor) -> Tensor | None:
    """What backward passes have added up for this tensor."""
    found = self._grad
    if found is None and self._node is not None and not self.retains_grad and self._requires_grad:
        warn(errors.GRAD_OF_NON_LEAF)
    return found


def set_grad(self: Tensor, value: Tensor | None) -> None:
    """Replace the gradient."""
    if value is None:
        self._grad = None
        return
    if not isinstance(value, Tensor):
        kind = type(value).__name__
        raise TypeError(
            f"assigned grad expected to be a Tensor or None but got grad of type {kind}"
        )
    if value is self:
        raise RuntimeError("can't assign Variable as its own grad")
    if value._dtype is not self._dtype:
        raise RuntimeError(errors.wrong_grad_type(value._dtype, self._dtype))
    if value._shape != self._shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(value._shape)}' to a tensor of size "
            f"'{list(self._shape)}'. Please ensure that the gradient and the tensor are the "
            "same size"
        )
    self._grad = value


attribute(grad, set_grad, lambda self: set_grad(self, None))


def grad_dtype(self: Tensor) -> dtypes.dtype:
    """The type of the gradient: that of the tensor."""
    if not self.is_leaf:
        raise RuntimeError("grad_dtype can only be accessed on leaf tensors.")
    return dtypes.shown(self._dtype)


def set_grad_dtype(self: Tensor, value: Any) -> None:
    """Accept what is so already."""
    if not self.is_leaf:
        raise RuntimeError("grad_dtype can only be set on leaf tensors.")
    if value is not grad_dtype(self):
        raise NotImplementedError(errors.out_of_scope("grad_dtype other than the tensor's own"))


attribute(grad_dtype, set_grad_dtype)


# --------------------------------------------------------------------- beside the graph


@method
def detach(self: Tensor, *more: Any) -> Tensor:
    """The same memory, outside the graph."""
    if more:
        alone("detach", more)
    alias = wrap(self._array())
    alias._written = self._shared_version()
    return alias


@method
def detach_(self: Tensor, *more: Any) -> Tensor:
    """Take this tensor out of the graph."""
    if more:
        alone("detach_", more)
    if self._view is not None:
        raise RuntimeError(errors.DETACH_VIEW)
    if self._written is None and self._node is not None:
        self._written = DetachedVersion()
    self._node, self._requires_grad = None, False
    return self


class DetachedVersion(Version):
    """Stands in a tensor that was taken out of its graph: what saved it before cannot use it."""

    def __init__(self) -> None:
        self.stamp = next_number()


def data(self: Tensor) -> Tensor:
    """The same memory, outside the graph, and its changes are not counted."""
    alias = wrap(self._array())
    if self.is_inference():
        alias._written = InferenceVersion()
    return alias


def set_data(self: Tensor, value: Tensor) -> None:
    """Put another value in place of this one; the graph does not hear of it."""
    if not isinstance(value, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
    if self._requires_grad and value._dtype.kind != "f":
        raise RuntimeError(
            "data set to a tensor that requires gradients must be floating point or complex dtype"
        )
    array = value._array()
    self._value, self._shape, self._dtype = array, array.shape, array.dtype


KEPT = "Deleting tensor data is not allowed. Delete tensor instead!"
attribute(data, set_data, refusing(RuntimeError, KEPT))

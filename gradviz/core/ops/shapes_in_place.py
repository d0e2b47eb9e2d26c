"""Shapes changed in place: the tensor itself gets another shape, on the memory it has."""

import numpy as np

from ..dims import wrapped, wrapped_all
from ..inplace import check_writable
from ..memory import contiguous_strides, memory_of
from ..modes import recording
from ..op import composed, ops
from .shapes import Squeeze, SqueezeOne, SqueezeSome, T, Transpose, Unsqueeze, shape_from
from .windows import AsStrided


def in_place_form(op, node):
    """The same op once more, with the node that its in-place form has."""
    return type(op.__name__ + "InPlace", (op,), {}, node=node, view=True, hidden=True, name=op.name + "_in_place")

IN_PLACE = {
    "t_": in_place_form(T, "TBackward1"),
    "transpose_": in_place_form(Transpose, "TransposeBackward1"),
    "unsqueeze_": in_place_form(Unsqueeze, "UnsqueezeBackward1"),
    "squeeze_": in_place_form(Squeeze, "SqueezeBackward3"),
    "squeeze_one_": in_place_form(SqueezeOne, "SqueezeBackward4"),
    "squeeze_some_": in_place_form(SqueezeSome, "SqueezeBackward5"),
    "as_strided_": in_place_form(AsStrided, "AsStridedBackward1"),
}

def become(self, name, *given):
    """Let a tensor be what a view of it is."""
    if recording() and self._requires_grad: check_writable(self)
    result = IN_PLACE[name].function(self, *given)
    self._value, self._shape = result._value, result._shape
    if result._node is not None: self._node = result._node
    version, node = self._shared_version(), self._node
    version.bump()
    view, self._node = self._view, node
    if view is not None: view.path, view.stamp = result._view.path, version.stamp  # nothing was written: the node stays
    return self

@composed("", face="")
def t_(self):
    if self.ndim > 2: raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {self.ndim}D")
    return become(self, "t_")

@composed("int dim0, int dim1", also="swapaxes_ swapdims_", face="")
def transpose_(self, dim0, dim1): return become(self, "transpose_", wrapped(dim0, self.ndim), wrapped(dim1, self.ndim))

@composed("int dim", face="")
def unsqueeze_(self, dim): return become(self, "unsqueeze_", wrapped(dim, self.ndim + 1))

@composed("", "int dim", "tuple of ints dim", face="")
def squeeze_(self, dim=None):
    if dim is None: return become(self, "squeeze_")
    if isinstance(dim, tuple | list): return become(self, "squeeze_some_", wrapped_all(dim, self.ndim))
    return become(self, "squeeze_one_", wrapped(dim, self.ndim))

@composed("tuple of ints size, tuple of ints stride, int? storage_offset = None", face="torch")
def as_strided_(self, size, stride, storage_offset=None):
    start = self.storage_offset()
    return become(self, "as_strided_", tuple(size), tuple(stride), start if storage_offset is None else storage_offset, (self._shape, self.stride(), start))

@composed("tuple of ints size", face="")
def resize_(self, *size):
    """Another shape on the same memory, which grows if it must; what is new has no set value."""
    if self._requires_grad: raise RuntimeError("cannot resize variables that require grad")
    shape = shape_from(size)
    array = self._array()
    memory, count = memory_of(array).reshape(-1), int(np.prod(shape))
    start = self.storage_offset()
    if memory.size - start < count:
        grown = np.empty(count, array.dtype)
        grown[: memory.size - start] = memory[start:]
        memory, start = grown, 0
    self._value = np.ndarray(shape, array.dtype, memory, start * array.itemsize, contiguous_strides(shape, array.itemsize))
    self._shape = shape
    self._shared_version().bump()
    return self

@composed("Tensor the_template", face="")
def resize_as_(self, the_template): return ops.resize_(self, the_template._shape)

"""Windows onto the memory of a tensor: `as_strided`, `unfold`."""

import numpy as np

from ..dims import wrapped
from ..dtypes import scalar_name
from ..memory import memory_of, positions, reach, window
from ..op import Op, Scalar, Tensor, composed, ops, word, wrap
from ..placing import unfold


class AsStrided(Op, view=True, hidden=True, name="as_strided_of"):
    def forward(self: Tensor, size: Scalar, stride: Scalar, storage_offset: Scalar, own: Scalar): return window(self, size, stride, storage_offset)
    def grad_self(grad, size, stride, storage_offset, own): return read_again(grad, (size, stride, storage_offset), own)

class AsStridedBack(Op, node="AsStridedBackwardBackward0", hidden=True, name="read_again"):
    def forward(self: Tensor, written: Scalar, read: Scalar):
        """Add each element to its place in memory, and read the memory in another way."""
        (shape, stride, start), (other_shape, other_stride, other_start) = written, read
        ends = start + reach(shape, stride), other_start + reach(other_shape, other_stride)
        memory = np.zeros(max(ends), self.dtype)
        np.add.at(memory, start + positions(shape, stride), self)
        return memory[other_start + positions(other_shape, other_stride)]
    def grad_self(grad, written, read): return read_again(grad, read, written)

class Unfold(Op, view=True, hidden=True, name="unfold_along"):
    def forward(self: Tensor, dimension: Scalar, size: Scalar, step: Scalar): return unfold(self, dimension, size, step)
    def grad_self(grad, self_sym_sizes, dimension, size, step): return unfold_backward(grad, self_sym_sizes, dimension, size, step)

class UnfoldBack(Op, node="UnfoldBackwardBackward0", hidden=True, name="unfold_backward"):
    def forward(self: Tensor, shape: Scalar, dimension: Scalar, size: Scalar, step: Scalar):
        """Add each element of each window to its place."""
        if not shape: return self.sum()
        full, places = np.zeros(shape, self.dtype), step * np.arange(self.shape[dimension])[:, None] + np.arange(size)
        np.add.at(np.moveaxis(full, dimension, 0), places, np.moveaxis(self, (dimension, -1), (0, 1)))
        return full
    def grad_self(grad, dimension, size, step): return unfold(grad, dimension, size, step)

read_again, unfold_backward = word(AsStridedBack), word(UnfoldBack)

@composed("tuple of ints size, tuple of ints stride, int? storage_offset = None")
def as_strided(self, size, stride, storage_offset=None):
    value, start = self._array(), self.storage_offset()
    offset, size, stride = start if storage_offset is None else storage_offset, tuple(size), tuple(stride)
    if offset < 0: raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if len(size) != len(stride): raise RuntimeError("mismatch in length of strides and shape")
    if any(step < 0 for step in stride): raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")
    needed, there = (offset + reach(size, stride)) * value.itemsize, memory_of(value).nbytes
    if needed > there: raise RuntimeError(f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {value.itemsize} requiring a storage size of {needed} are out of bounds for storage of size {there}")
    return ops.as_strided_of(self, size, stride, offset, (self._shape, self.stride(), start))

@composed(hidden=True)
def view_as_type(self, kind):
    """The same bytes read as another type."""
    own, other = self._dtype.itemsize, kind._numpy.itemsize
    if own != other: refuse_other_sizes(self, other // own, f"to view {scalar_name(self._dtype)} as {scalar_name(kind._numpy)} (different element sizes)")
    view = wrap(self._array().view(kind._numpy))
    view._written = self._shared_version()
    return view

def refuse_other_sizes(self, ratio, text):
    """What must be for elements of another size to begin where elements of one's own do."""
    if not self.ndim: raise RuntimeError(f"self.dim() cannot be 0 {text}")
    strides = self.stride()
    if ratio > 1 and self._shape[-1] % ratio: raise RuntimeError(f"self.size(-1) must be divisible by {ratio} {text}, but got {self._shape[-1]}")
    if ratio > 1 and self.storage_offset() % ratio: raise RuntimeError(f"self.storage_offset() must be divisible by {ratio} {text}, but got {self.storage_offset()}")
    for dim, stride in enumerate(strides[:-1]):
        if ratio > 1 and stride % ratio: raise RuntimeError(f"self.stride({dim}) must be divisible by {ratio} {text}, but got {stride}")
    if strides[-1] != 1: raise RuntimeError(f"self.stride(-1) must be 1 {text}, but got {strides[-1]}")

@composed("int dimension, int size, int step", name="unfold", face="")
def unfolded(self, dimension, size, step):
    dimension = wrapped(dimension, self.ndim)
    own = self._shape[dimension] if self.ndim else 1
    if size < 0: raise RuntimeError(f"size is {size} but must be >= 0")
    if size > own: raise RuntimeError(f"maximum size for tensor at dimension {dimension} is {own} but size is {size}")
    if step <= 0: raise RuntimeError(f"step is {step} but must be > 0")
    return ops.unfold_along(self, dimension, size, step)

"""Picking and placing by whole numbers along one dimension: `gather`, `scatter`, `index_select`."""

import numpy as np

from .. import data as making
from .. import dtypes
from ..dims import wrapped
from ..op import Op, Scalar, Tensor, composed, ops, wrap
from ..placing import (
    gather, gather_backward, index_add, index_fill, index_select, index_select_backward, put,
    scatter, scatter_add, take, take_backward,
)
from ..session import warn_once
from ..words import expand, total, view
from .matrices import scaled
from .repeating import common_shape

# --- along one dimension

SOURCE_DIM = property(lambda node: len(node.result_shape), doc="How many dimensions the source has.")

class IndexSelect(Op, hidden=True, name="select_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar): return index_select(self, dim, index)
    def grad_self(grad, self_sym_sizes, dim, index): return index_select_backward(grad, self_sym_sizes, dim, index)

class IndexAdd(Op, hidden=True, name="add_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, source: Tensor, alpha: Scalar): return index_add(self, dim, index, source * alpha)
    def grad_self(grad): return grad
    def grad_source(grad, dim, index, source, alpha): return scaled(expand(index_select(grad, dim, index), source.shape), alpha)
    _saved_source_dim = SOURCE_DIM

class IndexFill(Op, hidden=True, name="fill_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, value: Scalar): return index_fill(self, dim, index, value)
    def grad_self(grad, dim, index): return index_fill(grad, dim, index, 0)

class IndexFillTensor(IndexFill, node="IndexFillBackward1", hidden=True):
    def forward(self: Tensor, dim: Scalar, index: Scalar, value: Tensor): return index_fill(self, dim, index, value)
    def grad_value(grad, dim, index): return total(index_select(grad, dim, index))

class IndexCopy(Op, hidden=True, name="copy_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, source: Tensor): return index_fill(self, dim, index, source)
    def grad_self(grad, dim, index): return index_fill(grad, dim, index, 0)
    def grad_source(grad, dim, index, source): return expand(index_select(grad, dim, index), source.shape)
    _saved_source_dim = SOURCE_DIM

class Gather(Op, hidden=True, name="gather_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar): return gather(self, dim, index)
    def grad_self(grad, self, dim, index): return gather_backward(grad, self.shape, dim, index)
    _saved_sparse_grad = False

class ScatterNumber(Op, node="ScatterBackward1", hidden=True):
    def forward(self: Tensor, dim: Scalar, index: Scalar, value: Scalar): return scatter(self, dim, index, value)
    def grad_self(grad, dim, index): return scatter(grad, dim, index, 0)

class Scatter(ScatterNumber, hidden=True, name="scatter_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, src: Tensor): return scatter(self, dim, index, src)
    def grad_src(grad, dim, index): return gather(grad, dim, index)

class ScatterAdd(Op, hidden=True, name="scatter_add_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, src: Tensor): return scatter_add(self, dim, index, src)
    def grad_self(grad): return grad
    def grad_src(grad, dim, index): return gather(grad, dim, index)

COMBINING = {"add": np.add, "multiply": np.multiply}

class ScatterCombined(Op, node="NotImplemented", hidden=True, name="scatter_tensor"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, src: Tensor, reduce: Scalar): return scatter_add(self, dim, index, src, COMBINING[reduce])

@composed("int dim, Tensor index", name="index_select", out=True)
def index_selected(self, dim, index):
    dim = wrapped(dim, self.ndim)
    if index.ndim > 1: raise IndexError("index_select(): Index is supposed to be a vector")
    if index._dtype not in (np.int32, np.int64): raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    size, picks = self._shape[dim] if self.ndim else 1, index._shaped()
    if not self.ndim and picks.size != 1: raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {picks.size} value(s)")
    if picks.size and (picks.min() < 0 or picks.max() >= size): raise IndexError("index out of range in self")
    return ops.select_by(self, dim, wrap(picks.reshape(-1)) if not index.ndim and self.ndim else index)

@composed("int dim, Tensor index, Tensor source, *, Number alpha = 1", name="index_add", in_place=True)
def index_added(self, dim, index, source, *, alpha=1):
    dim = check_index(self, "index_add", dim, index)
    if source._dtype is not self._dtype: raise RuntimeError(f"index_add_(): self ({dtypes.scalar_name(self._dtype)}) and source ({dtypes.scalar_name(source._dtype)}) must have the same scalar type")
    if source.ndim and dim >= source.ndim and self.ndim > 1: raise RuntimeError(f"index_add_(): Indexing dim {dim} is out of bounds of the source tensor with dim {source.ndim}")
    if index.numel() != (source._shape[dim] if source.ndim else 1): raise RuntimeError(f"index_add_(): Number of indices ({index.numel()}) should be equal to source.size(dim): ({source._shape[dim]}), for dim: {dim}")
    if without(self._shape, dim) != without(source._shape, dim): raise RuntimeError(f"source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = {list(self._shape)} source.shape = {list(source._shape)}")
    check_bounds(self, dim, index, RuntimeError)
    return ops.add_by(self, dim, index, source, alpha)

@composed("int dim, Tensor index, Number value", "int dim, Tensor index, Tensor value", name="index_fill", in_place="some")
def index_filled(self, dim, index, value):
    if isinstance(value, Tensor) and value.ndim: raise RuntimeError(f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s).")
    dim = check_index(self, "index_fill", dim, index)
    check_bounds(self, dim, index)
    if isinstance(value, Tensor): return ops.index_fill_tensor(self, dim, index, value)
    return ops.fill_by(self, dim, index, making.filled([value], self._dtype)[0])

@composed("int dim, Tensor index, Tensor source", in_place=True)
def index_copy(self, dim, index, source):
    dim = check_index(self, "index_copy", dim, index)
    if source._dtype is not self._dtype: raise RuntimeError(f"index_copy_(): self and source expected to have the same dtype, but got (self) {dtypes.scalar_name(self._dtype)} and (source) {dtypes.scalar_name(source._dtype)}")
    if self._shape and source._shape:
        if self.ndim != source.ndim: raise IndexError(f"index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality ({source.ndim}), destination dimensionality ({self.ndim})")
        own, other = (" ".join(map(str, without(each._shape, dim))) for each in (self, source))
        if own != other: raise RuntimeError(f"index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: {own} at dimension {dim} and source slice shape: {other} at dimension 0.")
        if index.numel() != source._shape[dim]: raise IndexError(f"index_copy_(): Number of indices ({index.numel()}) should be equal to source.size(dim) ({source._shape[dim]})")
    check_bounds(self, dim, index)
    return ops.copy_by(self, dim, index, source)

@composed("int dim, Tensor index, *, bool sparse_grad = False", name="gather")
def gathered(self, dim, index, *, sparse_grad=False):
    dim = check_places(self, "gather", dim, index)
    for other, (size, own) in enumerate(zip(index._shape, self._shape, strict=False)):
        if other != dim and size > own: raise RuntimeError(f"Size does not match at dimension {other} expected index {list(index._shape)} to be no larger than self {list(self._shape)} apart from dimension {dim}")
    return ops.gather_by(self, dim, index)

@composed("int dim, Tensor index, Tensor src", "int dim, Tensor index, Number value", "int dim, Tensor index, Tensor src, *, str reduce", "int dim, Tensor index, Number value, *, str reduce", name="scatter", in_place=True)
def scattered(self, dim, index, src=None, *, value=None, reduce=None):
    dim, what = check_places(self, "scatter", dim, index), src if value is None else value
    if reduce is not None and reduce not in COMBINING: raise RuntimeError("reduce argument must be either add or multiply.")
    if reduce is not None:
        if isinstance(what, Tensor): warn_once("The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch release. Use torch.scatter_reduce instead for more reduction options.")
        if not isinstance(what, Tensor): what = wrap(np.full(index._shape, what, self._dtype))
        return ops.scatter_tensor(self, dim, index, what, reduce)
    if not isinstance(what, Tensor): return ops.scatter_number(self, dim, index, what if what == 0 else making.filled([what], self._dtype)[0])
    check_source(self, "scatter", dim, index, what)
    return ops.scatter_by(self, dim, index, what)

@composed("int dim, Tensor index, Tensor src", name="scatter_add", in_place=True)
def scatter_added(self, dim, index, src):
    dim = check_places(self, "scatter", dim, index)
    check_source(self, "scatter", dim, index, src)
    return ops.scatter_add_by(self, dim, index, src)

@composed("Tensor indices, int? dim = None", name="take_along_dim", out=True)
def taken_along_dim(self, indices, dim=None):
    if dim is not None and self.ndim != indices.ndim: raise RuntimeError(f"torch.take_along_dim(): input and indices should have the same number of dimensions, but got {self.ndim} dimensions for input, and {indices.ndim} dimensions for indices")
    if indices._dtype != np.int64: raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {dtypes.scalar_name(indices._dtype)}")
    if dim is None: return ops.gather(ops.view(self, (-1,)), 0, ops.view(indices, (-1,)))
    dim = wrapped(dim, self.ndim)
    wide = common_shape([without(self._shape, dim), without(indices._shape, dim)])
    own, picks = ((*wide[:dim], each._shape[dim], *wide[dim:]) for each in (self, indices))
    return ops.gather(ops.expand(self, own), dim, ops.expand(indices, picks))

def check_index(self, name, dim, index):
    """The dimension, counted; what is wrong with an index vector is refused."""
    dim = wrapped(dim, self.ndim)
    if name == "index_add" and index.ndim > 1: raise IndexError(f"index_add_(): Index is supposed to be a vector, but got dim: {index.ndim} with type: {dtypes.scalar_name(index._dtype)} and size: {list(index._shape)}")
    if index._dtype not in (np.int32, np.int64): raise IndexError(f"{name}_(): Expected dtype int64 for index.") if name != "index_add" else RuntimeError(f"index_add_(): Expected dtype int32/int64 for index but got: {dtypes.scalar_name(index._dtype)}")
    if index.ndim > 1: raise IndexError(f"{name}_(): Index is supposed to be a vector")
    return dim

def check_bounds(self, dim, index, error=IndexError):
    size, picks = self._shape[dim] if self.ndim else 1, index._shaped()
    if picks.size and (picks.min() < -size or picks.max() >= size): raise error(f"index {picks[(picks < -size) | (picks >= size)][0]} is out of bounds for dimension {dim} with size {size}")

def without(shape, dim): return shape[:dim] + shape[dim + 1:]

def check_places(self, name, dim, index):
    """The dimension, counted; what is wrong with the places of gather and scatter is refused."""
    dim = wrapped(dim, self.ndim)
    if index._dtype not in (np.int32, np.int64): raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if index.numel() and max(index.ndim, 1) != max(self.ndim, 1): raise RuntimeError(f"Index tensor must have the same number of dimensions as {'input' if name == 'gather' else 'self'} tensor")
    size, picks = self._shape[dim] if self.ndim else 1, index._shaped()
    if picks.size and (picks.min() < 0 or picks.max() >= size): raise RuntimeError(f"index {picks[(picks < 0) | (picks >= size)][0]} is out of bounds for dimension {dim} with size {size}")
    return dim

def check_source(self, name, dim, index, src):
    if src._dtype is not self._dtype: raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")
    if index.numel() and max(index.ndim, 1) != max(src.ndim, 1): raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    for other, size in enumerate(index._shape):
        if size > src._shape[other] or (other != dim and size > self._shape[other]):
            raise RuntimeError(f"Expected index {list(index._shape)} to be no larger than self {list(self._shape)} apart from dimension {dim} and to be no larger size than src {list(src._shape)}")


# --- along the flat tensor

class Take(Op, hidden=True, name="take_at"):
    def forward(self: Tensor, index: Scalar): return take(self, index)
    def grad_self(grad, self, index): return take_backward(grad, self.shape, index)

class Put(Op, hidden=True, name="put_into"):
    def forward(self: Tensor, index: Scalar, source: Tensor, accumulate: Scalar): return put(self, index, source, accumulate)
    def grad_self(grad, index, accumulate): return grad if accumulate else put(grad, index, 0, False)
    def grad_source(grad, source_sym_sizes, index): return view(take(grad, index), source_sym_sizes)

@composed("Tensor index", name="take", out=True)
def taken_flat(self, index):
    if index._dtype != np.int64: raise RuntimeError(f"take(): Expected a long tensor for index, but got {dtypes.scalar_name(index._dtype)}")
    if index.numel() and not self.numel(): raise IndexError("take(): tried to take from an empty tensor")
    check_flat(self, index)
    return ops.take_at(self, index)

@composed("Tensor index, Tensor source, bool accumulate = False", name="put", in_place=True)
def put_flat(self, index, source, accumulate=False):
    if index._dtype != np.int64: raise RuntimeError(f"put_(): Expected a long tensor for index, but got {dtypes.scalar_name(index._dtype)}")
    if not isinstance(source, Tensor): source = wrap(np.full(index._shape, source, self._dtype))
    if source.numel() != index.numel(): raise IndexError(f"put_(): Expected source and index to have the same number of elements, but got source.numel() = {source.numel()}, index.numel() = {index.numel()}")
    if source._dtype is not self._dtype: raise RuntimeError(f"put_(): self and source expected to have the same dtype, but got self.dtype = {dtypes.scalar_name(self._dtype)} and source.dtype = {dtypes.scalar_name(source._dtype)}")
    check_flat(self, index)
    return ops.put_into(self, index, source, accumulate)

def check_flat(self, index):
    count, picks = self.numel(), index._shaped()
    if picks.size and (picks.min() < -count or picks.max() >= count): raise IndexError(f"out of range: tried to access index {picks[(picks < -count) | (picks >= count)][0]} on a tensor of {count} elements.")

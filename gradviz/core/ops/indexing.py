"""Picking and placing elements: `x[0, 1:]`, `x[mask] = 0`, `gather` and `scatter`.

A pick by whole numbers and slices is a chain of views; one by tensors makes a copy.
"""

import numpy as np

from .. import data as making
from .. import dtypes, errors, inplace, keys
from ..arguments import type_name
from ..calls import called
from ..dims import wrapped
from ..op import Elementwise, Op, Scalar, composed, ops
from ..placing import (
    at,
    cut,
    gather,
    gather_backward,
    index,
    index_backward,
    index_fill,
    index_put,
    index_select,
    index_select_backward,
    masked_scatter,
    masked_scatter_backward,
    masked_select,
    masked_select_backward,
    put,
    scatter,
    scatter_add,
    select,
    select_backward,
    slice_backward,
    take,
    take_backward,
)
from ..tensor import Tensor, wrap
from ..words import expand, masked_fill, on_tensors, sum_to_size, total, view, where, word

# --- views: one place, or every step-th from start to end

class Select(Op, view=True, face="", method=False, name="select_at"):
    def forward(self: Tensor, dim: Scalar, index: Scalar): return self[at(dim, index)]
    def grad_self(grad, self_sym_sizes, dim, index): return select_backward(grad, self_sym_sizes, dim, index)

class Slice(Op, view=True, face="", method=False, name="cut"):
    def forward(self: Tensor, dim: Scalar, start: Scalar, end: Scalar, step: Scalar): return self[at(dim, slice(start, end, step))]
    def grad_self(grad, self_sym_sizes, dim, start, end, step): return slice_backward(grad, self_sym_sizes, dim, start, end, step)

class SelectBack(Op, node="SelectBackwardBackward0", face="", method=False, name="select_backward"):
    def forward(grad: Tensor, shape: Scalar, dim: Scalar, index: Scalar): return select_backward(grad, shape, dim, index)
    def grad_grad(grad, dim, index): return select(grad, dim, index)

class SliceBack(Op, node="SliceBackwardBackward0", face="", method=False, name="slice_backward"):
    def forward(grad: Tensor, shape: Scalar, dim: Scalar, start: Scalar, end: Scalar, step: Scalar): return slice_backward(grad, shape, dim, start, end, step)
    def grad_grad(grad, dim, start, end, step): return cut(grad, dim, start, end, step)

@composed(name="select")
@called("int dim, int index")
def selected(self, dim, index):
    if not self.ndim: raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrapped(dim, self.ndim)
    size = self._shape[dim]
    if not -size <= index < size: raise IndexError(f"select(): index {index} out of range for tensor of size {list(self._shape)} at dimension {dim}")
    return ops.select_at(self, dim, index)

@composed(name="narrow")
@called("int dim, int start, int length", "int dim, Tensor start, int length")
def narrowed(self, dim, start, length):
    if not self.ndim: raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    dim, start = wrapped(dim, self.ndim), int(start)
    size = self._shape[dim]
    if length < 0: raise RuntimeError("narrow(): length must be non-negative.")
    if not -size <= start <= size: raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {start})")
    if start < 0: start += size
    if start + length > size: raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return ops.cut(self, dim, start, start + length, 1)

@composed(face="", method=False)
def slice_along(self, dim, start, end, step): return ops.cut(self, dim, start, end, step)


# --- by tensors of indices

class Index(Op, face="", method=False, name="index"):
    def forward(self: Tensor, indices: Scalar): return index(self, indices)
    def grad_self(grad, self_sym_sizes, indices): return index_backward(grad, self_sym_sizes, indices)

class IndexPut(Op, face="", method=False, name="put_at"):
    def forward(self: Tensor, indices: Scalar, values: Tensor, accumulate: Scalar): return index_put(self, indices, values, accumulate)
    def grad_self(grad, indices, accumulate): return grad if accumulate else index_put(grad, indices, 0, False)
    def grad_values(grad, indices, values_sym_sizes): return sum_to_size(index(grad, indices), values_sym_sizes)

class IndexPutImpl(Op, face="", method=False):
    def forward(self: Tensor, indices: Scalar, values: Tensor): return self + index_backward(values, self.shape, indices)
    def grad_self(grad): return grad
    def grad_values(grad, indices): return index(grad, indices)

@composed(name="index_backward", face="", method=False)
def placed_by_indices(grad, shape, indices): return ops.index_put_impl(blank(grad, shape), indices, grad)

def blank(grad, shape):
    """Zeros to place a gradient on."""
    return wrap(np.zeros(shape, grad._dtype))

@composed(name="index_put", face="torch")
@called("tuple of Tensors indices, Tensor values, bool accumulate = False")
def index_put_of(self, indices, values, accumulate=False):
    if not isinstance(values, Tensor): values = wrap(np.asarray(values, self._dtype))
    if values._dtype is not self._dtype: raise RuntimeError(f"Index put requires the source and destination dtypes match, got {dtypes.scalar_name(self._dtype)} for the destination and {dtypes.scalar_name(values._dtype)} for the source.")
    try: return ops.put_at(self, tuple(indices), values, accumulate)
    except (IndexError, ValueError, TypeError):
        try: picked = index(self._shaped(), tuple(indices)).shape
        except IndexError: raise IndexError(keys.complaint(self._shape, tuple(indices))) from None
        raise RuntimeError(f"shape mismatch: value tensor of shape {list(values._shape)} cannot be broadcast to indexing result of shape {list(picked)}") from None

@composed(name="index_put_")
@called("tuple of Tensors indices, Tensor values, bool accumulate = False")
def index_put_in_place(self, indices, values, accumulate=False): return inplace.write(self, ops.index_put, tuple(indices), values, accumulate)


# --- the brackets

@composed(name="getitem", face="", method=False, operators="[]")
def taken(self, key):
    kind = key.__class__
    if kind is int: return keys.first(self, key)
    if kind is slice: return keys.sliced(self, key)
    if key is None: return ops.unsqueeze_at(self, 0)
    if key is Ellipsis: return ops.alias(self)
    if isinstance(key, np.integer): return keys.first(self, int(key))
    view, indices = keys.looked_at(self, key)
    if indices:
        try: return ops.index(view, indices)
        except IndexError: raise IndexError(keys.complaint(view._shape, indices)) from None
    return ops.alias(view) if view is self else view

def assign(self, key, value):
    """`x[key] = value`: a write through a view, or into the places that tensors name."""
    value = assignable(self, value)
    if key is False: return
    view, indices = destination(self, key)
    if indices: ops.index_put_(view, indices, value if not value.ndim or value._shape[:1] != (1,) else ops.view(value, without_leading_ones(value._shape)))
    elif value._shape == view._shape: view.copy_(value)
    elif not value._shape: view.fill_(value)
    else:
        value = ops.view(value, without_leading_ones(value._shape))
        view.copy_(value if value._shape == view._shape else ops.expand(value, view._shape))

def destination(self, key):
    """The view that an assignment writes to, or the view and the tensors that index it."""
    if key is Ellipsis: return self, ()
    if key is None or key is True: return ops.unsqueeze_at(self, 0), ()
    if key.__class__ is int: return keys.first(self, key), ()
    return keys.looked_at(self, key)

def assignable(self, value):
    """The value as a tensor; a number takes the type of the tensor it goes into."""
    if isinstance(value, Tensor): return value
    if not isinstance(value, int | float | complex | np.integer):
        raise TypeError(f"can't assign a {type_name(value)} to a torch.{dtypes.scalar_name(self._dtype)}Tensor")
    return making.made(making.filled([value], self._dtype).reshape(()))

def without_leading_ones(shape):
    while shape and shape[0] == 1: shape = shape[1:]
    return shape

Tensor.__setitem__ = assign


# --- along one dimension

class IndexSelect(Op, face="", method=False, name="select_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar): return index_select(self, dim, index)
    def grad_self(grad, self_sym_sizes, dim, index): return index_select_backward(grad, self_sym_sizes, dim, index)

class IndexAdd(Op, face="", method=False, name="add_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, source: Tensor, alpha: Scalar): return self + index_select_backward(source * alpha, self.shape, dim, index)
    def grad_self(grad): return grad
    def grad_source(grad, dim, index, source_sym_sizes, alpha): return times(expand(index_select(grad, dim, index), source_sym_sizes), alpha)

class IndexFill(Op, face="", method=False, name="fill_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, value: Scalar): return index_fill(self, dim, index, value)
    def grad_self(grad, dim, index): return index_fill(grad, dim, index, 0)

class IndexFillTensor(Op, node="IndexFillBackward1", face="", method=False):
    def forward(self: Tensor, dim: Scalar, index: Scalar, value: Tensor): return index_fill(self, dim, index, value)
    def grad_self(grad, dim, index): return index_fill(grad, dim, index, 0)
    def grad_value(grad, dim, index): return total(index_select(grad, dim, index))

class IndexCopy(Op, face="", method=False, name="copy_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, source: Tensor): return index_fill(self, dim, index, source)
    def grad_self(grad, dim, index): return index_fill(grad, dim, index, 0)
    def grad_source(grad, dim, index, source_sym_sizes): return expand(index_select(grad, dim, index), source_sym_sizes)

class Gather(Op, face="", method=False, name="gather_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar): return gather(self, dim, index)
    def grad_self(grad, self_sym_sizes, dim, index): return gather_backward(grad, self_sym_sizes, dim, index)
    _saved_sparse_grad = False

class Scatter(Op, face="", method=False, name="scatter_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, src: Tensor): return scatter(self, dim, index, src)
    def grad_self(grad, dim, index): return scatter(grad, dim, index, 0)
    def grad_src(grad, dim, index): return gather(grad, dim, index)

class ScatterNumber(Op, node="ScatterBackward1", face="", method=False):
    def forward(self: Tensor, dim: Scalar, index: Scalar, value: Scalar): return scatter(self, dim, index, value)
    def grad_self(grad, dim, index): return scatter(grad, dim, index, 0)

class ScatterAdd(Op, face="", method=False, name="scatter_add_by"):
    def forward(self: Tensor, dim: Scalar, index: Scalar, src: Tensor): return scatter_add(self, dim, index, src)
    def grad_self(grad): return grad
    def grad_src(grad, dim, index): return gather(grad, dim, index)

@word
def times(grad, alpha): return grad if alpha == 1 else grad * alpha

@composed(name="index_select")
@called("int dim, Tensor index")
def index_selected(self, dim, index):
    dim = wrapped(dim, self.ndim)
    if index.ndim > 1: raise IndexError("index_select(): Index is supposed to be a vector")
    if index._dtype not in (np.int32, np.int64): raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    size, picks = self._shape[dim] if self.ndim else 1, index._shaped()
    if picks.size and (picks.min() < 0 or picks.max() >= size): raise IndexError("index out of range in self")
    return ops.select_by(self, dim, wrap(picks.reshape(-1)) if not index.ndim and self.ndim else index)

@composed(name="index_select_backward", face="", method=False)
def placed_along(grad, shape, dim, index): return ops.add_by(blank(grad, shape), dim, index, grad, 1)

@composed(in_place=True)
@called("int dim, Tensor index, Tensor source, *, Number alpha = 1")
def index_add(self, dim, index, source, *, alpha=1):
    dim = check_index(self, "index_add", dim, index)
    if source._dtype is not self._dtype: raise RuntimeError(f"index_add_(): self ({dtypes.scalar_name(self._dtype)}) and source ({dtypes.scalar_name(source._dtype)}) must have the same scalar type")
    if index.numel() != (source._shape[dim] if source.ndim else 1): raise RuntimeError(f"index_add_(): Number of indices ({index.numel()}) should be equal to source.size(dim): ({source._shape[dim]}), for dim: {dim}")
    return ops.add_by(self, dim, index, source, alpha)

@composed(name="index_fill", in_place=True)
@called("int dim, Tensor index, Number value", "int dim, Tensor index, Tensor value")
def index_filled(self, dim, index, value):
    dim = check_index(self, "index_fill", dim, index)
    if isinstance(value, Tensor):
        if value.ndim: raise RuntimeError(f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s).")
        return ops.index_fill_tensor(self, dim, index, value)
    return ops.fill_by(self, dim, index, making.filled([value], self._dtype)[0])

@composed(in_place=True)
@called("int dim, Tensor index, Tensor source")
def index_copy(self, dim, index, source):
    dim = check_index(self, "index_copy", dim, index)
    if source._dtype is not self._dtype: raise RuntimeError(f"index_copy_(): self and source expected to have the same dtype, but got (self) {dtypes.scalar_name(self._dtype)} and (source) {dtypes.scalar_name(source._dtype)}")
    return ops.copy_by(self, dim, index, source)

@composed(name="gather")
@called("int dim, Tensor index, *, bool sparse_grad = False")
def gathered(self, dim, index, *, sparse_grad=False):
    dim = check_places(self, "gather", dim, index)
    for other, (size, own) in enumerate(zip(index._shape, self._shape, strict=False)):
        if other != dim and size > own: raise RuntimeError(f"Size does not match at dimension {other} expected index {list(index._shape)} to be no larger than self {list(self._shape)} apart from dimension {dim}")
    return ops.gather_by(self, dim, index)

@composed(name="gather_backward", face="", method=False)
def placed_by_gather(grad, shape, dim, index): return ops.scatter_add_by(blank(grad, shape), dim, index, grad)

@composed(name="scatter", in_place=True)
@called("int dim, Tensor index, Tensor src", "int dim, Tensor index, Number value", "int dim, Tensor index, Tensor src, *, str reduce", "int dim, Tensor index, Number value, *, str reduce")
def scattered(self, dim, index, src=None, *, value=None, reduce=None):
    dim, what = check_places(self, "scatter", dim, index), src if value is None else value
    if reduce is not None: raise NotImplementedError("scatter with reduce= is out of scope here; use scatter_add")
    if not isinstance(what, Tensor): return ops.scatter_number(self, dim, index, what if what == 0 else making.filled([what], self._dtype)[0])
    check_source(self, "scatter", dim, index, what)
    return ops.scatter_by(self, dim, index, what)

@composed(name="scatter_add", in_place=True)
@called("int dim, Tensor index, Tensor src")
def scatter_added(self, dim, index, src):
    dim = check_places(self, "scatter", dim, index)
    check_source(self, "scatter", dim, index, src)
    return ops.scatter_add_by(self, dim, index, src)

@composed(name="take_along_dim")
@called("Tensor indices, int? dim")
def taken_along_dim(self, indices, dim=None):
    if dim is None: return ops.gather(ops.view(self, (-1,)), 0, ops.view(indices, (-1,)))
    dim = wrapped(dim, self.ndim)
    if self.ndim != indices.ndim: raise RuntimeError(f"torch.take_along_dim(): input and indices should have the same number of dimensions, but got {self.ndim} dimensions for input, and {indices.ndim} dimensions for indices")
    wide = [np.broadcast_shapes(own, size) for own, size in zip(self._shape, indices._shape, strict=True)]
    own, picks = ([*(each[0] for each in wide)] for _ in range(2))
    own[dim], picks[dim] = self._shape[dim], indices._shape[dim]
    return ops.gather(ops.expand(self, tuple(own)), dim, ops.expand(indices, tuple(picks)))

def check_index(self, name, dim, index):
    """The dimension, counted; what is wrong with an index vector is refused."""
    dim = wrapped(dim, self.ndim)
    if index._dtype not in (np.int32, np.int64): raise IndexError(f"{name}_(): Expected dtype int64 for index.")
    if index.ndim > 1: raise IndexError(f"{name}_(): Index is supposed to be a vector")
    size, picks = self._shape[dim] if self.ndim else 1, index._shaped()
    if picks.size and (picks.min() < -size or picks.max() >= size): raise IndexError(f"index {picks[(picks < -size) | (picks >= size)][0]} is out of bounds for dimension {dim} with size {size}")
    return dim

def check_places(self, name, dim, index):
    """The dimension, counted; what is wrong with the places of gather and scatter is refused."""
    dim = wrapped(dim, self.ndim)
    if index._dtype not in (np.int32, np.int64): raise RuntimeError(f"{name}(): Expected dtype int64 for index")
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

class Take(Op, face="", method=False, name="take_at"):
    def forward(self: Tensor, index: Scalar): return take(self, index)
    def grad_self(grad, self_sym_sizes, index): return take_backward(grad, self_sym_sizes, index)

class Put(Op, face="", method=False, name="put_into"):
    def forward(self: Tensor, index: Scalar, source: Tensor, accumulate: Scalar): return put(self, index, source, accumulate)
    def grad_self(grad, index, accumulate): return grad if accumulate else put(grad, index, 0, False)
    def grad_source(grad, source_sym_sizes, index): return view(take(grad, index), source_sym_sizes)

@composed(name="take")
@called("Tensor index")
def taken_flat(self, index):
    if index._dtype != np.int64: raise RuntimeError(f"take(): Expected a long tensor for index, but got {dtypes.scalar_name(index._dtype)}")
    check_flat(self, index)
    return ops.take_at(self, index)

@composed(name="put", in_place=True)
@called("Tensor index, Tensor source, bool accumulate = False")
def put_flat(self, index, source, accumulate=False):
    check_flat(self, index)
    return ops.put_into(self, index, source if isinstance(source, Tensor) else wrap(np.zeros(index._shape, self._dtype)), accumulate)

@composed(name="take_backward", face="", method=False)
def placed_flat(grad, shape, index): return ops.put_into(blank(grad, shape), index, grad, True)

def check_flat(self, index):
    count, picks = self.numel(), index._shaped()
    if picks.size and (picks.min() < -count or picks.max() >= count): raise IndexError(f"out of range: tried to access index {picks[(picks < -count) | (picks >= count)][0]} on a tensor of {count} elements.")


# --- by a mask

class MaskedSelect(Op, face="", method=False, name="select_masked"):
    def forward(self: Tensor, mask: Scalar): return masked_select(self, mask)
    def grad_self(grad, self_sym_sizes, mask): return masked_select_backward(grad, self_sym_sizes, mask)

class MaskedScatter(Op, face="", method=False, name="scatter_masked"):
    def forward(self: Tensor, mask: Scalar, source: Tensor): return masked_scatter(self, mask, source)
    def grad_self(grad, mask): return masked_fill(grad, mask, 0)
    def grad_source(grad, mask, source_sym_sizes): return masked_scatter_backward(grad, mask, source_sym_sizes)

class MaskedScatterBack(Op, node="MaskedScatterBackwardBackward0", face="", method=False, name="masked_scatter_backward"):
    def forward(grad: Tensor, mask: Scalar, shape: Scalar): return masked_scatter_backward(grad, mask, shape)
    def grad_grad(grad, mask, grad_sym_sizes): return masked_scatter_onto(grad, mask, grad_sym_sizes)

@word
def masked_scatter_onto(source, mask, shape): return masked_scatter(np.zeros(shape, source.dtype), mask, source)

@on_tensors
def masked_scatter_onto(source, mask, shape): return ops.scatter_masked(blank(source, shape), mask, source)  # noqa: F811

class MaskedFill(Elementwise, face="", method=False, name="fill_masked", in_place=False):
    def forward(self: Tensor, mask: Tensor, value: Scalar): return in_rows(where(mask, value, self))
    def grad_self(grad, mask): return masked_fill(grad, mask, 0)

class MaskedFillTensor(Elementwise, node="MaskedFillBackward1", face="", method=False, in_place=False):
    def forward(self: Tensor, mask: Tensor, value: Tensor): return in_rows(where(mask, value, self))
    def grad_self(grad, mask): return masked_fill(grad, mask, 0)
    def grad_value(grad, mask): return total(masked_select(grad, mask))

def in_rows(array): return array if array.flags.c_contiguous else array.copy()

@composed(name="masked_fill", in_place=True)
@called("Tensor mask, Number value", "Tensor mask, Tensor value")
def masked_filled(self, mask, value):
    if mask._dtype.kind != "b": raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {dtypes.c_name(mask._dtype)}")
    check_broadcast(mask._shape, self._shape)
    if not isinstance(value, Tensor): return ops.fill_masked(self, mask, making.filled([value], self._dtype)[0])
    if value.ndim: raise RuntimeError(f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s).")
    return ops.masked_fill_tensor(self, mask, value)

@composed(name="masked_select")
@called("Tensor mask")
def masked_selected(self, mask):
    if mask._dtype.kind != "b": raise RuntimeError("masked_select: expected BoolTensor for mask")
    check_broadcast(self._shape, mask._shape)
    return ops.select_masked(self, mask)

def check_broadcast(left, right):
    try: np.broadcast_shapes(left, right)
    except ValueError: raise RuntimeError(errors.not_broadcastable([left, right])) from None

@composed(name="masked_select_backward", face="", method=False)
def placed_by_mask(grad, shape, mask):
    wide = np.broadcast_shapes(shape, mask._shape)
    full = ops.scatter_masked(blank(grad, wide), mask, grad)
    return full if wide == shape else ops.sum_to_size(full, shape)

@composed(name="masked_scatter", in_place=True)
@called("Tensor mask, Tensor source")
def masked_scattered(self, mask, source):
    if mask._dtype.kind != "b": raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {dtypes.c_name(mask._dtype)}")
    return ops.scatter_masked(self, mask, source)


# --- where it is not zero

@composed
@called("*, bool as_tuple")
def nonzero(self, *, as_tuple=False):
    places = np.nonzero(self._array()) if self.ndim else (np.zeros(int(bool(self)), np.int64),)
    if as_tuple: return tuple(wrap(place.copy()) for place in places)
    return wrap(np.array(places).T if self.ndim else np.zeros((len(places[0]), 0), np.int64))

@composed
@called("")
def argwhere(self): return ops.nonzero(self)

"""Order: sorting, the largest few, the middle one, the different ones. Gradients go to the places."""

import numpy as np

from ..dims import nonempty, wrapped
from ..kernels import BOOL, lacking
from ..op import Op, Scalar, Tensor, composed, many, on_tensors, ops, word, wrap
from ..placing import at, scatter_backward, written
from ..words import unsqueeze

# --- the whole order, or its beginning

class Sort(Op, hidden=True, name="sort_dim", outputs="values indices"):
    def forward(self: Tensor, dim: Scalar, descending: Scalar): return ordered(self, dim, descending)
    def grad_self(grads, self_sym_sizes, dim, indices): return placed(grads[0], self_sym_sizes, dim, indices)

class SortStable(Sort, node="SortBackward1", hidden=True, name="sort_dim", outputs="values indices"):
    """The same, where `stable` was said."""

class Topk(Sort, hidden=True, name="topk_dim", outputs="values indices"):
    def forward(self: Tensor, k: Scalar, dim: Scalar, largest: Scalar): return [part[at(dim, slice(k))].copy() if self.ndim else part for part in ordered(self, dim, largest)]

def ordered(array, dim, descending):
    """The elements in order, and where each stood; nan counts as the largest, equal ones keep their order."""
    if not array.ndim: return [array.copy(), np.zeros((), np.int64)]
    if not descending: places = array.argsort(dim, kind="stable")
    else: places = array.shape[dim] - 1 - np.flip(np.flip(array, dim).argsort(dim, kind="stable"), dim)
    return [np.take_along_axis(array, places, dim), np.ascontiguousarray(places, np.int64)]

@word
def placed(grad, shape, dim, indices): return written(scatter_backward(grad, shape, dim, place_of(indices)), 2)

@word
def place_of(indices): return wrap(indices)

@on_tensors
def place_of(indices): return indices  # noqa: F811

@composed("int dim = -1, bool descending = False", "*, bool? stable, int dim = -1, bool descending = False")
def sort(self, dim=-1, descending=False, *, stable=None):
    op = Sort if stable is None else SortStable
    return op.function(self, wrapped(dim, self.ndim), descending)

@composed("int dim = -1, bool descending = False", "*, bool stable, int dim = -1, bool descending = False")
def argsort(self, dim=-1, descending=False, *, stable=None): return ops.sort(self, dim, descending)[1]

@composed("", out=True)
def msort(self): return ops.sort(self, 0)[0]

@composed("int k, int dim = -1, bool largest = True, bool sorted = True")
def topk(self, k, dim=-1, largest=True, sorted=True):
    if self._dtype.kind == "b": raise RuntimeError("topk does not support bool dtypes on CPU")
    dim = wrapped(dim, self.ndim)
    if not 0 <= k <= (self._shape[dim] if self.ndim else 1): raise RuntimeError("selected index k out of range")
    return ops.topk_dim(self, k, dim, largest)


# --- the one at a rank

class Kthvalue(Op, hidden=True, name="kthvalue_dim", outputs="values indices"):
    def forward(self: Tensor, k: Scalar, dim: Scalar, keepdim: Scalar): return at_rank(self, k - 1, dim, keepdim)
    def grad_self(grads, self_sym_sizes, dim, indices, keepdim): return returned(grads[0], self_sym_sizes, dim, indices, keepdim)

class MedianDim(Kthvalue, node="MedianBackward1", hidden=True, outputs="values indices"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return middle(self, dim, keepdim)

class ModeDim(Kthvalue, node="ModeBackward0", hidden=True, outputs="values indices"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return most_frequent(self, dim, keepdim)

class MedianAll(Op, node="MedianBackward0", hidden=True):
    def forward(self: Tensor): return middle(self.reshape(-1), 0, False)[0] if self.size else np.asarray(np.nan, self.dtype)
    def grad_self(grad, self, result): return shared_out(grad, self, result)

def at_rank(array, rank, dim, keepdim):
    """The element that has so many before it in order."""
    if not array.ndim: return [array.copy(), np.zeros((), np.int64)]
    return [picked(part, dim, rank, keepdim) for part in ordered(array, dim, False)]

def picked(array, dim, place, keepdim):
    return array[at(dim, slice(place, place + 1) if keepdim else place)].copy()

def middle(array, dim, keepdim):
    """The lower of the two middle elements; nan where there is one."""
    if not array.ndim: return [array.copy(), np.zeros((), np.int64)]
    values, places = ordered(array, dim, False)
    rank = (array.shape[dim] - 1) // 2
    found = [picked(part, dim, rank, True) for part in (values, places)]
    if array.dtype.kind == "f":
        missing = np.isnan(array)
        spoilt, first = missing.any(dim, keepdims=True), missing.argmax(dim, keepdims=True)
        found = [np.where(spoilt, np.asarray(np.nan, array.dtype), found[0]), np.where(spoilt, first, found[1])]
    return found if keepdim else [part.squeeze(dim) for part in found]

def most_frequent(array, dim, keepdim):
    """The value that occurs most often, the smallest of several; and where it stands last."""
    if not array.ndim: return [array.copy(), np.zeros((), np.int64)]
    rows = np.moveaxis(array, dim, -1)
    values, places = np.empty(rows.shape[:-1], array.dtype), np.empty(rows.shape[:-1], np.int64)
    for where in np.ndindex(rows.shape[:-1]):
        different, counts = np.unique(rows[where], return_counts=True)
        values[where] = different[counts.argmax()]
        found = np.flatnonzero(rows[where] == values[where])
        places[where] = found[-1] if len(found) else np.isnan(rows[where]).argmax()
    return [np.expand_dims(part, dim) if keepdim else part for part in (values, places)]

@word
def returned(grad, shape, dim, indices, keepdim):
    """The gradient at the places that were picked, zeros elsewhere."""
    if keepdim or not shape: return placed(grad, shape, dim, indices)
    return placed(unsqueeze(grad, dim), shape, dim, unsqueeze(indices, dim))

@word
def shared_out(grad, self, result):
    """To all that equal the result, or are as little a number as it is, in equal shares."""
    return written(spread_on(self != self if result != result else self == result, grad), 1)

@word
def spread_on(chosen, grad):
    """Zeros, but where something was chosen its share of the gradient."""
    return np.where(chosen, grad / int(np.count_nonzero(chosen)), np.zeros((), grad.dtype))

@on_tensors
def spread_on(chosen, grad):  # noqa: F811
    return ops.masked_fill(wrap(np.zeros(chosen._shape, grad._dtype)), chosen, ops.div(grad, int(np.count_nonzero(chosen._value))))

no_rank = lacking("kthvalue_cpu", BOOL), lacking("median_cpu", BOOL), lacking("median_out", BOOL)

@composed("int k, int dim = -1, bool keepdim = False")
def kthvalue(self, k, dim=-1, keepdim=False):
    no_rank[0](self)
    dim = nonempty(self, "kthvalue", dim)
    if not 1 <= k <= (self._shape[dim] if self.ndim else 1): raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}")
    return ops.kthvalue_dim(self, k, dim, keepdim)

@composed("", "int dim, bool keepdim = False")
def median(self, dim=..., keepdim=False):
    if dim is None or (dim is ... and keepdim): raise TypeError("no dim")
    no_rank[1 if dim is ... else 2](self)
    if dim is ...: return ops.median_all(self)
    return ops.median_dim(self, nonempty(self, "median", dim), keepdim)

@composed("int dim = -1, bool keepdim = False")
def mode(self, dim=-1, keepdim=False): return ops.mode_dim(self, nonempty(self, "mode", dim), keepdim)


# --- the different ones

class Unique(Op, node="Unique2Backward0", hidden=True, name="unique_of", outputs=many):
    def forward(self: Tensor, dim: Scalar): return different(self, dim)
    def grad_self(grads): return refused("_unique2")

class UniqueDim(Op, node="UniqueDimBackward0", hidden=True, name="unique_along", outputs=many):
    def forward(self: Tensor, dim: Scalar): return different(self, dim)
    def grad_self(grads): return refused("unique_dim")

class UniqueConsecutive(Op, hidden=True, name="unique_consecutive_of", outputs=many):
    def forward(self: Tensor, dim: Scalar): return runs(self, dim)
    def grad_self(grads): return refused("unique_consecutive")

@word
def refused(name): raise NotImplementedError(f"the derivative for '{name}' is not implemented.")

def different(array, dim):
    """The different elements in order, where each element went, and how often each occurs."""
    values, inverse, counts = np.unique(array, return_inverse=True, return_counts=True, axis=dim)
    return [values, inverse.reshape(array.shape if dim is None else -1).astype(np.int64), counts.astype(np.int64)]

def runs(array, dim):
    """One element of each run of equal ones, where each element went, and how long each run is."""
    rows = array.reshape(-1) if dim is None else np.moveaxis(array, dim, 0)
    starts = np.ones(len(rows), bool)
    starts[1:] = (rows[1:] != rows[:-1]).reshape(len(rows) - 1, -1).any(1) if len(rows) > 1 else starts[1:]
    inverse = starts.cumsum() - 1
    counts = np.bincount(inverse, minlength=int(starts.sum())) if len(rows) else np.zeros(0, np.int64)
    values = rows[starts] if dim is None else np.moveaxis(rows[starts], 0, dim)
    return [values, inverse.reshape(array.shape) if dim is None else inverse, counts]

@composed
def unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None):
    values, inverse, counts = ops.unique_of(self, None) if dim is None else ops.unique_along(self, with_rows(self, dim))
    return several(values, inverse if return_inverse else None, counts if return_counts else None)

@composed
def unique_consecutive(self, return_inverse=False, return_counts=False, dim=None):
    values, inverse, counts = ops.unique_consecutive_of(self, None if dim is None else with_rows(self, dim))
    return several(values, inverse if return_inverse else None, counts if return_counts else None)

def with_rows(self, dim):
    """The dimension, counted; there must be something in each row."""
    dim = wrapped(dim, self.ndim)
    if 0 in self._shape[:dim] + self._shape[dim + 1:]: raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    return dim

def several(*results):
    """What was asked for: one tensor, or a tuple."""
    asked = tuple(result for result in results if result is not None)
    return asked[0] if len(asked) == 1 else asked


# --- where a value belongs

@composed(method=False)
def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None):
    kind, side = np.int32 if out_int32 else np.int64, side or ("right" if right else "left")
    values, wide = input._shaped() if isinstance(input, Tensor) else np.asarray(input), sorted_sequence._shape
    if len(wide) > 1 and not values.ndim: raise RuntimeError(f"torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim({len(wide)}) and input value's dim(0) numel(1)")
    if len(wide) > 1 and wide[:-1] != values.shape[:-1]: raise RuntimeError(f"torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor {list(wide)} and input value tensor {list(values.shape)}")
    if len(wide) == 1: return wrap(np.asarray(np.searchsorted(sorted_sequence._shaped(), values, side)).astype(kind))
    found = np.empty(values.shape, kind)
    for row in np.ndindex(values.shape[:-1]): found[row] = np.searchsorted(sorted_sequence._shaped()[row], values[row], side)
    return wrap(found)

@composed(method=False)
def bucketize(input, boundaries, *, out_int32=False, right=False):
    if boundaries.ndim != 1: raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return ops.searchsorted(boundaries, input, out_int32=out_int32, right=right)

"""Picking and placing elements: `x[0, 1:]`, `x[mask] = 0`, `gather` and `scatter`.

A pick by whole numbers and slices is a chain of views; one by tensors makes a copy.
"""

import numpy as np

from .. import data as making
from .. import dtypes, keys
from ..arguments import type_name
from ..dims import wrapped
from ..op import Op, Scalar, Tensor, composed, ops, word, wrap
from ..placing import at, cut, index, index_backward, index_put, select
from ..words import sum_to_size, to

# --- views: one place, or every step-th from start to end

class Select(Op, view=True, hidden=True, name="select_at"):
    def forward(self: Tensor, dim: Scalar, index: Scalar): return self[at(dim, index)]
    def grad_self(grad, self_sym_sizes, dim, index): return select_backward(grad, self_sym_sizes, dim, index)

class Slice(Op, view=True, hidden=True, name="cut"):
    def forward(self: Tensor, dim: Scalar, start: Scalar, end: Scalar, step: Scalar): return self[at(dim, slice(start, end, step))]
    def grad_self(grad, self_sym_sizes, dim, start, end, step): return slice_backward(grad, self_sym_sizes, dim, start, end, step)

class SelectBack(Op, node="SelectBackwardBackward0", hidden=True, name="select_backward"):
    def forward(grad: Tensor, shape: Scalar, dim: Scalar, index: Scalar): return placed(grad, shape, at(dim, index))
    def grad_grad(grad, dim, index): return select(grad, dim, index)

class SliceBack(Op, node="SliceBackwardBackward0", hidden=True, name="slice_backward"):
    def forward(grad: Tensor, shape: Scalar, dim: Scalar, start: Scalar, end: Scalar, step: Scalar): return placed(grad, shape, at(dim, slice(start, end, step)))
    def grad_grad(grad, dim, start, end, step): return cut(grad, dim, start, end, step)

select_backward, slice_backward = word(SelectBack), word(SliceBack)

def placed(grad, shape, key):
    """A gradient on zeros."""
    full = np.zeros(shape, grad.dtype)
    full[key] = grad
    return full

@composed("int dim, int index", name="select")
def selected(self, dim, index):
    if not self.ndim: raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrapped(dim, self.ndim)
    size = self._shape[dim]
    if not -size <= index < size: raise IndexError(f"select(): index {index} out of range for tensor of size {list(self._shape)} at dimension {dim}")
    return ops.select_at(self, dim, index)

@composed("int dim, Tensor start, int length", "int dim, int start, int length", name="narrow")
def narrowed(self, dim, start, length):
    if not self.ndim: raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, Tensor) and (start.ndim or start._dtype.kind not in "iu"): raise RuntimeError("start must be an 0-dim integral Tensor.")
    dim, start = wrapped(dim, self.ndim), int(start)
    size = self._shape[dim]
    if length < 0: raise RuntimeError("narrow(): length must be non-negative.")
    if not -size <= start <= size: raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {start})")
    if start < 0: start += size
    if start + length > size: raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return ops.cut(self, dim, start, start + length, 1)


# --- by tensors of indices

class Index(Op, hidden=True, name="index"):
    def forward(self: Tensor, indices: Scalar): return index(self, indices)
    def grad_self(grad, self_sym_sizes, indices): return index_backward(grad, self_sym_sizes, indices)

class IndexPut(Op, hidden=True, name="put_at"):
    def forward(self: Tensor, indices: Scalar, values: Tensor, accumulate: Scalar): return index_put(self, indices, values, accumulate)
    def grad_self(grad, indices, accumulate): return grad if accumulate else index_put(grad, indices, 0, False)
    def grad_values(grad, indices, values_sym_sizes, values_options): return to(sum_to_size(index(grad, indices), values_sym_sizes), values_options)
    shown_as = "values_sym_sizes= values_options="

class IndexPutImpl(Op, hidden=True):
    def forward(self: Tensor, indices: Scalar, values: Tensor): return self + index_backward(values, self.shape, indices)
    def grad_self(grad): return grad
    def grad_values(grad, indices): return index(grad, indices)

@composed("tuple of Tensors indices, Tensor values, bool accumulate = False", name="index_put", in_place="some")
def index_put_of(self, indices, values, accumulate=False):
    if not isinstance(values, Tensor): values = wrap(np.asarray(values, self._dtype))
    if self._dtype.kind != "f": values = values.detach()
    mask = None if accumulate or values.numel() != 1 else keys.only_mask(self._shape, indices)
    if mask is not None and mask._dtype.kind == "b": return ops.put_at(self, tuple(indices), values, False)
    if mask is not None: raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {dtypes.c_name(mask._dtype)}")
    indices = keys.checked(self._shape, indices)
    if values._dtype is self._dtype:
        try: return ops.put_at(self, indices, values, accumulate)
        except (IndexError, ValueError, TypeError): pass
    picked = keys.picked_shape(self._shape, indices)
    if not fits(values._shape, picked): raise RuntimeError(f"shape mismatch: value tensor of shape {list(values._shape)} cannot be broadcast to indexing result of shape {list(picked)}")
    if values._dtype is not self._dtype: raise RuntimeError(f"Index put requires the source and destination dtypes match, got {dtypes.scalar_name(self._dtype)} for the destination and {dtypes.scalar_name(values._dtype)} for the source.")
    if 0 not in picked: keys.check_bounds(self._shape, indices)
    return ops.put_at(self, keys.first_places(indices), values, accumulate)

def fits(shape, wide):
    """Whether values of one shape can be repeated to the other."""
    try: return np.broadcast_shapes(shape, wide) == wide
    except ValueError: return False


# --- the brackets

@composed(name="getitem", hidden=True, operators="[]")
def taken(self, key):
    kind = key.__class__
    if kind is int: return keys.first(self, key)
    if kind is slice: return keys.sliced(self, key)
    if key is None: return ops.unsqueeze_at(self, 0)
    if key is Ellipsis: return ops.alias(self)
    if isinstance(key, np.integer): return keys.first(self, int(key))
    view, indices = keys.looked_at(self, key)
    if indices: return picked(view, keys.checked(view._shape, indices))
    return ops.alias(view) if view is self else view

def picked(view, indices):
    try: return ops.index(view, indices)
    except IndexError:
        wide = keys.picked_shape(view._shape, indices)
        if 0 not in wide: keys.check_bounds(view._shape, indices)
        return ops.index(view, keys.first_places(indices))

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

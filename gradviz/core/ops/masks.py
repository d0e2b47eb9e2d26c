"""Picking and placing by a mask, and where a mask is True."""

import numpy as np

from .. import data as making
from .. import dtypes, errors
from ..op import Elementwise, Op, Scalar, Tensor, composed, ops, word, wrap
from ..placing import blank, masked_scatter, masked_select, masked_select_backward
from ..words import masked_fill, total, where

# --- by a mask

class MaskedSelect(Op, hidden=True, name="select_masked"):
    def forward(self: Tensor, mask: Scalar): return masked_select(self, mask)
    def grad_self(grad, self, mask): return masked_select_backward(grad, self.shape, mask)

class MaskedScatter(Op, hidden=True, name="scatter_masked"):
    def forward(self: Tensor, mask: Scalar, source: Tensor): return masked_scatter(self, mask, source)
    def grad_self(grad, mask): return masked_fill(grad, mask, 0)
    def grad_source(grad, mask, source_sym_sizes): return masked_scatter_backward(grad, mask, source_sym_sizes)

class MaskedScatterBack(Op, node="MaskedScatterBackwardBackward0", hidden=True, name="masked_scatter_backward"):
    def forward(grad: Tensor, mask: Scalar, shape: Scalar):
        """What was taken from the front of the source, and zeros behind."""
        taken = grad[np.broadcast_to(mask._shaped(), grad.shape)]
        full = np.zeros(shape, grad.dtype)
        full.reshape(-1)[: taken.size] = taken
        return full
    def grad_grad(grad, mask, grad_sym_sizes): return masked_scatter(blank(grad, grad_sym_sizes), mask, grad)

masked_scatter_backward = word(MaskedScatterBack)

class MaskedFill(Elementwise, hidden=True, name="fill_masked", in_place=False):
    def forward(self: Tensor, mask: Tensor, value: Scalar): return in_rows(where(mask, value, self))
    def grad_self(grad, mask): return masked_fill(grad, mask, 0)

class MaskedFillTensor(MaskedFill, node="MaskedFillBackward1", hidden=True, in_place=False):
    def forward(self: Tensor, mask: Tensor, value: Tensor): return in_rows(where(mask, value, self))
    def grad_value(grad, mask): return total(masked_select(grad, mask))

def in_rows(array): return array if array.flags.c_contiguous else array.copy()

@composed("Tensor mask, Number value", "Tensor mask, Tensor value", name="masked_fill", in_place="some")
def masked_filled(self, mask, value):
    if isinstance(value, Tensor) and value.ndim: raise RuntimeError(f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s).")
    if mask._shape != self._shape: check_broadcast(mask._shape, self._shape)
    if mask._dtype.kind != "b": raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {dtypes.c_name(mask._dtype)}")
    if not isinstance(value, Tensor): return ops.fill_masked(self, mask, making.filled([making.fitting(value, self._dtype)], self._dtype)[0])
    return ops.masked_fill_tensor(self, mask, value.to(dtypes.shown(self._dtype)))

@composed("Tensor mask", name="masked_select")
def masked_selected(self, mask):
    if mask._dtype.kind != "b": raise RuntimeError("masked_select: expected BoolTensor for mask")
    check_broadcast(mask._shape, self._shape)
    return ops.select_masked(self, mask)

def check_broadcast(left, right):
    try: np.broadcast_shapes(left, right)
    except ValueError: raise RuntimeError(errors.not_broadcastable([left, right])) from None

@composed("Tensor mask, Tensor source", name="masked_scatter", in_place=True)
def masked_scattered(self, mask, source):
    if mask._dtype.kind != "b": raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {dtypes.c_name(mask._dtype)}")
    if self._dtype is not source._dtype: raise RuntimeError(f"masked_scatter: expected self and source to have same dtypes but got{dtypes.scalar_name(self._dtype)} and {dtypes.scalar_name(source._dtype)}")
    check_broadcast(self._shape, mask._shape)
    wide = np.broadcast_shapes(self._shape, mask._shape)
    if np.count_nonzero(np.broadcast_to(mask._shaped(), wide)) > source.numel(): raise RuntimeError("Number of elements of source < number of ones in mask")
    if wide != self._shape: self = ops.expand(self, wide)
    return ops.scatter_masked(self, mask, source)


# --- where it is not zero

@composed("*, bool as_tuple")
def nonzero(self, *, as_tuple=False):
    places = np.nonzero(self._array()) if self.ndim else (np.zeros(int(bool(self)), np.int64),)
    if as_tuple: return tuple(wrap(place.astype(np.int64)) for place in places)
    return wrap(np.array(places, np.int64).T if self.ndim else np.zeros((len(places[0]), 0), np.int64))

@composed("")
def argwhere(self): return ops.nonzero(self)

"""A tensor with a part of it replaced, and other makings of matrices out of parts."""

import numpy as np

from .. import dims as dimensions
from .. import dtypes
from ..inplace import write
from ..op import Op, Scalar, Tensor, composed, faces, many, ops, word, wrap
from ..placing import at, cut, select
from .diagonals import diagonal_of, writable_diagonal
from .indexing import slice_backward
from .joining import Split

# --- one part replaced

class SelectScatter(Op, hidden=True, name="select_replaced"):
    def forward(self: Tensor, src: Tensor = None, dim: Scalar = 0, index: Scalar = 0): return replaced(self, at(dim, index), src)
    def grad_self(grad, dim, index): return select_replaced(grad, None, dim, index)
    def grad_src(grad, dim, index): return select(grad, dim, index)

class SliceScatter(Op, hidden=True, name="slice_replaced"):
    def forward(self: Tensor, src: Tensor = None, dim: Scalar = 0, start: Scalar = None, end: Scalar = None, step: Scalar = 1): return replaced(self, at(dim, slice(start, end, step)), src)
    def grad_self(grad, dim, start, end, step): return slice_replaced(grad, None, dim, start, end, step)
    def grad_src(grad, dim, start, end, step): return cut(grad, dim, start, end, step)

class DiagonalScatter(Op, hidden=True, name="diagonal_replaced"):
    def forward(self: Tensor, src: Tensor = None, offset: Scalar = 0, dim1: Scalar = 0, dim2: Scalar = 1):
        full = self.copy()
        writable_diagonal(full, offset, dim1, dim2)[...] = 0 if src is None else src
        return full
    def grad_self(grad, offset, dim1, dim2): return diagonal_replaced(grad, None, offset, dim1, dim2)
    def grad_src(grad, offset, dim1, dim2): return diagonal_of(grad, offset, dim1, dim2)

select_replaced, slice_replaced, diagonal_replaced = word(SelectScatter), word(SliceScatter), word(DiagonalScatter)

def replaced(value, key, part):
    """A copy with another part, or with zeros there."""
    full = value.copy()
    full[key] = 0 if part is None else part
    return full

@composed("Tensor src, int dim, int index")
def select_scatter(self, src, dim, index):
    refuse_other_size(src, ops.select(self.detach(), dim, index), "src")
    return ops.select_replaced(self, src, dimensions.wrapped(dim, self.ndim), index)

@composed("Tensor src, int dim = 0, int? start = None, int? end = None, int step = 1")
def slice_scatter(self, src, dim=0, start=None, end=None, step=1):
    dim = dimensions.wrapped(dim, self.ndim)
    refuse_other_size(src, ops.cut(self.detach(), int(dim), start, end, step), "src")
    return ops.slice_replaced(self, src, dim, start, end, step)

def refuse_other_size(src, part, name):
    if src._shape != part._shape: raise RuntimeError(f"expected {name} to have a size equal to the slice of self. {name} size = {list(src._shape)}, slice size = {list(part._shape)}")

@composed("Tensor src, int offset = 0, int dim1 = 0, int dim2 = 1")
def diagonal_scatter(self, src, offset=0, dim1=0, dim2=1):
    refuse_other_size(src, ops.diagonal(self.detach(), offset, dim1, dim2), "src")
    return ops.diagonal_replaced(self, src, offset, *(dimensions.wrapped(dim, self.ndim) for dim in (dim1, dim2)))

@composed("Number fill_value, bool wrap = False", face="torch")
def fill_diagonal_(self, fill_value, wrap=False):
    if self.ndim < 2: raise RuntimeError("dimensions must larger than 1")
    if self.ndim == 2:
        rows, columns = self._shape
        while rows > 0:  # after an empty row it begins again
            ops.diagonal(self[-rows:]).fill_(fill_value)
            rows = rows - columns - 1 if wrap else 0
        return self
    return write(self, with_number_on_diagonal, fill_value)

def with_number_on_diagonal(self, number):
    places = [wrap(np.arange(min(self._shape)))] * self.ndim
    return ops.index_put(self, tuple(places), wrap(np.asarray(number, self._dtype)))


# --- matrices out of parts

@composed("int offset = 0")
def diagflat(self, offset=0): return ops.diag(ops.reshape(self, (-1,)), offset)

@composed(method=False)
def vander(x, N=None, increasing=False):
    """The powers of each element, in a row."""
    if x.ndim != 1: raise RuntimeError("x must be a one-dimensional tensor.")
    powers = range(x.numel() if N is None else N)
    return ops.stack([ops.pow(x, power) for power in (powers if increasing else reversed(powers))], 1)

def triangle_of(name, triangle):
    def function(row, col, offset=0, *, dtype=None, device=None, layout=None):
        places = wrap(np.array(triangle(row, offset, col), np.int64))
        return places if dtype is None else places.to(dtype)
    composed(function, name=name, method=False)

triangle_of("tril_indices", np.tril_indices)
triangle_of("triu_indices", np.triu_indices)


@composed(method=False)
def unravel_index(indices, shape):
    """Where places in a flat tensor lie in a shape: a tensor for each dimension."""
    if not isinstance(indices, Tensor): raise AttributeError(f"'{type(indices).__name__}' object has no attribute 'is_complex'")
    if indices._dtype.kind not in "iu": raise TypeError(f"expected 'indices' to be integer dtype, but got {dtypes.shown(indices._dtype)}")
    if not isinstance(shape, int | tuple | list): raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for size in sizes:
        if not isinstance(size, int): raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(size)}")
    if any(size < 0 for size in sizes): raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    left, places = indices._shaped().astype(np.int64), []
    for size in reversed(sizes): left, places = left // size, [left % size, *places]
    return tuple(wrap(np.asarray(place)) for place in places)


# --- divided, under another name

class NarrowCopy(Op, hidden=True, name="narrow_copied"):
    def forward(self: Tensor, dim: Scalar, start: Scalar, length: Scalar): return cut(self, dim, start, start + length, 1).copy()
    def grad_self(grad, self_sym_sizes, dim, start, length): return slice_backward(grad, self_sym_sizes, dim, start, start + length, 1)

class UnsafeSplit(Split, view=True, outputs=many, hidden=True, name="unsafely_split"):
    """The same under another name."""

@composed("int split_size, int dim = 0")
def unsafe_split(self, split_size, dim=0):
    ops.split(self.detach(), split_size, dim)  # refuses what cannot be
    return ops.unsafely_split(self, split_size, dimensions.wrapped(dim, self.ndim))

@composed("int chunks, int dim = 0")
def unsafe_chunk(self, chunks, dim=0):
    parts = ops.chunk(self.detach(), chunks, dim)
    return ops.unsafe_split(self, parts[0].size(dim), dim) if self.size(dim) else ops.chunk(self, chunks, dim)

@composed("int dim, int start, int length")
def narrow_copy(self, dim, start, length):
    ops.narrow(self.detach(), dim, start, length)  # refuses what is not there
    return ops.narrow_copied(self, dimensions.wrapped(dim, self.ndim), start, length)


# --- under other names

faces["linalg"]["diagonal"] = lambda A, *, offset=0, dim1=-2, dim2=-1: ops.diagonal(A, offset, dim1, dim2)

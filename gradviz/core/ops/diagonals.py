"""Parts of a matrix: its diagonals, its triangles, its trace."""

import numpy as np

from .. import dims as dimensions
from ..op import Op, Scalar, Tensor, composed, ops, word
from ..placing import written
from ..words import expand


class Diagonal(Op, view=True, name="diagonal_of", hidden=True):
    def forward(self: Tensor, offset: Scalar, dim1: Scalar, dim2: Scalar): return writable_diagonal(self, offset, dim1, dim2)
    def grad_self(grad, self_sym_sizes, offset, dim1, dim2): return diagonal_placed(grad, self_sym_sizes, offset, dim1, dim2)

class DiagonalCopy(Diagonal, node="DiagonalBackward0_copy", hidden=True):
    def forward(self: Tensor, offset: Scalar, dim1: Scalar, dim2: Scalar): return writable_diagonal(self, offset, dim1, dim2).copy()

class DiagonalPlaced(Op, node="DiagonalBackwardBackward0", hidden=True):
    def forward(self: Tensor, shape: Scalar, offset: Scalar, dim1: Scalar, dim2: Scalar):
        full = np.zeros(shape, self.dtype)
        writable_diagonal(full, offset, dim1, dim2)[...] = self
        return full
    def grad_self(grad, offset, dim1, dim2): return diagonal_of(grad, offset, dim1, dim2)

class DiagEmbed(Op, name="diag_embed_of", hidden=True):
    def forward(self: Tensor, offset: Scalar, dim1: Scalar, dim2: Scalar): return embedded(self, offset, dim1, dim2)
    def grad_self(grad, offset, dim1, dim2): return diagonal_of(grad, offset, dim1, dim2)

class Tril(Op, in_place=True):
    def forward(self: Tensor, diagonal: Scalar = 0): return np.tril(matrix_of(self, "tril"), diagonal)
    def grad_self(grad, diagonal): return tril(grad, diagonal)

class Triu(Op, in_place=True):
    def forward(self: Tensor, diagonal: Scalar = 0): return np.triu(matrix_of(self, "triu"), diagonal)
    def grad_self(grad, diagonal): return triu(grad, diagonal)

class Trace(Op):
    def forward(self: Tensor): return traced(self)
    def grad_self(grad, self_sym_sizes): return identity(grad, self_sym_sizes)

@word
def identity(grad, shape): return written(diagonal_placed(expand(grad, (min(shape),)), shape, 0, 0, 1), 2)

diagonal_of, diagonal_placed, tril, triu = word(Diagonal), word(DiagonalPlaced), word(Tril), word(Triu)

@composed("int offset = 0, int dim1 = 0, int dim2 = 1")
def diagonal(self, offset=0, dim1=0, dim2=1):
    ends = [dimensions.wrapped(dim, len(self._shape)) for dim in (dim1, dim2)]
    if ends[0] == ends[1]: raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return ops.diagonal_of(self, offset, *ends)

@composed("int offset = 0, int dim1 = -2, int dim2 = -1")
def diag_embed(self, offset=0, dim1=-2, dim2=-1):
    ends = [dimensions.wrapped(dim, len(self._shape) + 1) for dim in (dim1, dim2)]
    if ends[0] == ends[1]: raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return ops.diag_embed_of(self, offset, *ends)

@composed("int diagonal = 0", out=True)
def diag(self, diagonal=0):
    if len(self._shape) == 1: return ops.diag_embed(self, diagonal)
    if len(self._shape) != 2: raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {len(self._shape)}D")
    return ops.diagonal_copy(self, diagonal, 0, 1)


# --- numpy below

def matrix_of(value, name):
    if value.ndim < 2: raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return value

def traced(matrix):
    if matrix.dtype.kind == "b": raise NotImplementedError('"trace" not implemented for \'Bool\'')
    if matrix.ndim != 2: raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {matrix.ndim}")
    return np.add.reduce(matrix.diagonal(), dtype=np.int64 if matrix.dtype.kind in "iu" else None)

def writable_diagonal(value, offset, dim1, dim2):
    view = value.diagonal(offset, dim1, dim2)
    view.flags.writeable = value.flags.writeable
    return view

def embedded(value, offset, dim1, dim2):
    width = value.shape[-1] + abs(offset)
    full = np.zeros((*value.shape[:-1], width, width), value.dtype)
    writable_diagonal(full, offset, -2, -1)[...] = value
    return np.ascontiguousarray(np.moveaxis(full, (-2, -1), (dim1, dim2)))

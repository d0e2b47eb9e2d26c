"""Determinants and inverses."""

import numpy as np

from ..op import Op, composed, ops
from ..placing import written
from ..tensor import Tensor
from ..words import on_tensors, transpose, word


class Det(Op, node="LinalgDetBackward0", name="linalg_det", face="", method=False):
    def forward(self: Tensor): return determinants(square(self, "linalg.det"))
    def grad_self(grad, self, result): return scaled_inverse(transpose(self, -1, -2), grad * result)

class Inverse(Op, node="LinalgInvExBackward0", name="inverse_of", face="", method=False):
    def forward(self: Tensor): return np.asfortranarray(inverted(square(self, "linalg.inv")))
    def grad_self(grad, result): return -matmul_of(transpose(result, -1, -2), matmul_of(grad, transpose(result, -1, -2)))

@composed(face="torch linalg")
def det(self): return ops.linalg_det(self)

@composed(also="inv", face="torch linalg")
def inverse(self): return ops.inverse_of(self)

@composed
def logdet(self): return ops.log(ops.linalg_det(self))

@composed(face="linalg", method=False)
def solve(A, B):
    vector = len(B._shape) == 1
    found = ops.matmul(ops.inverse_of(A), ops.unsqueeze(B, -1) if vector else B)
    return ops.squeeze(found, -1) if vector else found


# --- numpy below

def square(matrix, name):
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise RuntimeError(f"{name}: A must be batches of square matrices, but they are {matrix.shape[-2]} by {matrix.shape[-1]} matrices")
    return matrix

class LinAlgError(RuntimeError): """A matrix without an inverse."""

LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"

def inverted(matrix):
    try: return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        zero = int(np.argmin(np.abs(np.diagonal(np.linalg.qr(matrix)[1])))) + 1
        raise LinAlgError(f"linalg.inv: The diagonal element {zero} is zero, the inversion could not be completed because the input matrix is singular.") from None

word(inverted)

@on_tensors
def inverted(matrix): return ops.inverse_of(matrix)

def scaled_inverse(matrix, factor):
    """factor · A⁻¹."""
    return written(np.asarray(factor)[..., None, None] * inverted(matrix), 1)

word(scaled_inverse)

@on_tensors
def scaled_inverse(matrix, factor): return ops.mul(ops.unsqueeze(ops.unsqueeze(factor, -1), -1), ops.inverse_of(matrix))

def determinants(matrices):
    """The product of the pivots, for each matrix of a batch."""
    found = [determinant(matrix) for matrix in matrices.reshape(-1, *matrices.shape[-2:])]
    return np.array(found, matrices.dtype).reshape(matrices.shape[:-2])

def determinant(matrix):
    """Gaussian elimination with row exchanges, rounded step by step as PyTorch's."""
    rows, sign = matrix.copy(), 1
    for step in range(len(rows)):
        pivot = step + int(np.argmax(np.abs(rows[step:, step])))
        if pivot != step: rows[[step, pivot]], sign = rows[[pivot, step]], -sign
        if rows[step, step] == 0: return rows[step, step]
        factors = rows[step + 1:, step:step + 1] / rows[step, step]
        rows[step + 1:] -= factors * rows[step]
    return np.multiply.reduce(np.diagonal(rows)) * sign

def matmul_of(left, right): return np.matmul(left, right)

word(matmul_of)

@on_tensors
def matmul_of(left, right): return ops.matmul(left, right)

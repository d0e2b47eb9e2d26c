"""Determinants and inverses."""

import numpy as np

from ..op import Op, Tensor, composed, on_tensors, ops, word, wrap
from ..placing import written
from ..words import matmul, transpose


class Det(Op, node="LinalgDetBackward0", name="linalg_det", hidden=True):
    def forward(A: Tensor): return determinants(square(A, "linalg.det"))
    def grad_A(grad, A, result): return transposed_inverse(A, grad * result)
    _saved_LU = property(lambda node: wrap(decomposed(node._saved_A._shaped())[0]))
    _saved_pivots = property(lambda node: wrap(decomposed(node._saved_A._shaped())[1]))

class Inverse(Op, node="LinalgInvExBackward0"):
    def forward(self: Tensor): return np.asfortranarray(inverted(square(self, "linalg.inv")))
    def grad_self(grad, result): return -matmul(transpose(result, -1, -2), matmul(grad, transpose(result, -1, -2)))
    shown_as = "result=inverse"

@composed("", face="torch linalg")
def det(self): return ops.linalg_det(self)

composed(ops.inverse, name="inv", face="linalg", method=False)

class Slogdet(Op, node="LinalgSlogdetBackward0", face="torch linalg", outputs="sign logabsdet"):
    def forward(A: Tensor): return sign_and_size(square(A, "linalg.slogdet"))
    def grad_A(grads, A): return transposed_inverse(A, grads[1])
    _saved_LU, _saved_pivots = Det._saved_LU, Det._saved_pivots
    _saved_sign = property(lambda node: wrap(sign_and_size(node._saved_A._shaped())[0]))

@composed("")
def logdet(self):
    square(self._shaped(), "logdet")
    sign, size = ops.slogdet(self)
    return ops.where(ops.eq(sign, -1), float("nan"), size)

# --- numpy below

def square(matrix, name):
    if matrix.ndim < 2: raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
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

def transposed_inverse(matrix, factor):
    """factor · (A⁻¹)ᵀ, from the triangles that gave the determinant; of what has no inverse, nearly so."""
    triangles, pivots = decomposed(matrix)
    diagonal = np.einsum("...ii->...i", triangles)
    diagonal[diagonal == 0] = np.finfo(matrix.dtype).eps
    found = np.asarray(factor)[..., None, None] * np.eye(matrix.shape[-1], dtype=matrix.dtype)
    for place in np.ndindex(matrix.shape[:-2]): substituted(triangles[place], pivots[place], found[place])
    return written(found, 1)

word(transposed_inverse)

@on_tensors
def transposed_inverse(matrix, factor):
    return ops.mul(ops.unsqueeze(ops.unsqueeze(factor, -1), -1), ops.inverse(ops.transpose(matrix, -1, -2)))

def determinants(matrices):
    """The product of the pivots, for each matrix of a batch; an exchange of rows turns the sign."""
    turns, diagonal = turns_and_pivots(matrices)
    return np.asarray(turns * np.multiply.reduce(diagonal, -1))

def sign_and_size(matrices):
    """The sign of each determinant, and the logarithm of its size."""
    turns, diagonal = turns_and_pivots(matrices)
    return np.asarray(turns * np.multiply.reduce(np.sign(diagonal), -1)), np.asarray(np.add.reduce(np.log(np.abs(diagonal)), -1))

def turns_and_pivots(matrices):
    """-1 for each matrix whose rows were exchanged an odd number of times, else 1; and its pivots."""
    triangles, pivots = decomposed(matrices)
    exchanged = np.count_nonzero(pivots != np.arange(1, pivots.shape[-1] + 1), -1)
    return np.where(exchanged % 2, -1, 1).astype(matrices.dtype), triangles.diagonal(0, -2, -1)

def decomposed(matrices):
    """Each matrix, turned as PyTorch turns it, as its two triangles in one; and the row that each row was exchanged with."""
    triangles = matrices.swapaxes(-1, -2).copy()
    pivots = np.empty(matrices.shape[:-1], np.int32)
    for place in np.ndindex(matrices.shape[:-2]): pivots[place] = eliminated(triangles[place])
    return triangles, pivots

def eliminated(rows):
    """Gaussian elimination with row exchanges, rounded where PyTorch rounds."""
    pivots = []
    for step in range(len(rows)):
        pivot = step + int(np.argmax(np.abs(rows[step:, step])))
        pivots.append(pivot + 1)
        if pivot != step: rows[[step, pivot]] = rows[[pivot, step]]
        if rows[step, step] == 0: continue
        rows[step + 1:, step] *= 1 / rows[step, step]
        subtract(rows[step + 1:, step + 1:], rows[step + 1:, step], rows[step, step + 1:])
    return pivots

def substituted(triangles, pivots, rows):
    """Solves for some rows, in place: exchanged, then through the lower and the upper triangle."""
    for step, pivot in enumerate(pivots): rows[[step, pivot - 1]] = rows[[pivot - 1, step]]
    for step in range(len(rows)): subtract(rows[step + 1:], triangles[step + 1:, step], rows[step])
    for step in reversed(range(len(rows))):
        rows[step] *= 1 / triangles[step, step]
        subtract(rows[:step], triangles[:step, step], rows[step])

def subtract(rows, factors, row):
    """Subtract multiples of a row, each product and difference rounded once."""
    rows[...] = rows - factors.astype(np.float64)[:, None] * row

"""Products of matrices and vectors that are met more rarely."""


import numpy as np

from .. import dims as dimensions
from ..dtypes import scalar_name
from ..errors import warn
from ..op import Op, Scalar, Tensor, composed, faces, one_node, ops, word, wrap
from ..words import bmm, expand, matmul, mv, sum_dim, t, transpose, unsqueeze
from .inverses import square
from .matrices import AddedProduct, batch_product, inner_product, scaled


class Addr(AddedProduct, name="addr_of", hidden=True):
    def forward(self: Tensor, vec1: Tensor, vec2: Tensor, beta: Scalar, alpha: Scalar): return scaled(self, beta) + scaled(np.outer(vec1, vec2), alpha)
    def grad_vec1(grad, vec2, alpha): return scaled(mv(grad, vec2), alpha)
    def grad_vec2(grad, vec1, alpha): return scaled(mv(t(grad), vec1), alpha)

class Addbmm(AddedProduct, name="addbmm_of", hidden=True):
    def forward(self: Tensor, batch1: Tensor, batch2: Tensor, beta: Scalar, alpha: Scalar): return scaled(self, beta) + scaled(np.add.reduce(batch_product(batch1, batch2), 0), alpha)
    def grad_batch1(grad, batch2, alpha): return scaled(matmul(unsqueeze(grad, 0), transpose(batch2, 1, 2)), alpha)
    def grad_batch2(grad, batch1, alpha): return scaled(bmm(transpose(batch1, 1, 2), expand(unsqueeze(grad, 0), (batch1.shape[0], *grad.shape))), alpha)

class Vdot(Op):
    def forward(self: Tensor, other: Tensor): return inner_product(self, other)
    def grad_self(grad, other): return grad * other
    def grad_other(grad, self): return grad * self

class LinalgCross(Op, name="cross_of", hidden=True):
    def forward(self: Tensor, other: Tensor, dim: Scalar): return np.cross(self, other, axis=dim)
    def grad_self(grad, other, dim): return cross_of(other, grad, dim)
    def grad_other(grad, self, dim): return cross_of(grad, self, dim)

class LinalgSolve(Op, node="LinalgSolveExBackward0", name="solve_of", hidden=True):
    def forward(A: Tensor, B: Tensor): return np.asfortranarray(np.linalg.solve(A, B).astype(B.dtype))
    def grad_A(grad, A, result): return -outer_products(solve_of(transpose(A, -1, -2), grad), result)
    def grad_B(grad, A): return solve_of(transpose(A, -1, -2), grad)

cross_of, solve_of = word(LinalgCross), word(LinalgSolve)

class Cdist(Op, name="_cdist_of", hidden=True):
    def forward(x1: Tensor, x2: Tensor, p: Scalar): return distances(x1, x2, p)
    @one_node("NotImplemented")
    def grad_x1(grad, x1, x2, p, result): return sum_dim(pulls(grad, x1, x2, p, result), (x1.ndim - 1,))
    @one_node("NotImplemented")
    def grad_x2(grad, x1, x2, p, result): return -sum_dim(pulls(grad, x1, x2, p, result), (x1.ndim - 2,))


# --- the functions

CROSS = (
    "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use torch.linalg.cross.\n"
    "The default value of dim will change to agree with that of linalg.cross in a future release."
)
PLUS = "*, Number beta = 1, Number alpha = 1"

@composed(f"Tensor vec1, Tensor vec2, {PLUS}", "old Number beta, Tensor vec1, Tensor vec2", in_place=True, out=True)
def addr(self, vec1, vec2, *, beta=1, alpha=1):
    for name, vector in (("vec1", vec1), ("vec2", vec2)):
        if vector.ndim != 1: raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {vector.ndim}-D")
    ops.expand(self.detach(), (*vec1._shape, *vec2._shape))  # refuses what does not fit
    return ops.addr_of(self, vec1, vec2, beta, alpha)

@composed(f"Tensor batch1, Tensor batch2, {PLUS}", "old Number beta, Tensor batch1, Tensor batch2", in_place=True, out=True)
def addbmm(self, batch1, batch2, *, beta=1, alpha=1): return ops.addbmm_of(self, batch1, batch2, beta, alpha)

@composed("Tensor other, int? dim = None", out=True)
def cross(self, other, dim=None):
    if dim is None:
        warn(CROSS)
        dim = next((place for place, size in enumerate(self._shape) if size == 3), None)
    if dim is None: raise RuntimeError("no dimension of size 3 in input")
    return cross_along(self, other, dim=dim)

def cross_along(input, other, *, dim=-1):
    if input.ndim != other.ndim: raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    if "b" in (input._dtype.kind, other._dtype.kind): raise NotImplementedError("\"cross\" not implemented for 'Bool'")
    if input._dtype is not other._dtype: raise RuntimeError(f"expected scalar type {scalar_name(input._dtype)} but found {scalar_name(other._dtype)}")
    return ops.cross_of(input, other, dimensions.wrapped(dim, input.ndim))

def vecdot(x, y, *, dim=-1): return ops.sum(ops.mul(x, y), dim)

@composed("Tensor other", out=True)
def kron(self, other):
    """Each element of one times all of the other."""
    ndim = max(self.ndim, other.ndim)
    left, right = ((1,) * (ndim - each.ndim) + each._shape for each in (self, other))
    rows, columns = ([size for one in left for size in (one, 1)], [size for one in right for size in (1, one)])
    product = ops.mul(ops.unsafe_view(self, tuple(rows)), ops.unsafe_view(other, tuple(columns)))
    return ops.unsafe_view(product, tuple(one * two for one, two in zip(left, right, strict=True)))

@composed("int n", face="torch linalg", out=True)
def matrix_power(self, n):
    """The matrix times itself, n times over, with few products."""
    square(self._shaped(), "linalg.matrix_power")
    if n == 0: return ops.clone(self).copy_(wrap(np.broadcast_to(np.eye(self._shape[-1], dtype=self._dtype), self._shape).copy()))
    base, left = ops.inverse(self) if n < 0 else self, abs(n)
    if left == 3: return ops.matmul(ops.matmul(base, base), base)
    result = None
    while left:
        if left % 2: result = base if result is None else ops.matmul(result, base)
        left //= 2
        if left: base = ops.matmul(base, base)
    return result

@composed(method=False)
def chain_matmul(*matrices): return ops.multi_dot(matrices)

@composed(method=False)
def cdist(x1, x2, p=2.0, compute_mode=None):
    for name, points in (("X1", x1), ("X2", x2)):
        if points.ndim < 2: raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {points.ndim}D")
    if x1._shape[-1] != x2._shape[-1]: raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1._shape[-1]} X2: {x2._shape[-1]}")
    if x1._dtype is not x2._dtype: raise RuntimeError(f"expected scalar type {scalar_name(x1._dtype)} but found {scalar_name(x2._dtype)}")
    return ops._cdist_of(x1, x2, float(p))

def solve(A, B, *, left=True, out=None):
    """What A must be multiplied with to give B."""
    if not left: return ops.transpose(solve(ops.transpose(A, -1, -2), ops.transpose(B, -1, -2)), -1, -2)
    if B.ndim == 1 or B._shape != A._shape[:-1]: return ops.solve_of(A, B)
    return ops.squeeze(ops.solve_of(A, ops.unsqueeze(B, -1)), -1)

faces["linalg"] |= {"solve": solve, "cross": cross_along, "vecdot": vecdot, "matmul": ops.matmul}


# --- words that only these rules use

@word
def outer_products(left, right):
    if len(left.shape) == 1: return unsqueeze(left, 1) * unsqueeze(right, 0)
    return matmul(left, transpose(right, -1, -2))

def distances(left, right, p):
    apart = np.abs(left[..., :, None, :] - right[..., None, :, :])
    if p == np.inf: return np.maximum.reduce(apart, -1)
    if p == 2: return np.sqrt(np.add.reduce(apart * apart, -1))
    return np.asarray(np.add.reduce(apart**p, -1) ** (1 / p) if p else np.add.reduce(apart != 0, -1)).astype(left.dtype)

def pulls(grad, left, right, p, result):
    """How each pair pulls on each of its coordinates."""
    apart, length = left[..., :, None, :] - right[..., None, :, :], result[..., None]
    safe = np.where(length == 0, 1, length)
    if p == np.inf: slope = np.sign(apart) * (np.abs(apart) == length)
    else: slope = np.sign(apart) * (np.abs(apart) / safe) ** (p - 1)
    return (grad[..., None] * slope * (length != 0)).astype(grad.dtype)

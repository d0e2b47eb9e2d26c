"""Norms, and the logarithm of summed exponentials."""

import numpy as np

from .. import dims as dimensions
from .. import dtypes
from ..data import numpy_type
from ..dims import chosen, spoken
from ..op import Op, Scalar, Tensor, composed, faces, ops, word
from ..words import abs, equal_count, exp, log_sum_exp, masked_fill, sgn, to
from .reductions import typed, widened


class Norm(Op, node="LinalgVectorNormBackward0", hidden=True, name="vector_norm_of"):
    def forward(self: Tensor, ord: Scalar, dim: Scalar, keepdim: Scalar, dtype: Scalar = None): return norm_of(typed(self, dtype), ord, dim, keepdim)
    def grad_self(grad, self, ord, dim, keepdim, result, self_options): return to(of_norm(grad, self, ord, dim, keepdim, result), self_options)

class PowerNorm(Op, node="NormBackward1", hidden=True, name="power_norm"):
    def forward(self: Tensor, p: Scalar, dim: Scalar, keepdim: Scalar): return norm_of(self, p, dim, keepdim)
    def grad_self(grad, self, p, dim, keepdim, result): return of_norm(grad, self, p, dim, keepdim, result)

class Logsumexp(Op, hidden=True, name="logsumexp_of"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return log_sum_exp(self, dim, keepdim)
    def grad_self(grad, self, self_sym_sizes, dim, keepdim, result): return widened(grad, self_sym_sizes, dim, keepdim) * exp(self - widened(result, self_sym_sizes, dim, keepdim))
    shown_as = "self_sym_sizes="

@composed("int or tuple of ints dim, bool keepdim = False", out=True)
def logsumexp(self, dim, keepdim=False):
    if dim is None: raise TypeError("no dim")
    if self._dtype.kind != "f": self = self.float()
    return ops.logsumexp_of(self, chosen(self, dim), keepdim)

@composed(face="linalg", method=False)
def vector_norm(self, ord=2, dim=None, keepdim=False, *, dtype=None):
    kind = None if dtype is None else numpy_type(dtype)
    if self._dtype.kind != "f":
        raise RuntimeError(f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {spoken(self)}")
    dims = None if dim is None else chosen(self, dim)
    gone = dimensions.axes(dims or (), self.ndim)
    if (ord < 0 or ord == float("inf")) and any(not self._shape[place] for place in gone):
        what = f"the dimension {gone[0]}because this dimension is empty and" if dims else "an empty tensor because"
        raise RuntimeError(f"linalg.vector_norm cannot compute the {ord:g} norm on {what} the operation does not have an identity")
    if kind is not None and kind.kind != "f": raise RuntimeError(f"linalg.vector_norm: dtype should be floating point or complex, but got {dtypes.scalar_name(kind)}")
    return ops.vector_norm_of(self, ord, dims, keepdim, kind)

@composed
def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
    if p == "nuc": raise NotImplementedError("the nuclear norm is out of scope here: it needs singular values")
    return ops.vector_norm(self, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)

def norm_in_linalg(self, ord=None, dim=None, keepdim=False, *, dtype=None): return ops.vector_norm(self, 2 if ord is None else ord, dim, keepdim, dtype=dtype)

faces["linalg"]["norm"] = norm_in_linalg


# --- words that only these rules use

def norm_of(value, ord, dim, keepdim):
    axes = dimensions.axes(dim or (), value.ndim)
    size = np.abs(value)
    if ord == 2: return np.sqrt(np.add.reduce(size * size, axes, keepdims=keepdim))
    if ord == float("inf"): return np.maximum.reduce(size, axes, keepdims=keepdim)
    if ord == -float("inf"): return np.minimum.reduce(size, axes, keepdims=keepdim)
    if ord == 0: return np.asarray(np.add.reduce(size != 0, axes, keepdims=keepdim)).astype(value.dtype)
    if ord == 1: return np.add.reduce(size, axes, keepdims=keepdim)
    return np.asarray(np.add.reduce(size**ord, axes, keepdims=keepdim) ** (1 / ord)).astype(value.dtype)

@word
def of_norm(grad, self, ord, dim, keepdim, result):
    """The direction of self; where all is zero, zero."""
    if dim is not None: grad, result = widened(grad, self.shape, dim, keepdim), widened(result, self.shape, dim, keepdim)
    if ord == 2: return grad * masked_fill(self / result, result == 0, 0)
    if ord == 1: return sgn(self) * grad
    if ord == 0: return grad * masked_fill(self, self == self, 0)
    if ord in (float("inf"), -float("inf")):
        mask = (abs(self) == result) | ((self != self) & (result != result))
        return sgn(self) * (grad / equal_count(mask, dim or (), grad) * mask)
    if ord < 1: return sgn(self) * masked_fill(abs(self) ** (ord - 1), self == 0, 0) * grad * result ** (1 - ord)
    power = self * abs(self) ** (ord - 2) if ord > 2 else sgn(self) * abs(self) ** (ord - 1)
    return power * masked_fill(grad / result ** (ord - 1), result == 0, 0)

"""Along one dimension, step by step: running extremes, differences, areas."""

from operator import index

import numpy as np

from ..dims import wrapped
from ..dtypes import scalar_name
from ..op import Op, Scalar, Tensor, composed, ops, word
from ..placing import gather_backward, written
from ..words import exp, flip, log, number, where
from .sorting import place_of


class Cummax(Op, hidden=True, name="cummax_along", outputs="values indices"):
    def forward(self: Tensor, dim: Scalar): return record_holders(self, dim, np.maximum)
    def grad_self(grads, self, dim, indices): return written(gather_backward(grads[0], self.shape, dim, place_of(indices)), 2)

class Cummin(Cummax, hidden=True, name="cummin_along", outputs="values indices"):
    def forward(self: Tensor, dim: Scalar): return record_holders(self, dim, np.minimum)

class Logcumsumexp(Op, hidden=True, name="logcumsumexp_along"):
    def forward(self: Tensor, dim: Scalar): return np.logaddexp.accumulate(self, dim) if self.ndim else self.copy()
    def grad_self(grad, self, result, dim):
        return exp(later_exponents(log_where(grad > 0, grad) - result, dim) + self) - exp(later_exponents(log_where(grad < 0, -grad) - result, dim) + self)

def running_extreme(name):
    def function(self, dim): return getattr(ops, name + "_along")(self, wrapped(dim, self.ndim) if self.numel() else index(dim))
    composed("int dim", name=name)(function)

running_extreme("cummax")
running_extreme("cummin")

@composed("int dim", out=True)
def logcumsumexp(self, dim):
    if self._dtype.kind != "f": raise NotImplementedError(f'"logcumsumexp_out_cpu" not implemented for \'{scalar_name(self._dtype)}\'')
    return ops.logcumsumexp_along(self, wrapped(dim, self.ndim))


# --- differences and areas

@composed("int n = 1, int dim = -1, Tensor? prepend = None, Tensor? append = None", out=True)
def diff(self, n=1, dim=-1, prepend=None, append=None):
    """Each element less the one before it, n times over."""
    if not self.ndim: raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0: raise RuntimeError(f"order must be non-negative but got {n}")
    if n == 0: return ops.clone(self.detach()).zero_().copy_(self)
    dim = int(wrapped(dim, self.ndim))
    parts = [part for part in (prepend, self, append) if part is not None]
    if n and len(parts) > 1: self = ops.cat(parts, dim)
    for _ in range(min(n, self._shape[dim])):
        later_ones, earlier = (ops.narrow(self, dim, start, self._shape[dim] - 1) for start in (1, 0))
        self = ops.logical_xor(later_ones, earlier) if self._dtype.kind == "b" else ops.sub(later_ones, earlier)
    return self

@composed(also="trapz", method=False)
def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The area under straight lines between the points."""
    if not y.ndim: raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    size = y.size(dim)
    if x is None:
        if not size: return ops.sum(y, dim)
        return ops.mul_scalar(ops.sub(ops.sum(y, dim), ops.mul_scalar(ops.add(ops.select(y, dim, 0), ops.select(y, dim, -1)), 0.5)), float(dx))
    return ops.div_scalar(ops.sum(ops.mul(*sums_and_widths(y, x, dim)), dim), 2.0)

@composed(method=False)
def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The same area, after each step."""
    if not y.ndim: raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    size = y.size(dim) - 1
    if x is None: return ops.cumsum(ops.mul_scalar(ops.add(ops.narrow(y, dim, 1, size), ops.narrow(y, dim, 0, size)), dx / 2), dim)
    return ops.div_scalar(ops.cumsum(ops.mul(*sums_and_widths(y, x, dim)), dim), 2.0)

def sums_and_widths(y, x, dim):
    if x.ndim == 1: x = ops.view(x, tuple(-1 if place == dim % y.ndim else 1 for place in range(y.ndim)))
    size = y.size(dim) - 1
    return ops.add(ops.narrow(y, dim, 1, size), ops.narrow(y, dim, 0, size)), ops.diff(x, 1, dim)


# --- words that only these rules use

logcumsumexp_along = word(Logcumsumexp)

@word
def later_exponents(value, dim):
    """The logarithm of what the exponentials of each element and those after it sum to."""
    return flip(logcumsumexp_along(flip(value, dim), dim), dim)

@word
def log_where(condition, value): return where(condition, log(value), number(-3.4028234663852886e38))

def record_holders(value, dim, better):
    """The best so far, and where it stands; of equals the later one."""
    if not value.ndim or not value.size: return value.copy(), np.zeros(value.shape, np.int64)
    best = better.accumulate(value, dim)
    places = np.arange(value.shape[dim]).reshape([-1 if place == dim else 1 for place in range(value.ndim)])
    holds = (value == best) | ((value != value) & (best != best))
    return best, np.maximum.accumulate(np.where(holds, places, 0), dim).astype(np.int64)

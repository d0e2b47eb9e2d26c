"""Sums and means that leave gaps out, quantiles, counts, and how columns vary together."""


import numpy as np

from .. import dims as dimensions
from .. import dtypes
from ..dims import chosen, spoken, wrapped
from ..errors import warn
from ..kernels import BOOL, WHOLE, lacking
from ..op import Op, Scalar, Tensor, composed, ops, word, wrap
from ..words import expand, masked_fill, sgn, sum_to_size, to
from .arithmetic import refuse_subtraction
from .reductions import differentiable, of_variance, share, spread_of, summable, variance, widened


class Nansum(Op, hidden=True, name="nansum_of"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar, dtype: Scalar = None): return np.asarray(np.add.reduce(np.where(self != self, np.zeros((), self.dtype), self), dimensions.axes(dim or (), self.ndim), dtype, keepdims=keepdim))
    def grad_self(grad, self, dim, keepdim, self_options): return to(masked_fill(expand(widened(grad, self.shape, dim or (), keepdim), self.shape), self != self, 0), self_options)

class StdMean(Op, hidden=True, name="std_mean_of", outputs="result0 result1"):
    def forward(self: Tensor, dim: Scalar, correction: Scalar, keepdim: Scalar):
        return np.sqrt(variance(self, dim, correction, keepdim)), np.asarray(np.mean(self, dimensions.axes(dim or (), self.ndim), keepdims=keepdim))
    def grad_self(grads, self, dim, correction, keepdim, result0):
        spread = of_variance(masked_fill(grads[0] / (result0 * 2), result0 == 0, 0), self, dim, correction, keepdim)
        return spread + expand(widened(grads[1], self.shape, dim or (), keepdim), self.shape) / share(self.shape, dim or ())

class Dist(Op, hidden=True, name="dist_of"):
    def forward(self: Tensor, other: Tensor, p: Scalar): return np.asarray(np.linalg.norm((self - other).reshape(-1), p)).astype(dtypes.promoted(self.dtype, other.dtype))
    def grad_self(grad, self, other, p, result, self_options): return to(sum_to_size(of_length(grad, self - other, p, result), self.shape), self_options)
    def grad_other(grad, self, other, p, result, other_options): return to(sum_to_size(-of_length(grad, self - other, p, result), other.shape), other_options)

@word
def of_length(grad, apart, p, result):
    """The direction from one to the other."""
    if p == 2: return grad * masked_fill(apart / result, result == 0, 0)
    return sgn(apart) * masked_fill(abs(apart) ** (p - 1) * (grad / result ** (p - 1)), result == 0, 0)

@composed("int or tuple of ints? dim = None, bool keepdim = False, *, torch.dtype dtype = None", out=True)
def nansum(self, dim=None, keepdim=False, *, dtype=None):
    if self._dtype.kind != "f": return ops.sum(self, dim, keepdim, dtype=dtype)
    if dtype is not None: differentiable(self, dtype)
    self, kind = summable(self, dtype)
    if self._dtype.kind != "f": return ops.sum(self, dim, keepdim, dtype=dtype)
    return ops.nansum_of(self, None if dim is None else chosen(self, dim), keepdim, kind)

@composed("int or tuple of ints? dim = None, bool keepdim = False, *, torch.dtype dtype = None", out=True)
def nanmean(self, dim=None, keepdim=False, *, dtype=None):
    if self._dtype.kind != "f": raise RuntimeError(f"nanmean(): expected input to have floating point or complex dtype but got {spoken(self)}")
    there = ops.logical_not(ops.isnan(self.detach()))
    return ops.div(ops.nansum(self, dim, keepdim, dtype=dtype), ops.sum(there, dim, keepdim))

spread_of("std_mean", "std_mean_of")

@composed("Tensor other, Number p = 2")
def dist(self, other, p=2):
    refuse_subtraction(self, other)
    refuse_whole(self, other)
    return ops.dist_of(self, other, p)

def refuse_whole(*operands):
    kind = dtypes.result_dtype(*operands)
    if kind.kind != "f": raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {dtypes.scalar_name(kind)} instead.")


# --- in order

def quantile_of(name, ignore_nan):
    """`quantile` and `nanquantile`: the value below which a share q of all lies."""
    def function(self, q, dim=None, keepdim=False, *, interpolation="linear"):
        if not self.numel(): raise RuntimeError(f"{name}() input tensor must be non-empty")
        if not isinstance(q, Tensor) and not 0 <= q <= 1: raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q:g}")
        shares = q.detach() if isinstance(q, Tensor) else wrap(np.asarray(q, self._dtype))
        if shares.ndim > 1: raise RuntimeError(f"{name}() q must be a scalar or 1D tensor")
        if self._dtype not in (dtypes.float32, dtypes.float64): raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
        if shares._dtype is not self._dtype: raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
        if interpolation not in ROUNDINGS: raise RuntimeError(f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}")
        if ((shares._shaped() < 0) | (shares._shaped() > 1)).any(): raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
        found = interpolated(in_rows(self, dim, keepdim), shares.reshape(-1), interpolation, ignore_nan)
        return found.unsqueeze_(0).transpose_(0, -1).squeeze_(-1) if shares.ndim else found.squeeze_(-1)
    rest = "int? dim = None, bool keepdim = False, *, str interpolation = linear"
    composed(f"Tensor q, {rest}", f"float q, {rest}", name=name)(function)

ROUNDINGS = {"linear": None, "midpoint": None, "lower": np.floor, "higher": np.ceil, "nearest": np.rint}

quantile_of("quantile", False)
quantile_of("nanquantile", True)

def in_rows(self, dim, keepdim):
    """What is to be ranked, in order, in the last dimension of a result's shape."""
    if dim is None: rows, kept = ops.flatten(self), (1,) * self.ndim * keepdim
    else:
        dim = int(wrapped(dim, self.ndim))
        rows = self if dim == self.ndim - 1 else ops.transpose(ops.unsqueeze(self, -1), dim, -1)
        kept = (*self._shape[:dim], *(1,) * keepdim, *self._shape[dim + 1:])
    return ops.view(ops.sort(rows)[0], (*kept, rows._shape[-1] if rows.ndim else 1))

def interpolated(ordered, shares, interpolation, ignore_nan):
    """The elements at these ranks; between two of them, a straight line."""
    values, wide = ordered._shaped(), (*ordered._shape[:-1], shares._shape[0])
    missing, last = np.isnan(values), ordered._shape[-1] - 1
    if ignore_nan: ranks = np.maximum(shares._shaped() * ((~missing).sum(-1, keepdims=True) - 1), 0)
    else: ranks = np.where(missing.any(-1, keepdims=True), last, shares._shaped() * last)
    ranks = np.broadcast_to(ranks, wide).astype(ordered._dtype)
    if ROUNDINGS[interpolation]: ranks = ROUNDINGS[interpolation](ranks)
    found = ops.gather(ordered, -1, wrap(np.floor(ranks).astype(np.int64)))
    if ROUNDINGS[interpolation]: return found
    weights = ranks - np.floor(ranks) if interpolation == "linear" else np.full_like(ranks, 0.5)
    return found.lerp_(ops.gather(ordered, -1, wrap(np.ceil(ranks).astype(np.int64))), wrap(weights))


# --- counts

@composed("Tensor? weights = None, int minlength = 0")
def bincount(self, weights=None, minlength=0):
    if self.numel(): lacking("bincount_cpu", "bf")(self)
    if minlength < 0: raise RuntimeError("minlength should be >= 0")
    if weights is not None and weights._shape != self._shape: raise RuntimeError("weights should be 1-d and have the same length as input")
    if self.ndim != 1 or self._dtype.kind not in "iu": raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if self.numel() and self._shaped().min() < 0: raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    counts = np.bincount(self._shaped(), None if weights is None else weights._shaped(), minlength)
    return wrap(counts.astype(np.int64 if weights is None else np.float64 if weights._dtype != np.float32 else np.float32))

@composed("int bins = 100, Number min = 0, Number max = 0", out=True)
def histc(self, bins=100, min=0, max=0):
    lacking("linspace_cpu", BOOL)(self)
    lacking("histogram_cpu", WHOLE)(self)
    if bins <= 0: raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    value = self._shaped().reshape(-1)
    if min == max and value.size: min, max = float(value.min()), float(value.max())
    if not np.isfinite([min, max]).all(): raise RuntimeError(f"torch.histc: range of [{min:g}, {max:g}] is not finite")
    if min > max: raise RuntimeError("torch.histc: max must be larger than min")
    if min == max: min, max = min - 1, max + 1
    return wrap(np.histogram(value, bins, (min, max))[0].astype(self._dtype))

@composed(method=False)
def isin(elements, test_elements, *, assume_unique=False, invert=False):
    for each in (elements, test_elements):
        if isinstance(each, Tensor) and each._dtype.kind == "b": raise RuntimeError("Unsupported input type encountered for isin(): Bool")
    given, tested = (each._shaped() if isinstance(each, Tensor) else np.asarray(each) for each in (elements, test_elements))
    return wrap(np.asarray(np.isin(given, tested, invert=invert)))


# --- together

@composed("*, int correction = 1, Tensor? fweights = None, Tensor? aweights = None")
def cov(self, *, correction=1, fweights=None, aweights=None):
    """How the rows vary together."""
    if self._dtype.kind == "b": raise RuntimeError("cov(): bool dtype is not supported for input")
    if fweights is not None or aweights is not None: raise NotImplementedError("weights of cov are out of scope of this small torch")
    if self.ndim > 2: raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got an input with {self.ndim} dimensions")
    rows = ops.view(self, (1, -1)) if self.ndim < 2 else self
    if rows._shape[1] <= correction: warn("cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.")
    apart = ops.sub(rows, ops.unsqueeze(ops.div(ops.sum(rows, 1), rows._shape[1]), 1))
    return ops.squeeze(ops.div(ops.mm(apart, ops.t(apart)), max(rows._shape[1] - correction, 0)))

@composed("")
def corrcoef(self):
    """The same, with each row's own spread as the measure."""
    if self.ndim > 2: raise RuntimeError(f"corrcoef(): expected input to have two or fewer dimensions but got an input with {self.ndim} dimensions")
    together = ops.cov(self)
    if not together.ndim: return ops.div(together, together)
    spread = ops.sqrt(ops.diagonal(together))
    return ops.clamp(ops.div(ops.div(together, ops.view(spread, (-1, 1))), ops.view(spread, (1, -1))), -1, 1)

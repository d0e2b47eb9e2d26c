"""Reductions: many elements become few. Going back, each gets its share."""


import numpy as np

from .. import dims as dimensions
from ..data import numpy_type
from ..dims import chosen, spoken
from ..dtypes import scalar_name
from ..errors import warn
from ..modes import is_grad_enabled
from ..op import Op, Scalar, Tensor, composed, on_tensors, ops, word
from ..placing import cat, narrow
from ..words import (
    cumsum, expand, flip, masked_fill, mean_all, mean_dim, number, repeated, reshape, stack,
    sum_dim, to, total, view, zeros_like,
)

# --- sum and mean

INT64 = np.dtype("int64")

class SumAll(Op, node="SumBackward0", hidden=True, bare=True):
    def forward(self: Tensor): return total(self)
    def grad_self(grad, self_sym_sizes): return expand(grad, self_sym_sizes)

class SumDim(Op, node="SumBackward1", hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar = False): return sum_dim(self, dim, keepdim)
    def grad_self(grad, self_sym_sizes, dim, keepdim): return expand(widened(grad, self_sym_sizes, dim, keepdim), self_sym_sizes)

class SumAllAs(Op, node="SumBackward0", hidden=True):
    def forward(self: Tensor, dtype: Scalar): return total(self.astype(dtype))
    def grad_self(grad, self_sym_sizes, self_options): return to(expand(grad, self_sym_sizes), self_options)

class SumDimAs(Op, node="SumBackward1", hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar, dtype: Scalar): return sum_dim(self.astype(dtype), dim, keepdim)
    def grad_self(grad, self_sym_sizes, dim, keepdim, self_options): return to(expand(widened(grad, self_sym_sizes, dim, keepdim), self_sym_sizes), self_options)

class MeanAll(Op, node="MeanBackward0", hidden=True, bare=True):
    def forward(self: Tensor): return total(self) / self.size
    def grad_self(grad, self_sym_sizes, self_sym_numel): return repeated(grad / self_sym_numel, self_sym_sizes)

class MeanDim(Op, node="MeanBackward1", hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar = False): return mean_dim(self, dim, keepdim)
    def grad_self(grad, self_sym_sizes, self_sym_numel, dim, keepdim): return expand(widened(grad, self_sym_sizes, dim, keepdim), self_sym_sizes) / share(self_sym_sizes, dim)

class MeanAllAs(Op, node="MeanBackward0", hidden=True):
    def forward(self: Tensor, dtype: Scalar): return np.asarray(total(self.astype(dtype)) / np.asarray(self.size, dtype))
    def grad_self(grad, self_sym_sizes, self_sym_numel, self_options): return to(expand(grad / self_sym_numel, self_sym_sizes), self_options)

class MeanDimAs(Op, node="MeanBackward1", hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar, dtype: Scalar): return mean_dim(self.astype(dtype), dim, keepdim)
    def grad_self(grad, self_sym_sizes, self_sym_numel, dim, keepdim, self_options): return to(expand(widened(grad, self_sym_sizes, dim, keepdim), self_sym_sizes) / share(self_sym_sizes, dim), self_options)

def summable(self, dtype):
    """In the type of the answer: whole numbers give int64, where numpy's answer hangs on the machine.

    And that type, where the op itself must change it: what is recorded has no other node for that.
    """
    if dtype is None: return self.long() if self._dtype.kind in "bui" and self._dtype is not INT64 else self, None
    kind = numpy_type(dtype)
    if kind is self._dtype: return self, None
    if kind.kind != "f": return self.detach().to(dtype).long(), None  # numpy has types of its own for the sum
    return (self, kind) if self._requires_grad else (self.to(dtype), None)

def differentiable(self, dtype):
    """Refuse a result that no gradient could come back to."""
    if self._requires_grad and is_grad_enabled() and numpy_type(dtype).kind != "f":
        raise RuntimeError(f"Autograd not support dtype: {scalar_name(numpy_type(dtype))}")

@composed("*, torch.dtype dtype = None", "int or tuple of ints? dim, bool keepdim = False, *, torch.dtype dtype = None", out=True)
def sum(self, dim=..., keepdim=False, *, dtype=None):
    kind = None
    if dtype is not None: differentiable(self, dtype)
    if dtype is not None or self._dtype.kind in "bui": self, kind = summable(self, dtype)
    if dim is ...:
        if keepdim: raise TypeError("keepdim without dim")
        result = ops.sum_all(self) if kind is None else ops.sum_all_as(self, kind)
    elif kind is not None: result = ops.sum_dim_as(self, chosen(self, dim), keepdim, kind)
    else: result = ops.sum_dim(self, chosen(self, dim), keepdim)
    return result if dtype is None else in_own_type(result, dtype)

@composed("*, torch.dtype dtype = None", "int or tuple of ints? dim, bool keepdim = False, *, torch.dtype dtype = None")
def mean(self, dim=..., keepdim=False, *, dtype=None):
    self, kind = (self, None) if dtype is None else summable(self, dtype)
    if self._dtype.kind != "f":
        if dtype is not None: raise RuntimeError(f"mean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. Got: {spoken(self)}")
        raise RuntimeError(f"mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {spoken(self)}")
    if dim is ...:
        if keepdim: raise TypeError("keepdim without dim")
        return ops.mean_all(self) if kind is None else ops.mean_all_as(self, kind)
    if kind is not None: return ops.mean_dim_as(self, chosen(self, dim), keepdim, kind)
    return ops.mean_dim(self, chosen(self, dim), keepdim)


# --- products

class ProdAll(Op, node="ProdBackward0", hidden=True):
    def forward(self: Tensor, dtype: Scalar = None): return np.multiply.reduce(self, None, dtype)
    def grad_self(grad, self, result, self_options): return to(of_product(grad, self, result, (), True), self_options)

class ProdDim(Op, node="ProdBackward1", hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar = False, dtype: Scalar = None): return np.multiply.reduce(self, dimensions.axes((dim,), self.ndim), dtype, keepdims=keepdim)
    def grad_self(grad, self, dim, keepdim, result, self_options): return to(of_product(grad, self, result, (dim,), keepdim), self_options)

@composed("*, torch.dtype dtype = None", "int dim, bool keepdim = False, *, torch.dtype dtype = None", out=True)
def prod(self, dim=..., keepdim=False, *, dtype=None):
    if dtype is not None: differentiable(self, dtype)
    if dim is None or (dim is ... and keepdim): raise TypeError("no dim")
    self, kind = summable(self, dtype)
    if dim is ...: return in_own_type(ops.prod_all(self, kind), dtype)
    return in_own_type(ops.prod_dim(self, dimensions.wrapped(dim, self.ndim), keepdim, kind), dtype)

def in_own_type(result, dtype):
    """Whole numbers that numpy has added up in larger ones."""
    return result if dtype is None or result._dtype.kind == "f" else result.to(dtype)

@word
def cumprod(value, dim): return np.multiply.accumulate(value, dim) if value.ndim else value.copy()

class Cumsum(Op, name="cumsum_along", hidden=True):
    def forward(self: Tensor, dim: Scalar, dtype: Scalar = None): return cumsum(typed(self, dtype), dim)
    def grad_self(grad, dim, self_options): return to(later(grad, dim), self_options)

class Cumprod(Op, name="cumprod_along", hidden=True):
    def forward(self: Tensor, dim: Scalar, dtype: Scalar = None): return cumprod(typed(self, dtype), dim)
    def grad_self(grad, self, dim, result, self_options): return to(of_running_product(grad, self, result, dim), self_options)

def typed(value, dtype): return value if dtype is None else value.astype(dtype)

def running(name, along):
    """`cumsum` and `cumprod`: along one dimension, in a type of one's own."""
    def function(self, dim, *, dtype=None):
        self, kind = summable(self, dtype)
        return in_own_type(getattr(ops, along)(self, dimensions.wrapped(dim, self.ndim), kind), dtype)
    composed("int dim, *, torch.dtype dtype = None", name=name, out=True, in_place=True)(function)

running("cumsum", "cumsum_along")
running("cumprod", "cumprod_along")


# --- spread

class Var(Op, hidden=True, name="var_of"):
    def forward(self: Tensor, dim: Scalar, correction: Scalar, keepdim: Scalar): return variance(self, dim, correction, keepdim)
    def grad_self(grad, self, dim, correction, keepdim): return of_variance(grad, self, dim, correction, keepdim)

class Std(Op, hidden=True, name="std_of"):
    def forward(self: Tensor, dim: Scalar, correction: Scalar, keepdim: Scalar): return np.sqrt(variance(self, dim, correction, keepdim))
    def grad_self(grad, self, dim, correction, keepdim, result): return of_variance(masked_fill(grad / (result * 2), result == 0, 0), self, dim, correction, keepdim)

class VarMean(Op, hidden=True, name="var_mean_of", outputs="var mean"):
    def forward(self: Tensor, dim: Scalar, correction: Scalar, keepdim: Scalar): return variance(self, dim, correction, keepdim), mean_dim(self, dim or (), keepdim)
    def grad_self(grads, self, self_sym_sizes, dim, correction, keepdim):
        return of_variance(grads[0], self, dim, correction, keepdim) + expand(widened(grads[1], self_sym_sizes, dim or (), keepdim), self_sym_sizes) / share(self_sym_sizes, dim or ())
    shown_as = "self_sym_sizes="

def spread_of(name, op):
    """`var(dim, unbiased)` and `var(dim, correction=)` for one of the four."""
    def spread(self, dim=None, unbiased=None, keepdim=False, *, correction=None):
        if self._dtype.kind != "f": raise RuntimeError("std and var only support floating point and complex dtypes")
        if dim is True or dim is False: dim, unbiased = None, dim
        if correction is None and (unbiased is not None or dim is not None): correction = int(unbiased is not False)
        dims = None if dim is None else chosen(self, dim)
        if share(self._shape, dims or ()) <= (1 if correction is None else correction) or not self.numel(): warn(NO_FREEDOM.format(name))
        result = getattr(ops, op)(self, dims, correction, keepdim)
        return tuple(result) if isinstance(result, tuple) else result
    composed("bool unbiased", "int or tuple of ints? dim, bool unbiased, bool keepdim = False", "int or tuple of ints? dim = None, *, Number correction = None, bool keepdim = False", name=name, method="mean" not in name)(spread)

NO_FREEDOM = "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by output numel)."

spread_of("var", "var_of")
spread_of("std", "std_of")
spread_of("var_mean", "var_mean_of")


# --- truth and counting: no gradient

class AllOf(Op, hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return truth(self, np.logical_and.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim))

class AnyOf(Op, hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return truth(self, np.logical_or.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim))

def truth(value, found):
    """True and False; of bytes, PyTorch makes bytes again."""
    return np.asarray(found, np.uint8 if value.dtype == np.uint8 else bool)

class CountOf(Op, hidden=True):
    def forward(self: Tensor, dim: Scalar): return np.asarray(np.add.reduce(self != 0, dimensions.axes(dim, self.ndim), np.int64))

def verdict(name, of):
    """`all` and `any`: of everything, along dimensions, or, where () names none, of each element alone."""
    def function(self, dim=None, keepdim=False):
        if dim == () or dim == []: return truth_of_each(self)
        return getattr(ops, of)(self, chosen(self, dim), keepdim)
    composed("", "int dim, bool keepdim = False", "tuple of ints? dim = None, bool keepdim = False", name=name, out=True)(function)

def truth_of_each(self):
    told = ops.ne(self, 0)
    return told.to(self.dtype) if self._dtype == np.uint8 else told

verdict("all", "all_of")
verdict("any", "any_of")

@composed("int dim = None", "tuple of ints dim")
def count_nonzero(self, *dim):
    if len(dim) == 1: dim = dim[0]
    return ops.count_of(self, chosen(self, dim))


# --- words that only these rules use

@word
def share(shape, dim):
    """How many elements each result was made of."""
    count = 1
    for place in dimensions.axes(dim, len(shape)):
        count *= shape[place]
    return count

def widened(grad, shape, dim, keepdim):
    """The gradient with the reduced dimensions back, one wide."""
    if keepdim: return grad
    gone = dimensions.axes(dim, len(shape))
    return view(grad, tuple(1 if place in gone else size for place, size in enumerate(shape)))

word(widened)

@on_tensors
def widened(grad, shape, dim, keepdim):
    if keepdim: return grad
    for place in sorted(dimensions.axes(dim, len(shape))):
        grad = ops.unsqueeze(grad, place)
    return grad

@word
def of_variance(grad, self, dim, correction, keepdim):
    """The derivative of the squared distance from the mean, shared among n - correction."""
    freedom = (1 if dim == () else share(self.shape, dim or ())) - (1 if correction is None else correction)
    if dim is None or not len(self.shape):
        middle = mean_all(self)
        if freedom <= 0: return grad * without_freedom(self == middle, self)
        return number(2 / freedom) * grad * (self - middle)
    slope = 2 / freedom if freedom else np.inf
    return number(slope) * widened(grad, self.shape, dim, keepdim) * (self - mean_dim(self, dim, True))

@word
def without_freedom(at_middle, self): return np.where(at_middle, np.nan, np.inf).astype(self.dtype)

@on_tensors
def without_freedom(at_middle, self): return ops.where(at_middle, np.nan, np.inf)  # noqa: F811

@word
def of_product(grad, self, result, dim, keepdim):
    """What the other factors multiply to."""
    if not len(self.shape): return grad
    grad = widened(grad, self.shape, dim, keepdim)
    if not has_zero(self): return grad * (widened(result, self.shape, dim, keepdim) / self)
    if dim: return grad * others_product(self, dim[0])
    return reshape(grad * others_product(reshape(self, (-1,)), 0), self.shape)

@word
def of_running_product(grad, self, result, dim):
    """Each factor stands in every later product."""
    if not len(self.shape) or self.shape[dim] == 1 or 0 in self.shape: return grad
    if has_zero(self): return running_product_with_zeros(grad, self, dim)
    return later(result * grad, dim) / self

@word
def later(value, dim):
    """The sum of each element and those after it."""
    return flip(cumsum(flip(value, dim), dim), dim)

@word
def has_zero(value): return bool((value == 0).any())

@word
def others_product(value, dim):
    """For each element, the product of those before it and those after it; no division, so zeros are welcome."""
    last = value.shape[dim] - 1
    one = zeros_like(narrow(value, dim, 0, 1)) + 1
    before = cumprod(cat([one, narrow(value, dim, 0, last)], dim), dim)
    after = cumprod(cat([one, flip(narrow(value, dim, 1, last), dim)], dim), dim)
    return before * flip(after, dim)

@word
def running_product_with_zeros(grad, self, dim):
    """For each factor, the sum over all later products of what the other factors multiply to."""
    factors, came, sent = unbind(self, dim), unbind(grad, dim), []
    for place in range(len(factors)):
        product, collected = 1, 0
        for other, factor in enumerate(factors):
            if other != place: product = product * factor
            if other >= place: collected = collected + came[other] * product
        sent.append(collected)
    return stack(sent, dim)

@word
def unbind(value, dim): return list(np.moveaxis(value, dim, 0))

def variance(value, dim, correction, keepdim):
    """Squared distance from the mean over n - correction, in double precision as PyTorch does."""
    axes, count = dimensions.axes(dim or (), value.ndim), share(value.shape, dim or ())
    if correction is None: correction = 1
    wide = value.astype(np.float64)
    middle = np.add.reduce(wide, axes, keepdims=True) / count if count else np.float64("nan")
    squares = np.add.reduce((wide - middle) ** 2, axes, keepdims=keepdim)
    return np.asarray(squares / np.float64(max(count - correction, 0))).astype(value.dtype)

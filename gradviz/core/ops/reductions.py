"""Reductions: many elements become few. Going back, each gets its share."""

import numpy as np

from .. import dims as dimensions
from ..calls import called
from ..op import Op, Scalar, composed, faces, ops
from ..placing import counted
from ..tensor import Tensor
from ..words import (
    abs,
    cumsum,
    equal_count,
    exp,
    expand,
    flip,
    log_sum_exp,
    masked_fill,
    mean_dim,
    on_tensors,
    repeated,
    sgn,
    sum_dim,
    total,
    view,
    where,
    word,
    written,
)

# --- sum and mean

class SumAll(Op, node="SumBackward0", face="", method=False, bare=True):
    def forward(self: Tensor): return total(self)
    def grad_self(grad, self_sym_sizes): return expand(grad, self_sym_sizes)

class SumDim(Op, node="SumBackward1", face="", method=False):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar = False): return sum_dim(self, dim, keepdim)
    def grad_self(grad, self_sym_sizes, dim, keepdim): return expand(widened(grad, self_sym_sizes, dim, keepdim), self_sym_sizes)

class MeanAll(Op, node="MeanBackward0", face="", method=False, bare=True):
    def forward(self: Tensor): return total(self) / self.size
    def grad_self(grad, self_sym_sizes, self_sym_numel): return repeated(grad / self_sym_numel, self_sym_sizes)

class MeanDim(Op, node="MeanBackward1", face="", method=False):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar = False): return mean_dim(self, dim, keepdim)
    def grad_self(grad, self_sym_sizes, self_sym_numel, dim, keepdim): return expand(widened(grad, self_sym_sizes, dim, keepdim), self_sym_sizes) / share(self_sym_sizes, dim)

@composed
@called("*, torch.dtype dtype = None", "int or tuple of ints? dim, bool keepdim = False, *, torch.dtype dtype = None")
def sum(self, dim=None, keepdim=False, *, dtype=None):
    if dim is None and dtype is None and not keepdim: return ops.sum_all(self)
    self = self if dtype is None else self.to(dtype)
    return ops.sum_dim(self, chosen(self, dim), keepdim)

@composed
@called("*, torch.dtype dtype = None", "int or tuple of ints dim, bool keepdim = False, *, torch.dtype dtype = None")
def mean(self, dim=None, keepdim=False, *, dtype=None):
    self = self if dtype is None else self.to(dtype)
    if self._dtype.kind != "f":
        raise RuntimeError(f"mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {spoken(self)}")
    if dim is None and not keepdim: return ops.mean_all(self)
    return ops.mean_dim(self, chosen(self, dim), keepdim)


# --- products

class ProdAll(Op, node="ProdBackward0", face="", method=False):
    def forward(self: Tensor): return np.multiply.reduce(self, None)
    def grad_self(grad, self, result): return of_product(grad, self, result, (), True)

class ProdDim(Op, node="ProdBackward1", face="", method=False):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar = False): return np.multiply.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim)
    def grad_self(grad, self, dim, keepdim, result): return of_product(grad, self, result, dim, keepdim)

@composed
@called("*, torch.dtype dtype = None", "int dim, bool keepdim = False, *, torch.dtype dtype = None")
def prod(self, dim=None, keepdim=False, *, dtype=None):
    self = self if dtype is None else self.to(dtype)
    return ops.prod_all(self) if dim is None else ops.prod_dim(self, chosen(self, dim), keepdim)

class Cumsum(Op, in_place=True):
    def forward(self: Tensor, dim: Scalar): return cumsum(self, dim)
    def grad_self(grad, dim): return flip(cumsum(flip(grad, dim), dim), dim)

class Cumprod(Op, in_place=True):
    def forward(self: Tensor, dim: Scalar): return np.multiply.accumulate(self, dim) if self.ndim else self.copy()
    def grad_self(grad, self, dim, result): return of_running_product(grad, self, result, dim)


# --- spread

class Var(Op, face="", method=False, name="var_of"):
    def forward(self: Tensor, dim: Scalar, correction: Scalar, keepdim: Scalar): return variance(self, dim, correction, keepdim)
    def grad_self(grad, self, dim, correction, keepdim): return of_variance(grad, self, dim, correction, keepdim)

class Std(Op, face="", method=False, name="std_of"):
    def forward(self: Tensor, dim: Scalar, correction: Scalar, keepdim: Scalar): return np.sqrt(variance(self, dim, correction, keepdim))
    def grad_self(grad, self, dim, correction, keepdim, result): return of_variance(masked_fill(grad / (result * 2), result == 0, 0), self, dim, correction, keepdim)

class VarMean(Op, face="", method=False, name="var_mean_of", outputs="var mean"):
    def forward(self: Tensor, dim: Scalar, correction: Scalar, keepdim: Scalar): return variance(self, dim, correction, keepdim), mean_dim(self, dim or (), keepdim)
    def grad_self(grads, self, self_sym_sizes, dim, correction, keepdim):
        return of_variance(grads[0], self, dim, correction, keepdim) + expand(widened(grads[1], self_sym_sizes, dim or (), keepdim), self_sym_sizes) / share(self_sym_sizes, dim or ())

def spread_of(function):
    """`var(dim, unbiased)` and `var(dim, correction=)` for one of the three."""
    def spread(self, dim=None, unbiased=True, keepdim=False, *, correction=None):
        if self._dtype.kind != "f":
            raise RuntimeError("std and var only support floating point and complex dtypes")
        if dim is True or dim is False: dim, unbiased = None, dim
        return function(self, None if dim is None else chosen(self, dim), int(unbiased) if correction is None else correction, keepdim)
    return spread

composed(name="var")(spread_of(lambda *given: ops.var_of(*given)))
composed(name="std")(spread_of(lambda *given: ops.std_of(*given)))
composed(name="var_mean", method=False)(spread_of(lambda *given: tuple(ops.var_mean_of(*given))))


# --- greatest and least

class MaxAll(Op, node="MaxBackward1", face="", method=False):
    def forward(self: Tensor): return np.maximum.reduce(self, None)
    def grad_self(grad, self, result): return shared_out(grad, self, result, (), True)

class MinAll(Op, node="MinBackward1", face="", method=False):
    def forward(self: Tensor): return np.minimum.reduce(self, None)
    def grad_self(grad, self, result): return shared_out(grad, self, result, (), True)

class MaxDim(Op, node="MaxBackward0", face="", method=False, outputs="values indices", name="max_dim"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return extreme(self, dim, keepdim, np.argmax)
    def grad_self(grads, self_sym_sizes, dim, keepdim, indices): return placed_along(grads[0], self_sym_sizes, dim, indices, keepdim)

class MinDim(Op, node="MinBackward0", face="", method=False, outputs="values indices", name="min_dim"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return extreme(self, dim, keepdim, np.argmin)
    def grad_self(grads, self_sym_sizes, dim, keepdim, indices): return placed_along(grads[0], self_sym_sizes, dim, indices, keepdim)

class PlaceAlong(Op, node="ScatterBackward0", face="", method=False):
    def forward(self: Tensor, shape: Scalar, dim: Scalar, indices: Scalar, keepdim: Scalar): return placed_along(self, shape, dim, indices, keepdim)
    def grad_self(grad, dim, indices, keepdim): return picked_along(grad, dim, indices, keepdim)

class PickAlong(Op, node="GatherBackward0", face="", method=False):
    def forward(self: Tensor, dim: Scalar, indices: Scalar, keepdim: Scalar): return picked_along(self, dim, indices, keepdim)
    def grad_self(grad, self_sym_sizes, dim, indices, keepdim): return placed_along(grad, self_sym_sizes, dim, indices, keepdim)

class Amax(Op, face="", method=False, name="amax_of"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.maximum.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim)
    def grad_self(grad, self, dim, keepdim, result): return among_equals(grad, self, result, dim, keepdim)

class Amin(Op, face="", method=False, name="amin_of"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.minimum.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim)
    def grad_self(grad, self, dim, keepdim, result): return among_equals(grad, self, result, dim, keepdim)

class ArgmaxOf(Op, face="", method=False):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.asarray(np.argmax(self, dim, keepdims=keepdim))

class ArgminOf(Op, face="", method=False):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.asarray(np.argmin(self, dim, keepdims=keepdim))

def extreme_of(name, whole, along, pairwise):
    """`max()`, `max(dim)` and `max(other)` are three functions under one name."""
    def function(self, dim=None, keepdim=False):
        if isinstance(dim, Tensor): return getattr(ops, pairwise)(self, dim)
        if dim is None:
            if self.numel() == 0:
                raise RuntimeError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.")
            return getattr(ops, whole)(self)
        return getattr(ops, along)(self, nonempty(self, name, dim), keepdim)
    function.__name__ = name
    return called("", "int dim, bool keepdim = False", "Tensor other")(function)

composed(name="max")(extreme_of("max", "max_all", "max_dim", "maximum"))
composed(name="min")(extreme_of("min", "min_all", "min_dim", "minimum"))

@composed
@called("int or tuple of ints dim = (), bool keepdim = False")
def amax(self, dim=(), keepdim=False): return ops.amax_of(self, chosen(self, dim), keepdim)

@composed
@called("int or tuple of ints dim = (), bool keepdim = False")
def amin(self, dim=(), keepdim=False): return ops.amin_of(self, chosen(self, dim), keepdim)

@composed
def aminmax(self, *, dim=None, keepdim=False): return ops.amin(self, () if dim is None else dim, keepdim), ops.amax(self, () if dim is None else dim, keepdim)

@composed
@called("int dim = None, bool keepdim = False")
def argmax(self, dim=None, keepdim=False): return ops.argmax_of(self, position(self, "argmax", dim), keepdim)

@composed
@called("int dim = None, bool keepdim = False")
def argmin(self, dim=None, keepdim=False): return ops.argmin_of(self, position(self, "argmin", dim), keepdim)


# --- norms

class Norm(Op, node="LinalgVectorNormBackward0", face="", method=False, name="vector_norm_of"):
    def forward(self: Tensor, ord: Scalar, dim: Scalar, keepdim: Scalar): return norm_of(self, ord, dim, keepdim)
    def grad_self(grad, self, ord, dim, keepdim, result): return of_norm(grad, self, ord, dim, keepdim, result)

class PowerNorm(Op, node="NormBackward1", face="", method=False, name="power_norm"):
    def forward(self: Tensor, p: Scalar, dim: Scalar, keepdim: Scalar): return norm_of(self, p, dim, keepdim)
    def grad_self(grad, self, p, dim, keepdim, result): return of_norm(grad, self, p, dim, keepdim, result)

class Logsumexp(Op, face="", method=False, name="logsumexp_of"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return log_sum_exp(self, dim, keepdim)
    def grad_self(grad, self, self_sym_sizes, dim, keepdim, result): return widened(grad, self_sym_sizes, dim, keepdim) * exp(self - widened(result, self_sym_sizes, dim, keepdim))

@composed
@called("int or tuple of ints dim, bool keepdim = False")
def logsumexp(self, dim, keepdim=False): return ops.logsumexp_of(self, chosen(self, dim), keepdim)

@composed(face="linalg", method=False)
def vector_norm(self, ord=2, dim=None, keepdim=False):
    if self._dtype.kind != "f":
        raise RuntimeError(f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {spoken(self)}")
    return ops.vector_norm_of(self, ord, None if dim is None else chosen(self, dim), keepdim)

@composed
def norm(self, p="fro", dim=None, keepdim=False): return ops.vector_norm(self, 2 if p in ("fro", None) else p, dim, keepdim)

def norm_in_linalg(self, ord=None, dim=None, keepdim=False): return ops.vector_norm(self, 2 if ord is None else ord, dim, keepdim)

faces["linalg"]["norm"] = norm_in_linalg


# --- truth and counting: no gradient

class AllOf(Op, face="", method=False):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.asarray(np.logical_and.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim))

class AnyOf(Op, face="", method=False):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.asarray(np.logical_or.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim))

class CountOf(Op, face="", method=False):
    def forward(self: Tensor, dim: Scalar): return np.asarray(np.add.reduce(self != 0, dimensions.axes(dim, self.ndim), np.int64))

@composed
@called("", "int or tuple of ints dim, bool keepdim = False")
def all(self, dim=None, keepdim=False): return ops.all_of(self, chosen(self, dim), keepdim)

@composed
@called("", "int or tuple of ints dim, bool keepdim = False")
def any(self, dim=None, keepdim=False): return ops.any_of(self, chosen(self, dim), keepdim)

@composed
@called("int dim = None")
def count_nonzero(self, dim=None): return ops.count_of(self, chosen(self, dim))


# --- which dimensions

def chosen(self, dim):
    """The dimensions to reduce, counted from 0; () where all are."""
    if dim is None: return ()
    return dimensions.wrapped_all(dim, len(self._shape))

def nonempty(self, name, dim):
    """One dimension with something in it."""
    dim = dimensions.wrapped(dim, len(self._shape))
    if self._shape and self._shape[dim] == 0:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")
    return dim

def position(self, name, dim):
    """The dimension to look along, None for all of them as one."""
    if dim is None:
        if self.numel() == 0: raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
        return None
    dim = nonempty(self, name, dim)
    return dim if self._shape else None

def spoken(self):
    """The type's name in error texts: `Long`."""
    from ..dtypes import scalar_name
    return scalar_name(self._dtype)


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
    dim = dim or ()
    grad = widened(grad, self.shape, dim, keepdim)
    return 2 / max(share(self.shape, dim) - correction, 0) * grad * (self - mean_dim(self, dim, True)) if share(self.shape, dim) > correction else grad * float("nan") * self

@word
def shared_out(grad, self, result, dim, keepdim):
    """To the greatest (or least) elements; those that are equal share."""
    mask = self == widened(result, self.shape, dim, keepdim)
    return written(where(mask, widened(grad, self.shape, dim, keepdim) / equal_count(mask, dim), 0), 1)

@word
def among_equals(grad, self, result, dim, keepdim):
    """The same along some dimensions."""
    mask = self == widened(result, self.shape, dim, keepdim)
    return widened(grad, self.shape, dim, keepdim) * mask / equal_count(mask, dim)

@word
def of_product(grad, self, result, dim, keepdim):
    """What the other factors multiply to."""
    grad = widened(grad, self.shape, dim, keepdim)
    if has_zero(self): return grad * others_product(self, dim)
    return grad * (widened(result, self.shape, dim, keepdim) / self)

@word
def of_running_product(grad, self, result, dim):
    """Each factor stands in every later product."""
    if has_zero(self): return running_product_with_zeros(grad, self, dim)
    return flip(cumsum(flip(result * grad, dim), dim), dim) / self

def has_zero(value): return bool((np.asarray(value) == 0).any())

word(has_zero)

@on_tensors
def has_zero(value): return bool((value._shaped() == 0).any())

def others_product(value, dim):
    """For each element, the product of the others along the dimensions; no division, so zeros are welcome."""
    gone = dimensions.axes(dim, value.ndim)
    kept = [place for place in range(value.ndim) if place not in gone]
    order = [*kept, *gone]
    lined = value.transpose(order).reshape(*[value.shape[place] for place in kept], -1)
    ones = np.ones_like(lined[..., :1])
    before = np.multiply.accumulate(np.concatenate([ones, lined[..., :-1]], -1), -1)
    after = np.multiply.accumulate(np.concatenate([ones, lined[..., :0:-1]], -1), -1)[..., ::-1]
    return (before * after).reshape([value.shape[place] for place in order]).transpose(np.argsort(order))

word(others_product)

@on_tensors
def others_product(value, dim):
    gone = dimensions.axes(dim, value.ndim)
    kept = [place for place in range(value.ndim) if place not in gone]
    order = [*kept, *gone]
    lined = value.permute(order).reshape(*[value.shape[place] for place in kept], -1)
    columns = lined.unbind(-1)
    products = []
    for place in range(len(columns)):
        product = columns[0] * 0 + 1 if place else columns[-1] * 0 + 1
        for other, column in enumerate(columns):
            if other != place: product = product * column
        products.append(product)
    back = sorted(range(len(order)), key=order.__getitem__)
    return ops.stack(products, -1).reshape([value.shape[place] for place in order]).permute(back)

def running_product_with_zeros(grad, self, dim):
    """The sum over all later products of the product of the other factors."""
    lined, came = np.moveaxis(self, dim, 0), np.moveaxis(grad, dim, 0)
    sent = np.zeros_like(lined)
    for place in range(len(lined)):
        others = lined.copy()
        others[place] = 1
        sent[place] = np.add.reduce((np.multiply.accumulate(others, 0) * came)[place:], 0)
    return np.moveaxis(sent, 0, dim)

word(running_product_with_zeros)

@on_tensors
def running_product_with_zeros(grad, self, dim):
    lined, came = self.unbind(dim), grad.unbind(dim)
    sent = []
    for place in range(len(lined)):
        product, collected = None, None
        for other in range(len(lined)):
            if other != place: product = lined[other] if product is None else product * lined[other]
            if other >= place:
                part = came[other] if product is None else came[other] * product
                collected = part if collected is None else collected + part
        sent.append(collected)
    return ops.stack(sent, dim)

def variance(value, dim, correction, keepdim):
    """Squared distance from the mean over n - correction, in double precision as PyTorch does."""
    axes = dimensions.axes(dim or (), value.ndim)
    count = 1
    for place in axes: count *= value.shape[place]
    wide = value.astype(np.float64)
    middle = np.add.reduce(wide, axes, keepdims=True) / count if count else np.float64("nan")
    squares = np.add.reduce((wide - middle) ** 2, axes, keepdims=keepdim)
    return np.asarray(squares / np.float64(max(count - correction, 0))).astype(value.dtype)

def extreme(value, dim, keepdim, arg):
    """The greatest or least along a dimension, and where it stands."""
    if value.ndim == 0: return value.copy(), np.zeros((), np.int64)
    where_it_is = np.asarray(arg(value, dim, keepdims=True))
    values = np.take_along_axis(value, where_it_is, dim)
    return (values, where_it_is) if keepdim else (values.squeeze(dim), where_it_is.squeeze(dim))

def placed_along(grad, shape, dim, indices, keepdim):
    """Zeros of a shape, with grad where the chosen elements stood."""
    full = np.zeros(shape, grad.dtype)
    if not shape:
        full[...] = grad
        return full
    if not keepdim: grad, indices = np.expand_dims(grad, dim), np.expand_dims(indices, dim)
    np.put_along_axis(full, indices, grad, dim)
    return counted(full, 2)

word(placed_along)

@on_tensors
def placed_along(grad, shape, dim, indices, keepdim): return ops.place_along(grad, shape, dim, raw(indices), keepdim)

def picked_along(grad, dim, indices, keepdim):
    if not grad.ndim: return grad.copy()
    picked = np.take_along_axis(grad, indices if keepdim else np.expand_dims(indices, dim), dim)
    return picked if keepdim else picked.squeeze(dim)

word(picked_along)

@on_tensors
def picked_along(grad, dim, indices, keepdim): return ops.pick_along(grad, dim, raw(indices), keepdim)

def raw(indices): return indices._shaped() if isinstance(indices, Tensor) else indices

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
    dim = dim or ()
    grad, result = widened(grad, self.shape, dim, keepdim), widened(result, self.shape, dim, keepdim)
    if ord == 2: return grad * masked_fill(self / result, result == 0, 0)
    if ord == 1: return sgn(self) * grad
    if ord == 0: return grad * masked_fill(self, self == self, 0)
    if ord in (float("inf"), -float("inf")):
        mask = abs(self) == result
        return sgn(self) * (grad / equal_count(mask, dim) * mask)
    power = abs(self) ** (ord - 1) * sgn(self)
    return power * masked_fill(grad / result ** (ord - 1), result == 0, 0)

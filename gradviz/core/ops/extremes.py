"""The greatest and the least: the gradient goes to whoever won, and equals share it."""

import numpy as np

from .. import dims as dimensions
from ..dims import chosen, nonempty, position
from ..op import Op, Scalar, Tensor, composed, ops, word
from ..words import equal_count
from .reductions import widened
from .sorting import returned, shared_out


class MaxAll(Op, node="MaxBackward1", hidden=True):
    def forward(self: Tensor): return np.maximum.reduce(self, None)
    def grad_self(grad, self, result): return shared_out(grad, self, result)

class MinAll(MaxAll, node="MinBackward1", hidden=True):
    def forward(self: Tensor): return np.minimum.reduce(self, None)

class MaxDim(Op, node="MaxBackward0", hidden=True, outputs="values indices", name="max_dim"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return extreme(self, dim, keepdim, np.argmax)
    def grad_self(grads, self_sym_sizes, dim, keepdim, indices): return returned(grads[0], self_sym_sizes, dim, indices, keepdim)

class MinDim(MaxDim, node="MinBackward0", hidden=True, outputs="values indices", name="min_dim"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return extreme(self, dim, keepdim, np.argmin)

class Amax(Op, hidden=True, name="amax_of"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.maximum.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim)
    def grad_self(grad, self, dim, keepdim, result): return among_equals(grad, self, result, dim, keepdim)

class Amin(Amax, hidden=True, name="amin_of"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.minimum.reduce(self, dimensions.axes(dim, self.ndim), keepdims=keepdim)

class Aminmax(Op, hidden=True, name="aminmax_of", outputs="min max"):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return both_ends(self, along(dim), keepdim)
    def grad_self(grads, self, dim, keepdim, min, max): return among_equals(grads[0], self, min, along(dim), keepdim) + among_equals(grads[1], self, max, along(dim), keepdim)

class ArgmaxOf(Op, hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.asarray(np.argmax(self, dim, keepdims=keepdim), np.int64)

class ArgminOf(Op, hidden=True):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar): return np.asarray(np.argmin(self, dim, keepdims=keepdim), np.int64)

def extreme_of(name, whole, along, pairwise):
    """`max()`, `max(dim)` and `max(other)` are three functions under one name."""
    def function(self, dim=..., keepdim=False, *, other=None):
        dim = dim if other is None else other
        if isinstance(dim, Tensor) and not keepdim: return getattr(ops, pairwise)(self, dim)
        if dim is None or (dim is ... and keepdim): raise TypeError("no dim")
        if dim is ...: return getattr(ops, whole)(filled(self, name))
        return getattr(ops, along)(self, nonempty(self, name, dim), keepdim)
    composed("", "Tensor other", "int dim, bool keepdim = False", name=name, out=True)(function)

extreme_of("max", "max_all", "max_dim", "maximum")
extreme_of("min", "min_all", "min_dim", "minimum")

@composed("int or tuple of ints dim = (), bool keepdim = False", out=True)
def amax(self, dim=(), keepdim=False): return ops.amax_of(self, filled_dims(self, "amax", dim), keepdim)

@composed("int or tuple of ints dim = (), bool keepdim = False", out=True)
def amin(self, dim=(), keepdim=False): return ops.amin_of(self, filled_dims(self, "amin", dim), keepdim)

def filled_dims(self, name, dim):
    """The dimensions to reduce, with something in each."""
    dims = chosen(self, dim)
    for given, place in zip(dim if isinstance(dim, tuple | list) else (dim,), dims, strict=False):
        if self.ndim and not self._shape[place]: raise IndexError(f"{name}(): Expected reduction dim {given} to have non-zero size.")
    if not dims: filled(self, name)
    return dims

def filled(self, name):
    if not self.numel(): raise RuntimeError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.")
    return self

@composed("*, int? dim = None, bool keepdim = False")
def aminmax(self, *, dim=None, keepdim=False):
    if dim is not None: dim = dimensions.wrapped(dim, self.ndim)
    if self.ndim and not (self.numel() if dim is None else self._shape[dim]):
        what = f"Expected reduction dim {dim} to have non-zero size" if dim is not None else "cannot compute aminmax over an empty dimension as the operation has no identity"
        raise (RuntimeError if dim is None else IndexError)(f"aminmax{'()' * (dim is None)}: {what}.")
    return ops.aminmax_of(self, dim, keepdim)

def place_of_extreme(name):
    def function(self, dim=None, keepdim=False):
        if self._dtype.kind == "b": raise RuntimeError(f"{name}(): does not support bool input")
        return getattr(ops, name + "_of")(self, position(self, name, dim), keepdim)
    composed("int dim = None, bool keepdim = False", name=name, out=True)(function)

place_of_extreme("argmax")
place_of_extreme("argmin")


# --- words that only these rules use

@word
def along(dim): return () if dim is None else (dim,)

def both_ends(value, dim, keepdim):
    axes = dimensions.axes(dim, value.ndim)
    return [np.asarray(end.reduce(value, axes, keepdims=keepdim)) for end in (np.minimum, np.maximum)]

@word
def among_equals(grad, self, result, dim, keepdim):
    """To the greatest (or least) elements along some dimensions; those that are equal share."""
    mask = self == widened(result, self.shape, dim, keepdim)
    return widened(grad, self.shape, dim, keepdim) * mask / equal_count(mask, dim, grad)

def extreme(value, dim, keepdim, arg):
    """The greatest or least along a dimension, and where it stands."""
    if value.ndim == 0: return value.copy(), np.zeros((), np.int64)
    where_it_is = np.asarray(arg(value, dim, keepdims=True), np.int64)
    values = np.take_along_axis(value, where_it_is, dim)
    return (values, where_it_is) if keepdim else (values.squeeze(dim), where_it_is.squeeze(dim))

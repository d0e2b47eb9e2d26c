"""Reductions: many elements become few."""

import numpy as np

from ..op import Op, Scalar, composed, ops
from ..tensor import Tensor
from ..words import expand, total, view, word


class SumAll(Op, node="SumBackward0", face="", method=False, bare=True):
    def forward(self: Tensor): return total(self)
    def grad_self(grad, self_sym_sizes): return expand(grad, self_sym_sizes)

class SumDim(Op, node="SumBackward1", face="", method=False):
    def forward(self: Tensor, dim: Scalar, keepdim: Scalar = False): return np.add.reduce(self, dim, keepdims=keepdim)
    def grad_self(grad, self_sym_sizes, dim, keepdim): return expand(widened(grad, self_sym_sizes, dim), self_sym_sizes)

class MeanAll(Op, node="MeanBackward0", face="", method=False, bare=True):
    def forward(self: Tensor): return total(self) / self.size
    def grad_self(grad, self_sym_sizes, self_sym_numel): return expand(grad / self_sym_numel, self_sym_sizes)

class SumToSize(Op, node="SumBackward1", face="", method=False):
    def forward(self: Tensor, shape: Scalar): return sum_to_size_of(self, shape)
    def grad_self(grad, self_sym_sizes): return expand(grad, self_sym_sizes)

from ..words import sum_to_size as sum_to_size_of  # noqa: E402


@word
def widened(grad, shape, dim):
    """The gradient with the summed dimensions back, one wide."""
    return view(grad, tuple(1 if i in dim else size for i, size in enumerate(shape)))


@composed
def sum(self, dim=None, keepdim=False):
    if dim is None: return ops.sum_all(self)
    dims = (dim,) if isinstance(dim, int) else dim
    return ops.sum_dim(self, tuple(d % self.ndim for d in dims), keepdim)


@composed
def mean(self): return ops.mean_all(self)

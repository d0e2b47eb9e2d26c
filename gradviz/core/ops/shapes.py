"""Shapes: the same elements, arranged otherwise; most are views of the same memory."""

import numpy as np

from ..op import Op, Scalar, composed, many, ops
from ..tensor import Tensor
from ..words import stack, sum_to_size, t, view


class T(Op, view=True):
    def forward(self: Tensor): return self.T
    def grad_self(grad): return t(grad)

class ViewTo(Op, node="ViewBackward0", view=True, face="", method=False):
    def forward(self: Tensor, shape: Scalar): return self.reshape(shape)
    def grad_self(grad, self_sym_sizes): return view(grad, self_sym_sizes)

class ExpandTo(Op, node="ExpandBackward0", view=True, face="", method=False):
    def forward(self: Tensor, shape: Scalar): return np.broadcast_to(self, shape)
    def grad_self(grad, self_sym_sizes): return sum_to_size(grad, self_sym_sizes)

class Unbind(Op, view=True, outputs=many):
    def forward(self: Tensor, dim: Scalar = 0): return [self[(slice(None),) * dim + (i, ...)] for i in range(self.shape[dim])]
    def grad_self(grads, dim): return stack(grads, dim)

"""Matrices."""

from ..op import Op
from ..tensor import Tensor
from ..words import mm, t


class Mm(Op):
    def forward(self: Tensor, mat2: Tensor): return mm(self, mat2)
    def grad_self(grad, mat2): return mm(grad, t(mat2))
    def grad_mat2(grad, self): return mm(t(self), grad)

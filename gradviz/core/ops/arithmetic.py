"""Arithmetic. Read an op as: what goes forward, and for each input what comes back."""

import operator

from ..op import Elementwise, Scalar, composed, ops
from ..tensor import Tensor


class Add(Elementwise, operators="+"):
    forward = operator.add
    def grad_self(grad): return grad
    def grad_other(grad): return grad
    _saved_alpha = 1

class Sub(Elementwise, operators="-"):
    forward = operator.sub
    def grad_self(grad): return grad
    def grad_other(grad): return -grad
    _saved_alpha = 1

class Rsub(Elementwise, node="RsubBackward1", operators="2-x", method=False, in_place=False):
    def forward(self: Tensor, other: Scalar): return other - self
    def grad_self(grad): return -grad
    _saved_alpha = 1

class Mul(Elementwise, operators="*"):
    forward = operator.mul
    def grad_self(grad, other): return grad * other
    def grad_other(grad, self): return grad * self

class Div(Elementwise, operators="/", floating=True):
    forward = operator.truediv
    def grad_self(grad, other): return grad / other
    def grad_other(grad, self, other): return -grad * (self / other) / other

class Neg(Elementwise, operators="-x"):
    forward = operator.neg
    def grad_self(grad): return -grad

class Reciprocal(Elementwise, floating=True):
    def forward(self: Tensor): return 1 / self
    def grad_self(grad, result): return -grad * (result * result)


@composed(name="divided_by", face="", method=False, operators="2/x")
def number_over_tensor(self, number): return ops.mul(ops.reciprocal(self), number)

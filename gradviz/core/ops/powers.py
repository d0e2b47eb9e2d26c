"""Powers: `x ** 2`, `x ** y` and `2 ** x` are three overloads, chosen by which side is a number."""

import math
import operator

import numpy as np

from .. import dtypes
from ..dtypes import float32
from ..numbers import number_types, plain
from ..op import Elementwise, Scalar, Tensor, composed, ops, wrap
from ..words import log, number, pow, where, zero, zeros_like


class PowScalar(Elementwise, node="PowBackward0", hidden=True):
    def forward(self: Tensor, exponent: Scalar): return self ** exponent
    def grad_self(grad, self, exponent): return grad * (exponent * pow(self, exponent - 1))

class PowZero(Elementwise, node="PowBackward0", hidden=True):
    def forward(self: Tensor, exponent: Scalar): return self ** exponent
    def grad_self(grad, self, exponent): return zeros_like(grad)

class PowTensor(Elementwise, node="PowBackward1", hidden=True):
    forward = operator.pow
    def grad_self(grad, self, exponent): return where(exponent == 0, zero, grad * (exponent * self ** (exponent - 1)))
    def grad_exponent(grad, self, exponent, result): return grad * where((self == 0) & (exponent >= 0), zero, result * log(self))

class PowOfNumber(Elementwise, node="PowBackward2", hidden=True, in_place=False):
    def forward(exponent: Tensor, self: Scalar): return self ** exponent
    def grad_exponent(grad, self, exponent, result):
        if self == 0: return grad * where(exponent >= 0, zero, result * number(-math.inf))
        return grad * (result * number(float(np.log(self))))


@composed("Tensor exponent", "torch Number self, Tensor exponent, *, Tensor out = None", "Number exponent", name="pow", operators="**", in_place=True, out=True)
def power(self, exponent):
    kind = exponent.__class__
    if (kind is int or kind is float) and exponent and self.__class__ is Tensor and self._dtype is float32: return ops.pow_scalar(self, exponent)  # the usual case asks least
    if isinstance(self, Tensor) and self._dtype.kind != "f" and not isinstance(exponent, Tensor): return power_of_whole(self, exponent)
    if kind is int or kind is float: return ops.pow_scalar(self, exponent) if exponent else ops.pow_zero(self, exponent)
    if isinstance(exponent, Tensor):
        if dtypes.result_dtype(self, exponent).kind != "f": return power_of_whole(self, exponent)
        return ops.pow_tensor(self, exponent) if isinstance(self, Tensor) else ops.pow_of_number(exponent, self)
    if kind in number_types: return ops.pow(self, plain(exponent))
    return NotImplemented

def power_of_whole(self, exponent):
    """A power of whole numbers; what is less than one is nothing there."""
    if not isinstance(exponent, Tensor | int | float) and exponent.__class__ not in number_types: return NotImplemented
    kind = dtypes.result_dtype(self, exponent)
    if kind.kind == "f": return ops.pow_scalar(ops.to_copy(self, kind), plain(exponent))
    if kind.kind == "b" and isinstance(exponent, Tensor): raise NotImplementedError("\"pow\" not implemented for 'Bool'")
    base, power = (each._shaped() if isinstance(each, Tensor) else np.asarray(each) for each in (self, exponent))
    if not isinstance(exponent, Tensor) and exponent < 0: raise RuntimeError("Integers to negative integer powers are not allowed.")
    odd = np.where(abs(base) == 1, np.where(power % 2, base, 1), 0)
    return wrap(np.where(power < 0, odd, base.astype(kind) ** np.maximum(power, 0).astype(kind)).astype(kind))

@composed(name="number_to_the", hidden=True, operators="2**x")
def number_to_the(self, number): return ops.pow(number, self)

@composed("", in_place=True, out=True)
def square(self): return ops.pow(self, 2)

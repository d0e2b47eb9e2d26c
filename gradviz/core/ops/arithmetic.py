"""Arithmetic. Read an op as: what goes forward, and for each input what comes back."""

import operator

import numpy as np

from ..dtypes import result_dtype
from ..kernels import BOOL, WHOLE, lacking, refusing_bool
from ..op import Elementwise, Scalar, Tensor, composed, ops
from ..operands import number_tensor
from ..words import divided, refuse_zeros, sgn, where, zeros_like

# --- the four, and the minus

def refuse_subtraction(*operands):
    """Of True and False there is no difference."""
    kinds = [each._dtype.kind if isinstance(each, Tensor) else "b" if isinstance(each, bool) else "" for each in operands[:2]]
    if kinds == ["b", "b"]: raise RuntimeError("Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.")
    if "b" in kinds: raise RuntimeError("Subtraction, the `-` operator, with a bool tensor is not supported. " + INVERT)

INVERT = "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."

class Add(Elementwise, operators="+", name="plus", hidden=True):
    forward = operator.add
    def grad_self(grad): return grad
    def grad_other(grad): return grad
    _saved_alpha = 1

class Sub(Elementwise, operators="-", name="minus", hidden=True):
    forward = operator.sub
    def grad_self(grad): return grad
    def grad_other(grad): return -grad
    check = refuse_subtraction
    _saved_alpha = 1

class Mul(Elementwise, operators="*"):
    forward = operator.mul
    def grad_self(grad, other): return grad * other
    def grad_other(grad, self): return grad * self

class Div(Elementwise, operators="/", name="over", hidden=True, floating=True):
    forward = operator.truediv
    def grad_self(grad, other): return grad / other
    def grad_other(grad, self, other): return -grad * (self / other / other)

class Neg(Elementwise, operators="-x"):
    forward = operator.neg
    def grad_self(grad): return -grad
    check = refusing_bool("Negation, the `-` operator, on a bool tensor is not supported. " + INVERT)

class Reciprocal(Elementwise, floating=True):
    def forward(self: Tensor): return 1 / self
    def grad_self(grad, result): return -grad * (result * result)


# --- a number on the left: `2 - x` is an op of its own, `2 / x` is not

class Rsub(Elementwise, node="RsubBackward1", operators="2-x", name="subtracted_from", hidden=True, in_place=False):
    def forward(self: Tensor, other: Scalar): return other - self
    def grad_self(grad): return -grad
    check = refuse_subtraction
    _saved_alpha = 1

@composed(name="number_over", hidden=True, operators="2/x")
def number_over(self, number):
    return ops.mul(ops.reciprocal(self), number)


# --- with a factor, or rounded

def refuse_factor(self, other, alpha):
    """A factor of its own kind beside whole numbers, True beside True."""
    kind = result_dtype(self, other).kind
    if alpha is True and kind != "b": raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and kind != "f": raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")

class AddScaled(Elementwise, node="AddBackward0", hidden=True):
    def forward(self: Tensor, other: Tensor, alpha: Scalar): return self + alpha * other
    def grad_self(grad, alpha): return grad
    def grad_other(grad, alpha): return grad * alpha

class SubScaled(Elementwise, node="SubBackward0", hidden=True):
    def forward(self: Tensor, other: Tensor, alpha: Scalar): return self - alpha * other
    def grad_self(grad, alpha): return grad
    def grad_other(grad, alpha): return -grad * alpha
    check = refuse_subtraction

class RsubTensor(Elementwise, node="RsubBackward0", hidden=True):
    def forward(self: Tensor, other: Tensor, alpha: Scalar): return other - alpha * self
    def grad_self(grad, alpha): return -grad * alpha
    def grad_other(grad): return grad
    check = refuse_subtraction

class RsubNumber(Elementwise, node="RsubBackward1", hidden=True):
    def forward(self: Tensor, other: Scalar, alpha: Scalar): return other - alpha * self
    def grad_self(grad, alpha): return -grad * alpha
    check = refuse_subtraction

class Flat(Elementwise, abstract=True):
    """A small change of what goes in changes nothing: the slope is 0."""
    def grad_self(grad): return zeros_like(grad)

class DivRounded(Elementwise, node="DivBackward2", hidden=True):
    def forward(self: Tensor, other: Tensor, rounding_mode: Scalar): return divided(self, other, rounding_mode)
    def grad_self(grad, other, rounding_mode): return zeros_like(grad)
    def grad_other(grad, self, other, rounding_mode): return zeros_like(grad)

class FloorDivide(Elementwise, node="NotImplemented", name="floor_divide_tensor", hidden=True):
    def forward(self: Tensor, other: Tensor): return divided(self, other, "floor")

class FloorDivideNumber(Elementwise, node="NotImplemented", hidden=True):
    def forward(self: Tensor, other: Scalar): return divided(self, other, "floor")

class Remainder(Elementwise, name="remainder_of_number", hidden=True):
    def forward(self: Tensor, other: Scalar): return leftover(above_zero, self, other)
    def grad_self(grad): return grad

class RemainderTensor(Remainder, node="RemainderBackward1", hidden=True):
    def forward(self: Tensor, other: Tensor): return leftover(above_zero, self, other)
    def grad_other(grad, self, other): return -grad * divided(self, other, "floor")

class NumberRemainder(Elementwise, node="NotImplemented", name="remainder_number", hidden=True):
    def forward(self: Tensor, other: Tensor): return leftover(above_zero, self, other)

class Fmod(Elementwise, name="fmod_of_number", hidden=True):
    def forward(self: Tensor, other: Scalar): return leftover(np.fmod, self, other)
    def grad_self(grad): return grad

class FmodTensor(Fmod, node="FmodBackward1", hidden=True):
    def forward(self: Tensor, other: Tensor): return leftover(np.fmod, self, other)
    def grad_other(grad, self, other): return -grad * divided(self, other, "trunc")

def leftover(function, value, other):
    refuse_zeros(value, other)
    return function(value, other)

def above_zero(value, other):
    """What is left of a division, with the sign of the divisor; a zero keeps that of the dividend."""
    rest = np.fmod(value, other)
    return where((rest != 0) & ((rest < 0) != (np.asarray(other) < 0)), rest + other, rest)

def by_kind(name, of_number, of_tensor, operators="", also=()):
    """A function of a tensor and a number, or of two tensors, which are overloads of their own."""
    def choose(self, other):
        if not isinstance(self, Tensor) and name == "fmod": return NotImplemented
        if not isinstance(self, Tensor) and name == "remainder": return ops.remainder_number(number_tensor(self, other), other)
        if not isinstance(self, Tensor): self = number_tensor(self, other)
        if isinstance(other, Tensor): return of_tensor(self, other)
        return of_number(self, other) if isinstance(other, (int, float)) else NotImplemented
    choose.__name__ = choose.__qualname__ = name
    composed("Tensor other", *also, "Number other", out=True, operators=operators, in_place=True)(choose)

by_kind("floor_divide", ops.floor_divide_number, ops.floor_divide_tensor, "//")
by_kind("remainder", ops.remainder_of_number, ops.remainder_tensor, "%", also=["torch Number self, Tensor other"])
by_kind("fmod", ops.fmod_of_number, ops.fmod_tensor)

@composed(hidden=True, operators="2//x")
def number_floored(self, number): return ops.floor_divide(number_tensor(number, self), self)

@composed(hidden=True, operators="2%x")
def number_remainder(self, number): return ops.remainder(number, self)

@composed("Number or Tensor other, *, Number alpha = 1", "old Number alpha, Number or Tensor other", in_place=True, out=True)
def add(self, other, *, alpha=1):
    if alpha.__class__ is int and alpha == 1: return ops.plus(self, other)
    refuse_factor(self, other, alpha)
    return ops.add_scaled(self, other, alpha)

@composed("Number or Tensor other, *, Number alpha = 1", "old Number alpha, Number or Tensor other", in_place=True, out=True)
def sub(self, other, *, alpha=1):
    if alpha.__class__ is int and alpha == 1: return ops.minus(self, other)
    refuse_factor(self, other, alpha)
    return ops.sub_scaled(self, other, alpha)

@composed("Tensor other, *, Number alpha = 1", "Number other, Number alpha = 1", in_place=True, out=True)
def subtract(self, other, alpha=None):
    if alpha is None or isinstance(other, Tensor): return ops.sub(self, other, alpha=alpha or 1)
    refuse_factor(self, other, alpha)
    return ops.sub_scalar(self, other, alpha)

@composed("Tensor other, *, Number alpha = 1", "Number other, Number alpha = 1", method=False)
def rsub(self, other, alpha=1):
    if not isinstance(self, Tensor): return NotImplemented
    refuse_factor(self, other, alpha)
    if isinstance(other, Tensor): return ops.rsub_tensor(self, other, alpha)
    return ops.subtracted_from(self, other) if alpha == 1 else ops.rsub_number(self, other, alpha)

@composed("Number or Tensor other", "Number or Tensor other, *, str? rounding_mode", "Number other, *, str? rounding_mode", in_place=True, out=True)
def div(self, other, *, rounding_mode=None):
    if rounding_mode not in (None, "trunc", "floor"): raise RuntimeError(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")
    return ops.over(self, other) if rounding_mode is None else ops.div_rounded(self, other, rounding_mode)

@composed("Tensor other", "Tensor other, *, str? rounding_mode", "Number other", "Number other, *, str? rounding_mode", in_place=True, out=True)
def divide(self, other, *, rounding_mode=None): return ops.div(self, other, rounding_mode=rounding_mode)

@composed("Tensor other", "Number other", in_place=True, out=True)
def true_divide(self, other): return ops.over(self, other)

@composed("Tensor other", "Number other", in_place=True, out=True)
def multiply(self, other): return ops.mul(self, other)

composed(ops.neg, name="negative", in_place=True)


# --- the size and the sign; rounding has no slope

class Abs(Elementwise, operators="abs"):
    forward = np.absolute
    def grad_self(grad, self): return grad * sgn(self)
    check = lacking("abs_cpu", BOOL)

composed(ops.abs, name="absolute", in_place=True)

class Sgn(Elementwise):
    def forward(self: Tensor): return signs(self)
    def grad_self(grad, self, result): return zeros_like(grad)

class Sign(Flat):
    def forward(self: Tensor): return signs(self)

def signs(value): return value if value.dtype.kind == "b" else sgn(value)

class Floor(Flat):
    forward = np.floor
    check = lacking("floor_vml_cpu", BOOL)

class Ceil(Flat):
    forward = np.ceil
    check = lacking("ceil_vml_cpu", BOOL)

class Trunc(Flat):
    forward = np.trunc
    check = lacking("trunc_vml_cpu", BOOL)

class Round(Flat, name="round_whole", hidden=True):
    forward = np.rint
    check = lacking("round_vml_cpu", BOOL)

class RoundDecimals(Flat, node="RoundBackward1", hidden=True):
    def forward(self: Tensor, decimals: Scalar): return np.rint(self * 10.0**decimals) / 10.0**decimals if decimals > 0 else np.rint(self / 10.0**-decimals) * 10.0**-decimals
    check = lacking("round_cpu", WHOLE)

@composed("", "*, int decimals", name="round", in_place=True, out=True)
def rounded(self, *, decimals=None): return ops.round_whole(self) if decimals is None else ops.round_decimals(self, operator.index(decimals))

class Frac(Elementwise):
    def forward(self: Tensor): return self - np.trunc(self)
    def grad_self(grad): return grad
    check = lacking("frac_cpu", WHOLE)


# --- what a rule's own numbers mean under create_graph: torch has overloads of their own for them

class MulScalar(Elementwise, node="MulBackward1", hidden=True):
    def forward(self: Tensor, other: Scalar): return self * other
    def grad_self(grad, other): return grad * other

class DivScalar(Elementwise, node="DivBackward1", hidden=True, floating=True):
    def forward(self: Tensor, other: Scalar): return self / other
    def grad_self(grad, other): return grad / other

class AddScalar(Elementwise, node="AddBackward1", hidden=True):
    def forward(self: Tensor, other: Scalar): return self + other
    def grad_self(grad): return grad

class SubScalar(Elementwise, node="SubBackward1", hidden=True):
    def forward(self: Tensor, other: Scalar, alpha: Scalar = 1): return self - other * alpha
    def grad_self(grad): return grad
    check = refuse_subtraction

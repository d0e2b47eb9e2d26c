"""Functions of each element that are met more rarely, and older names of common ones."""

import math

import numpy as np

from ..kernels import BOOL, WHOLE, lacking
from ..op import Elementwise, Scalar, Tensor, composed, ops, word, wrap
from ..words import (
    cos, exp, exp2, log, log1p, masked_fill, number, one_minus, sin, to, where, zero,
    zeros_like,
)

# --- probability and angles

class Erfc(Elementwise, floating=True, face="torch special"):
    def forward(self: Tensor): return each(math.erfc, self)
    def grad_self(grad, self): return number(-2 / math.sqrt(math.pi)) * exp(-self ** 2) * grad

class Lgamma(Elementwise, floating=True):
    def forward(self: Tensor): return each(logarithm_of_gamma, self)
    def grad_self(grad, self): return grad * digamma(self)

class Digamma(Elementwise, floating=True, face="torch special"):
    def forward(self: Tensor): return each(slope_of_lgamma, self)
    def grad_self(grad, self): return grad * polygamma_of(self, 1)

class Polygamma(Elementwise, floating=True, hidden=True, name="polygamma_of"):
    def forward(self: Tensor, n: Scalar): return each(bend_of_lgamma if n == 1 else lambda number: higher_bend_of_lgamma(int(n), number), self)
    def grad_self(grad, self, n): return grad * polygamma_of(self, n + 1)

digamma, polygamma_of = word(Digamma), word(Polygamma)

class Logit(Elementwise, floating=True, hidden=True, name="logit_of"):
    def forward(self: Tensor, eps: Scalar): return log_odds(self if eps is None else np.clip(self, eps, 1 - eps))
    def grad_self(grad, self, eps): return where(between(self, eps), grad / (self * one_minus(self)), outside(eps))

class Sinc(Elementwise, floating=True, face="torch special"):
    def forward(self: Tensor): return where(self == 0, zero + 1, sin(math.pi * self) / (math.pi * self))
    def grad_self(grad, self): return where(self == 0, zero, grad * ((self * number(math.pi) * cos(self * number(math.pi)) - sin(self * number(math.pi))) / (self * self * number(math.pi))))

class Deg2Rad(Elementwise, floating=True, name="deg2rad"):
    def forward(self: Tensor): return self * (math.pi / 180)
    def grad_self(grad): return grad * number(math.pi / 180)

class Rad2Deg(Elementwise, floating=True, name="rad2deg"):
    def forward(self: Tensor): return self * (180 / math.pi)
    def grad_self(grad): return grad * number(180 / math.pi)

class SpecialEntr(Elementwise, floating=True, face="special", method=False, name="entr"):
    def forward(self: Tensor): return where(self > 0, -self * log(self), where(self == 0, zero, where(self < 0, zero - np.inf, self)))
    def grad_self(grad, self): return grad * -(log(self) + 1)

@composed("float? eps = None", in_place=True, face="torch special", out=True)
def logit(self, eps=None): return ops.logit_of(self, None if eps is None else float(eps))


# --- of two

class CopysignNumber(Elementwise, node="CopysignBackward1", floating=True, hidden=True):
    def forward(self: Tensor, other: Scalar): return np.copysign(self, other)
    def grad_self(grad, self, result): return grad * masked_fill(result / self, self == 0, 0)

class Copysign(CopysignNumber, floating=True, hidden=True, name="copysign_of"):
    def forward(self: Tensor, other: Tensor): return np.copysign(self, other)
    def grad_other(grad): return zeros_like(grad)

def refuse_mixed(self, values):
    if self._dtype is not values._dtype: raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")

class Heaviside(Elementwise, node="NotImplemented", in_place=True):
    def forward(self: Tensor, values: Tensor): return where(self == 0, values, to(self > 0, self.dtype))
    check = refuse_mixed

class Nextafter(Elementwise):
    def forward(self: Tensor, other: Tensor): return np.nextafter(self, other)
    def grad_self(grad, self, other): return where(self == other, zero, grad)
    def grad_other(grad): return zeros_like(grad)
    check = lacking("nextafter_cpu", WHOLE)

class Logaddexp(Elementwise, in_place=False):
    def forward(self: Tensor, other: Tensor): return np.logaddexp(self, other)
    def grad_self(grad, self, other): return grad / (exp(other - self) + 1)
    def grad_other(grad, self, other): return grad / (exp(self - other) + 1)
    check = lacking("logaddexp_cpu", WHOLE)

class Logaddexp2(Elementwise, in_place=False):
    def forward(self: Tensor, other: Tensor): return np.logaddexp2(self, other)
    def grad_self(grad, self, other): return grad / (2 ** (other - self) + 1)
    def grad_other(grad, self, other): return grad / (2 ** (self - other) + 1)
    check = lacking("logaddexp2_cpu", WHOLE)

def refuse_exponents(self, other):
    if self._dtype.kind == "f": lacking("ldexp_cpu_exp", BOOL)(other)

class Ldexp(Elementwise, floating=True):
    def forward(self: Tensor, other: Tensor): return self * exp2(other)
    check = refuse_exponents
    def grad_self(grad, other): return grad * exp2(other)
    def grad_other(grad, result): return grad * result * math.log(2)

class SpecialXlog1Py(Elementwise, floating=True, face="special", method=False, name="xlog1py"):
    def forward(self: Tensor, other: Tensor): return where(self == 0, zero, self * log1p(other))
    def grad_self(grad, self, other): return grad * where(self == 0, zero, log1p(other))
    def grad_other(grad, self, other): return grad * self / (other + 1)

class XlogyOfNumber(Elementwise, node="XlogyBackward1", floating=True, hidden=True):
    def forward(other: Tensor, self: Scalar): return self * log(other) if self else where(other == other, zero, other)
    def grad_other(grad, self, other): return grad * self / other

class XlogyNumber(Elementwise, node="XlogyBackward2", floating=True, hidden=True):
    def forward(self: Tensor, other: Scalar): return where((self == 0) & (other == other), zero, self * log(float(other)))
    def grad_self(grad, self, other): return masked_fill(grad * log(float(other)), self == 0, 0) if other <= 0 else grad * log(float(other))

class Gcd(Elementwise, in_place=True):
    def forward(self: Tensor, other: Tensor): return np.gcd(self, other)
    check = lacking("gcd_cpu", "bf")

class Lcm(Elementwise, in_place=True):
    def forward(self: Tensor, other: Tensor): return np.lcm(self, other)
    check = lacking("lcm_cpu", "bf")

@composed("Tensor other", "Number other", in_place=True, out=True)
def copysign(self, other):
    if not isinstance(self, Tensor): return NotImplemented
    return (ops.copysign_of if isinstance(other, Tensor) else ops.copysign_number)(self, other)

@composed("Tensor other", "torch Number self, Tensor other", "Number other", in_place=True, out=True)
def xlogy(self, other):
    if not isinstance(self, Tensor): return ops.xlogy_of_number(other, self)
    return (ops.xlogy_of if isinstance(other, Tensor) else ops.xlogy_number)(self, other)

@composed("Tensor exponent", "torch Number self, Tensor exponent, *, Tensor out = None", "Number exponent", in_place=True, out=True)
def float_power(self, exponent):
    """A power in double precision."""
    base, exponent = (each.double() if isinstance(each, Tensor) else float(each) for each in (self, exponent))
    return ops.pow(base, exponent)


# --- what differs for complex numbers only

for _name in ("conj", "conj_physical", "resolve_conj", "resolve_neg", "real"):
    composed("", name=_name, method=_name != "real")(lambda self: self)
for _name in ("is_conj", "is_neg"): composed("", name=_name)(lambda self: False)
Tensor.real = property(lambda self: self, doc="The real part: the tensor itself.")

# --- questions

class Isposinf(Elementwise):
    def forward(self: Tensor): return np.asarray(self == np.inf)

class Isneginf(Elementwise):
    def forward(self: Tensor): return np.asarray(self == -np.inf)

@composed("")
def isreal(self): return wrap(np.ones(self._shape, bool))

@composed("")
def is_nonzero(self):
    if self.numel() != 1: raise RuntimeError("Boolean value of Tensor with " + ("more than one value is ambiguous" if self.numel() else "no values is ambiguous"))
    return bool(self)


# --- older names, and names beside others

for _also, _name in (
    ("arcsin", "asin"), ("arccos", "acos"), ("arctan", "atan"), ("arcsinh", "asinh"), ("arccosh", "acosh"),
    ("arctanh", "atanh"), ("arctan2", "atan2"), ("fix", "trunc"),
):
    composed(getattr(ops, _name), name=_also, in_place=True)
for _name in ("erf", "exp2", "expm1", "log1p", "round", "xlogy", "logsumexp"):
    composed(getattr(ops, _name), face="special", method=False, name=_name)


# --- words that only these rules use

def each(function, value):
    """A function of Python's for each element."""
    if value.__class__ is not np.ndarray: return value.__class__(function(float(value)))
    return np.asarray(np.frompyfunc(function, 1, 1)(value), value.dtype)

def logarithm_of_gamma(number):
    """Python's raises where there is infinity."""
    if number == -math.inf or (number <= 0 and number == math.floor(number)): return math.inf
    return math.lgamma(number) if number == number else number

def slope_of_lgamma(number):
    """The slope of the logarithm of gamma: counted up to where its series is good, mirrored left of 0."""
    if number != number or number == -math.inf: return math.nan
    if number == 0: return math.copysign(math.inf, -number)
    if number < 0:
        if number == math.floor(number): return math.nan
        return slope_of_lgamma(1 - number) - math.pi / math.tan(math.pi * number)
    below = 0.0
    while number < 10:
        below += 1 / number
        number += 1
    square = 1 / (number * number)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return math.log(number) - 0.5 / number - series - below

def bend_of_lgamma(number):
    """The slope of that slope, in the same way."""
    if number != number or number == -math.inf: return math.nan
    if number <= 0 and number == math.floor(number): return math.inf
    if number < 0: return (math.pi / math.sin(math.pi * number)) ** 2 - bend_of_lgamma(1 - number)
    above = 0.0
    while number < 10:
        above += 1 / (number * number)
        number += 1
    square = 1 / (number * number)
    series = (1 / 6 - square * (1 / 30 - square * (1 / 42 - square / 30))) * square / number
    return above + 1 / number + square / 2 + series

def higher_bend_of_lgamma(n, number):
    """The slopes of that: one over powers, the first ones added up, the rest by Euler and Maclaurin."""
    if number != number or math.isinf(number): return math.nan
    if number <= 0 and number == math.floor(number): return (-1) ** (n + 1) * math.inf
    total, power, count = 0.0, n + 1, 0
    while count < 9 or number < 10:
        total += number ** -power
        number, count = number + 1, count + 1
    term = number ** -power
    total += term * number / n + term / 2
    for place, divisor in enumerate((12, -720, 30240, -1209600, 47900160)):
        term *= (power + 2 * place) / number * (power + 2 * place - 1 if place else 1)
        total += term / divisor
        term /= number
    return (-1) ** power * math.factorial(n) * total

def log_odds(value): return np.log(value / (1 - value))

@word
def between(value, eps): return (value >= (0 if eps is None or eps < 0 else eps)) & (value <= (1 if eps is None or eps < 0 else 1 - eps))

@word
def outside(eps): return math.nan if eps is None or eps < 0 else 0.0

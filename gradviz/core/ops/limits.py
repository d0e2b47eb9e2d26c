"""Limits and choices: clamping, the greater of two, `where`. What was not chosen gets no gradient."""

import math

import numpy as np

from ..dtypes import scalar_name
from ..op import Elementwise, Scalar, Tensor, composed, ops, word
from ..placing import written
from ..words import abs, where, zero


class Clamp(Elementwise, node="ClampBackward1", hidden=True, name="clamp_to_numbers"):
    def forward(self: Tensor, min: Scalar, max: Scalar): return limited(self, min, max)
    def grad_self(grad, self, min, max): return where(inside(self, min, max), grad, zero)

class ClampTensor(Clamp, node="ClampBackward0", hidden=True, name="clamp_to_tensors"):
    def forward(self: Tensor, min: Tensor, max: Tensor): return limited(self, min, max)
    def grad_min(grad, self, min, max): return where(self < min if max is None else (self < min) & (min < max), grad, zero)
    def grad_max(grad, self, min, max): return where(self > max if min is None else (self > max) | (max < min), grad, zero)

class ClampMin(Elementwise, hidden=True, name="clamp_min_to"):
    def forward(self: Tensor, min: Scalar): return np.maximum(min, self)
    def grad_self(grad, self, min): return where(self >= min, grad, zero)

class ClampMinTensor(ClampMin, node="ClampMinBackward1", hidden=True):
    def forward(self: Tensor, min: Tensor): return np.maximum(min, self)
    def grad_min(grad, self, min): return where(self < min, grad, zero)

class ClampMax(Elementwise, hidden=True, name="clamp_max_to"):
    def forward(self: Tensor, max: Scalar): return np.minimum(max, self)
    def grad_self(grad, self, max): return where(self <= max, grad, zero)

class ClampMaxTensor(ClampMax, node="ClampMaxBackward1", hidden=True):
    def forward(self: Tensor, max: Tensor): return np.minimum(max, self)
    def grad_max(grad, self, max): return where(self > max, grad, zero)

class Maximum(Elementwise, in_place=False):
    def forward(self: Tensor, other: Tensor): return np.maximum(other, self)  # of equal ones numpy takes the second
    def grad_self(grad, self, other): return won(grad, self < other, self == other)
    def grad_other(grad, self, other): return won(grad, self > other, self == other)

class Minimum(Elementwise, in_place=False):
    def forward(self: Tensor, other: Tensor): return np.minimum(other, self)
    def grad_self(grad, self, other): return won(grad, self > other, self == other)
    def grad_other(grad, self, other): return won(grad, self < other, self == other)

class Fmax(Elementwise, in_place=False):
    forward = np.fmax
    def grad_self(grad, self, other): return where((self >= other) | (other != other), grad, zero)
    def grad_other(grad, self, other): return where((self >= other) | (other != other), zero, grad)

class Fmin(Elementwise, in_place=False):
    forward = np.fmin
    def grad_self(grad, self, other): return where((self <= other) | (other != other), grad, zero)
    def grad_other(grad, self, other): return where((self <= other) | (other != other), zero, grad)

class Where(Elementwise, hidden=True, name="where_of"):
    def forward(condition: Tensor, self: Tensor, other: Tensor): return np.where(condition, self, other)
    def grad_self(grad, condition): return where(condition, grad, zero)
    def grad_other(grad, condition): return where(condition, zero, grad)

class NanToNum(Elementwise, hidden=True, name="nan_to_num_of"):
    def forward(self: Tensor, nan: Scalar, posinf: Scalar, neginf: Scalar): return np.nan_to_num(self, nan=nan, posinf=posinf, neginf=neginf)
    def grad_self(grad, self): return grad * (abs(self) < math.inf)

@word
def won(grad, behind, level):
    """The gradient but where a maximum took the other side; half of it where both were level."""
    return written(where(level, grad / 2, where(behind, zero, grad)), 1)

@word
def inside(self, min, max):
    """Where clamping left the value as it was."""
    if min is None: return self <= max
    return self >= min if max is None else (self >= min) & (self <= max)

def limited(self, min, max):
    if min is not None: self = np.maximum(min, self)
    return self if max is None else np.minimum(max, self)


# --- the names that choose among them

@composed("Tensor? min = None, Tensor? max = None", "Number? min = None, Number? max = None", in_place=True, also="clip", out=True)
def clamp(self, min=None, max=None):
    if min is None and max is None: raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if not isinstance(min, Tensor) and not isinstance(max, Tensor): return ops.clamp_to_numbers(self, min, max)
    if not isinstance(min, Tensor | None) or not isinstance(max, Tensor | None): raise TypeError
    return ops.clamp_to_tensors(self, min, max)

@composed("Tensor min", "Number min", in_place=True, out=True)
def clamp_min(self, min): return (ops.clamp_min_tensor if isinstance(min, Tensor) else ops.clamp_min_to)(self, min)

@composed("Tensor max", "Number max", in_place=True, out=True)
def clamp_max(self, max): return (ops.clamp_max_tensor if isinstance(max, Tensor) else ops.clamp_max_to)(self, max)

@composed("Tensor condition, Tensor other", "Tensor condition, Number other", name="where", face="")
def kept_where(self, condition, other): return ops.where_of(boolean(condition), self, other)

@composed(name="where", method=False)
def chosen(condition, input=None, other=None):
    if not isinstance(condition, Tensor): raise TypeError(f"where(): argument 'condition' (position 1) must be Tensor, not {type(condition).__name__}")
    if input is None and other is None: return ops.nonzero(condition, as_tuple=True)
    if input is None or other is None: raise TypeError("where() received an invalid combination of arguments")
    return ops.where_of(boolean(condition), input, other)

def boolean(condition):
    if condition._dtype.kind != "b": raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {scalar_name(condition._dtype)}")
    return condition

@composed("float? nan = None, float? posinf = None, float? neginf = None", in_place=True, out=True)
def nan_to_num(self, nan=0.0, posinf=None, neginf=None): return ops.nan_to_num_of(self, nan or 0.0, posinf, neginf)

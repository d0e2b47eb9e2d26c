"""Logic, bit by bit and element by element, and questions to each element. Nothing flows back."""


import operator

import numpy as np

from ..calls import called
from ..dtypes import scalar_name
from ..inplace import requires_grad, store, write
from ..op import Elementwise, Op, Scalar, composed, ops
from ..operands import number_tensor
from ..tensor import Tensor
from ..words import zeros_like


class BitwiseAnd(Elementwise, operators="&", in_place=True):
    usage = "Tensor other", "torch Number self, Tensor other", "Number other"
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_and") & other

class BitwiseOr(Elementwise, operators="|", in_place=True):
    usage = "Tensor other", "torch Number self, Tensor other", "Number other"
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_or") | other

class BitwiseXor(Elementwise, operators="^", in_place=True):
    usage = "Tensor other", "torch Number self, Tensor other", "Number other"
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_xor") ^ other

class BitwiseNot(Elementwise, in_place=True):
    def forward(self: Tensor): return ~whole(self, "bitwise_not")

class BitwiseLeftShift(Elementwise, operators="<<", in_place=True):
    usage = "Tensor other", "torch Number self, Tensor other", "Number other"
    def forward(self: Tensor, other: Tensor): return whole(self, "lshift", "fb") << other

class BitwiseRightShift(Elementwise, operators=">>", in_place=True):
    usage = "Tensor other", "torch Number self, Tensor other", "Number other"
    def forward(self: Tensor, other: Tensor): return whole(self, "rshift", "fb") >> other

class LogicalAnd(Elementwise):
    def forward(self: Tensor, other: Tensor): return np.logical_and(self, other)

class LogicalOr(Elementwise):
    def forward(self: Tensor, other: Tensor): return np.logical_or(self, other)

class LogicalXor(Elementwise):
    def forward(self: Tensor, other: Tensor): return np.logical_xor(self, other)

class LogicalNot(Elementwise):
    def forward(self: Tensor): return np.logical_not(self)

def unrecorded(name):
    """A write of True and False that no graph hears of."""
    function = getattr(ops, name)
    def write_(self, *other): return store(self, function(self, *other))
    composed(write_, name=name + "_", face="")

for _name in ("logical_and", "logical_or", "logical_xor", "logical_not"): unrecorded(_name)

def compared_into(name, compare, also):
    """`x.gt_(1)`: what stood there before has no say in it any more, so nothing flows back."""
    def with_number(self: Tensor, other: Scalar): return compare(self, other).astype(self.dtype)
    def with_tensor(self: Tensor, other: Tensor): return compare(self, other).astype(self.dtype)
    def grad_self(grad): return zeros_like(grad)
    def grad_other(grad, other): return zeros_like(other)
    rules, options = {"grad_self": grad_self, "shown_as": "other="}, {"face": "", "method": False}
    type(name, (Op,), {"forward": with_number, **rules}, node=f"{name.title()}Backward0", name=f"{name}_number_into", **options)
    type(name, (Op,), {"forward": with_tensor, **rules, "grad_other": grad_other}, node=f"{name.title()}Backward1", name=f"{name}_tensor_into", **options)
    plainly, of_number, of_tensor = (getattr(ops, name + end) for end in ("", "_number_into", "_tensor_into"))
    def write_(self, other):
        if not self._requires_grad and not requires_grad(other): return store(self, plainly(self, other))
        return write(self, of_tensor if isinstance(other, Tensor) else of_number, other)
    composed(called("Tensor other", "Number other")(write_), name=name + "_", also=also, face="")

for _name, _also in {"eq": "", "ne": "not_equal_", "lt": "less_", "le": "less_equal_", "gt": "greater_", "ge": "greater_equal_"}.items():
    compared_into(_name, getattr(operator, _name), _also)

class Isnan(Elementwise):
    def forward(self: Tensor): return np.isnan(self)

class Isinf(Elementwise):
    def forward(self: Tensor): return np.isinf(self)

class Isfinite(Elementwise):
    def forward(self: Tensor): return np.isfinite(self)

class Signbit(Elementwise):
    def forward(self: Tensor): return np.signbit(self)


@composed(face="", method=False, operators="2<<x")
def number_shifted_left(self, number): return ops.bitwise_left_shift(number_tensor(number, self), self)

@composed(face="", method=False, operators="2>>x")
def number_shifted_right(self, number): return ops.bitwise_right_shift(number_tensor(number, self), self)

@composed(name="inverted", face="", method=False, operators="~")
def inverted(self):
    if self._dtype.kind == "f": raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return ops.bitwise_not(self)

def whole(value, name, refused="f"):
    if value.dtype.kind in refused: raise NotImplementedError(f'"{name}_cpu" not implemented for \'{scalar_name(value.dtype)}\'')
    return value

"""Logic, bit by bit and element by element, and questions to each element. Nothing flows back."""



import numpy as np

from ..dtypes import scalar_name
from ..op import Elementwise, Tensor, composed, ops
from ..operands import number_tensor


class OfBits(Elementwise, abstract=True):
    usage = "Tensor other", "torch Number self, Tensor other", "Number other"

class BitwiseAnd(OfBits, operators="&", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_and") & other

class BitwiseOr(OfBits, operators="|", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_or") | other

class BitwiseXor(OfBits, operators="^", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_xor") ^ other

class BitwiseNot(Elementwise, in_place=True):
    def forward(self: Tensor): return ~whole(self, "bitwise_not")

class BitwiseLeftShift(OfBits, operators="<<", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "lshift", "fb") << other

class BitwiseRightShift(OfBits, operators=">>", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "rshift", "fb") >> other

class LogicalAnd(Elementwise):
    def forward(self: Tensor, other: Tensor): return np.logical_and(self, other)

class LogicalOr(Elementwise):
    def forward(self: Tensor, other: Tensor): return np.logical_or(self, other)

class LogicalXor(Elementwise):
    def forward(self: Tensor, other: Tensor): return np.logical_xor(self, other)

class LogicalNot(Elementwise):
    def forward(self: Tensor): return np.logical_not(self)

class Isnan(Elementwise):
    def forward(self: Tensor): return np.isnan(self)

class Isinf(Elementwise):
    def forward(self: Tensor): return np.isinf(self)

class Isfinite(Elementwise):
    def forward(self: Tensor): return np.isfinite(self)

class Signbit(Elementwise):
    def forward(self: Tensor): return np.signbit(self)


@composed(hidden=True, operators="2<<x")
def number_shifted_left(self, number): return ops.bitwise_left_shift(number_tensor(number, self), self)

@composed(hidden=True, operators="2>>x")
def number_shifted_right(self, number): return ops.bitwise_right_shift(number_tensor(number, self), self)

@composed(name="inverted", hidden=True, operators="~")
def inverted(self):
    if self._dtype.kind == "f": raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return ops.bitwise_not(self)

def whole(value, name, refused="f"):
    if value.dtype.kind in refused: raise NotImplementedError(f'"{name}_cpu" not implemented for \'{scalar_name(value.dtype)}\'')
    return value

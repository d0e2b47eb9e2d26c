"""Logic, bit by bit and element by element, and questions to each element. Nothing flows back."""



import numpy as np

from ..op import Elementwise
from ..tensor import Tensor


class BitwiseAnd(Elementwise, operators="&", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_and") & other

class BitwiseOr(Elementwise, operators="|", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_or") | other

class BitwiseXor(Elementwise, operators="^", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "bitwise_xor") ^ other

class BitwiseNot(Elementwise, operators="~", in_place=True):
    def forward(self: Tensor): return ~whole(self, "bitwise_not")

class BitwiseLeftShift(Elementwise, operators="<<", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "lshift") << other

class BitwiseRightShift(Elementwise, operators=">>", in_place=True):
    def forward(self: Tensor, other: Tensor): return whole(self, "rshift") >> other

class LogicalAnd(Elementwise, in_place=True):
    def forward(self: Tensor, other: Tensor): return np.logical_and(self, other)

class LogicalOr(Elementwise, in_place=True):
    def forward(self: Tensor, other: Tensor): return np.logical_or(self, other)

class LogicalXor(Elementwise, in_place=True):
    def forward(self: Tensor, other: Tensor): return np.logical_xor(self, other)

class LogicalNot(Elementwise, in_place=True):
    def forward(self: Tensor): return np.logical_not(self)

class Isnan(Elementwise):
    def forward(self: Tensor): return np.isnan(self)

class Isinf(Elementwise):
    def forward(self: Tensor): return np.isinf(self)

class Isfinite(Elementwise):
    def forward(self: Tensor): return np.isfinite(self)

class Signbit(Elementwise):
    def forward(self: Tensor): return np.signbit(self)


KINDS = {"float16": "Half", "float32": "Float", "float64": "Double"}

def whole(value, name):
    if value.dtype.kind == "f": raise RuntimeError(f'"{name}_cpu" not implemented for \'{KINDS[value.dtype.name]}\'')
    return value

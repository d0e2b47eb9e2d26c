"""Comparisons: True or False for each element. Nothing flows back."""

from ..op import Elementwise, composed, ops
from ..tensor import Tensor


class Eq(Elementwise, operators="==", in_place=True):
    def forward(self: Tensor, other: Tensor): return self == other

class Ne(Elementwise, operators="!=", in_place=True):
    def forward(self: Tensor, other: Tensor): return self != other

class Lt(Elementwise, operators="<", in_place=True):
    def forward(self: Tensor, other: Tensor): return self < other

class Le(Elementwise, operators="<=", in_place=True):
    def forward(self: Tensor, other: Tensor): return self <= other

class Gt(Elementwise, operators=">", in_place=True):
    def forward(self: Tensor, other: Tensor): return self > other

class Ge(Elementwise, operators=">=", in_place=True):
    def forward(self: Tensor, other: Tensor): return self >= other


for also, name in (("not_equal", "ne"), ("less", "lt"), ("less_equal", "le"), ("greater", "gt"), ("greater_equal", "ge")):
    composed(name=also)(getattr(ops, name))

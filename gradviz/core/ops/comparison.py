"""Comparisons: True or False for each element. Nothing flows back."""

from ..op import Elementwise, composed, ops
from ..tensor import Tensor

EITHER = "Tensor other", "Number other"

class Eq(Elementwise, operators="=="):
    usage = EITHER
    def forward(self: Tensor, other: Tensor): return self == other

class Ne(Elementwise, operators="!="):
    usage = EITHER
    def forward(self: Tensor, other: Tensor): return self != other

class Lt(Elementwise, operators="<"):
    usage = EITHER
    def forward(self: Tensor, other: Tensor): return self < other

class Le(Elementwise, operators="<="):
    usage = EITHER
    def forward(self: Tensor, other: Tensor): return self <= other

class Gt(Elementwise, operators=">"):
    usage = EITHER
    def forward(self: Tensor, other: Tensor): return self > other

class Ge(Elementwise, operators=">="):
    usage = EITHER
    def forward(self: Tensor, other: Tensor): return self >= other


for also, name in (("not_equal", "ne"), ("less", "lt"), ("less_equal", "le"), ("greater", "gt"), ("greater_equal", "ge")):
    composed(getattr(ops, name), name=also)

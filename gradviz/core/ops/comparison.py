"""Comparisons: True or False for each element. Nothing flows back."""

from ..op import Elementwise, Tensor, composed, ops


class Comparison(Elementwise, abstract=True):
    usage = "Tensor other", "Number other"

class Eq(Comparison, operators="=="):
    def forward(self: Tensor, other: Tensor): return self == other

class Ne(Comparison, operators="!="):
    def forward(self: Tensor, other: Tensor): return self != other

class Lt(Comparison, operators="<"):
    def forward(self: Tensor, other: Tensor): return self < other

class Le(Comparison, operators="<="):
    def forward(self: Tensor, other: Tensor): return self <= other

class Gt(Comparison, operators=">"):
    def forward(self: Tensor, other: Tensor): return self > other

class Ge(Comparison, operators=">="):
    def forward(self: Tensor, other: Tensor): return self >= other


for also, name in (("not_equal", "ne"), ("less", "lt"), ("less_equal", "le"), ("greater", "gt"), ("greater_equal", "ge")):
    composed(getattr(ops, name), name=also)

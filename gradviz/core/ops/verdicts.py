"""Comparisons and logic written into the tensor itself: `x.gt_(1)`, `x.logical_not_()`."""

import operator

from ..inplace import requires_grad, store, write
from ..op import Op, Scalar, Tensor, composed, ops
from ..words import zeros_like


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
    composed("Tensor other", "Number other", name=name + "_", also=also, face="")(write_)

for _name, _also in {"eq": "", "ne": "not_equal_", "lt": "less_", "le": "less_equal_", "gt": "greater_", "ge": "greater_equal_"}.items():
    compared_into(_name, getattr(operator, _name), _also)

"""Three at once: a product or a quotient added, and part of the way from one to another."""

from ..dtypes import c_name
from ..kernels import WHOLE, lacking
from ..op import Elementwise, Scalar, Tensor, composed, ops
from ..words import abs, one_minus, where

# --- a product or a quotient added


NO_WHOLE_ADDCDIV = (
    "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. "
    "The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as "
    "(input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes."
)
THREE = "Tensor tensor1, Tensor tensor2, *, Number value = 1"
OLD = "old Number value, Tensor tensor1, Tensor tensor2"

class Addcmul(Elementwise, name="addcmul_of", hidden=True):
    def forward(self: Tensor, tensor1: Tensor, tensor2: Tensor, value: Scalar): return self + value * (tensor1 * tensor2)
    def grad_self(grad): return grad
    def grad_tensor1(grad, tensor2, value): return grad * (tensor2 * value)
    def grad_tensor2(grad, tensor1, value): return grad * (tensor1 * value)

class Addcdiv(Elementwise, name="addcdiv_of", hidden=True, floating=True):
    def forward(self: Tensor, tensor1: Tensor, tensor2: Tensor, value: Scalar): return self + value * (tensor1 / tensor2)
    def grad_self(grad): return grad
    def grad_tensor1(grad, tensor2, value): return grad * (value / tensor2)
    def grad_tensor2(grad, tensor1, tensor2, value): return -grad * (value * tensor1 / (tensor2 * tensor2))

def refuse_other_type(self, end, weight):
    lacking("lerp_kernel_tensor" if isinstance(weight, Tensor) else "lerp_kernel_scalar", WHOLE)(self)
    if end._dtype is not self._dtype: raise RuntimeError(f"expected dtype {c_name(self._dtype)} for `end` but got dtype {c_name(end._dtype)}")

class Lerp(Elementwise, name="lerp_by_number", hidden=True):
    def forward(self: Tensor, end: Tensor, weight: Scalar): return between(self, end, weight)
    def grad_self(grad, weight): return grad * (1 - weight)
    def grad_end(grad, weight): return grad * weight
    check = refuse_other_type

class LerpTensor(Lerp, node="LerpBackward1", name="lerp_by_tensor", hidden=True):
    def forward(self: Tensor, end: Tensor, weight: Tensor): return between(self, end, weight)
    def grad_self(grad, weight): return grad * one_minus(weight)
    def grad_weight(grad, self, end): return grad * (end - self)

def between(start, end, weight):
    """So much of the way from start to end, counted from the nearer one."""
    return where(abs(weight) < 0.5, start + weight * (end - start), end - (end - start) * (1 - weight))

@composed(THREE, OLD, in_place=True, out=True)
def addcmul(self, tensor1, tensor2, *, value=1):
    if "f" not in (self._dtype.kind, tensor1._dtype.kind, tensor2._dtype.kind): value = int(value)
    return ops.addcmul_of(self, tensor1, tensor2, value)

@composed(THREE, OLD, in_place=True, out=True)
def addcdiv(self, tensor1, tensor2, *, value=1):
    if tensor1._dtype.kind != "f" and tensor2._dtype.kind != "f": raise RuntimeError(NO_WHOLE_ADDCDIV)
    return ops.addcdiv_of(self, tensor1, tensor2, value)

@composed("Tensor end, Tensor weight", "Tensor end, Number weight", in_place=True, out=True)
def lerp(self, end, weight):
    if not isinstance(end, Tensor): raise TypeError
    return (ops.lerp_by_tensor if isinstance(weight, Tensor) else ops.lerp_by_number)(self, end, weight)

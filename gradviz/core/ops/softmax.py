"""Softmax and its logarithm: numbers become shares of 1."""

import numpy as np

from .. import dims as dimensions
from ..dtypes import scalar_name
from ..errors import warn
from ..op import Op, Scalar, Tensor, composed, faces, one_node, ops
from ..words import exp, log, sum_dim, to


class Softmax(Op, name="softmax_of", hidden=True):
    def forward(self: Tensor, dim: Scalar): return shares(self, dim)
    @one_node("SoftmaxBackwardDataBackward0",
              result=lambda grad, grad_output, result, dim: grad_output * grad - sum_dim(result * grad_output, (dim,), True) * grad - grad_output * sum_dim(result * grad, (dim,), True))
    def grad_self(grad, result, dim): return grad * result - result * sum_dim(grad * result, (dim,), True)

class LogSoftmax(Op, name="log_softmax_of", hidden=True):
    def forward(self: Tensor, dim: Scalar): return logarithms_of_shares(self, dim)
    @one_node("LogSoftmaxBackwardDataBackward0",
              grad_output=lambda grad, result, dim: grad - sum_dim(grad * exp(result), (dim,), True),
              result=lambda grad, grad_output, result, dim: -sum_dim(grad_output, (dim,), True) * exp(result) * grad)
    def grad_self(grad, result, dim): return grad - exp(result) * sum_dim(grad, (dim,), True)

def shares(value, dim):
    """e to the power of each, over their sum."""
    axis = dimensions.axes((dim,), value.ndim)
    raised = exp(below_greatest(value, axis))
    return to(raised / np.add.reduce(raised, axis, keepdims=True), value.dtype)

def logarithms_of_shares(value, dim):
    """Each, less the logarithm of that sum."""
    axis = dimensions.axes((dim,), value.ndim)
    below = below_greatest(value, axis)
    return to(below - log(np.add.reduce(exp(below), axis, keepdims=True)), value.dtype)

def below_greatest(value, axis):
    """The greatest is taken off first, so that nothing overflows; half precision is not precise enough."""
    if value.dtype.itemsize == 2: value = value.astype(np.float32)
    width = value.shape[-1] if value.ndim else 0
    if 0 < width <= 16 and axis == (value.ndim - 1,) and value.size > 16 * width:  # many short rows: numpy is faster down columns
        return value - np.maximum.reduce(value.reshape(-1, width).T.copy(), 0).reshape(*value.shape[:-1], 1)
    return value - np.maximum.reduce(value, axis, None, None, True, -np.inf)

def prepared(self, dim, dtype, name):
    """The tensor in its type, and the dimension counted from 0; whole numbers are refused."""
    if dtype is not None: self = self.to(dtype)
    dim = dimensions.wrapped(dim, len(self._shape))
    if self._dtype.kind != "f":
        last = "_lastdim" if dim == max(len(self._shape) - 1, 0) else ""
        raise NotImplementedError(f'"{name}{last}_kernel_impl" not implemented for \'{scalar_name(self._dtype)}\'')
    return self, dim

def guessed(self, name, dim):
    """The dimension that PyTorch takes when none is given, with its warning."""
    if dim is not None: return dim
    warn(f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.")
    return 0 if len(self._shape) in (0, 1, 3) else 1

@composed("int dim, torch.dtype dtype = None")
def softmax(self, dim, dtype=None): return ops.softmax_of(*prepared(self, dim, dtype, "softmax"))

@composed("int dim, torch.dtype dtype = None")
def log_softmax(self, dim, dtype=None): return ops.log_softmax_of(*prepared(self, dim, dtype, "log_softmax"))

def functional(name, function):
    """The form in `nn.functional`, where the dimension may be left out."""
    def choose(input, dim=None, _stacklevel=3, dtype=None): return function(input, guessed(input, name, dim), dtype)
    composed(name=f"functional_{name}", hidden=True)(choose)
    return choose

faces.setdefault("nn.functional", {}).update(
    softmax=functional("softmax", softmax),
    log_softmax=functional("log_softmax", log_softmax),
    softmin=functional("softmin", lambda self, dim, dtype=None: softmax(ops.neg(self), dim, dtype)),
)
faces.setdefault("special", {}).update({"softmax": ops.softmax, "log_softmax": ops.log_softmax})

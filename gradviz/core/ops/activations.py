"""More of what neurons use: bends that are built of lines, and gates."""

import numpy as np

from ..arguments import need_tensors
from ..dims import wrapped
from ..dtypes import scalar_name
from ..kernels import BOOL, WHOLE, lacking
from ..op import Elementwise, Op, Scalar, Tensor, composed, faces, functional, one_node, ops, word
from ..placing import cat
from ..words import exp, log1p, one_minus, sigmoid, tanh, where, zero, zeros_like
from .pointwise import applied


def nothing_between(grad, grad_output, self, lambd): return zeros_like(grad)


# --- bent

class Celu(Elementwise, hidden=True, name="celu_of"):
    def forward(self: Tensor, alpha: Scalar): return where(self > 0, self, alpha * np.expm1(self / alpha))
    @one_node("EluBackwardBackward0", self=lambda grad, grad_output, self, alpha:
              grad * grad_output * where(self < 0, exp(self / alpha) / alpha, zero))
    def grad_self(grad, self, alpha): return grad * where(self <= 0, exp(self / alpha), 1)
    check = lacking("elu_cpu", WHOLE)

class Mish(Elementwise, hidden=True, name="mish_of"):
    def forward(self: Tensor): return self * tanh(log1p(exp(self)))
    def grad_self(grad, self): return grad * (tanh(log1p(exp(self))) + self * sigmoid(self) * one_minus(tanh(log1p(exp(self))) * tanh(log1p(exp(self)))))
    check = lacking("mish_cpu", WHOLE)

class Hardsigmoid(Elementwise, hidden=True, name="hardsigmoid_of"):
    def forward(self: Tensor): return np.minimum(np.maximum(self + 3, 0), 6) / 6
    @one_node("NotImplemented")
    def grad_self(grad, self): return where((self > -3) & (self < 3), grad / 6, zero)
    check = lacking("hardsigmoid_cpu", WHOLE)

class Hardswish(Elementwise, hidden=True, name="hardswish_of"):
    def forward(self: Tensor): return self * np.minimum(np.maximum(self + 3, 0), 6) / 6
    @one_node("HardswishBackwardBackward0", self=lambda grad, grad_output, self: where((self > -3) & (self < 3), grad * grad_output / 3, zero))
    def grad_self(grad, self): return where(self <= -3, zero, where(self < 3, grad * (self / 3 + 0.5), grad))
    check = lacking("hardswish_cpu", WHOLE)


# --- cut off

class Threshold(Elementwise, hidden=True, name="threshold_of"):
    def forward(self: Tensor, threshold: Scalar, value: Scalar): return where(self <= threshold, value, self)
    @one_node("ThresholdBackwardBackward0", self=lambda grad, grad_output, self, threshold: zeros_like(grad))
    def grad_self(grad, self, threshold): return where(self <= threshold, zero, grad)
    check = lacking("threshold_cpu", BOOL)

class Softshrink(Elementwise, hidden=True, name="softshrink_of"):
    def forward(self: Tensor, lambd: Scalar): return where(self > lambd, self - lambd, where(self < -lambd, self + lambd, self * 0))
    @one_node("SoftshrinkBackwardBackward0", self=nothing_between)
    def grad_self(grad, self, lambd): return where((self >= -lambd) & (self <= lambd), zero, grad)
    check = lacking("softshrink_check", WHOLE)

class Hardshrink(Elementwise, hidden=True, name="hardshrink_of"):
    def forward(self: Tensor, lambd: Scalar): return where((self >= -lambd) & (self <= lambd), zero, self)
    @one_node("HardshrinkBackwardBackward0", self=nothing_between)
    def grad_self(grad, self, lambd): return where((self >= -lambd) & (self <= lambd), zero, grad)
    check = lacking("hardshrink_cpu", WHOLE)


# --- with a slope that is learned, and with a gate

class PreluKernel(Elementwise, hidden=True, name="prelu_of"):
    def forward(self: Tensor, weight: Tensor): return where(self > 0, self, weight * self)
    @one_node("PreluKernelBackwardBackward0", self=lambda grad, grad_output, self, weight: zeros_like(grad),
              weight=lambda grad, grad_output, self, weight: where(self > 0, zero, grad * grad_output))
    def grad_self(grad, self, weight): return where(self > 0, grad, weight * grad)
    @one_node("PreluKernelBackwardBackward0", self=lambda grad, grad_output, self: where(self > 0, zero, grad * grad_output))
    def grad_weight(grad, self): return where(self > 0, zero, self * grad)

class Glu(Op, hidden=True, name="glu_of"):
    def forward(self: Tensor, dim: Scalar):
        value, gate = chunk(self, 2, dim)
        return value * sigmoid(gate)
    @one_node("GluBackwardBackward0", grad_output=lambda grad, self, dim: joined_by_gate(grad, self, dim),
              self=lambda grad, grad_output, self, dim: bent_by_gate(grad, grad_output, self, dim))
    def grad_self(grad, self, dim): return through_gate(grad, self, dim)


# --- the functions of nn.functional

@composed(face="torch nn.functional", method=False)
def celu(input, alpha=1.0, inplace=False):
    if alpha == 0: raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return applied(ops.celu_of, inplace, input, alpha)

@functional
def mish(input, inplace=False): return applied(ops.mish_of, inplace, input)

@functional
def softsign(input): return ops.over(input, ops.plus(ops.abs(input), 1))

@functional
def tanhshrink(input): return ops.minus(input, ops.tanh(input))

@functional
def hardsigmoid(input, inplace=False): return applied(ops.hardsigmoid_of, inplace, input)

@functional
def hardswish(input, inplace=False): return applied(ops.hardswish_of, inplace, input)

@composed(face="torch nn.functional", method=False)
def threshold(input, threshold, value, inplace=False): return applied(ops.threshold_of, inplace, input, threshold, value)

@functional
def softshrink(input, lambd=0.5):
    need_tensors("softshrink", input=input)
    if lambd < 0: raise RuntimeError(f"lambda must be in range [0, {np.finfo(input._dtype).max:g}] for input dtype {scalar_name(input._dtype)}, but found {lambd:g}")
    return ops.softshrink_of(input, lambd)

@composed(face="torch nn.functional")
def hardshrink(input, lambd=0.5): return ops.hardshrink_of(input, lambd)

@composed(face="torch nn.functional")
def prelu(input, weight):
    if input._dtype is not weight._dtype: raise RuntimeError(f"prelu: Type promoting not supported. Got {scalar_name(input._dtype)} and {scalar_name(weight._dtype)}")
    if not input._shape and weight.numel() != 1: raise RuntimeError("Not allow zero-dim input tensor.")
    channels = input._shape[1] if input.ndim > 1 else 1
    if weight.numel() not in (1, channels): raise RuntimeError(f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {weight.numel()} and channel size = {channels}.")
    if len(weight._shape) != len(input._shape):
        weight = ops.view(weight, *[-1 if each == min(1, len(input._shape) - 1) else 1 for each in range(len(input._shape))])
    return ops.prelu_of(input, weight)

@functional
def glu(input, dim=-1):
    if not input._shape: raise RuntimeError("glu does not support 0-dimensional tensors")
    size = input.size(dim)
    if size % 2: raise RuntimeError(f"Halving dimension must be even, but dimension {dim % len(input._shape)} is size {size}")
    return ops.glu_of(input, wrapped(dim, len(input._shape)))


def over_input(name, *places):
    """The form that writes over its input: `relu_`."""
    function = faces["nn.functional"][name]
    def in_place(input, *options, **named): return function(input, *options, **named, inplace=True)
    in_place.__name__ = in_place.__qualname__ = name + "_"
    for place in ("nn.functional", *places): faces[place].setdefault(name + "_", in_place)

for _name in ("elu", "leaky_relu", "hardtanh", "relu"): over_input(_name)
for _name in ("celu", "selu", "threshold"): over_input(_name, "torch")

@functional
def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """A softmax of the logits with noise: shares drawn by chance, or with `hard` one choice of all."""
    noise = -ops.log(ops.clone(logits.detach()).exponential_())
    shares = ops.softmax(ops.div(ops.add(logits, noise), tau), dim)
    if not hard: return shares
    chosen = ops.scatter(ops.zeros_like(shares.detach()), dim, ops.max(shares, dim, keepdim=True)[1], 1.0)
    return ops.add(ops.sub(chosen, shares.detach()), shares)


# --- what a gate lets through

@word
def chunk(value, chunks, dim): return np.split(value, chunks, dim)

@word
def through_gate(grad, self, dim):
    value, gate = chunk(self, 2, dim)
    share = sigmoid(gate)
    return cat([grad * share, grad * value * share * (1 - share)], dim)

@word
def joined_by_gate(grad, self, dim):
    """The same read backwards: the two halves meet again."""
    (one, other), (value, gate) = chunk(grad, 2, dim), chunk(self, 2, dim)
    share = sigmoid(gate)
    return one * share + other * value * share * (1 - share)

@word
def bent_by_gate(grad, grad_output, self, dim):
    """How the gradient itself changes with the value and with the gate."""
    (one, other), (value, gate) = chunk(grad, 2, dim), chunk(self, 2, dim)
    share = sigmoid(gate)
    slope = grad_output * share * (1 - share)
    return cat([other * slope, (one + other * value * (1 - 2 * share)) * slope], dim)

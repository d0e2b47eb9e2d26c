"""Functions of each element. Read an op as: what goes forward, and for each input what comes back."""

import math

import numpy as np

from ..inplace import write
from ..kernels import WHOLE, lacking, refusing_bool
from ..op import Elementwise, Scalar, Tensor, composed, faces, functional, one_node, ops, word
from ..words import (
    acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, erf, exp, exp2, expm1, log, log1p,
    log2, log10, masked_fill, maximum, number, one_minus, one_minus_square, reciprocal, rsqrt,
    sigmoid, sin, sinh, tan, tanh, where, zero, zeros_like,
)

# --- exponentials and logarithms

class Exp(Elementwise, floating=True):
    forward = exp
    def grad_self(grad, result): return grad * result

class Expm1(Elementwise, floating=True):
    forward = expm1
    def grad_self(grad, result): return grad * (result + 1)

class Exp2(Elementwise, floating=True):
    forward = exp2
    def grad_self(grad, result): return grad * result * number(math.log(2))

class Log(Elementwise, floating=True):
    forward = log
    def grad_self(grad, self): return grad / self

class Log2(Elementwise, floating=True):
    forward = log2
    def grad_self(grad, self): return grad / (self * number(math.log(2)))

class Log10(Elementwise, floating=True):
    forward = log10
    def grad_self(grad, self): return grad / (self * number(math.log(10)))

class Log1P(Elementwise, name="log1p", floating=True):
    forward = log1p
    def grad_self(grad, self): return grad / (self + 1)

class Sqrt(Elementwise, floating=True):
    forward = np.sqrt
    def grad_self(grad, result): return grad / (2 * result)

class Rsqrt(Elementwise, floating=True):
    def forward(self: Tensor): return 1 / np.sqrt(self)
    def grad_self(grad, result): return -0.5 * grad * result ** 3


# --- circle and hyperbola

class Sin(Elementwise, floating=True):
    forward = sin
    def grad_self(grad, self): return grad * cos(self)

class Cos(Elementwise, floating=True):
    forward = cos
    def grad_self(grad, self): return grad * -sin(self)

class Tan(Elementwise, floating=True):
    forward = tan
    def grad_self(grad, result): return grad * (1 + result ** 2)

class Asin(Elementwise, floating=True):
    forward = asin
    def grad_self(grad, self): return grad * rsqrt(-self * self + 1)

class Acos(Elementwise, floating=True):
    forward = acos
    def grad_self(grad, self): return grad * -rsqrt(-self * self + 1)

class Atan(Elementwise, floating=True):
    forward = atan
    def grad_self(grad, self): return grad / (self * self + 1)

class Sinh(Elementwise, floating=True):
    forward = sinh
    def grad_self(grad, self): return grad * cosh(self)

class Cosh(Elementwise, floating=True):
    forward = cosh
    def grad_self(grad, self): return grad * sinh(self)

class Tanh(Elementwise, floating=True):
    forward = tanh
    @one_node("TanhBackwardBackward0", result=lambda grad, grad_output, result: grad * (-2 * result * grad_output))
    def grad_self(grad, result): return grad * one_minus_square(result)

class Asinh(Elementwise, floating=True):
    forward = asinh
    def grad_self(grad, self): return grad * rsqrt(self ** 2 + 1)

class Acosh(Elementwise, floating=True):
    forward = acosh
    def grad_self(grad, self): return grad * rsqrt(self * self - 1)

class Atanh(Elementwise, floating=True):
    forward = atanh
    def grad_self(grad, self): return grad / one_minus(self ** 2)

class Erf(Elementwise, floating=True):
    def forward(self: Tensor): return erf(self)
    def grad_self(grad, self): return number(2 / math.sqrt(math.pi)) * exp(-self ** 2) * grad

@word
def one_over(value):
    """The reciprocal; where there is none, 0."""
    return masked_fill(reciprocal(value), value == 0, 0)

class Atan2(Elementwise, floating=True):
    def forward(self: Tensor, other: Tensor): return atan2(self, other)
    def grad_self(grad, self, other): return grad * other * one_over(self * self + other * other)
    def grad_other(grad, self, other): return grad * -self * one_over(self * self + other * other)

class Hypot(Elementwise, floating=True):
    forward = np.hypot
    def grad_self(grad, self, result): return grad * self / result
    def grad_other(grad, other, result): return grad * other / result
    check = lacking("hypot_cpu", WHOLE)


# --- what neurons use

class Sigmoid(Elementwise, floating=True, face="torch nn.functional"):
    forward = sigmoid
    @one_node("SigmoidBackwardBackward0", result=lambda grad, grad_output, result: grad * grad_output * (-2 * result + 1))
    def grad_self(grad, result): return grad * (1 - result) * result

composed(ops.sigmoid, name="expit", face="special", method=False)

class Relu(Elementwise):
    def forward(self: Tensor): return maximum(zero, self)
    @one_node("ThresholdBackwardBackward0", result=lambda grad, grad_output, result: zeros_like(grad))
    def grad_self(grad, result): return where(result != 0, grad, zero)
    check = refusing_bool("Boolean inputs not supported for relu")

class LeakyRelu(Elementwise, hidden=True, name="leaky_relu_of"):
    def forward(self: Tensor, negative_slope: Scalar): return where(self > 0, self, self * negative_slope)
    @one_node("LeakyReluBackwardBackward0", self=lambda grad, grad_output, self, negative_slope: zeros_like(grad))
    def grad_self(grad, self, negative_slope): return where(self > 0, grad, grad * negative_slope)
    check = lacking("leaky_relu_cpu", WHOLE)

class Elu(Elementwise, hidden=True, name="elu_of"):
    def forward(self: Tensor, alpha: Scalar, scale: Scalar, input_scale: Scalar):
        return scale * where(self > 0, self, alpha * np.expm1(self * input_scale))
    @one_node("EluBackwardBackward0", self=lambda grad, grad_output, self, alpha, scale, input_scale:
              grad * grad_output * where(self < 0, scale * alpha * input_scale * input_scale * exp(self * input_scale), zero))
    def grad_self(grad, self, alpha, scale, input_scale):
        return grad * where(self <= 0, scale * alpha * input_scale * exp(self * input_scale), scale)
    check = lacking("elu_cpu", WHOLE)

class Softplus(Elementwise, face="nn.functional", method=False):
    usage = ("Number beta = 1, Number threshold = 20",)
    def forward(self: Tensor, beta: Scalar = 1, threshold: Scalar = 20):
        return where(self * beta > threshold, self, (np.maximum(self * beta, 0) + np.log1p(exp(-abs(self * beta)))) / beta)
    @one_node("SoftplusBackwardBackward0", self=lambda grad, grad_output, self, beta, threshold:
              grad * grad_output * where(self * beta > threshold, zero, beta * sigmoid(self * beta) * (1 - sigmoid(self * beta))))
    def grad_self(grad, self, beta, threshold): return where(self * beta > threshold, grad, grad * sigmoid(self * beta))
    check = lacking("softplus_cpu", WHOLE)

class LogSigmoid(Elementwise, hidden=True, name="log_sigmoid_of"):
    def forward(self: Tensor): return np.minimum(self, 0) - np.log1p(exp(-abs(self)))
    @one_node("LogSigmoidBackwardBackward0", self=lambda grad, grad_output, self: grad * -grad_output * sigmoid(self) * sigmoid(-self))
    def grad_self(grad, self): return grad * sigmoid(-self)
    _saved_buffer = property(lambda node: ops.exp(-ops.abs(node._saved_self.detach())))
    check = lacking("log_sigmoid_cpu", WHOLE)

class Silu(Elementwise, hidden=True, name="silu_of"):
    def forward(self: Tensor): return self * sigmoid(self)
    def grad_self(grad, self): return grad * (share := sigmoid(self)) * (1 + self * one_minus(share))
    check = lacking("silu_cpu", WHOLE)

class Gelu(Elementwise, hidden=True, name="gelu_of"):
    def forward(self: Tensor, approximate: Scalar): return self * bell_area(self, approximate)
    @one_node("GeluBackwardBackward0", self=lambda grad, grad_output, self, approximate: grad * grad_output * gelu_bend(self, approximate))
    def grad_self(grad, self, approximate): return grad * (bell_area(self, approximate) + self * bell(self, approximate))
    check = lacking("GeluKernelImpl", WHOLE)

class Hardtanh(Elementwise, hidden=True, name="hardtanh_of"):
    def forward(self: Tensor, min_val: Scalar, max_val: Scalar): return np.minimum(max_val, np.maximum(min_val, self))
    @one_node("HardtanhBackwardBackward0", self=lambda grad, grad_output, self, min_val, max_val: zeros_like(grad))
    def grad_self(grad, self, min_val, max_val): return where((self <= min_val) | (self >= max_val), zero, grad)
    check = refusing_bool("Bool inputs not supported for hardtanh")


@word
def bell_area(x, approximate):
    """How much of the normal distribution lies left of x, exactly or as `gelu(approximate="tanh")` has it."""
    if approximate == "tanh": return 0.5 * (1 + tanh(ROOT * (x + CUBIC * x ** 3)))
    return 0.5 * (1 + erf(x * math.sqrt(0.5)))

@word
def bell(x, approximate):
    """The slope of `bell_area`."""
    if approximate == "tanh": return 0.5 * (1 - tanh(ROOT * (x + CUBIC * x ** 3)) ** 2) * (ROOT * (1 + 3 * CUBIC * x * x))
    return exp(-0.5 * x * x) / math.sqrt(2 * math.pi)

@word
def gelu_bend(x, approximate):
    """The second derivative of gelu."""
    if approximate != "tanh": return bell(x, approximate) * (2 - x * x)
    height = tanh(ROOT * (x + CUBIC * x ** 3))
    steep = 1 - height * height
    slope = ROOT * (1 + 3 * CUBIC * x * x)
    return steep * slope + 0.5 * x * steep * (6 * ROOT * CUBIC * x - 2 * height * slope * slope)

ROOT, CUBIC = math.sqrt(2 / math.pi), 0.044715


# --- the functions of nn.functional

def applied(function, inplace, input, *options):
    """What `inplace=True` asks for: the result written over the input."""
    return write(input, function, *options) if inplace else function(input, *options)

def relu(input, inplace=False): return ops.relu_(input) if inplace else ops.relu(input)

faces["nn.functional"]["relu"] = relu

@functional
def leaky_relu(input, negative_slope=0.01, inplace=False): return applied(ops.leaky_relu_of, inplace, input, negative_slope)

@functional
def elu(input, alpha=1.0, inplace=False): return applied(ops.elu_of, inplace, input, alpha, 1, 1)

@composed(face="torch nn.functional", method=False)
def selu(input, inplace=False): return applied(ops.elu_of, inplace, input, 1.6732632423543772, 1.0507009873554805, 1)

@functional
def logsigmoid(input): return ops.log_sigmoid_of(input)

@functional
def silu(input, inplace=False): return applied(ops.silu_of, inplace, input)

@functional
def gelu(input, *, approximate="none"):
    if approximate not in ("none", "tanh"): raise RuntimeError("approximate argument must be either none or tanh.")
    return ops.gelu_of(input, approximate)

@functional
def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False): return applied(ops.hardtanh_of, inplace, input, min_val, max_val)

@functional
def relu6(input, inplace=False): return applied(ops.hardtanh_of, inplace, input, 0, 6)

composed(ops.tanh, name="tanh", face="nn.functional", method=False)

"""Functions of each element. Read an op as: what goes forward, and for each input what comes back."""

import numpy as np

from ..op import Elementwise
from ..tensor import Tensor
from ..words import maximum, sigmoid, zero


class Exp(Elementwise, floating=True):
    forward = np.exp
    def grad_self(grad, result): return grad * result

class Log(Elementwise, floating=True):
    forward = np.log
    def grad_self(grad, self): return grad / self

class Sqrt(Elementwise, floating=True):
    forward = np.sqrt
    def grad_self(grad, result): return grad / (2 * result)

class Tanh(Elementwise, floating=True):
    forward = np.tanh
    def grad_self(grad, result): return grad * (1 - result * result)

class Sigmoid(Elementwise, floating=True):
    forward = sigmoid
    def grad_self(grad, result): return grad * ((1 - result) * result)

class Relu(Elementwise):
    def forward(self: Tensor): return maximum(self, zero)
    def grad_self(grad, result): return grad * (result > 0)

"""Activations as modules: one line for each, with its function and its options."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import Any, ClassVar

from gradviz.core.inplace import write
from gradviz.core.tensor import Tensor

from . import functional
from .module import Module


class Activation(Module):
    """A function of `torch.nn.functional` as a module.

    >>> activation("Doubtful", "leaky_relu", negative_slope=0.5)()
    Doubtful(negative_slope=0.5)
    """

    function: ClassVar[str]
    __signature__: ClassVar[Signature]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        try:
            given = self.__signature__.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}.__init__() {error}") from None
        given.apply_defaults()
        vars(self).update(given.arguments)

    def forward(self, input: Tensor) -> Tensor:
        """The function of the input."""
        chosen = {name: getattr(self, name) for name in self.__signature__.parameters}
        function = getattr(functional, self.function)
        if chosen.pop("inplace", False):
            return write(input, function, **chosen)
        return function(input, **chosen)

    def extra_repr(self) -> str:
        """The options; `inplace` only if it is wanted."""
        chosen = {name: getattr(self, name) for name in self.__signature__.parameters}
        shown = [
            repr(value) if name == "lambd" else f"{name}={value!r}"  # as PyTorch has it
            for name, value in chosen.items()
            if name != "inplace" or value
        ]
        return ", ".join(shown)


def activation(name: str, function: str, **defaults: Any) -> type[Activation]:
    """Make a module of a function and its options, in the order in which they may be given."""
    kind = Parameter.POSITIONAL_OR_KEYWORD
    options = [Parameter(option, kind, default=value) for option, value in defaults.items()]
    body = {"function": function, "__signature__": Signature(options), "__module__": __name__}
    body["__doc__"] = f"`torch.nn.functional.{function}` as a module."
    return type(name, (Activation,), body)


REQUIRED = Parameter.empty
ReLU = activation("ReLU", "relu", inplace=False)
ReLU6 = activation("ReLU6", "relu6", inplace=False)
Sigmoid = activation("Sigmoid", "sigmoid")
Tanh = activation("Tanh", "tanh")
LeakyReLU = activation("LeakyReLU", "leaky_relu", negative_slope=0.01, inplace=False)
ELU = activation("ELU", "elu", alpha=1.0, inplace=False)
SELU = activation("SELU", "selu", inplace=False)
GELU = activation("GELU", "gelu", approximate="none")
SiLU = activation("SiLU", "silu", inplace=False)
Softplus = activation("Softplus", "softplus", beta=1.0, threshold=20.0)
LogSigmoid = activation("LogSigmoid", "logsigmoid")
Hardtanh = activation("Hardtanh", "hardtanh", min_val=-1.0, max_val=1.0, inplace=False)
CELU = activation("CELU", "celu", alpha=1.0, inplace=False)
Mish = activation("Mish", "mish", inplace=False)
Softsign = activation("Softsign", "softsign")
Tanhshrink = activation("Tanhshrink", "tanhshrink")
Hardsigmoid = activation("Hardsigmoid", "hardsigmoid", inplace=False)
Hardswish = activation("Hardswish", "hardswish", inplace=False)
Threshold = activation("Threshold", "threshold", threshold=REQUIRED, value=REQUIRED, inplace=False)
Softshrink = activation("Softshrink", "softshrink", lambd=0.5)
Hardshrink = activation("Hardshrink", "hardshrink", lambd=0.5)
GLU = activation("GLU", "glu", dim=-1)
Softmax = activation("Softmax", "softmax", dim=None)
Softmin = activation("Softmin", "softmin", dim=None)
LogSoftmax = activation("LogSoftmax", "log_softmax", dim=None)

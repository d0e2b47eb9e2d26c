"""Activations as modules: one line for each, with its function and its options."""

from __future__ import annotations

from typing import Any

from gradviz.core.inplace import write
from gradviz.core.tensor import Tensor

from . import functional
from .optioned import REQUIRED, Optioned, made


class Activation(Optioned):
    """A function of `torch.nn.functional` as a module.

    >>> activation("Doubtful", "leaky_relu", negative_slope=0.5)()
    Doubtful(negative_slope=0.5)
    """

    def forward(self, input: Tensor) -> Any:
        """The function of the input."""
        chosen = self._options()
        if chosen.pop("inplace", False):
            return write(input, getattr(functional, self.function), **chosen)
        return self._compute(input, **chosen)

    def extra_repr(self) -> str:
        """The options; `inplace` only if it is wanted."""
        shown = [
            repr(value) if name == "lambd" else f"{name}={value!r}"  # as PyTorch has it
            for name, value in self._options().items()
            if name != "inplace" or value
        ]
        return ", ".join(shown)


class Between(Activation):
    """An activation with two bounds."""

    def _keep(self, options: dict[str, Any]) -> None:
        low, high = options["min_val"], options["max_val"]
        if high <= low:
            raise AssertionError(f"max_val ({high}) must be greater than min_val ({low})")
        super()._keep(options)


def activation(name: str, function: str, **defaults: Any) -> type[Activation]:
    """Make a module of a function and its options, in the order in which they may be given."""
    tells = f"`torch.nn.functional.{function}` as a module."
    return made(Activation, name, function, tells, defaults)


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
Hardtanh = made(
    Between,
    "Hardtanh",
    "hardtanh",
    "`torch.nn.functional.hardtanh` as a module.",
    {"min_val": -1.0, "max_val": 1.0, "inplace": False},
)
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

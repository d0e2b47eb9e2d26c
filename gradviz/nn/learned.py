"""An activation that learns its own slope."""

from __future__ import annotations

from typing import Any

from gradviz.core.creation import full
from gradviz.core.tensor import Tensor

from . import functional
from .module import Module
from .parameter import Parameter


class PReLU(Module):
    """A line with another slope below zero, which is learned.

    >>> PReLU()
    PReLU(num_parameters=1)
    """

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(full((num_parameters,), init, device=device, dtype=dtype))

    def forward(self, input: Tensor) -> Tensor:
        """The bent values."""
        return functional.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """How many slopes there are."""
        return f"num_parameters={self.num_parameters}"

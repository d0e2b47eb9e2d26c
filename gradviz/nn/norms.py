"""Normalisations: values brought to mean 0 and deviation 1, then stretched and moved."""

from __future__ import annotations

from typing import Any

from gradviz.core.creation import ones, zeros
from gradviz.core.data import tensor
from gradviz.core.modes import no_grad
from gradviz.core.tensor import Tensor

from . import functional
from .module import Module
from .parameter import Parameter


class Norm(Module):
    """What all normalisations share: a scale, and mostly a shift, that are learned."""

    weight: Any  # a parameter, or None
    bias: Any

    def _learn(self, shape: tuple[int, ...], scale: bool, shift: bool, **options: Any) -> None:
        self.register_parameter("weight", Parameter(ones(shape, **options)) if scale else None)
        self.register_parameter("bias", Parameter(zeros(shape, **options)) if shift else None)

    def reset_parameters(self) -> None:
        """Let the scale be 1 and the shift 0 again."""
        with no_grad():
            if self.weight is not None:
                self.weight.fill_(1)
            if getattr(self, "bias", None) is not None:
                self.bias.zero_()


class ShapedNorm(Norm):
    """A normalisation of the last dimensions, whose shape it is given."""

    normalized_shape: tuple[int, ...]
    eps: float | None
    elementwise_affine: bool

    def _shape(self, given: Any, eps: float | None, affine: bool) -> tuple[int, ...]:
        self.normalized_shape = (given,) if isinstance(given, int) else tuple(given)
        self.eps, self.elementwise_affine = eps, affine
        return self.normalized_shape

    def extra_repr(self) -> str:
        """The shape and the options."""
        affine = self.elementwise_affine
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={affine}"


class LayerNorm(ShapedNorm):
    """Each example brought to mean 0 and deviation 1, then stretched and moved."""

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = self._shape(normalized_shape, eps, elementwise_affine)
        shift = elementwise_affine and bias
        self._learn(shape, elementwise_affine, shift, device=device, dtype=dtype)

    def forward(self, input: Tensor) -> Tensor:
        """The normalized examples."""
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The shape and the options."""
        return f"{super().extra_repr()}, bias={self.bias is not None}"


class RMSNorm(ShapedNorm):
    """Each example brought to a mean square of 1, then stretched."""

    def __init__(
        self,
        normalized_shape: Any,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = self._shape(normalized_shape, eps, elementwise_affine)
        weight = ones(shape, device=device, dtype=dtype)
        self.register_parameter("weight", Parameter(weight) if elementwise_affine else None)

    def forward(self, input: Tensor) -> Tensor:
        """The normalized examples."""
        return functional.rms_norm(input, self.normalized_shape, self.weight, self.eps)


class BatchNorm1d(Norm):
    """Each feature brought to mean 0 and deviation 1 over the examples of a batch.

    While training it keeps running means of both, which it uses after `eval()`.

    >>> from gradviz import tensor
    >>> BatchNorm1d(1, affine=False)(tensor([[1.0], [3.0]]))
    tensor([[-1.0000],
            [ 1.0000]])
    """

    _version = 2
    running_mean: Any  # a buffer, or None
    running_var: Any
    num_batches_tracked: Any

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        options = {"device": device, "dtype": dtype}
        self._learn((num_features,), affine, affine and bias, **options)
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, **options) if tracked else None)
        self.register_buffer("running_var", ones(num_features, **options) if tracked else None)
        self.register_buffer("num_batches_tracked", tensor(0) if tracked else None)

    def reset_running_stats(self) -> None:
        """Forget all batches."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Begin anew: forget all batches, let the scale be 1 and the shift 0."""
        self.reset_running_stats()
        super().reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """The normalized features."""
        if input.dim() not in (2, 3):
            raise ValueError(f"expected 2D or 3D input (got {input.dim()}D input)")
        momentum = self._count() if self.training and self.track_running_stats else self.momentum
        of_batch = self.training or self.running_mean is None
        tracked = self.track_running_stats or not self.training
        return functional.batch_norm(
            input,
            self.running_mean if tracked else None,
            self.running_var if tracked else None,
            self.weight,
            self.bias,
            of_batch,
            momentum or 0.0,
            self.eps,
        )

    def _complete(self, state: Any, prefix: str, version: int | None) -> None:
        name = prefix + "num_batches_tracked"
        if (version is None or version < 2) and self.track_running_stats and name not in state:
            state[name] = (
                tensor(0) if self.num_batches_tracked is None else self.num_batches_tracked
            )

    def _count(self) -> float:
        """Count a batch; how much it weighs, as momentum None weighs all batches alike."""
        self.num_batches_tracked.add_(1)
        return self.momentum if self.momentum is not None else 1 / self.num_batches_tracked.item()

    def extra_repr(self) -> str:
        """The size and the options."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

"""Losses of more than two tensors, as modules."""

from __future__ import annotations

from typing import Any

from gradviz.core.tensor import Tensor

from .losses import OLD, Loss
from .optioned import made


class PairLoss(Loss):
    """A loss of two inputs and a target that says how they should stand to one another."""

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Any:  # type: ignore[override]
        """The loss."""
        return self._compute(input1, input2, target, **self._options())


class TripletLoss(Loss):
    """A loss of an anchor and two others, one of which should be nearer.

    >>> from gradviz import ones, zeros
    >>> TripletMarginLoss()(zeros(1, 2), zeros(1, 2), ones(1, 2))
    tensor(0.)
    """

    def _keep(self, options: dict[str, Any]) -> None:
        super()._keep(options)
        margin = self.margin
        if margin <= 0:
            raise ValueError(
                f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead"
            )

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Any:  # type: ignore[override]
        """The loss."""
        return self._compute(anchor, positive, negative, **self._options())


class SpreadLoss(Loss):
    """A loss of a mean, a target and a variance."""

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Any:  # type: ignore[override]
        """The loss."""
        return self._compute(input, target, var, **self._options())


MarginRankingLoss = made(
    PairLoss,
    "MarginRankingLoss",
    "margin_ranking_loss",
    "The first greater than the second by the margin, for target 1; less for target -1.",
    {"margin": 0.0, **OLD},
)
CosineEmbeddingLoss = made(
    PairLoss,
    "CosineEmbeddingLoss",
    "cosine_embedding_loss",
    "Like directions for target 1, unlike ones for target -1.",
    {"margin": 0.0, **OLD},
)
TripletMarginLoss = made(
    TripletLoss,
    "TripletMarginLoss",
    "triplet_margin_loss",
    "The anchor nearer to the positive than to the negative, by the margin.",
    {"margin": 1.0, "p": 2.0, "eps": 1e-6, "swap": False, **OLD},
)
GaussianNLLLoss = made(
    SpreadLoss,
    "GaussianNLLLoss",
    "gaussian_nll_loss",
    "How unlikely the target is under a normal distribution of given mean and variance.",
    {"full": False, "eps": 1e-6, "reduction": "mean"},
    only_by_name=True,
)

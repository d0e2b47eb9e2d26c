"""Losses as modules: how far a prediction is from its target. One line for each."""

from __future__ import annotations

from typing import Any

from gradviz.core.errors import warn
from gradviz.core.tensor import Tensor

from . import functional
from .module import Module
from .optioned import Optioned, made

DEPRECATED = "size_average and reduce args will be deprecated, please use reduction='{}' instead."


def reduction_of(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction that is meant, where PyTorch's older options may still be used."""
    if size_average is None and reduce is None:
        return reduction
    summed = "sum" if size_average is False else "mean"
    meant = "none" if reduce is False else summed
    warn(DEPRECATED.format(meant))
    return meant


class Loss(Optioned):
    """A loss of `torch.nn.functional` as a module.

    >>> from gradviz import tensor
    >>> MSELoss()(tensor([1.0, 3.0]), tensor([1.0, 1.0]))
    tensor(2.)
    """

    reduction: str

    def _keep(self, options: dict[str, Any]) -> None:
        old = options.pop("size_average", None), options.pop("reduce", None)
        options["reduction"] = reduction_of(*old, options["reduction"])
        for name in ("weight", "pos_weight"):
            if name in options:
                self.register_buffer(name, options.pop(name))
        super()._keep(options)

    def _options(self) -> dict[str, Any]:
        names = self.__signature__.parameters.keys() - {"size_average", "reduce"}
        return {name: getattr(self, name) for name in names}

    def forward(self, input: Tensor, target: Tensor) -> Any:
        """The loss."""
        return self._compute(input, target, **self._options())


OLD: dict[str, Any] = {"size_average": None, "reduce": None, "reduction": "mean"}
WEIGHTED: dict[str, Any] = {"weight": None, **OLD}
CLASSES: dict[str, Any] = {
    "weight": None,
    "size_average": None,
    "ignore_index": -100,
    "reduce": None,
    "reduction": "mean",
}


def loss(name: str, function: str, tells: str, **options: Any) -> type[Loss]:
    """A loss as a module, with its options in the order in which they may be given."""
    return made(Loss, name, function, tells, options)


L1Loss = loss("L1Loss", "l1_loss", "The mean distance.", **OLD)
MSELoss = loss("MSELoss", "mse_loss", "The mean squared distance.", **OLD)
SmoothL1Loss = loss(
    "SmoothL1Loss",
    "smooth_l1_loss",
    "Squared near the target, linear from a distance of beta on.",
    **OLD,
    beta=1.0,
)
HuberLoss = loss(
    "HuberLoss",
    "huber_loss",
    "Squared near the target, linear from a distance of delta on; delta times `SmoothL1Loss`.",
    reduction="mean",
    delta=1.0,
)
KLDivLoss = loss(
    "KLDivLoss",
    "kl_div",
    "How much a distribution of logarithms differs from a target.",
    **OLD,
    log_target=False,
)
BCELoss = loss(
    "BCELoss",
    "binary_cross_entropy",
    "The cross entropy of probabilities and targets between 0 and 1.",
    **WEIGHTED,
)
BCEWithLogitsLoss = loss(
    "BCEWithLogitsLoss",
    "binary_cross_entropy_with_logits",
    "The cross entropy of values before the sigmoid and targets between 0 and 1.",
    **WEIGHTED,
    pos_weight=None,
)
NLLLoss = loss(
    "NLLLoss",
    "nll_loss",
    "The negative logarithm of the chance of the right class, given all logarithms.",
    **CLASSES,
)
CrossEntropyLoss = loss(
    "CrossEntropyLoss",
    "cross_entropy",
    "The negative logarithm of the chance that softmax gives the right class.",
    **CLASSES,
    label_smoothing=0.0,
)
SoftMarginLoss = loss(
    "SoftMarginLoss",
    "soft_margin_loss",
    "How far each value is on the wrong side of zero, softly.",
    **OLD,
)
HingeEmbeddingLoss = loss(
    "HingeEmbeddingLoss",
    "hinge_embedding_loss",
    "Small distances for target 1, distances beyond the margin for target -1.",
    margin=1.0,
    **OLD,
)
PoissonNLLLoss = loss(
    "PoissonNLLLoss",
    "poisson_nll_loss",
    "How unlikely a count is under a Poisson distribution.",
    log_input=True,
    full=False,
    size_average=None,
    eps=1e-8,
    reduce=None,
    reduction="mean",
)


class CosineSimilarity(Module):
    """How alike the directions of two vectors are."""

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Tensor, x2: Tensor) -> Any:
        """The cosine of the angle between them."""
        return functional.cosine_similarity(x1, x2, dim=self.dim, eps=self.eps)


class PairwiseDistance(Module):
    """How far apart two vectors are."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Any:
        """The length of their difference."""
        return functional.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)

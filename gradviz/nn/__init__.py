"""Networks: parameters, modules, losses, and the functions that they use."""

from __future__ import annotations

from typing import Any

from . import activations, functional, init, utils
from .activations import (
    ELU,
    GELU,
    SELU,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softmin,
    Softplus,
    Tanh,
)
from .containers import ModuleDict, ModuleList, ParameterList, Sequential
from .layers import Dropout, Embedding, Flatten, Identity, LayerNorm, Linear, RNNCell, Unflatten
from .losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CosineSimilarity,
    CrossEntropyLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from .module import Module
from .parameter import Parameter

__all__ = [
    "ELU", "GELU", "SELU", "BCELoss", "BCEWithLogitsLoss", "CosineSimilarity",
    "CrossEntropyLoss", "Dropout", "Embedding", "Flatten", "Hardtanh",
    "HuberLoss", "Identity", "KLDivLoss", "L1Loss", "LayerNorm", "LeakyReLU", "Linear",
    "LogSigmoid", "LogSoftmax", "MSELoss", "Module", "ModuleDict", "ModuleList", "NLLLoss",
    "Parameter", "ParameterList", "RNNCell", "ReLU", "ReLU6", "Sequential", "SiLU", "Sigmoid",
    "SmoothL1Loss", "Softmax", "Softmin", "Softplus", "Tanh",
    "Unflatten", "activations", "functional", "init", "utils",
]  # fmt: skip

BEYOND = ("Conv", "Norm", "LSTM", "GRU", "RNN", "Transformer", "Multihead", "Pool", "Upsample")


def __getattr__(name: str) -> Any:
    if any(part in name for part in BEYOND):
        raise AttributeError(
            f"gradviz has no torch.nn.{name}: it is a small torch for learning autograd. Its "
            "drawing and stepping tools take real torch tensors, so use PyTorch for this module"
        )
    raise AttributeError(f"module 'gradviz.nn' has no attribute '{name}'")

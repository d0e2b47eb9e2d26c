"""Optimizers: how a gradient changes a parameter."""

from typing import Any

from gradviz.core.scope import missing

from . import lr_scheduler
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .scaled import Adagrad, RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]


def __getattr__(name: str) -> Any:
    raise AttributeError(missing("gradviz.optim", name))

"""Optimizers: how a gradient changes a parameter."""

from . import lr_scheduler
from .adam import Adam, AdamW
from .optimizer import Optimizer
from .scaled import Adagrad, RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]

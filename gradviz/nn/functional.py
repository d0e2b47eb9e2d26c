"""Functions of networks: activations, losses, and what layers compute.

>>> import gradviz as torch
>>> import gradviz.nn.functional as F
>>> F.mse_loss(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]))
tensor(2.)
"""

from __future__ import annotations

from typing import Any

from gradviz.core import ops
from gradviz.core.op import faces
from gradviz.core.scope import missing

ops.read_all()  # the ops declare themselves


def __getattr__(name: str) -> Any:
    try:
        found = globals()[name] = faces["nn.functional"][name]
    except KeyError:
        raise AttributeError(missing("gradviz.nn.functional", name)) from None
    return found


def __dir__() -> list[str]:
    return sorted(faces["nn.functional"])

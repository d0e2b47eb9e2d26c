"""gradviz: learn, teach and debug automatic differentiation.

`import gradviz as torch` gives a small, exact torch on numpy; `draw`, `BackwardStepper` and the
others show the graphs of its tensors, and of PyTorch's own.
"""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

from . import core
from ._version import __version__
from .core import creation, data, device as _device, dtypes as _dtypes, modes, printing
from .core.op import faces as _faces
from .core.tensor import Tensor

_SOURCES = (data, creation, printing, _device, _dtypes, modes)
_LAZY = {
    "autograd": "gradviz.autograd",
    "nn": "gradviz.nn",
    "optim": "gradviz.optim",
}


def __getattr__(name: str) -> Any:
    found = _find(name)
    globals()[name] = found
    return found


def _find(name: str) -> Any:
    if name in _LAZY:
        return importlib.import_module(_LAZY[name])
    if name in ("linalg", "special"):
        return SimpleNamespace(**_faces.get(name, {}))
    for place in (_faces["torch"], _dtypes.dtypes, _dtypes.aliases):
        if name in place:
            return place[name]
    for module in (*_SOURCES, importlib.import_module("gradviz.core.random")):
        if not name.startswith("_") and hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"module 'gradviz' has no attribute '{name}'")

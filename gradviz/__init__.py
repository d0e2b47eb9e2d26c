"""gradviz: learn, teach and debug automatic differentiation.

`import gradviz as torch` gives a small, exact torch on numpy; `draw`, `BackwardStepper` and the
others show the graphs of its tensors, and of PyTorch's own.

>>> import gradviz as torch
>>> x = torch.tensor(3.0, requires_grad=True)
>>> y = 3 * x**2 + 4 * x + 2
>>> y.backward()
>>> x.grad
tensor(22.)
"""

from __future__ import annotations

import importlib
import math
from types import FunctionType, SimpleNamespace
from typing import Any

from . import core
from ._other import warn_of_other
from ._version import __version__ as __version__
from .core.dtypes import aliases, dtypes
from .core.op import faces
from .core.printing import Size as Size
from .core.tensor import Tensor as Tensor

_ROOMS = ("autograd", "nn", "optim")
_NAMESPACES = ("linalg", "special")
_FILES = ("data", "creation", "random", "printing", "dtypes", "device", "modes", "legacy", "session")
_CONSTANTS = {"inf": math.inf, "nan": math.nan, "pi": math.pi, "e": math.e}
_OUT_OF_SCOPE = (
    "module 'gradviz' has no attribute '{name}': the small torch leaves it to PyTorch; draw() and "
    "the steppers take real torch tensors"
)

warn_of_other()


def __getattr__(name: str) -> Any:
    found = _find(name)
    if not (name.startswith("_") or name in faces["torch"]):
        globals()[name] = found
    return found


def __dir__() -> list[str]:
    files = [importlib.import_module(f"gradviz.core.{file}") for file in _FILES]
    own = [name for file in files for name in vars(file) if _belongs(name, file)]
    lens = importlib.import_module("gradviz._lens").names()
    return sorted({*globals(), *faces["torch"], *dtypes, *aliases, *_CONSTANTS, *_ROOMS, *own, *lens})


def _find(name: str) -> Any:
    """What a name means: a function or type of the small torch, else a tool of the lens."""
    if name.startswith("__"):
        raise AttributeError(f"module 'gradviz' has no attribute '{name}'")
    for place in (faces["torch"], dtypes, aliases, _CONSTANTS):
        if name in place:
            return place[name]
    if name in _ROOMS:
        return importlib.import_module(f"gradviz.{name}")
    if name in _NAMESPACES:
        return SimpleNamespace(**faces.get(name, {}))
    for file in _FILES:
        module = importlib.import_module(f"gradviz.core.{file}")
        if _belongs(name, module):
            return getattr(module, name)
    found = importlib.import_module("gradviz._lens").find(name)
    if found is None:
        raise AttributeError(f"module 'gradviz' has no attribute '{name}'")
    return found


def _belongs(name: str, module: Any) -> bool:
    """Whether a file shows this name: a public function or type that was made there."""
    value = vars(module).get(name)
    shown = getattr(module, "shown_as_torch", None)
    if shown is not None:
        return name in shown
    if name.startswith("_") or not isinstance(value, FunctionType | type):
        return False
    return value.__module__ in (module.__name__, "gradviz", "torch")

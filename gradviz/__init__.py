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
from types import SimpleNamespace
from typing import Any

from . import core as core
from ._other import warn_of_other
from ._version import __version__ as __version__
from .core import ops
from .core.dtypes import aliases, dtypes
from .core.op import faces
from .core.printing import Size as Size
from .core.scope import missing
from .core.tensor import Tensor as Tensor

_ROOMS = ("autograd", "nn", "optim")
_NAMESPACES = ("linalg", "special")
_SHOWN = {
    "data": "tensor as_tensor asarray from_numpy",
    "creation": "zeros ones empty full eye arange linspace logspace scalar_tensor zeros_like "
    "ones_like empty_like full_like",
    "random": "Generator manual_seed seed initial_seed get_rng_state set_rng_state rand randn "
    "randint randperm rand_like randn_like randint_like normal bernoulli",
    "printing": "set_printoptions",
    "dtypes": "dtype finfo iinfo set_default_dtype get_default_dtype promote_types result_type "
    "can_cast",
    "device": "device layout strided",
    "modes": "no_grad enable_grad set_grad_enabled is_grad_enabled inference_mode "
    "is_inference_mode_enabled",
    "session": "set_num_threads get_num_threads set_warn_always is_warn_always_enabled",
}
_FILE_OF = {name: file for file, names in _SHOWN.items() for name in names.split()}
_CONSTANTS = {"inf": math.inf, "nan": math.nan, "pi": math.pi, "e": math.e}
warn_of_other()


def __getattr__(name: str) -> Any:
    found = globals()[name] = _find(name)
    return found


def __dir__() -> list[str]:
    lens = importlib.import_module("gradviz._lens").names()
    return sorted({*globals(), *_places(), *_FILE_OF, *_ROOMS, *_NAMESPACES, *lens})


def _places() -> dict[str, Any]:
    """The names whose meaning stands in a table."""
    from .core.legacy import types_of_tensors

    ops.read_all()
    return faces["torch"] | dtypes | aliases | types_of_tensors | _CONSTANTS


def _find(name: str) -> Any:
    """What a name means: a function or type of the small torch, else a tool of the lens."""
    if name in faces["torch"]:
        return faces["torch"][name]
    if name in _FILE_OF:
        return getattr(importlib.import_module(f"gradviz.core.{_FILE_OF[name]}"), name)
    if not name.startswith("_") and ops.read_all():
        return _find(name)
    if name in _ROOMS:
        return importlib.import_module(f"gradviz.{name}")
    if name in _NAMESPACES:
        return SimpleNamespace(**faces.get(name, {}))
    if not name.startswith("_"):
        found = _places().get(name)
        found = importlib.import_module("gradviz._lens").find(name) if found is None else found
        if found is not None:
            return found
    raise AttributeError(missing("gradviz", name))

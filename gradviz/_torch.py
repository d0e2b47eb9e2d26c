"""The face of the small torch: every name that PyTorch has on top and we have too."""

from __future__ import annotations

import importlib
import math
from types import SimpleNamespace
from typing import Any

from .core import ops
from .core.dtypes import aliases, dtypes
from .core.legacy import types_of_tensors
from .core.op import faces
from .core.scope import missing

ROOMS = ("autograd", "nn", "optim")
NAMESPACES = ("linalg", "special")
SHOWN = {
    "tensor": "Tensor",
    "data": "tensor",
    "sharing": "as_tensor asarray from_numpy",
    "creation": "zeros ones empty full eye arange linspace logspace scalar_tensor zeros_like "
    "ones_like empty_like full_like",
    "random": "Generator rand randn randint randperm rand_like randn_like randint_like normal",
    "printing": "Size set_printoptions",
    "dtypes": "dtype finfo iinfo set_default_dtype get_default_dtype promote_types result_type "
    "can_cast",
    "device": "device layout strided",
    "modes": "no_grad enable_grad set_grad_enabled is_grad_enabled inference_mode "
    "is_inference_mode_enabled is_anomaly_enabled is_anomaly_check_nan_enabled",
    "seeds": "default_generator manual_seed seed initial_seed get_rng_state set_rng_state",
    "session": "set_num_threads get_num_threads set_warn_always is_warn_always_enabled",
}
"""What no op declares, by the file of `core` in which it stands."""
FILE_OF = {name: file for file, names in SHOWN.items() for name in names.split()}
CONSTANTS = {"inf": math.inf, "nan": math.nan, "pi": math.pi, "e": math.e}


class Namespace(SimpleNamespace):
    """A room of PyTorch's that has functions only, as `torch.linalg`."""

    def __init__(self, name: str) -> None:
        super().__init__(__name__=f"gradviz.{name}", **faces.get(name, {}))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(missing(vars(self)["__name__"], name))


def find(name: str) -> Any:
    """What the face shows under a name, or None."""
    if name in faces["torch"]:
        return faces["torch"][name]
    if name in FILE_OF:
        return getattr(importlib.import_module(f"gradviz.core.{FILE_OF[name]}"), name)
    if name in ROOMS:
        return importlib.import_module(f"gradviz.{name}")
    if name == "random":
        return importlib.import_module("gradviz.core.seeds")
    if name.startswith("_"):
        return None
    if ops.read_all():
        return find(name)
    if name in NAMESPACES:
        return Namespace(name)
    return tables().get(name)


def tables() -> dict[str, Any]:
    """The names whose meaning stands in a table."""
    return faces["torch"] | dtypes | aliases | types_of_tensors | CONSTANTS


def names() -> list[str]:
    """All names that the small torch shows."""
    ops.read_all()
    return [*tables(), *FILE_OF, *ROOMS, *NAMESPACES, "random"]

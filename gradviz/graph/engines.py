"""The library that a tensor comes from, found among the modules that are loaded, never imported."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


def engine_of(tensor: Any) -> ModuleType:
    """The module that speaks torch for this tensor: real torch, or our own.

    Raises:
        TypeError: if no class of the tensor comes from a module with an `autograd` room.
    """
    for kind in type(tensor).__mro__:
        module = sys.modules.get(kind.__module__.partition(".")[0])
        if module is not None and hasattr(module, "autograd") and hasattr(module, "no_grad"):
            return module
    raise TypeError(
        f"{type(tensor).__name__} comes from no library with torch's names: give a tensor of "
        "gradviz or of PyTorch"
    )


def engine_name(tensor: Any) -> str:
    """`gradviz` or `torch`."""
    return engine_of(tensor).__name__


def loaded_engines() -> tuple[ModuleType, ...]:
    """Ours and real PyTorch, of these those that this program has loaded."""
    modules = (sys.modules.get(name) for name in ("gradviz", "torch"))
    return tuple(module for module in modules if module is not None and hasattr(module, "autograd"))


def library_folders() -> tuple[str, ...]:
    """Where the code of the loaded engines stands, which is not the learner's."""
    files = (str(module.__file__) for module in loaded_engines())
    return tuple(file.removesuffix("__init__.py") for file in files)

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
from typing import TYPE_CHECKING, Any

from ._other import warn_of_other
from ._version import __version__ as __version__

if TYPE_CHECKING:
    from .core.printing import Size as Size
    from .core.tensor import Tensor as Tensor

warn_of_other()


def __getattr__(name: str) -> Any:
    """Find a name at its first use, so that `import gradviz` reads next to nothing."""
    if not name.startswith("__"):
        for half in ("_torch", "_lens"):
            found = importlib.import_module(f"gradviz.{half}").find(name)
            if found is not None:
                return globals().setdefault(name, found)
    from .core.scope import missing

    raise AttributeError(missing("gradviz", name))


def __dir__() -> list[str]:
    from . import _lens, _torch

    return sorted({*globals(), *_torch.names(), *_lens.names()})

"""The ops, one file per family. A file that stands here is found by itself.

The families that give tensors their operators are read with the package, because Python looks
for those on the class; all others wait until the first name that is not known yet, so that
`import gradviz` is quick.
"""

import importlib
import os
import threading
from typing import Any

from .. import scope
from ..names import Names
from ..tensor import Tensor

FIRST = ("arithmetic", "comparison", "indexing", "logic", "matrices", "powers")
_reading = threading.RLock()
_busy = False  # the families are being read, and ask for names themselves

for _family in FIRST:
    importlib.import_module(f"{__name__}.{_family}")


def late(self: Tensor, name: str) -> Any:
    """Stands as `Tensor.__getattr__` while families wait: a method of theirs may be asked for."""
    if not name.startswith("_") and read_all():
        return getattr(self, name)
    raise AttributeError(f"'Tensor' object has no attribute '{name}'")


Tensor.__getattr__ = late


def read_all() -> bool:
    """Read the families that wait; whether there were any.

    Where it is interrupted, the next call goes on. Once all are read no `__getattr__` stands by any
    more, and Python reads the attributes of a tensor in half the time.
    """
    global _busy
    if "__getattr__" not in vars(Tensor):
        return False
    with _reading:
        if _busy:
            return False
        if "__getattr__" in vars(Tensor):  # no other thread was first
            _busy = True
            try:
                for name in sorted(os.listdir(os.path.dirname(__file__))):  # noqa: PTH120, PTH208
                    if name.endswith(".py") and not name.startswith("_"):
                        importlib.import_module(f"{__name__}.{name[:-3]}")
            finally:
                _busy = False
            del Tensor.__getattr__, Names.__getattr__
            for name in set(scope.OF_TENSORS.split()) - set(vars(Tensor)):
                setattr(Tensor, name, scope.Beyond(name))
        return True

"""The package index has another distribution that also installs a package named gradviz."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable

CLASH = (
    "the package index has another project named gradviz (it plots gradient norms), and it is "
    "installed here too, in {place}. Both write into one folder named gradviz, so either of them "
    "may fail. Remove both with `python -m pip uninstall gradviz gradviz-jupyter`, then install "
    "gradviz-jupyter again."
)


def find_other(folders: Iterable[str]) -> str | None:
    """The first of the folders into which the other distribution was installed.

    >>> find_other(["a folder that is not there"]) is None
    True
    """
    for folder in folders:
        package = os.path.join(folder, "gradviz")  # noqa: PTH118
        if os.path.isdir(package) and any(is_of_other(name) for name in names_in(folder)):  # noqa: PTH112
            return folder
    return None


def names_in(folder: str) -> list[str]:
    """The names in a folder; none where it may not be read."""
    try:
        return os.listdir(folder or os.curdir)  # noqa: PTH208
    except OSError:
        return []


def is_of_other(name: str) -> bool:
    """Whether a folder of that name records an installation of the other distribution.

    >>> is_of_other("gradviz-0.1.2.dist-info"), is_of_other("gradviz_jupyter-0.1.0.dist-info")
    (True, False)
    """
    return name.startswith("gradviz-") and name.endswith(".dist-info")


def warn_of_other() -> None:
    """Warn if the other distribution stands beside this one.

    Called once, by `import gradviz`: it looks at the folders of `sys.path` by hand, because
    `importlib.metadata` and `pathlib` would cost more than all the rest of the import.
    """
    place = find_other(sys.path)
    if place is not None:
        warnings.warn(CLASH.format(place=place), stacklevel=3)

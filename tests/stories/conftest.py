"""Every story is told on both engines, with the ops explained as the face explains them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(params=["gradviz", pytest.param("torch", marks=pytest.mark.torch)])
def engine(request):
    """A module that speaks torch: ours, then real PyTorch."""
    return importlib.import_module(request.param)


@pytest.fixture(autouse=True, scope="session")
def face():
    """The lens knows the ops and prints numbers as the small torch does."""
    return importlib.import_module("gradviz._lens")

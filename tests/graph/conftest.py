"""Every feature of the lens is tried on both engines, with the same expected result."""

from __future__ import annotations

import importlib

import pytest


@pytest.fixture(params=["gradviz", pytest.param("torch", marks=pytest.mark.torch)])
def engine(request):
    """A module that speaks torch: ours, then real PyTorch."""
    return importlib.import_module(request.param)

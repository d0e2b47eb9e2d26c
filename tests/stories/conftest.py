"""Every story is told on both engines; numbers print as PyTorch prints them."""

from __future__ import annotations

import importlib
import re

import numpy as np
import pytest

from gradviz.graph import catalogue, values


@pytest.fixture(params=["gradviz", pytest.param("torch", marks=pytest.mark.torch)])
def engine(request):
    """A module that speaks torch: ours, then real PyTorch."""
    return importlib.import_module(request.param)


@pytest.fixture(autouse=True)
def as_the_face_does(monkeypatch):
    """The lens knows the ops and prints as the small torch does."""
    face = importlib.import_module("gradviz")
    if not hasattr(face, "core"):
        pytest.skip("needs the small torch")
    printing = importlib.import_module("gradviz.core.printing")
    monkeypatch.setattr(values, "_printer", lambda array: printed_by(printing, array))
    monkeypatch.setattr(catalogue, "_entries", catalogue._entries or ENTRIES)


def printed_by(printing, array):
    from gradviz import tensor

    return str(tensor(array)).removeprefix("tensor(").partition(", dtype=")[0].removesuffix(")")


def _entry(op, pattern, kind, **rules):
    inputs = tuple(re.findall(r"\{(\w+)\}", pattern))
    return {
        "op": op,
        "inputs": tuple(name for name in inputs if name in rules),
        "parameters": (),
        "pattern": pattern,
        "kind": kind,
        "rules": {
            name: {"line": line, "needs": needs, "slope": slope}
            for name, (line, needs, slope) in rules.items()
        },
    }


ONE = ("grad", (), lambda kept: np.float32(1))
ENTRIES = {
    "AddBackward0": _entry("add", "{self} + {other}", "elementwise", self=ONE, other=ONE),
    "SubBackward0": _entry(
        "sub",
        "{self} - {other}",
        "elementwise",
        self=ONE,
        other=("-grad", (), lambda kept: np.float32(-1)),
    ),
    "MulBackward0": _entry(
        "mul",
        "{self} * {other}",
        "elementwise",
        self=("grad * other", ("other",), lambda kept: np.asarray(kept["other"])),
        other=("grad * self", ("self",), lambda kept: np.asarray(kept["self"])),
    ),
    "PowBackward0": _entry(
        "pow",
        "{self} ** {exponent}",
        "elementwise",
        self=(
            "grad * (exponent * self ** (exponent - 1))",
            ("self", "exponent"),
            lambda kept: np.asarray(kept["exponent"] * kept["self"] ** (kept["exponent"] - 1)),
        ),
    ),
    "ExpBackward0": _entry(
        "exp",
        "exp({self})",
        "elementwise",
        self=("grad * result", ("result",), lambda kept: np.asarray(kept["result"])),
    ),
    "MeanBackward0": _entry(
        "mean", "mean({self})", "linear", self=("expand(grad / numel, sizes)", (), None)
    ),
    "SumBackward0": _entry("sum", "sum({self})", "linear", self=("expand(grad, sizes)", (), None)),
    "MmBackward0": _entry(
        "mm",
        "mm({self}, {mat2})",
        "linear",
        self=("mm(grad, t(mat2))", ("mat2",), None),
        mat2=("mm(t(self), grad)", ("self",), None),
    ),
}

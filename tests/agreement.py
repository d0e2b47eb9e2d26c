"""The same lines on gradviz and on PyTorch: what they return, print, warn of and raise must agree."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import gradviz

START = """
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = torch.tensor([4., 5., 6.], requires_grad=True)
s = torch.tensor(2., requires_grad=True)
k = torch.tensor([1., 0., 2.])
log = []
"""


def shown(value: Any) -> Any:
    """A value as text, without addresses."""
    if isinstance(value, tuple | list):
        return [shown(each) for each in value]
    return re.sub(r"0x[0-9a-f]+", "0x", repr(value))


def observed(torch: ModuleType, code: str) -> dict[str, Any]:
    """What some lines do: `log` is what they kept, `result` what they named so."""
    env: dict[str, Any] = {"torch": torch}
    printed, seen = io.StringIO(), {}
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        exec(START, env)
        try:
            exec(code, env)
        except Exception as error:
            seen["error"] = type(error).__name__, str(error)
    seen["log"] = shown(env["log"])
    seen["result"] = shown(env.get("result"))
    seen["printed"] = printed.getvalue()
    seen["warned"] = [
        (each.category.__name__, re.sub(r" \(Triggered internally.*|\n.*", "", str(each.message)))
        for each in warned
    ]
    return seen


@pytest.fixture
def agree() -> Callable[[str], None]:
    """Run some lines on both, and compare."""
    torch = pytest.importorskip("torch")
    torch.set_warn_always(True)

    def compare(code: str) -> None:
        assert observed(gradviz, code) == observed(torch, code)

    return compare

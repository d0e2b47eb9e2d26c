"""Programs run line by line on gradviz and on PyTorch: all that is shown, said and raised."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import gradviz

MARK = "\n###\n"
START = """
import copy, math, pickle, threading
nn, F, optim = torch.nn, torch.nn.functional, torch.optim
grad, Function = torch.autograd.grad, torch.autograd.Function
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = torch.tensor([4., 5., 6.], requires_grad=True)
s = torch.tensor(2., requires_grad=True)
k = torch.tensor([1., 0., 2.])
M = torch.tensor([[1., 2., 3.], [4., 5., 6.]], requires_grad=True)
def tree(node):
    if node is None: return None
    below = [(tree(edge), number) if number else tree(edge) for edge, number in node.next_functions]
    return (node.name(), *below)
"""


def programs(path: Path) -> list[str]:
    """The programs of a file, parted by lines of `###`."""
    return path.read_text().strip("\n").split(MARK)


def transcript(torch: ModuleType, program: str) -> list[str]:
    """What an interactive session would show: values, prints, warnings; a session goes on after errors."""
    torch.manual_seed(0)
    names: dict[str, Any] = {"torch": torch, "np": np, "__name__": "program"}
    shown: list[str] = []
    with as_session(torch, shown), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        exec(START, names)
        for statement in ast.parse(renamed(program, torch)).body:
            before, printed = len(warned), io.StringIO()
            with contextlib.redirect_stdout(printed):
                error = raised_by(statement, names)
            said = [each for each in warned[before:] if "__array_wrap__" not in str(each.message)]
            texts = [f"{each.category.__name__}: {each.message}".split("\n")[0] for each in said]
            shown += [plain(text) for text in (printed.getvalue(), *texts, error) if text]
    return shown


def renamed(program: str, torch: ModuleType) -> str:
    """The program with its imports from the engine that runs it."""
    return re.sub(r"\b(from|import) torch\b", rf"\1 {torch.__name__}", program)


def raised_by(statement: ast.stmt, names: dict[str, Any]) -> str:
    """Run one statement; the error that it ends with, as text."""
    try:
        exec(compile(ast.Interactive([statement]), "<program>", "single"), names)
    except (Exception, KeyboardInterrupt) as error:
        return f"{type(error).__name__}: {error}"
    return ""


@contextlib.contextmanager
def as_session(torch: ModuleType, shown: list[str]) -> Iterator[None]:
    """Show the values of statements here, and put back what a program may have set."""
    before = sys.displayhook
    sys.displayhook = lambda value: None if value is None else shown.append(plain(repr(value)))
    try:
        yield
    finally:
        sys.displayhook = before
        torch.set_printoptions(profile="default")
        torch.set_grad_enabled(True)
        torch.autograd.set_detect_anomaly(False)
        torch.set_default_dtype(torch.float32)


def plain(text: str) -> str:
    """A text without what no two programs share: addresses, places in C++, lists of overloads."""
    text = re.sub(r"0x[0-9a-f]+", "0x", text).replace("gradviz", "torch")
    text = re.sub(r" \(Triggered internally at .*?\)", "", text)
    return text.split(" - got")[0] if "invalid combination of arguments" in text else text


@pytest.fixture
def same_transcript() -> Any:
    """Fail unless a program shows, says and raises the same on both."""
    torch = pytest.importorskip("torch")
    torch.set_warn_always(True)
    gradviz.set_warn_always(True)

    def check(program: str) -> None:
        assert transcript(gradviz, program) == transcript(torch, program)

    yield check
    gradviz.set_warn_always(False)

"""The families of ops that wait are read once, by whoever asks first, whatever comes between."""

import subprocess
import sys

import pytest

INTERRUPTED = """
import importlib
import gradviz as torch
from gradviz.core import ops

x = torch.tensor([1.0, 2.0], requires_grad=True)
calls = []

class Interrupting:
    @staticmethod
    def import_module(name):
        calls.append(name)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return importlib.import_module(name)

ops.importlib = Interrupting
try:
    x.cumsum(0)
except KeyboardInterrupt:
    print("interrupted")
print(hasattr(x, "no_such_name"), x.cumsum(0))
"""
SEVERAL_THREADS = """
import threading
import gradviz as torch

x = torch.tensor([1.0, 2.0])
start, found = threading.Barrier(8), []

def ask():
    start.wait()
    found.append(x.cumsum(0).tolist())

threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(found == [[1.0, 3.0]] * 8)
"""

PASSES = """
import gradviz as torch

x = torch.tensor(2.0, requires_grad=True)
for _ in range(3):
    print("__getattr__" in vars(torch.Tensor))
    {}
"""


def printed_by(program: str) -> list[str]:
    """The lines that a program prints in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_interrupted_reading_goes_on_at_the_next_name() -> None:
    expected = "False tensor([1., 3.], grad_fn=<CumsumBackward0>)"
    assert printed_by(INTERRUPTED) == ["interrupted", expected]


def test_threads_that_ask_at_once_all_find_their_name() -> None:
    assert printed_by(SEVERAL_THREADS) == ["True"]


@pytest.mark.parametrize("one_pass", ["(x * x).backward()", "torch.autograd.grad(x * x, x)"])
def test_a_second_pass_reads_all_so_that_attributes_are_found_without_a_detour(
    one_pass: str,
) -> None:
    assert printed_by(PASSES.format(one_pass)) == ["True", "True", "False"]

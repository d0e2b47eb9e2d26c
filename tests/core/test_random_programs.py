"""Random programs do on gradviz what they do on PyTorch."""

import sys
from pathlib import Path

import pytest

import gradviz

sys.path.insert(0, str(Path(__file__).parents[1]))
import differential

pytestmark = pytest.mark.torch


def compare(make, seed, *, twice):
    torch = pytest.importorskip("torch")

    def found(program):
        ours = differential.run(gradviz, program, twice=twice)
        return differential.differences(ours, differential.run(torch, program, twice=twice))

    def differs(program):
        try:
            return bool(found(program))
        except (NameError, UnboundLocalError):
            return False

    program = make(seed)
    problems = found(program)
    if problems:
        small = differential.shrunk(program, differs)
        pytest.fail(f"seed {seed}\n{small.text}\n" + "\n".join(found(small) or problems))


@pytest.mark.parametrize("seed", range(0, 160, 20))
def test_expressions(seed):
    for each in range(seed, seed + 20):
        compare(differential.pure, each, twice=each % 4 == 3)


@pytest.mark.parametrize("seed", range(0, 120, 20))
def test_writes_in_place(seed):
    for each in range(seed, seed + 20):
        compare(differential.writing, each, twice=each % 4 == 3)


def test_a_difference_is_found():
    torch = pytest.importorskip("torch")
    program = differential.Program("y = a * 2", {"a": differential.np.float32([1, 2])}, ("a",))
    other = differential.Program("y = a * 3", program.leaves, program.needs)
    ours = differential.run(gradviz, program, twice=False)
    assert len(differential.differences(ours, differential.run(torch, other, twice=False))) == 2

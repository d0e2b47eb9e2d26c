"""Programs of many kinds, line by line as on PyTorch. They stand beside the tests of their room."""

from pathlib import Path

import pytest
from transcripts import programs

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/programs/*.txt"))
ALL = [
    pytest.param(program, id=f"{file.parts[-3]}-{file.stem}-{number}")
    for file in FILES
    for number, program in enumerate(programs(file))
]


@pytest.mark.torch
@pytest.mark.parametrize("program", ALL)
def test_goes_as_on_torch(program, same_transcript):
    same_transcript(program)


def test_there_are_programs():
    assert {file.parts[-3] for file in FILES} >= {"autograd", "core", "nn", "optim"}

"""`python -m gradviz graded OUT`: an exercise that is not done fails, one that is done passes."""

import json
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest

from gradviz import __main__ as command
from gradviz import lessons
from gradviz.lessons import graded

PUT = "return ..."
DONE = {
    "01": [("...", "30"), ("...", "3")],
    "02": [("...", "'AccumulateGrad'"), ("...", "11")],
    "03": [("...", "d.grad = None"), ("...", "22")],
    "04": [("...", "[1, 0, -1]"), ("...", "10")],
    "05": [("k**3", "(k**3).detach()"), ("...", "2")],
    "06": [("...", "0.1"), ("        f(v)", "        v.grad = None; f(v)")],
    "07": [(PUT, "return k*u + m"), ("...", "0.08")],
    "08": [("...", "[[2, 20], [3, 30]]"), ("...", "43")],
    "09": [("", "")],
    "10": [("with torch.no_grad():", "if True:")],
    "11": [(PUT, "return grad * 3 * x * x"), ("...", "'*'")],
}
MENDED = """
def number_one():
    x = torch.tensor(3., requires_grad=True)
    (x**2).backward()
    return x.grad.item()

def number_two():
    w = torch.tensor(2., requires_grad=True)
    for step in range(3):
        (w**2).backward()
        with torch.no_grad():
            w -= 0.25 * w.grad
        w.grad = None
    return w.item()

def number_three():
    x = torch.tensor([1., 2.], requires_grad=True)
    (x**3).sum().backward()
    return x.grad.tolist()
"""
each_lesson = pytest.mark.parametrize("lesson", lessons.lessons(), ids=lambda lesson: lesson.number)


def before(cells: list[dict], answer: dict) -> dict:
    """The names that a learner has when the exercise begins."""
    names: dict = {"__name__": "__main__"}
    for cell in cells[: cells.index(answer)]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"] and source[0] != "%":
            run_quietly(source, names)
    return names


def run_quietly(source: str, names: dict) -> None:
    """Run a cell; what it is meant to raise is raised before anything that is needed later."""
    with suppress(RuntimeError, SyntaxError):
        exec(compile(source.replace("%load_ext gradviz", ""), "<cell>", "exec"), names)


@each_lesson
def test_a_check_fails_before_and_passes_after(lesson, capsys) -> None:
    notebook = graded.graded(lesson)
    exercises = graded.exercises(notebook["cells"])
    names = before(notebook["cells"], exercises[0][0])
    for (answer, check), (old, new) in zip(exercises, DONE[lesson.number], strict=True):
        begun = "".join(answer["source"])
        done = begun.replace(old, new) if old else MENDED
        assert done != begun
        exec(begun, names)
        with pytest.raises((AssertionError, TypeError, AttributeError, RuntimeError)):
            exec(check["source"], names)
        exec(done, names)
        exec(check["source"], names)
        assert capsys.readouterr().out.splitlines()[-1].startswith("Right")


@each_lesson
def test_each_exercise_has_its_own_name_and_a_point(lesson) -> None:
    notebook = graded.graded(lesson)
    nbformat.validate(nbformat.from_dict(notebook))
    roles = [cell["metadata"].get("nbgrader") for cell in notebook["cells"]]
    roles = [role for role in roles if role]
    assert len({role["grade_id"] for role in roles}) == len(roles) > 0
    assert all(role["points"] == 1 and role["locked"] and role["grade"] for role in roles)


def test_the_command_writes_them_without_outputs(tmp_path: Path) -> None:
    assert command.main(["graded", str(tmp_path)]) == 0
    written = sorted(tmp_path.glob("*.ipynb"))
    assert [place.name for place in written] == [one.path.name for one in lessons.lessons()]
    for place in written:
        cells = json.loads(place.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells)


def test_a_check_without_a_guard_is_refused() -> None:
    with pytest.raises(ValueError, match="a check ends with"):
        graded.without_guard("assert mine == 4")

"""Each lesson runs, shows what it showed when it was committed, and says the same on PyTorch."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from gradviz import lessons
from gradviz.lessons import build

ALL = lessons.lessons()
OWN_TORCH = re.compile(r"^ +import torch$", re.MULTILINE)
"""A lesson that takes real PyTorch where it is, and says so."""


def code_of(lesson: lessons.Lesson) -> list[str]:
    cells = nbformat.read(lesson.path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def marks_of(lesson: lessons.Lesson) -> list[pytest.MarkDecorator]:
    return [pytest.mark.torch] if OWN_TORCH.search("\n".join(code_of(lesson))) else []


each_lesson = pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.path.stem)
each_lesson_as_committed = pytest.mark.parametrize(
    "lesson", [pytest.param(one, marks=marks_of(one), id=one.path.stem) for one in ALL]
)
needs_kernel = pytest.mark.kernel
MEANT = "raises-exception"


@needs_kernel
@each_lesson_as_committed
def test_running_it_again_shows_the_same(lesson: lessons.Lesson) -> None:
    committed = nbformat.read(lesson.path, as_version=4)
    assert list(build.printed(build.run(lesson.path))) == list(build.printed(committed))


@pytest.mark.torch
@needs_kernel
@each_lesson
def test_it_says_the_same_on_real_pytorch(lesson: lessons.Lesson) -> None:
    def said(notebook: object) -> list[tuple[int, str, str]]:
        return [text for text in build.printed(notebook) if text[1] != "picture"]

    committed = nbformat.read(lesson.path, as_version=4)
    assert said(build.run(lesson.path, engine="torch")) == said(committed)


@each_lesson
def test_it_opens_with_its_title_its_matter_and_its_plan(lesson: lessons.Lesson) -> None:
    assert re.fullmatch(rf"{lesson.number} · \S.*", lesson.title)
    assert 20 < len(lesson.summary) < 200
    assert re.search(r"You need .*The lesson takes about \w+ minutes\.", lesson.plan)


@each_lesson
def test_it_shows_a_picture_an_exercise_and_a_summary(lesson: lessons.Lesson) -> None:
    notebook = nbformat.read(lesson.path, as_version=4)
    assert any(kind == "picture" for _, kind, _ in build.printed(notebook))
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "Try it" in prose
    summary = prose.partition("## In five lines\n")[2].strip().splitlines()
    assert len([line for line in summary if line.startswith("- ")]) == 5


@each_lesson
def test_only_what_is_meant_to_fail_fails(lesson: lessons.Lesson) -> None:
    for cell in nbformat.read(lesson.path, as_version=4).cells:
        failed = any(output.output_type == "error" for output in cell.get("outputs", ()))
        assert failed == (MEANT in cell.metadata.get("tags", ()))


@each_lesson
def test_every_name_it_takes_from_gradviz_is_there(lesson: lessons.Lesson) -> None:
    import gradviz

    for source in code_of(lesson):
        tree = ast.parse(re.sub(r"^[%!].*$", "", source, flags=re.MULTILINE))
        for statement in ast.walk(tree):
            if isinstance(statement, ast.ImportFrom) and statement.module == "gradviz":
                assert all(hasattr(gradviz, alias.name) for alias in statement.names)


def test_the_numbers_run_from_01_without_a_gap() -> None:
    assert [lesson.number for lesson in ALL] == [f"{n:02}" for n in range(1, len(ALL) + 1)]


def test_a_copy_that_a_learner_has_changed_is_left_alone(tmp_path: Path) -> None:
    first, *others = lessons.copy_lessons(tmp_path)
    first.write_text("mine", encoding="utf-8")
    others[0].unlink() if others else None
    assert lessons.copy_lessons(tmp_path)[0].read_text(encoding="utf-8") == "mine"
    assert all(copy.exists() for copy in others)

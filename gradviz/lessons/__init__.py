"""The lessons: where they stand, what they are called, and how a learner gets a copy."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Lesson:
    """A notebook of the course; its number and name are those of its file."""

    path: Path
    title: str
    summary: str
    """The first paragraph, which says what the lesson is about."""
    plan: str
    """The second one, which says what it needs and how long it takes."""

    @property
    def number(self) -> str:
        """The two digits in front of the file's name."""
        return self.path.stem.partition("_")[0]


def folder() -> Path:
    """The folder with the notebooks: inside an installed wheel, or at the top of a checkout.

    Raises:
        FileNotFoundError: if the package came without its notebooks.
    """
    here = Path(__file__).resolve().parent
    for place in (here / "notebooks", here.parents[1] / "notebooks"):
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"the lessons are neither in {here / 'notebooks'} nor in {here.parents[1] / 'notebooks'}; "
        "install gradviz-jupyter again, or run from a checkout"
    )


def lessons() -> tuple[Lesson, ...]:
    """Every lesson, in order.

    >>> lessons()[0].title
    '01 · First gradient'
    """
    return tuple(read_lesson(path) for path in sorted(folder().glob("[0-9][0-9]_*.ipynb")))


def read_lesson(path: Path) -> Lesson:
    """The lesson in a notebook; its first cell is a heading and two paragraphs."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    heading, *paragraphs = "".join(cells[0]["source"]).split("\n\n")
    summary, plan = (" ".join(paragraph.split()) for paragraph in paragraphs[:2])
    return Lesson(path, heading.lstrip("# ").strip(), summary, plan)


def contents() -> str:
    r"""The table of contents in Markdown, as it stands in README.

    >>> print(contents().partition("\n")[0])
    | lesson | what it is about |
    """
    rows = [f"| [{one.title}](notebooks/{one.path.name}) | {one.summary} |" for one in lessons()]
    return "\n".join(["| lesson | what it is about |", "|---|---|", *rows])


def course_plan() -> str:
    r"""The table a teacher plans with, in Markdown, as it stands in `notebooks/README.md`.

    >>> print(course_plan().partition("\n")[0])
    | lesson | what it is about | what it needs, how long it takes |
    """
    rows = [f"| [{one.title}]({one.path.name}) | {one.summary} | {one.plan} |" for one in lessons()]
    head = "| lesson | what it is about | what it needs, how long it takes |"
    return "\n".join([head, "|---|---|---|", *rows])


def copy_lessons(to: Path) -> list[Path]:
    """Copy the lessons into a folder, and leave alone what a learner already has there.

    The copies are returned in order, the first lesson first.
    """
    to.mkdir(parents=True, exist_ok=True)
    copies = []
    for lesson in lessons():
        copy = to / lesson.path.name
        if not copy.exists():
            shutil.copyfile(lesson.path, copy)
        copies.append(copy)
    return copies

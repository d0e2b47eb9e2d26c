"""`python -m gradviz graded OUT`: the lessons as assignments for nbgrader.

In a lesson the check of an exercise that nobody has begun says so and is content, so that the
notebook runs to its end. A grader wants it to fail: here only the assertions are left. The cells
to be filled in bear no mark, since nbgrader empties what is marked as a solution, and with it the
name that is asked for.
"""

from __future__ import annotations

import ast
import json
import textwrap
from pathlib import Path
from typing import Any

from gradviz.lessons import Lesson, lessons

CHECK = {
    "schema_version": 3,
    "grade": True,
    "locked": True,
    "points": 1,
    "solution": False,
    "task": False,
}
EXERCISES = "## Try it"


def write_graded(out: Path) -> list[Path]:
    """Write each lesson with its checks as graded cells; the notebooks are returned in order."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for lesson in lessons():
        place = out / lesson.path.name
        notebook = json.dumps(graded(lesson), ensure_ascii=False, indent=1)
        place.write_text(notebook + "\n", encoding="utf-8")
        written.append(place)
    return written


def graded(lesson: Lesson) -> dict[str, Any]:
    """A lesson's notebook, without outputs, that nbgrader can hand out and grade."""
    notebook = json.loads(lesson.path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell.update({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {})
    for number, (_, check) in enumerate(exercises(notebook["cells"]), start=1):
        name = f"lesson-{lesson.number}-exercise-{number}"
        check["metadata"]["nbgrader"] = {**CHECK, "grade_id": name}
        check["source"] = without_guard("".join(check["source"]))
    return notebook


def exercises(cells: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each cell to be filled in, with the cell that checks it: they stand in turn."""
    start = next(k for k, cell in enumerate(cells) if EXERCISES in "".join(cell["source"]))
    code = [cell for cell in cells[start:] if cell["cell_type"] == "code"]
    return list(zip(code[::2], code[1::2], strict=True))


def without_guard(source: str) -> str:
    r"""The check without its first question, whether anything was answered at all.

    >>> print(without_guard("if mine is ...:\n    print('Begin.')\nelse:\n    assert mine == 4"))
    assert mine == 4
    """
    last = ast.parse(source).body[-1]
    if not (isinstance(last, ast.If) and last.orelse):
        raise ValueError(f"a check ends with `if ...: ... else: ...`, not with {source[-60:]!r}")
    lines = source.splitlines()
    first = last.orelse[0].lineno - 1
    kept = textwrap.dedent("\n".join(lines[first : last.end_lineno]))
    return "\n".join([*lines[: last.lineno - 1], kept])

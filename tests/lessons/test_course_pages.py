"""A lesson inside the pages that other tools make: its outputs arrive as they were saved."""

import re
import subprocess
import sys
from pathlib import Path

import nbconvert
import nbformat
import pytest

from gradviz.lessons import lessons

FIRST = lessons()[0].path
CONFIGURATION = 'project = "A course"\nextensions = ["myst_nb"]\nnb_execution_mode = "off"\n'


def outputs() -> list[str]:
    """The stories and drawings of the first lesson, as its file holds them."""
    cells = nbformat.read(FIRST, as_version=4).cells
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
    return [data["text/html"].strip() for data in shown if "text/html" in data]


def snippet(checkout: Path, place: str) -> str:
    """What `notebooks/README.md` says is to be written into a page of some kind."""
    page = (checkout / "notebooks" / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"\*\*{place}.*?````\n(.*?)  ````", page, re.DOTALL)
    assert found
    return re.sub(r"^  ", "", found[1], flags=re.MULTILINE)


def test_sphinx_shows_the_lesson_and_the_frame(checkout: Path, tmp_path: Path) -> None:
    pytest.importorskip("myst_nb", reason="needs Sphinx with myst-nb (extra `course`)")
    (tmp_path / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
    page = f"# A course\n\n{snippet(checkout, 'Sphinx')}\n```{{toctree}}\nlesson\n```\n"
    (tmp_path / "index.md").write_text(page, encoding="utf-8")
    (tmp_path / "lesson.ipynb").write_bytes(FIRST.read_bytes())
    out = tmp_path / "out"
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(tmp_path), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lesson = (out / "lesson.html").read_text(encoding="utf-8")
    assert outputs()
    assert [output[:60] for output in outputs() if output not in lesson] == []
    assert '<iframe src="_static/story.html"' in (out / "index.html").read_text(encoding="utf-8")


def test_slides_show_the_lesson() -> None:
    notebook = nbformat.read(FIRST, as_version=4)
    for cell in notebook.cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    deck, _ = nbconvert.SlidesExporter().from_notebook_node(notebook)
    assert deck.count("<section") > len(outputs())
    scripts = re.findall(r"<script type=.?module.*?>(.*?)</script>", "".join(outputs()), re.DOTALL)
    assert len(scripts) >= 4
    assert [script[:60] for script in scripts if script not in deck] == []


@pytest.mark.parametrize("place", ["Sphinx", "Quarto"])
def test_every_frame_may_run_scripts_and_nothing_else_and_has_a_title(
    checkout: Path, place: str
) -> None:
    frame = snippet(checkout, place)
    assert re.search(r'<iframe src="[\w./]+" sandbox="allow-scripts" ', frame)
    assert re.search(r' title="\w[^"]+"></iframe>', frame)

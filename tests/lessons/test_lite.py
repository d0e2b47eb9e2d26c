"""`python -m gradviz lite OUT`: the lessons with live Python in the reader's own browser."""

import json
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from importlib.metadata import distribution
from pathlib import Path

import nbformat
import pytest

from gradviz import __main__ as command
from gradviz.lessons import lessons, lite, wheel

HERE = "gradviz/lessons/notebooks"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel.pack_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_every_source_file_and_no_lesson(packed: Path) -> None:
    package = Path(wheel.__file__).parents[1]
    modules = {path.relative_to(package.parent).as_posix() for path in package.rglob("*.py")}
    inside = set(zipfile.ZipFile(packed).namelist())
    assert modules <= inside
    assert "gradviz/widgets/static/player.js" in inside
    assert not [name for name in inside if name.startswith(HERE) or "__pycache__" in name]


def test_the_wheel_says_of_itself_what_the_distribution_says(packed: Path) -> None:
    archive = zipfile.ZipFile(packed)
    name = next(each for each in archive.namelist() if each.endswith("METADATA"))
    said = message_from_bytes(archive.read(name))
    assert said["Name"] == wheel.NAME
    assert said.get_all("Requires-Dist") == distribution(wheel.NAME).requires


def test_the_same_sources_give_the_same_bytes(packed: Path, tmp_path: Path) -> None:
    assert wheel.pack_wheel(tmp_path).read_bytes() == packed.read_bytes()


def test_pip_takes_the_wheel_and_it_runs(packed: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    command += ["--disable-pip-version-check", "--target", str(tmp_path), str(packed)]
    subprocess.run(command, check=True, capture_output=True)
    code = "import gradviz; print(gradviz.__file__, gradviz.tensor(2.) * 3)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == [str(tmp_path / "gradviz" / "__init__.py"), "tensor(6.)"]


def test_without_the_distribution_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(wheel, "NAME", "gradviz-of-nobody")
    with pytest.raises(SystemExit, match="pip install gradviz-jupyter"):
        wheel.pack_wheel(tmp_path)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.path.stem)
def test_a_lesson_brings_gradviz_along_and_is_otherwise_as_it_was(lesson) -> None:
    was = nbformat.read(lesson.path, as_version=4)
    raw = lite.for_a_browser(lesson)
    assert all(cell["metadata"].get("trusted") for cell in raw["cells"] if cell.get("outputs"))
    assert not re.search(r'"(text|text/plain|text/html)": \[', json.dumps(raw))
    made = nbformat.reads(json.dumps(raw), as_version=4)
    nbformat.validate(made)
    first = next(cell for cell in made.cells if cell.cell_type == "code")
    assert first.source == lite.INSTALL
    assert made.metadata.kernelspec.name == "python"
    made.cells.remove(first)
    assert [cell.source for cell in made.cells] == [cell.source for cell in was.cells]
    assert [cell.get("outputs") for cell in made.cells] == [
        cell.get("outputs") for cell in was.cells
    ]


def test_what_is_compiled_comes_from_pyodide_and_all_else_from_the_site() -> None:
    wanted = {each.partition(">")[0] for each in lite.wanted_wheels()}
    needs = {each.partition(">")[0] for each in distribution(wheel.NAME).requires or ()}
    needs = {each for each in needs if each.isidentifier()}
    own = {"numpy", "ipywidgets", "anywidget", "graphviz", "matplotlib"}
    assert own <= needs
    assert own - wanted == set(lite.SERVED_BY_PYODIDE)


def test_without_jupyterlite_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lite, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"pip install 'gradviz-jupyter\[lite\]'"):
        command.main(["lite", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []


def test_the_command_takes_a_folder_with_pyodide(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []
    monkeypatch.setattr(
        lite, "write_lite", lambda out, *, pyodide: asked.append((out, pyodide)) or out / "lab"
    )
    assert command.main(["lite", str(tmp_path), "--pyodide", "release"]) == 0
    assert asked == [(tmp_path, Path("release"))]
    assert f"python -m http.server -d {tmp_path}" in capsys.readouterr().out

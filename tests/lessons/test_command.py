"""`python -m gradviz`: copies the lessons and opens JupyterLab."""

import subprocess
from pathlib import Path

import pytest

from gradviz import __main__ as command
from gradviz.lessons import lessons


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the command would have started, in order."""
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda arguments, **_: started.append(arguments))
    monkeypatch.setattr(subprocess, "call", lambda arguments: started.append(arguments) or 0)
    monkeypatch.setattr(command, "is_root", lambda: False)
    return started


def test_it_copies_and_opens_the_first_lesson(tmp_path: Path, calls: list[list[str]]) -> None:
    assert command.main([str(tmp_path / "mine")]) == 0
    first = tmp_path / "mine" / lessons()[0].path.name
    assert first.read_bytes() == lessons()[0].path.read_bytes()
    assert calls[-1][1:] == ["-m", "jupyterlab", str(first)]


def test_the_copies_are_trusted_so_that_they_step_at_once(
    tmp_path: Path, calls: list[list[str]]
) -> None:
    command.main([str(tmp_path)])
    assert calls[0][1:4] == ["-m", "jupyter", "trust"]


def test_it_can_copy_only(tmp_path: Path, calls: list[list[str]]) -> None:
    assert command.main([str(tmp_path), "--copy-only"]) == 0
    assert calls == []
    assert len(list(tmp_path.glob("*.ipynb"))) == len(lessons())


def test_as_root_it_refuses_and_says_what_to_do(
    tmp_path: Path,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "is_root", lambda: True)
    monkeypatch.setattr(command, "in_a_container", lambda: False)
    assert command.main([str(tmp_path)]) == 1
    assert calls == []
    assert "add --allow-root" in capsys.readouterr().err
    assert command.main([str(tmp_path), "--allow-root", "--no-browser"]) == 0
    assert calls[-1][-2:] == ["--no-browser", "--allow-root"]


def test_as_root_in_a_container_it_starts_and_says_that_it_does(
    tmp_path: Path,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "is_root", lambda: True)
    monkeypatch.setattr(command, "MARKS_OF_A_CONTAINER", (tmp_path / "no", tmp_path))
    assert command.main([str(tmp_path)]) == 0
    assert calls[-1][-1] == "--allow-root"
    assert "container" in capsys.readouterr().err


def test_without_jupyterlab_it_says_what_to_install(
    tmp_path: Path,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda name: None)
    assert command.main([str(tmp_path)]) == 1
    assert calls == []
    assert "pip install jupyterlab" in capsys.readouterr().err


def test_help_names_the_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        command.main(["--help"])
    assert done.value.code == 0
    assert "gradviz-lessons" in capsys.readouterr().out

"""Importing says so when the other project named gradviz stands in the same environment."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gradviz import _other


def install_other(folder: Path) -> None:
    (folder / "gradviz").mkdir()
    (folder / "gradviz-0.1.2.dist-info").mkdir()


def test_the_other_one_is_found_where_it_is(tmp_path: Path) -> None:
    install_other(tmp_path)
    assert _other.find_other(["", "no such folder", str(tmp_path)]) == str(tmp_path)


def test_our_own_installation_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "gradviz").mkdir()
    (tmp_path / "gradviz_jupyter-0.1.0.dist-info").mkdir()
    assert _other.find_other([str(tmp_path)]) is None


def test_the_warning_says_where_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_other(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.warns(UserWarning, match="pip uninstall gradviz gradviz-jupyter") as caught:
        _other.warn_of_other()
    assert str(tmp_path) in str(caught[0].message)


def test_import_gradviz_gives_that_warning(tmp_path: Path) -> None:
    install_other(tmp_path)
    program = textwrap.dedent(f"""
        import sys, warnings
        sys.path.append({str(tmp_path)!r})
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            import gradviz
        print(*[warning.message for warning in caught])
    """)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert str(tmp_path) in done.stdout

"""What travels in the wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_every_source_file_and_every_asset_travels(wheel: zipfile.ZipFile, checkout: Path) -> None:
    here = {
        path.relative_to(checkout).as_posix()
        for path in (checkout / "gradviz").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name[0] != "."
    }
    assert here <= set(wheel.namelist())


def test_the_notebooks_travel(wheel: zipfile.ZipFile, checkout: Path) -> None:
    for notebook in (checkout / "notebooks").glob("*.ipynb"):
        inside = wheel.read(f"gradviz/lessons/notebooks/{notebook.name}")
        assert inside == notebook.read_bytes()


def test_nothing_else_travels(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.startswith("gradviz_jupyter-")} == {"gradviz"}
    assert not [name for name in wheel.namelist() if "checkpoint" in name or name.endswith(".pyc")]


def test_the_metadata_names_the_distribution_and_the_licence(wheel: zipfile.ZipFile) -> None:
    metadata = next(name for name in wheel.namelist() if name.endswith("METADATA"))
    text = wheel.read(metadata).decode()
    assert "\nName: gradviz-jupyter\n" in text
    assert "\nLicense-Expression: MIT\n" in text

"""README says what is so. Its examples are run as doctests with the rest of the suite."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest

from gradviz.lessons import build

LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


@pytest.fixture(scope="module")
def readme(checkout: Path) -> str:
    return (checkout / "README.md").read_text(encoding="utf-8")


def test_the_tables_of_the_lessons_are_what_the_lessons_give(checkout: Path) -> None:
    tables = build.pages()
    assert set(tables) == {checkout / "README.md", checkout / "notebooks" / "README.md"}
    for page, table in tables.items():
        assert table in page.read_text(encoding="utf-8")


def test_every_link_inside_the_repository_leads_somewhere(readme: str, checkout: Path) -> None:
    links = LINK.findall(readme)
    assert links
    assert [link for link in links if not (checkout / link).exists()] == []


def test_the_picture_is_one_that_really_came_out(readme: str, checkout: Path) -> None:
    place = checkout / "tests" / "house" / "picture.py"
    drawn = runpy.run_path(str(place))
    assert drawn["draw_picture"]() == drawn["PICTURE"].read_text(encoding="utf-8")
    assert f"({drawn['PICTURE'].relative_to(checkout).as_posix()})" in readme


def test_ci_runs_the_test_command_that_readme_gives(readme: str, checkout: Path) -> None:
    command = "python -m pytest --require torch,exe,browser,kernel,lite"
    assert command in readme
    assert command in (checkout / ".ci" / "run").read_text(encoding="utf-8")


def test_the_commands_of_readme_are_correct_shell(readme: str) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) >= 2
    for block in blocks:
        subprocess.run(["bash", "-n"], input=block, text=True, check=True)


def test_ci_is_correct_bash(checkout: Path) -> None:
    subprocess.run(["bash", "-n", str(checkout / ".ci" / "run")], check=True)

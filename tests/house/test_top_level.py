"""What stands at the top of the repository, and what the name of the distribution is."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = {"pyproject.toml", "README.md", "LICENSE", "gradviz", "notebooks", "tests", "binder"}
BUILT = {"build", "dist", "node_modules"}
TEXT = {".py", ".md", ".toml", ".txt", ".ipynb", ".js", ".mjs", ".css", ".html", ".yml", ".yaml"}
WRONG_NAME = re.compile(r"pip\s+install\s+(?:-{1,2}\S+\s+)*[\"']?" + "gradviz" + r"(?![\w-])")
TORCH_NAMES = {"tensor", "trace", "ops", "fx", "jit", "func", "linalg", "special", "testing"}


def texts(checkout: Path) -> Iterator[Path]:
    own = [checkout / "README.md", checkout / "pyproject.toml", checkout / ".ci" / "run"]
    yield from own
    for folder in ("gradviz", "notebooks", "tests", "binder"):
        for path in (checkout / folder).rglob("*"):
            inside = {".ipynb_checkpoints", "node_modules", "__pycache__"} & set(path.parts)
            if path.is_file() and not inside and (path.suffix in TEXT or folder == "binder"):
                yield path


def test_the_top_level_holds_what_it_should_and_hidden_files(checkout: Path) -> None:
    seen = {path.name for path in checkout.iterdir() if not path.name.startswith(".")}
    assert seen - BUILT - TOP == set()
    assert seen >= TOP


def test_nothing_tells_anybody_to_install_the_other_project(checkout: Path) -> None:
    guilty = [
        f"{path}: {found.group()}"
        for path in texts(checkout)
        if (found := WRONG_NAME.search(path.read_text(encoding="utf-8")))
    ]
    assert guilty == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("pip install " + "gradviz", True),
        ("pip install -U '" + "gradviz[lab]'", True),
        ("pip install gradviz-jupyter", False),
        ("pip install 'gradviz-jupyter[lab]'", False),
    ],
)
def test_the_search_for_the_wrong_name_can_find_it(text: str, wrong: bool) -> None:
    assert bool(WRONG_NAME.search(text)) == wrong


def test_the_distribution_is_named_gradviz_jupyter(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "gradviz-jupyter"
    assert set(project["optional-dependencies"]) >= {"lab", "dot", "test"}


def test_no_module_at_the_top_takes_a_name_that_torch_uses_otherwise(checkout: Path) -> None:
    modules = {path.stem for path in (checkout / "gradviz").iterdir()}
    assert modules & TORCH_NAMES == set()


def test_the_package_is_typed(checkout: Path) -> None:
    assert (checkout / "gradviz" / "py.typed").is_file()

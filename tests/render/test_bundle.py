"""The modules of the player keep to the rules by which they are joined."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from gradviz.render import bundle as rules
from gradviz.render.bundle import EVERYTHING, KINDS, STATIC, bundle, modules_of, styles

SOURCES = sorted(STATIC.glob("*.js"))
TOP = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", re.M)
IMPORT = re.compile(r"^import .*$", re.M)
NODE = shutil.which("node")


def names_of(line: str) -> tuple[list[str], str]:
    found = re.fullmatch(r'import \{ ([\w, ]+) \} from "\./(\w+)\.js";', line)
    assert found, f"not an import that falls away: {line}"
    return found[1].split(", "), found[2]


def test_a_name_at_the_top_occurs_in_one_module() -> None:
    counted = Counter(name for path in SOURCES for name in TOP.findall(path.read_text("utf-8")))
    assert [name for name, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_module_imports_what_the_other_exports(path: Path) -> None:
    for line in IMPORT.findall(path.read_text("utf-8")):
        names, other = names_of(line)
        exported = (STATIC / f"{other}.js").read_text("utf-8")
        for name in names:
            assert re.search(
                rf"^export (?:async )?(?:const|let|function|class) {name}\b", exported, re.M
            )


@pytest.mark.parametrize("kind", [*EVERYTHING, "widget"])
def test_a_bundle_holds_what_its_modules_import(kind: str) -> None:
    held = {*modules_of([kind]), kind}
    for name in held:
        for line in IMPORT.findall((STATIC / f"{name}.js").read_text("utf-8")):
            assert names_of(line)[1] in held


def test_every_file_of_the_player_is_used() -> None:
    assert {path.stem for path in SOURCES} == {*modules_of(EVERYTHING), "widget"}


def test_data_never_become_markup() -> None:
    for path in SOURCES:
        text = path.read_text("utf-8")
        for danger in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
        ):
            assert danger not in text, path.name


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in [*SOURCES, STATIC / "player.css"]:
        addresses = re.findall(r"https?://[^\s\"')]+", path.read_text("utf-8"))
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("kinds", [("graph",), ("axes",), ("matrix",), EVERYTHING])
def test_joined_modules_are_one_that_parses(kinds: tuple[str, ...], tmp_path: Path) -> None:
    text = bundle(kinds, widget=True)
    assert not re.search(r"^(import|/\*|\*|//)", text, re.M)
    assert text.count("export ") == 1
    if NODE is None:
        pytest.skip("needs Node to parse the text")
    path = tmp_path / "player.mjs"
    path.write_text(text, encoding="utf-8")
    checked = subprocess.run([NODE, "--check", str(path)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_space_inside_strings_templates_and_expressions_stays() -> None:
    source = 'const a = "x = ( 1 , 2 )", b = `u ; ${ a } v`, c = /[ :] {2}/.test( a );\n'
    assert (
        rules._joined(source) == 'let a="x = ( 1 , 2 )",b=`u ; ${ a } v`,c= /[ :] {2}/.test(a);\n'
    )


def test_the_sheet_leaves_out_what_is_not_used() -> None:
    assert len(styles(("graph",))) < 0.7 * len(styles())
    assert ".pocket-value" in styles(("graph",))
    assert ".pocket-value" not in styles(("axes", "plot"))


def test_a_stepper_carries_no_plots() -> None:
    alone = bundle(("graph", "code", "equation", "rule"))
    assert "tangent" not in alone
    assert len(alone.encode()) < 46_000
    assert set(KINDS) <= set(EVERYTHING)

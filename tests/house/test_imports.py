"""Who may import whom, read from the source of every file."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradviz

HOUSE = Path(gradviz.__file__).parent
SOURCES = sorted(HOUSE.rglob("*.py"))
SMALL_TORCH = {"core", "autograd", "nn", "optim"}
LENS = {"graph", "stories", "render", "widgets"}
MAY_USE = {
    "core": {"autograd", "nn", "optim"},  # the one torch half; its own order is told below
    "autograd": SMALL_TORCH,
    "nn": SMALL_TORCH,
    "optim": SMALL_TORCH,
    "graph": set(),
    "stories": {"graph"},
    "render": {"stories", "graph"},
    "widgets": {"render", "stories", "graph"},
    "lessons": set(),
}
HEAVY = {"matplotlib", "ipywidgets", "anywidget", "graphviz", "IPython", "nbformat", "nbclient"}


def package_of(path: Path) -> list[str]:
    return ["gradviz", *path.relative_to(HOUSE).parent.parts]


def imported(path: Path) -> Iterator[tuple[list[str], ast.stmt]]:
    """Every dotted name that the file imports, at whatever depth, with its statement."""
    for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield alias.name.split("."), statement
        elif isinstance(statement, ast.ImportFrom):
            package = package_of(path)
            base = package[: len(package) - statement.level + 1] if statement.level else []
            base = base + (statement.module.split(".") if statement.module else [])
            for alias in statement.names:
                yield [*base, alias.name], statement


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_room_uses_only_the_rooms_it_may(path: Path) -> None:
    room = room_of(path)
    used = {name[1] for name, _ in imported(path) if name[0] == "gradviz" and len(name) > 1}
    wrong = {other for other in used & MAY_USE.keys() if room in MAY_USE and other != room}
    assert wrong - MAY_USE.get(room, set()) == set()


def test_every_folder_of_the_package_is_a_known_room() -> None:
    rooms = {room_of(path) for path in SOURCES if path.parent != HOUSE}
    assert rooms <= MAY_USE.keys()


def test_nothing_imports_torch() -> None:
    guilty = [str(path) for path in SOURCES for name, _ in imported(path) if name[0] == "torch"]
    assert guilty == []


def test_the_small_torch_imports_nothing_but_numpy_and_the_standard_library() -> None:
    import sys

    allowed = set(sys.stdlib_module_names) | {"numpy", "gradviz"}
    for path in SOURCES:
        if room_of(path) in SMALL_TORCH:
            outside = {name[0] for name, _ in imported(path)} - allowed
            assert outside == set(), path


def test_heavy_libraries_are_imported_only_inside_functions_and_their_own_modules() -> None:
    at_the_top = defaultdict(set)
    for path in SOURCES:
        top = set(ast.parse(path.read_text(encoding="utf-8")).body)
        lines = {statement.lineno for statement in top}
        for name, statement in imported(path):
            if statement.lineno in lines and name[0] in HEAVY:
                at_the_top[name[0]].add(str(path.relative_to(HOUSE)))
    allowed = {"anywidget": {"widgets/widget.py"}, "ipywidgets": {"widgets/widget.py"}}
    for library, paths in at_the_top.items():
        assert paths <= allowed.get(library, set()), library


def body_of(function: ast.FunctionDef) -> str | None:
    """What a function does, without its name and docstring; None where it is too short to tell."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body or body[-1].end_lineno - body[0].lineno < 4:
        return None
    return ast.dump(ast.Module(body, []))


def test_no_function_has_a_twin() -> None:
    places = defaultdict(list)
    for path in SOURCES:
        for part in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(part, ast.FunctionDef) and (body := body_of(part)):
                places[body].append(f"{path.relative_to(HOUSE)}: {part.name}")
    assert [twins for twins in places.values() if len(twins) > 1] == []

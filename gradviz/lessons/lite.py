"""The lessons with live Python in the reader's own browser: a JupyterLite site.

`python -m gradviz lite OUT` writes it. It is files and nothing else: any web server can hand them
to any number of readers, for every kernel runs in a reader's browser, on Pyodide. Pyodide itself
comes from its own server, or from OUT, if a folder with it is given.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gradviz.lessons import Lesson, lessons
from gradviz.lessons.wheel import NAME, pack_wheel

FIRST_CELL = "first-cell"
INSTALL = f"%pip install -q {NAME}  # brings gradviz into this page"
SERVED_BY_PYODIDE = ("numpy", "matplotlib")
"""What is compiled: of our needs and theirs Pyodide has these on its own server."""
NEEDED_BY_WIDGETS = ("comm", "jupyterlab_widgets", "psygnal")
"""What `.widget()` needs beyond our own needs, and Pyodide does not have."""
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
NO_LITE = "The site is made by JupyterLite: python -m pip install 'gradviz-jupyter[lite]'"
SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "gradviz",
        "litePluginSettings": {KERNEL: {"disablePyPIFallback": True}},
    },
}
QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}


def write_lite(out: Path, *, pyodide: Path | None = None) -> Path:
    """Build the site into a folder, and return the page to begin with.

    `pyodide` is a folder with Pyodide, as its releases hold it; the site then asks no other host.
    """
    if find_spec("jupyterlite_core") is None or find_spec("jupyterlite_pyodide_kernel") is None:
        raise SystemExit(NO_LITE)
    with tempfile.TemporaryDirectory() as temporary:
        desk = Path(temporary)
        lay_out(desk, pyodide)
        build(desk, out.resolve())
    return out / "lab" / "index.html"


def lay_out(desk: Path, pyodide: Path | None) -> None:
    """Put on the desk what JupyterLite makes a site of: lessons, settings, wheels, Pyodide."""
    (desk / "contents").mkdir()
    for lesson in lessons():
        copy_of = desk / "contents" / lesson.path.name
        copy_of.write_text(json.dumps(for_a_browser(lesson), ensure_ascii=False), encoding="utf-8")
    (desk / "jupyter-lite.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    (desk / "overrides.json").write_text(json.dumps(QUIET), encoding="utf-8")
    pack_wheel(desk / "pypi")
    fetch_wheels(desk / "pypi")
    if pyodide is not None:
        (desk / "static").mkdir()
        (desk / "static" / "pyodide").symlink_to(pyodide.resolve(), target_is_directory=True)


def for_a_browser(lesson: Lesson) -> dict[str, Any]:
    """A lesson's notebook, where the first cell to run brings gradviz into the page.

    Its cells are marked as trusted, as a server would mark them, so that the stories step at once.
    """
    notebook = json.loads(lesson.path.read_text(encoding="utf-8"))
    for each in notebook["cells"]:
        each["metadata"]["trusted"] = True
        for output in each.get("outputs", ()):
            shown = output.get("data", output)
            texts = {kind: whole(text) for kind, text in shown.items() if kind != "traceback"}
            shown.update(texts)
    cell = {"cell_type": "code", "execution_count": None, "id": FIRST_CELL, "metadata": {}}
    notebook["cells"].insert(1, {**cell, "outputs": [], "source": INSTALL})
    notebook["metadata"]["kernelspec"] = {
        "name": "python",
        "display_name": "Python (Pyodide)",
        "language": "python",
    }
    return notebook


def whole(text: Any) -> Any:
    """A text in one piece: the page of JupyterLite puts commas between the lines of a list.

    >>> whole(["one, ", "two"])
    'one, two'
    """
    return "".join(text) if isinstance(text, list) else text


def wanted_wheels() -> list[str]:
    """The packages beside ours that the site hands out itself, with their bounds.

    >>> sorted(wanted.partition(">")[0] for wanted in wanted_wheels())
    ['anywidget', 'comm', 'graphviz', 'ipywidgets', 'jupyterlab_widgets', 'psygnal']
    """
    own = [each for each in requires(NAME) or [] if "extra ==" not in each]
    return [each for each in own if not each.startswith(SERVED_BY_PYODIDE)] + [*NEEDED_BY_WIDGETS]


def fetch_wheels(into: Path) -> None:
    """Fetch these packages with pip, for the Python of Pyodide, which is not the one running."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_PYTHON_VERSION

    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--platform=any", "--implementation=py"]
    command += [
        "--abi=none",
        f"--python-version={PYODIDE_PYTHON_VERSION}",
        "--dest",
        str(into),
        *wanted_wheels(),
    ]
    subprocess.run(command, check=True)


def build(desk: Path, out: Path) -> None:
    """Let JupyterLite make the site."""
    command = [sys.executable, "-m", "jupyter", "lite", "build", "--no-sourcemaps"]
    command += ["--no-libarchive", "--apps=lab", "--apps=notebooks", "--contents=contents"]
    command += ["--settings-overrides=overrides.json", f"--output-dir={out}"]
    done = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"jupyter lite build failed:\n{(done.stdout + done.stderr)[-3000:]}")

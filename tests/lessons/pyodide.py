"""`python tests/lessons/pyodide.py FOLDER`: so much of Pyodide as the npm registry and PyPI hold.

That is Pyodide's core, and of the packages that JupyterLite's kernel needs those in pure Python.
numpy and matplotlib, compiled for Pyodide, are on Pyodide's own server alone.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NEEDED = ("ipython", "jedi", "micropip", "packaging", "typing-extensions")
"""What the kernel asks of Pyodide at its start, and micropip for our wheel."""


def fetch_core(folder: Path) -> None:
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    with tempfile.TemporaryDirectory() as temporary:
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", temporary]
        subprocess.run([*command, f"pyodide@{PYODIDE_VERSION}"], check=True)
        core = Path(temporary) / "node_modules" / "pyodide"
        shutil.copytree(core, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.map"))


def closure(packages: dict[str, dict], names: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += [each.replace("_", "-").lower() for each in packages[name]["depends"]]
    return found


def fetch_packages(folder: Path) -> None:
    """Put each package beside the core, and its sum where Pyodide looks for it."""
    place = folder / "pyodide-lock.json"
    lock = json.loads(place.read_text(encoding="utf-8"))
    packages = [lock["packages"][name] for name in closure(lock["packages"], NEEDED)]
    wanted = [f"{each['name']}=={each['version']}" for each in packages]
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--no-binary=:none:"]
    command += ["--only-binary=:all:", "--platform=any", "--python-version=3.14"]
    subprocess.run([*command, "--dest", str(folder), *wanted], check=True)
    for each in packages:
        stem = each["file_name"].split("-")[0].lower()
        wheel = next(
            path for path in folder.glob("*.whl") if stem == path.name.split("-")[0].lower()
        )
        each["file_name"] = wheel.name
        each["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    place.write_text(json.dumps(lock), encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    fetch_core(target)
    fetch_packages(target)

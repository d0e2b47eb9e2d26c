"""`python -m gradviz`: the lessons in a folder of your own, opened in JupyterLab.

`python -m gradviz site OUT` writes them as plain pages instead.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from gradviz._version import __version__
from gradviz.lessons import copy_lessons

NO_LAB = (
    "JupyterLab is not installed. Install it with `python -m pip install jupyterlab`, then open "
    "{first}, or run `python -m gradviz` again."
)


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    described = argparse.ArgumentParser(
        prog="python -m gradviz",
        description="Copy the lessons to a folder and open the first one in JupyterLab.",
        epilog="A lesson that is already in the folder is left as it is. "
        "`python -m gradviz site OUT` writes the lessons as plain pages into OUT.",
    )
    described.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("gradviz-lessons"),
        help="where the lessons go (default: %(default)s)",
    )
    described.add_argument(
        "--copy-only", action="store_true", help="copy the lessons and open nothing"
    )
    described.add_argument(
        "--no-browser", action="store_true", help="start JupyterLab, but open no browser window"
    )
    described.add_argument("--version", action="version", version=f"gradviz {__version__}")
    return described


def site_parser() -> argparse.ArgumentParser:
    """What the command understands after the word `site`."""
    described = argparse.ArgumentParser(
        prog="python -m gradviz site",
        description="Write the lessons as plain pages: no Python, no kernel, no other host.",
    )
    described.add_argument("out", type=Path, help="the folder for the pages")
    return described


def trust(notebooks: Sequence[Path]) -> None:
    """Sign the copies, so that their stories step before anything has been run."""
    command = [sys.executable, "-m", "jupyter", "trust", *map(str, notebooks)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def open_lab(first: Path, *, browser: bool) -> int:
    """Open a notebook in JupyterLab, and wait until the server is closed."""
    command = [sys.executable, "-m", "jupyterlab", str(first)]
    if not browser:
        command.append("--no-browser")
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:  # Ctrl-C is how a learner closes JupyterLab
        return 0


def study(arguments: Sequence[str]) -> int:
    """Copy the lessons and open the first one."""
    options = parser().parse_args(arguments)
    copies = copy_lessons(options.folder)
    print(f"{len(copies)} lessons in {options.folder}")
    if options.copy_only:
        return 0
    if importlib.util.find_spec("jupyterlab") is None:
        print(NO_LAB.format(first=copies[0]), file=sys.stderr)
        return 1
    trust(copies)
    return open_lab(copies[0], browser=not options.no_browser)


def publish(arguments: Sequence[str]) -> int:
    """Write the lessons as plain pages."""
    from gradviz.lessons.site import write_site

    options = site_parser().parse_args(arguments)
    pages = write_site(options.out)
    print(f"{len(pages)} pages in {options.out}; open {pages[0]}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is JupyterLab's."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return publish(given[1:]) if given[:1] == ["site"] else study(given)


if __name__ == "__main__":
    sys.exit(main())

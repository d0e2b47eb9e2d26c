"""`python -m gradviz`: the lessons in a folder of your own, opened in JupyterLab.

`python -m gradviz site OUT` writes them as plain pages instead, and `python -m gradviz lite OUT`
as a site where the code can be changed and run, in the reader's own browser; `python -m gradviz
graded OUT` writes them as assignments for nbgrader.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
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
AS_ROOT = "--allow-root"
REFUSED = (
    "You are root, and Jupyter does not start as root by itself: whoever gets into it can do "
    f"anything to this machine. Run this as another user, or add {AS_ROOT} if you mean it."
)
IN_A_CONTAINER = (
    "You are root in a container, so JupyterLab is started with --allow-root: whoever gets into "
    "it can do anything to this container."
)
MARKS_OF_A_CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    described = argparse.ArgumentParser(
        prog="python -m gradviz",
        description="Copy the lessons to a folder and open the first one in JupyterLab.",
        epilog="A lesson that is already in the folder is left as it is. "
        "`python -m gradviz site OUT` writes the lessons as plain pages into OUT, "
        "`python -m gradviz lite OUT` as a site where they can be run, "
        "`python -m gradviz graded OUT` as assignments for nbgrader.",
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
    described.add_argument(
        AS_ROOT, action="store_true", help="start JupyterLab even as root outside a container"
    )
    described.add_argument("--version", action="version", version=f"gradviz {__version__}")
    return described


def writer_parser(word: str, description: str, written: str) -> argparse.ArgumentParser:
    """What the command understands after a word that writes a folder."""
    described = argparse.ArgumentParser(prog=f"python -m gradviz {word}", description=description)
    described.add_argument("out", type=Path, help=f"the folder for the {written}")
    return described


def site_parser() -> argparse.ArgumentParser:
    """After the word `site`."""
    told = "Write the lessons as plain pages: no Python, no kernel, no other host."
    return writer_parser("site", told, "pages")


def lite_parser() -> argparse.ArgumentParser:
    """After the word `lite`."""
    told = "Write the lessons as a JupyterLite site: Python runs in the reader's browser."
    described = writer_parser("lite", told, "site")
    described.add_argument(
        "--pyodide",
        type=Path,
        metavar="FOLDER",
        help="a folder with a release of Pyodide, to be served by the site itself "
        "(default: readers fetch Pyodide from its own server)",
    )
    return described


def graded_parser() -> argparse.ArgumentParser:
    """After the word `graded`."""
    told = "Write the lessons as assignments for nbgrader, each exercise worth a point."
    return writer_parser("graded", told, "notebooks")


def trust(notebooks: Sequence[Path]) -> None:
    """Sign the copies, so that their stories step before anything has been run."""
    command = [sys.executable, "-m", "jupyter", "trust", *map(str, notebooks)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def is_root() -> bool:
    """Whether Jupyter would refuse to start."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def in_a_container() -> bool:
    """Whether Docker or Podman says that this machine is a container of theirs."""
    return any(mark.exists() for mark in MARKS_OF_A_CONTAINER)


def open_lab(first: Path, *options: str) -> int:
    """Open a notebook in JupyterLab, and wait until the server is closed."""
    command = [sys.executable, "-m", "jupyterlab", str(first), *options]
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
    asked = ["--no-browser"] if options.no_browser else []
    if is_root():
        if not options.allow_root and not in_a_container():
            print(REFUSED, file=sys.stderr)
            return 1
        if not options.allow_root:
            print(IN_A_CONTAINER, file=sys.stderr)
        asked.append(AS_ROOT)
    trust(copies)
    return open_lab(copies[0], *asked)


def publish(arguments: Sequence[str]) -> int:
    """Write the lessons as plain pages."""
    from gradviz.lessons.site import write_site

    options = site_parser().parse_args(arguments)
    pages = write_site(options.out)
    print(f"{len(pages)} pages in {options.out}; open {pages[0]}")
    return 0


def publish_live(arguments: Sequence[str]) -> int:
    """Write the lessons as a site with live Python."""
    from gradviz.lessons.lite import write_lite

    options = lite_parser().parse_args(arguments)
    first = write_lite(options.out, pyodide=options.pyodide)
    print(f"The site begins with {first}, and needs a web server. To try it here:")
    print(f"python -m http.server -d {options.out}")
    return 0


def publish_graded(arguments: Sequence[str]) -> int:
    """Write the lessons as assignments."""
    from gradviz.lessons.graded import write_graded

    options = graded_parser().parse_args(arguments)
    print(f"{len(write_graded(options.out))} assignments in {options.out}")
    return 0


COMMANDS = {"site": publish, "lite": publish_live, "graded": publish_graded}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is JupyterLab's."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(given[0]) if given else None
    return command(given[1:]) if command else study(given)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m gradviz.lessons.build`: run every lesson, keep its outputs, renew the tables.

A notebook is written anew only where something a reader sees has changed: addresses such as
`0x7f3a5c` differ from run to run and do not count. With `--check` nothing is written, and the
exit code says whether anything is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gradviz.lessons import contents, course_plan, folder, lessons

ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
TABLE = re.compile(r"(<!-- contents -->\n).*?(<!-- /contents -->)", re.DOTALL)
IMPORT = "import gradviz as torch"


def run(path: Path, *, engine: str = "gradviz") -> Any:
    """The notebook, executed from top to bottom in a kernel of its own.

    With `engine="torch"` the one line that names the engine is changed, and nothing else.
    """
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and engine == "torch":
            cell.source = cell.source.replace(IMPORT, "import torch")
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", record_timing=False
    )
    client.execute(cwd=str(path.parent))
    return tidy(notebook)


def tidy(notebook: Any) -> Any:
    """The notebook with what differs from machine to machine taken out."""
    language = {"name": "python"}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel, "language_info": language}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return notebook


def joined(outputs: Sequence[Any]) -> list[Any]:
    """The outputs, with pieces of one stream put together: a kernel cuts them where it likes."""
    whole: list[Any] = []
    for output in outputs:
        stream = output.get("name") if output.output_type == "stream" else None
        if stream and whole and whole[-1].get("name") == stream:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def printed(notebook: Any) -> Iterator[tuple[int, str, str]]:
    """Each text that a reader sees, with the number of its cell and its kind.

    The pictures are left out, but not their transcripts.
    """
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                yield number, output.name, masked(output.text)
            elif output.output_type == "error":
                yield number, "error", masked(f"{output.ename}: {output.evalue}")
            else:
                kind = "picture" if "text/html" in output.data else "value"
                yield number, kind, masked(output.data.get("text/plain", ""))


def masked(text: str) -> str:
    """The text without the addresses that differ from run to run.

    >>> masked("<MulBackward0 object at 0x7f3a5c001d00>")
    '<MulBackward0 object at 0x...>'
    """
    return ADDRESS.sub("0x...", text)


def same(one: Any, other: Any) -> bool:
    """Whether two notebooks show a reader the same."""
    import nbformat

    return masked(nbformat.writes(one)) == masked(nbformat.writes(other))


def rebuild(path: Path, *, check: bool) -> bool:
    """Run a lesson and keep its outputs; whether what stood in the file was stale."""
    import nbformat

    executed = run(path)
    stale = not same(executed, nbformat.read(path, as_version=4))
    if stale and not check:
        nbformat.write(executed, path)
    return stale


def with_table(text: str, table: str) -> str:
    r"""A page's text with the table as it should stand between its two marks.

    >>> with_table("<!-- contents -->\nold\n<!-- /contents -->", "new").splitlines()[1]
    'new'
    """
    return TABLE.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)


def pages() -> dict[Path, str]:
    """The pages of a checkout that hold a table of the lessons, and the table each should hold."""
    tables = {
        folder().parent / "README.md": contents(),
        folder() / "README.md": course_plan(),
    }
    return {page: table for page, table in tables.items() if page.is_file()}


def renew(page: Path, table: str, *, check: bool) -> bool:
    """Renew the table in a page; whether it was stale."""
    text = page.read_text(encoding="utf-8")
    renewed = with_table(text, table)
    if renewed != text and not check:
        page.write_text(renewed, encoding="utf-8")
    return renewed != text


def main(arguments: Sequence[str] | None = None) -> int:
    """Rebuild the lessons that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m gradviz.lessons.build", description=__doc__)
    parser.add_argument("lesson", nargs="*", help="a number such as 01 (default: every lesson)")
    parser.add_argument("--check", action="store_true", help="write nothing, say what is stale")
    options = parser.parse_args(arguments)
    stale = []
    for lesson in lessons():
        if options.lesson and lesson.number not in options.lesson:
            continue
        if rebuild(lesson.path, check=options.check):
            stale.append(lesson.path.name)
    stale += [
        str(page) for page, table in pages().items() if renew(page, table, check=options.check)
    ]
    print("stale:" if options.check else "rebuilt:", ", ".join(stale) or "nothing")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())

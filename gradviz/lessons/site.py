"""The lessons as plain pages: no Python, no kernel, no request to any other host.

`python -m gradviz site OUT` writes them. Every story still steps, since an output carries its own
player; what it says is in the page's text too, where a search engine and a screen reader find it.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gradviz.lessons import Lesson, lessons

INDEX = "index.html"
STYLE = "style.css"
TITLE = "gradviz: see what backward() does"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}">
</head>
<body>
{body}
</body>
</html>
"""
WELCOME = """<h1>See what <code>backward()</code> does</h1>
<p>{count} lessons about automatic differentiation, the way PyTorch does it. Read them here: every
picture with a row of buttons below it can be stepped, and nothing has to be installed. To change
the code and run it, see <a href="https://pypi.org/project/gradviz-jupyter/">gradviz-jupyter</a>.
</p>
<ol class="lessons">
{items}
</ol>"""


def write_site(out: Path) -> list[Path]:
    """Write a page for each lesson, an index and a style sheet; the pages are returned."""
    out.mkdir(parents=True, exist_ok=True)
    course = lessons()
    (out / STYLE).write_text(style_sheet(), encoding="utf-8")
    pages = [out / INDEX]
    pages[0].write_text(index_of(course), encoding="utf-8")
    for number, lesson in enumerate(course):
        page = out / page_name(lesson)
        neighbours = course[number - 1] if number else None, next(iter(course[number + 1 :]), None)
        page.write_text(page_of(lesson, *neighbours), encoding="utf-8")
        pages.append(page)
    return pages


def page_name(lesson: Lesson) -> str:
    """The name of a lesson's page.

    >>> page_name(lessons()[0])
    '01_first_gradient.html'
    """
    return f"{lesson.path.stem}.html"


def index_of(course: Sequence[Lesson]) -> str:
    """The page that lists the lessons."""
    items = "\n".join(
        f"<li>{link(lesson)}<br>{html.escape(lesson.summary)}</li>" for lesson in course
    )
    body = WELCOME.format(count=len(course), items=items)
    summary = "Lessons about automatic differentiation that can be stepped in the browser."
    return page(TITLE, summary, body)


def page_of(lesson: Lesson, before: Lesson | None, after: Lesson | None) -> str:
    """The page of one lesson."""
    back = link(before, "← ") if before else ""
    on = link(after, end=" →") if after else ""
    index = f'<a href="{INDEX}">All lessons</a>'
    top = f"<nav>{index}</nav>"
    end = f'<nav class="end"><span>{back}</span>{index}<span>{on}</span></nav>'
    body = f"{top}\n<main>\n{main_part(lesson.path)}\n</main>\n{end}"
    return page(f"{lesson.title} · gradviz", lesson.summary, body)


def page(title: str, description: str, body: str) -> str:
    """A whole page, with its title and description escaped."""
    title, description = html.escape(title), html.escape(description)
    return PAGE.format(title=title, description=description, style=STYLE, body=body)


def link(lesson: Lesson, start: str = "", end: str = "") -> str:
    """A link to a lesson's page."""
    return f'<a href="{page_name(lesson)}">{start}{html.escape(lesson.title)}{end}</a>'


def main_part(notebook: Path) -> str:
    """A notebook's cells as HTML, code coloured, outputs as they were saved."""
    nbconvert, nbformat = _converters()
    exporter = nbconvert.HTMLExporter(template_name="basic", exclude_anchor_links=True)
    body, _ = exporter.from_notebook_node(nbformat.read(notebook, as_version=4))
    return body


def style_sheet() -> str:
    """Our style, and the colours of code for light and dark pages."""
    from pygments.formatters import HtmlFormatter

    own = (Path(__file__).parent / "site.css").read_text(encoding="utf-8")
    light = HtmlFormatter(style="xcode", nobackground=True).get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".highlight")
    return f"{own}{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _converters() -> tuple[Any, Any]:
    try:
        import nbconvert
        import nbformat
    except ImportError as error:
        raise SystemExit(
            "the pages are made by nbconvert, which comes with JupyterLab: "
            "python -m pip install 'gradviz-jupyter[lab]'"
        ) from error
    return nbconvert, nbformat

"""The JupyterLite site, in Chromium, with no network: Python runs in the page, on Pyodide.

numpy for Pyodide is on Pyodide's own server alone, so what runs here is what needs no numpy:
the page, the lessons as they were saved, the wheel, and the layout that draws every picture.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, expect

import gradviz
from gradviz.lessons import lessons, lite
from gradviz.render.layout import place
from gradviz.stories.parts import Picture

pytestmark = [pytest.mark.browser, pytest.mark.lite]
FIRST, *_, LAST = [lesson.path.name for lesson in lessons()]
FILLED = 7
"""The step of the first story in which `x.grad` is written."""
ASK = """\
import pickle, base64
from gradviz.render.layout import place
import gradviz, sys
picture = pickle.loads(base64.b64decode({packed!r}))
print(sys.platform, "same" if repr(place(picture)) == {expected!r} else "different")
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *ignored: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lite") / "site"
    lite.write_lite(out, pyodide=Path(os.environ["GRADVIZ_PYODIDE"]))
    return out


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def drawing() -> Picture:
    """What a drawing of a graph puts on its sheet."""
    x = gradviz.tensor(3.0, requires_grad=True)
    y = 3 * x**2 + 4 * x + 2
    return next(part for part in gradviz.draw(y).story.scene.parts if isinstance(part, Picture))


def open_lesson(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/lab/index.html?path={name}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=90_000)


def test_the_site_asks_no_index_of_packages_but_its_own(site: Path) -> None:
    settings = json.loads((site / "jupyter-lite.json").read_text(encoding="utf-8"))
    kernel = settings["jupyter-config-data"]["litePluginSettings"][lite.KERNEL]
    assert kernel["disablePyPIFallback"] is True
    assert kernel["pyodideUrl"].startswith("./static/pyodide/")
    index = json.loads((site / "pypi" / "all.json").read_text(encoding="utf-8"))
    for wanted in ("gradviz-jupyter", "ipywidgets", "anywidget", "graphviz", "psygnal", "comm"):
        assert index[wanted]["releases"]


def test_the_lessons_are_listed_and_their_stories_step_before_anything_has_run(
    visit, look, address: str
) -> None:
    page = visit.page
    open_lesson(page, address, FIRST)
    listed = page.locator(".jp-DirListing-itemText")
    expect(listed).to_have_count(len(lessons()))
    assert listed.all_inner_texts() == [lesson.path.name for lesson in lessons()]
    told = page.locator("[data-gradviz][data-step]").filter(has=page.locator(".bar"))
    story = told.filter(has_text="y.backward()").first
    story.scroll_into_view_if_needed()
    for step in range(1, FILLED + 1):
        story.get_by_role("button", name="Next step").click()
        expect(story).to_have_attribute("data-step", str(step))
    expect(story.locator('[data-grad="x"]')).to_have_text("22")
    look(page, "lesson")


def test_the_wheel_is_installed_in_the_page_and_draws_as_it_draws_here(
    visit, look, site: Path, address: str
) -> None:
    drawn = drawing()
    packed = base64.b64encode(pickle.dumps(drawn)).decode()
    asked = ASK.format(packed=packed, expected=repr(place(drawn)))
    cells = [new_code_cell("%pip install -q --no-deps gradviz-jupyter"), new_code_cell(asked)]
    kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    (site / "files" / LAST).write_text(json.dumps(notebook), encoding="utf-8")
    page = visit.page
    open_lesson(page, address, LAST)
    expect(page.get_by_text(re.compile(r"Python \(Pyodide\) \| Idle"))).to_be_visible(
        timeout=120_000
    )
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    output = page.locator(".jp-OutputArea-output").last
    expect(output).to_contain_text("emscripten", timeout=120_000)
    look(page, "probe")
    assert output.inner_text().split() == ["emscripten", "same"]

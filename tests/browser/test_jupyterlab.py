"""The first lesson in JupyterLab, in Chromium, with no network: live, and reopened later."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from gradviz.lessons import build, lessons

pytestmark = [pytest.mark.browser, pytest.mark.kernel]
FIRST = lessons()[0].path
RED = '.jp-Notebook [data-mime-type="application/vnd.jupyter.stderr"]'
PASS = ["None"] * 7 + ["22", "22"]
"""What stands in `x.grad` at each step of the backward pass of 3x² + 4x + 2 at 3."""


def all_ran(page: Page) -> None:
    """Wait until no cell is waiting for its turn."""
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    expect(prompts.filter(has_text=re.compile(r"\[[ *]\]"))).to_have_count(0, timeout=60_000)


def stepper_of(page: Page, variable: str) -> Locator:
    """The first story that starts with `variable.backward()` and can be stepped."""
    told = page.locator("[data-gradviz][data-step]").filter(has=page.locator(".bar"))
    return told.filter(has_text=f"{variable}.backward()").first


def step_by_mouse(story: Locator) -> list[str]:
    """`x.grad` at each step, from the first one on."""
    seen = [story.locator('[data-grad="x"]').text_content()]
    while len(seen) < len(PASS):
        story.get_by_role("button", name="Next step").click()
        expect(story).to_have_attribute("data-step", str(len(seen)))
        seen.append(story.locator('[data-grad="x"]').text_content())
    return seen


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("executed") / FIRST.name
    nbformat.write(build.run(FIRST), path)
    return path


def test_the_lesson_runs_and_is_stepped_by_mouse_and_by_keyboard(lab, visit, look) -> None:
    shutil.copy(FIRST, lab.folder / "live.ipynb")
    page = visit.page
    lab.open(page, "live.ipynb")
    lab.run_all(page)
    story = stepper_of(page, "y")
    story.scroll_into_view_if_needed()
    expect(story).to_have_attribute("data-step", "0")
    assert step_by_mouse(story) == PASS
    look(page, "after-the-last-step")

    page.keyboard.press("Home")
    expect(story).to_have_attribute("data-step", "0")
    expect(story.locator('[data-grad="x"]')).to_have_text("None")
    page.keyboard.press("End")
    expect(story).to_have_attribute("data-step", str(len(PASS) - 1))
    expect(story.locator('[data-grad="x"]')).to_have_text("22")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(story.locator('[data-grad="x"]')).to_have_text("None")
    expect(page.locator(RED)).to_have_count(0)
    look(page, "by-keyboard")


def test_the_step_of_a_live_widget_is_shared_with_python(lab, visit, look) -> None:
    code = (
        "import gradviz as torch\n"
        "x = torch.tensor(3., requires_grad=True)\n"
        "y = 3*x**2 + 4*x + 2\n"
        "widget = torch.BackwardStepper(y).widget()\n"
        "def answer(change):\n"
        "    if change['new'] == 1:\n"
        "        widget.step = 4\n"
        "widget.observe(answer, 'step')\n"
        "widget"
    )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=[new_code_cell(code)], metadata={"kernelspec": kernel})
    nbformat.write(notebook, lab.folder / "widget.ipynb")
    page = visit.page
    lab.open(page, "widget.ipynb")
    lab.run_all(page)
    story = page.locator(".jp-OutputArea [data-step]").first
    expect(story).to_have_attribute("data-step", "0")
    story.get_by_role("button", name="Next step").click()
    expect(story).to_have_attribute("data-step", "4")
    look(page, "widget")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_reopened_without_a_kernel_and_trusted_it_still_steps(
    lab_without_kernels, visit, look, executed: Path, theme: str
) -> None:
    lab = lab_without_kernels
    notebook = lab.folder / f"trusted-{theme}.ipynb"
    shutil.copy(executed, notebook)
    lab.trust(notebook)
    lab.set_theme(theme)
    page = visit.page
    lab.open(page, notebook.name)
    story = stepper_of(page, "y")
    story.scroll_into_view_if_needed()
    assert step_by_mouse(story) == PASS
    assert story.get_attribute("data-theme") == theme
    assert not story.locator("xpath=..").locator("img").is_visible()
    look(page, theme)


def test_reopened_without_a_kernel_and_not_trusted_it_shows_the_picture(
    lab_without_kernels, visit, look, executed: Path
) -> None:
    lab = lab_without_kernels
    notebook = lab.folder / "untrusted.ipynb"
    # Trust belongs to what a notebook says, whatever its file is called: so it must say other words.
    changed = nbformat.read(executed, as_version=4)
    changed.cells.append(new_markdown_cell("Nobody has trusted this notebook."))
    nbformat.write(changed, notebook)
    lab.set_theme("light")
    page = visit.page
    lab.open(page, notebook.name)
    picture = page.locator(".jp-OutputArea img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    assert picture.get_attribute("alt")
    expect(page.locator("[data-step]")).to_have_count(0)
    look(page, "picture")


def test_every_lesson_runs_with_nothing_red_but_what_is_meant(lab, visit, look) -> None:
    page = visit.page
    for lesson in lessons():
        shutil.copy(lesson.path, lab.folder / lesson.path.name)
        lab.open(page, lesson.path.name)
        lab.run_all(page)
        all_ran(page)
        expect(page.locator("[data-gradviz][data-step]").first).to_be_attached()
        expect(page.locator(RED)).to_have_count(0)
        look(page, lesson.path.stem)

"""Pages with no kernel, opened from the disk: nbconvert's, `.save()`'s, and a frame in another."""

from __future__ import annotations

import html
from pathlib import Path

import nbconvert
import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

import gradviz
from gradviz.lessons import lessons, site

pytestmark = pytest.mark.browser
LAST = 8
FILLED = 7
"""The step in which `x.grad` is written; the last one only looks back."""


def stepper() -> object:
    x = gradviz.tensor(3.0, requires_grad=True)
    y = 3 * x**2 + 4 * x + 2
    return gradviz.BackwardStepper(y)


def walk(story: Locator) -> None:
    """Step to the end by mouse, back by one and to the start by keyboard."""
    expect(story).to_have_attribute("data-step", "0")
    for step in range(1, LAST + 1):
        story.get_by_role("button", name="Next step").click()
        expect(story).to_have_attribute("data-step", str(step))
        expect(story.locator('[data-grad="x"]')).to_have_text("22" if step >= FILLED else "None")
    for _ in range(LAST - FILLED + 1):
        story.page.keyboard.press("ArrowLeft")
    expect(story.locator('[data-grad="x"]')).to_have_text("None")
    story.page.keyboard.press("Home")
    expect(story).to_have_attribute("data-step", "0")
    story.page.keyboard.press("End")
    expect(story.locator('[data-grad="x"]')).to_have_text("22")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_saved_page_steps_from_the_disk(visit, look, tmp_path: Path, theme: str) -> None:
    path = tmp_path / "page.html"
    stepper().save(str(path))
    visit.page.emulate_media(color_scheme=theme)
    visit.page.set_viewport_size({"width": 960, "height": 560})
    visit.page.goto(path.as_uri())
    story = visit.page.locator("[data-gradviz]").first
    walk(story)
    assert story.get_attribute("data-theme") == theme
    look(visit.page, "end")


def test_a_saved_page_fits_a_telephone(visit, look, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    stepper().save(str(path))
    visit.page.set_viewport_size({"width": 380, "height": 900})
    visit.page.goto(path.as_uri())
    walk(visit.page.locator("[data-gradviz]").first)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 380
    look(visit.page, "end")


def test_nbconverts_page_of_the_lesson_steps_from_the_disk(visit, look, tmp_path: Path) -> None:
    exporter = nbconvert.HTMLExporter(mathjax_url="", require_js_url="", mermaid_js_url="")
    notebook = nbformat.read(lessons()[0].path, as_version=4)
    text, _ = exporter.from_notebook_node(notebook)
    path = tmp_path / "lesson.html"
    path.write_text(text, encoding="utf-8")
    visit.page.goto(path.as_uri())
    told = visit.page.locator("[data-gradviz][data-step]").filter(has_text="y.backward()")
    story = told.filter(has=visit.page.locator(".bar")).first
    story.scroll_into_view_if_needed()
    walk(story)
    look(visit.page, "lesson")


def test_an_output_steps_in_a_frame_that_may_only_run_scripts(visit, look, tmp_path: Path) -> None:
    output = html.escape(f"<!doctype html><meta charset=utf-8>{stepper().html()}")
    frame = f'<iframe sandbox="allow-scripts" width="940" height="520" srcdoc="{output}"></iframe>'
    path = tmp_path / "host.html"
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    visit.page.goto(path.as_uri())
    walk_in_frame(visit.page)
    look(visit.page, "frame")


def test_the_snippet_for_course_pages_works(visit, look, checkout: Path, tmp_path: Path) -> None:
    page = (checkout / "notebooks" / "README.md").read_text(encoding="utf-8")
    snippet = page.partition("```html\n")[2].partition("```")[0]
    stepper().save(str(tmp_path / "story.html"))
    path = tmp_path / "course.html"
    path.write_text(f'<!doctype html><meta charset="utf-8"><h1>A course</h1>{snippet}', "utf-8")
    visit.page.goto(path.as_uri())
    walk_in_frame(visit.page)
    look(visit.page, "course")


def walk_in_frame(page: Page) -> None:
    story = page.frame_locator("iframe").locator("[data-gradviz]").first
    expect(story).to_have_attribute("data-step", "0")
    story.get_by_role("button", name="Next step").click()
    expect(story).to_have_attribute("data-step", "1")


def test_without_scripts_the_picture_is_shown(browser, look, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    stepper().save(str(path))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    expect(page.locator("img").first).to_be_visible()
    look(page, "picture")
    context.close()


def test_the_site_of_the_lessons_steps_from_the_disk(visit, look, tmp_path: Path) -> None:
    pages = site.write_site(tmp_path)
    visit.page.goto(pages[0].as_uri())
    look(visit.page, "index")
    for page in pages[1:]:
        visit.page.goto(page.as_uri())
        told = visit.page.locator("[data-gradviz][data-step]")
        told.first.wait_for(state="attached")
        stories = told.filter(has=visit.page.locator(".bar"))
        if page == pages[1]:
            walk(stories.filter(has_text="y.backward()").first)
        elif stories.count():  # a lesson may have nothing but drawings
            stories.first.get_by_role("button", name="Next step").click()
            expect(stories.first).to_have_attribute("data-step", "1")
        look(visit.page, page.stem)

"""The lessons as plain pages, in Chromium: every story of every page, and a lesson on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from gradviz.lessons import lessons, site

pytestmark = pytest.mark.browser
NAMES = [lesson.path.stem for lesson in lessons()]
STEPPED = "[data-gradviz][data-step]"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {page.stem: page for page in site.write_site(tmp_path_factory.mktemp("site"))}


@pytest.mark.parametrize("name", NAMES)
def test_every_story_of_a_page_steps_to_its_end(visit, pages: dict[str, Path], name: str) -> None:
    page = visit.page
    page.goto(pages[name].as_uri())
    outputs = page.locator(".output_html")
    expect(page.locator(STEPPED)).to_have_count(page.locator("[data-gradviz]").count())
    told = page.locator(STEPPED).filter(has=page.locator(".bar"))
    assert outputs.count() >= told.count()
    for story in told.all():
        story.scroll_into_view_if_needed()
        expect(story).to_have_attribute("data-step", "0")
        story.get_by_role("button", name="Next step").first.click()
        expect(story).to_have_attribute("data-step", "1")
    # visit fails for an error in the page, and for a request to another host


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_a_telephone(visit, look, pages: dict[str, Path], scheme: str) -> None:
    page = visit.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 380, "height": 900})
    for name in ("index", *NAMES):
        page.goto(pages[name].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 380, name
        look(page, name)


def test_a_lesson_can_be_printed(visit, pages: dict[str, Path], tmp_path: Path) -> None:
    page = visit.page
    page.goto(pages[NAMES[0]].as_uri())
    page.locator(STEPPED).first.wait_for(state="attached")
    paper = tmp_path / "lesson.pdf"
    page.pdf(path=str(paper), format="A4")
    assert paper.read_bytes().startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("nav").first.is_hidden()
    told = page.locator(STEPPED).filter(has=page.locator(".bar")).first
    expect(told.locator(".bar").first).to_be_hidden()
    expect(told.locator("svg").first).to_be_visible()
    expect(told.locator("table").filter(visible=True).first).to_be_visible()

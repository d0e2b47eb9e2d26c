"""Every story wherever it may be shown: with no error, for every eye, hand and paper."""

from __future__ import annotations

import html
import importlib.util
import shutil
from pathlib import Path

import nbconvert
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

import gradviz
from gradviz._lens import all_tellers
from gradviz.lessons import build

pytestmark = pytest.mark.browser
SEED = "x = torch.tensor(3., requires_grad=True)\ny = 3*x**2 + 4*x + 2\n"
LAYER = (
    "torch.manual_seed(0)\n"
    "w = torch.randn(3, 2, requires_grad=True)\n"
    "b = torch.zeros(2, requires_grad=True)\n"
    "loss = ((torch.ones(4, 3) @ w + b)**2).mean()\n"
)
SOURCES = {
    "BackwardStepper": f"{SEED}torch.BackwardStepper(y)",
    "BackwardStepper, matrices": f"{LAYER}torch.BackwardStepper(loss)",
    "BackwardStepper, twice": f"{SEED}torch.BackwardStepper(y, passes=2, retain_graph=True)",
    "BackwardStepper, refused": f"{SEED}torch.BackwardStepper(y, passes=2)",
    "BackwardStepper, forward": f"{SEED}torch.BackwardStepper(y, forward=True)",
    "BackwardStepper, predict": f"{SEED}torch.BackwardStepper(y, predict=True)",
    "GradientAccumulation": "torch.GradientAccumulation()",
    "DescentCurve": "torch.DescentCurve(lr=[0.1, 0.34], steps=8)",
    "DescentCurve, map": "torch.DescentCurve(None, (0., -1.), lr=[0.3], steps=8)",
    "CurveFit": "torch.CurveFit(steps=60)",
    "VectorJacobian": "torch.VectorJacobian()",
    "Compare": (
        "x = torch.tensor(3., requires_grad=True)\n"
        "torch.Compare(lambda x: x**2 * x, lambda x: (x**2).detach() * x, x)"
    ),
    "draw": f"{SEED}torch.draw(y)",
}
"""The last line of each shows a story; each as small as what it has to show allows."""
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
STEPPED = [name for name in SOURCES if name != "draw"]


def told(name: str) -> gradviz.Display:
    *before, last = SOURCES[name].split("\n")
    names: dict[str, object] = {"torch": gradviz}
    exec("\n".join(before), names)
    return eval(last, names)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    return {name: told(name).save(folder / f"{k}.html") for k, name in enumerate(SOURCES)}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All stories, a cell each, executed and saved."""
    path = tmp_path_factory.mktemp("notebook") / "stories.ipynb"
    cells = [new_code_cell("import gradviz as torch"), *map(new_code_cell, SOURCES.values())]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    nbformat.write(build.run(path), path)
    return path


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker, as a script for a page."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None:
        pytest.skip("needs axe-playwright-python (extra `test`)")
    return Path(str(found.origin)).with_name("axe.min.js").read_text(encoding="utf-8")


def player(page: Page) -> Locator:
    story = page.locator("[data-gradviz]").first
    expect(story).to_have_attribute("data-step", "0")
    return story


def last_step(story: Locator) -> int:
    return story.evaluate("at => at.gradviz.player.last")


def walk(story: Locator) -> None:
    """To the end and back by the keyboard alone, one step by the mouse."""
    last = last_step(story)
    box = story.locator(".box")
    box.focus()
    for key, step in (("End", last), ("ArrowLeft", last - 1), ("Home", 0), ("ArrowRight", 1)):
        story.page.keyboard.press(key)
        expect(story).to_have_attribute("data-step", str(step))
    story.get_by_role("button", name="Previous step").click()
    expect(story).to_have_attribute("data-step", "0")


def test_every_registered_story_is_here() -> None:
    assert {*all_tellers()} == {name.partition(",")[0] for name in SOURCES} - {"draw"}


@pytest.mark.parametrize("name", STEPPED)
def test_it_is_stepped_and_fits_on_a_desk_and_on_a_telephone(visit, look, pages, name) -> None:
    page = visit.page
    for width in (960, 380):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(pages[name].as_uri())
        walk(player(page))
        page.keyboard.press("End")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        look(page, str(width))


@pytest.mark.parametrize("name", SOURCES)
def test_axe_finds_nothing_serious(visit, pages, axe, name) -> None:
    page = visit.page
    page.emulate_media(reduced_motion="reduce")
    page.goto(pages[name].as_uri())
    story = player(page)
    page.evaluate(axe)
    last = last_step(story)
    for theme, step in (("light", last // 2), ("dark", last)):
        page.emulate_media(color_scheme=theme)
        expect(story).to_have_attribute("data-theme", theme)
        story.evaluate("(at, step) => at.gradviz.player.go(step)", step)
        found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        told = [(each["id"], each["nodes"][0]["html"]) for each in serious]
        assert told == [], f"{theme}, step {step}"


@pytest.mark.parametrize("name", SOURCES)
def test_on_paper_stand_the_picture_and_every_step(visit, look, pages, name) -> None:
    page = visit.page
    page.emulate_media(reduced_motion="reduce", color_scheme="dark")
    page.goto(pages[name].as_uri())
    story = player(page)
    paper = page.pdf()
    assert paper.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert story.evaluate("at => getComputedStyle(at).getPropertyValue('--paper')") == "#fff"
    expect(story.locator(".picture, .matrix-part").first).to_be_visible()
    expect(story.locator(".bar, button.fit").locator("visible=true")).to_have_count(0)
    if name in STEPPED:
        rows = story.locator(".all tbody tr")
        assert rows.count() == last_step(story) + 1
        expect(rows.first).to_be_visible()
    look(page, "paper")


def test_all_are_stepped_in_a_frame_of_a_course_page(visit, look, pages, tmp_path) -> None:
    frames = "".join(
        f'<iframe title="{html.escape(name)}" src="{pages[name].as_uri()}" width="100%" '
        f'height="560" style="border:0"></iframe>'
        for name in STEPPED
    )
    path = tmp_path / "course.html"
    path.write_text(f'<!doctype html><meta charset="utf-8"><h1>A course</h1>{frames}', "utf-8")
    visit.page.goto(path.as_uri())
    for name in STEPPED:
        story = visit.page.frame_locator(f'iframe[title="{name}"]').locator("[data-gradviz]")
        expect(story).to_have_attribute("data-step", "0")
        story.locator(".box").press("ArrowRight")
        expect(story).to_have_attribute("data-step", "1")
    look(visit.page, "course")


@pytest.mark.kernel
def test_nbconverts_page_holds_them_all(visit, look, notebook, tmp_path) -> None:
    exporter = nbconvert.HTMLExporter(mathjax_url="", require_js_url="", mermaid_js_url="")
    text, _ = exporter.from_filename(str(notebook))
    path = tmp_path / "stories.html"
    path.write_text(text, encoding="utf-8")
    visit.page.goto(path.as_uri())
    stories = visit.page.locator("[data-gradviz][data-step]")
    expect(stories).to_have_count(len(SOURCES))
    for story in stories.filter(has=visit.page.locator(".bar")).all():
        walk(story)
    look(visit.page, "page")


def linked(name: str) -> list[str]:
    """A cell with the story beside a plain slider, and one that sets both before they are seen."""
    *before, last = SOURCES[name].split("\n")
    shown = [
        *before,
        f"widget = {last}.widget()",
        "slider = ipywidgets.IntSlider(max=9, description='step')",
        "ipywidgets.link((widget, 'step'), (slider, 'value'))",
        "ipywidgets.VBox([slider, widget])",
    ]
    return ["\n".join(shown), "widget.step = 1"]


@pytest.mark.kernel
def test_all_are_live_in_jupyterlab_beside_other_widgets(lab, visit, look) -> None:
    sources = ["import gradviz as torch, ipywidgets", *SOURCES.values()]
    sources += [source for name in STEPPED for source in linked(name)]
    cells = [new_code_cell(source) for source in sources]
    path = lab.folder / "every-story.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    page = visit.page
    with lab.all_cells_in_the_page():
        lab.open(page, path.name)
    lab.run_all(page)
    saved = page.locator("[data-gradviz][data-step]")
    expect(saved).to_have_count(len(SOURCES), timeout=120_000)
    for story in saved.filter(has=page.locator(".bar")).all():
        walk(story)
    boxes = page.locator(".widget-vbox, .jupyter-widgets.widget-vbox")
    expect(boxes.locator("[data-step]:not(.box)")).to_have_count(len(STEPPED), timeout=60_000)
    for box in boxes.all():
        story = box.locator("[data-step]:not(.box)")
        expect(story).to_have_attribute("data-step", "1")
        story.locator(".box").press("ArrowRight")
        expect(story).to_have_attribute("data-step", "2")
        expect(box.locator(".widget-readout")).to_have_text("2")
    glide(boxes.nth(STEPPED.index("DescentCurve")))
    look(page, "live")


def glide(box: Locator) -> None:
    """Between the stored learning rates Python tells the story anew."""
    slider = box.get_by_role("slider", name="learning rate")
    slider.evaluate("at => { at.value = 0.5; at.dispatchEvent(new Event('input')); }")
    field = box.get_by_role("textbox", name="learning rate, as a number")
    expect(field).to_have_value("0.22")
    expect(box.get_by_role("status")).to_contain_text("0.22")
    box.get_by_role("radio", name="Adam").check()
    expect(box.get_by_role("radio", name="Adam")).to_be_checked()
    expect(box.get_by_role("status")).to_contain_text("0.22")
    field.fill("0.137")
    field.press("Enter")
    expect(box.get_by_role("status")).to_contain_text("0.137")
    expect(field).to_have_value("0.137")


@pytest.mark.kernel
def test_reopened_without_a_kernel_all_step_where_trusted(
    lab_without_kernels, visit, look, notebook
) -> None:
    lab, page = lab_without_kernels, visit.page
    path = lab.folder / "all-trusted.ipynb"
    shutil.copy(notebook, path)
    lab.trust(path)
    with lab.all_cells_in_the_page():
        lab.open(page, path.name)
    saved = page.locator("[data-gradviz][data-step]")
    expect(saved).to_have_count(len(SOURCES))
    for story in saved.filter(has=page.locator(".bar")).all():
        walk(story)
    look(page, "trusted")


@pytest.mark.kernel
def test_reopened_without_a_kernel_all_show_a_picture_where_not_trusted(
    lab_without_kernels, visit, look, notebook
) -> None:
    lab, page = lab_without_kernels, visit.page
    changed = nbformat.read(notebook, as_version=4)
    changed.cells.append(new_code_cell("# trust belongs to what a notebook says"))
    nbformat.write(changed, lab.folder / "all-untrusted.ipynb")
    with lab.all_cells_in_the_page():
        lab.open(page, "all-untrusted.ipynb")
    pictures = page.locator(".jp-OutputArea img")
    expect(pictures).to_have_count(len(SOURCES))
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
        assert picture.get_attribute("alt")
    expect(page.locator("[data-step]")).to_have_count(0)
    look(page, "pictures")

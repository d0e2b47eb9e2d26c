from __future__ import annotations

import json

import pytest
from pictures import POLYNOMIAL, descent, drawing, stacked, stepper

from gradviz.render import display
from gradviz.render.display import Display
from gradviz.stories.story import Run, Scene, Story


def test_it_says_what_it_is():
    assert repr(Display(stepper())) == "<Display: Backward through y, 3 steps>"
    assert repr(Display(drawing(POLYNOMIAL))) == "<Display: draw(y)>"


def test_a_notebook_gets_html_and_words():
    shown = Display(stepper())
    bundle = shown._repr_mimebundle_()
    assert bundle == {"text/html": shown.html(), "text/plain": shown.text()}
    assert list(shown._repr_mimebundle_(include={"text/plain"})) == ["text/plain"]
    assert list(shown._repr_mimebundle_(exclude={"text/html"})) == ["text/plain"]


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("html", b"<!doctype html>"),
        ("svg", b"<svg"),
        ("txt", b"Backward through y"),
        ("json", b"{"),
        ("dot", b"// Backward"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
    ],
)
def test_it_saves_itself_as_the_name_says(tmp_path, ending, start):
    path = Display(stepper()).save(tmp_path / f"page.{ending}")
    assert path.read_bytes().startswith(start)


def test_a_step_can_be_saved(tmp_path):
    path = Display(stepper()).save(str(tmp_path / "step.svg"), step=1)
    assert path.read_text("utf-8") == Display(stepper()).svg(step=1)


def test_the_json_is_the_payload(tmp_path):
    path = Display(stepper()).save(tmp_path / "story.json")
    assert json.loads(path.read_text("utf-8"))["title"] == "Backward through y"


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match=r"'page\.doc'.*\.html, \.svg"):
        Display(stepper()).save(tmp_path / "page.doc")


def test_a_step_of_a_whole_page_is_a_link(tmp_path):
    with pytest.raises(ValueError, match="#step=2"):
        Display(stepper()).save(tmp_path / "page.html", step=2)


def test_a_story_without_a_graph_has_no_dot(tmp_path):
    with pytest.raises(ValueError, match="shows no graph"):
        Display(descent()).save(tmp_path / "plot.dot")


def test_a_widget_is_made_by_whoever_knows_how(monkeypatch):
    monkeypatch.setattr(display, "_makers", [])
    with pytest.raises(RuntimeError, match="import gradviz first"):
        Display(stepper()).widget()
    display.set_widget_maker(lambda shown: ("widget", shown))
    shown = Display(stepper())
    assert shown.widget() == ("widget", shown)


def test_a_picture_of_another_program_is_shown_instead():
    shown = Display(drawing(POLYNOMIAL), picture='<svg width="10pt" height="20pt"></svg>')
    assert shown.svg().startswith("<svg")
    assert 'width="10" height="20"' in shown.html()
    assert "<script" not in shown.html()


@pytest.mark.parametrize(
    "story", [stepper(), drawing(POLYNOMIAL), descent(), stacked()], ids=lambda story: story.title
)
def test_every_story_has_a_figure(story):
    figure = Display(story).figure(step=0)
    figure.canvas.draw()
    assert figure.axes
    assert figure.axes[0].patches or figure.axes[0].lines


def test_a_figure_shows_the_numbers_of_its_step():
    texts = {text.get_text() for text in Display(stepper()).figure(step=1).axes[0].texts}
    assert {"1 × 4 = 4", "4*x = 12", "AddBackward0"} <= texts


def test_a_dollar_sign_begins_no_formula():
    picture = POLYNOMIAL.cards[1]
    story = drawing(type(POLYNOMIAL)("graph", (type(picture)("y", "op", "$x_{$"),), ()))
    Display(story).figure().canvas.draw()


def test_a_story_of_words_alone_has_no_figure():
    story = Story("words", Scene(()), {(): Run(stepper().runs[()].frames)})
    with pytest.raises(ValueError, match="neither a graph nor a plot"):
        Display(story).figure()


@pytest.mark.exe
@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
@pytest.mark.parametrize("why", ["asked for", "no matplotlib"])
def test_graphviz_draws_what_it_laid_out_or_what_nobody_else_can(
    tmp_path, monkeypatch, ending, start, why
):
    from gradviz.render.dot import dot_svg

    story = drawing(POLYNOMIAL)
    shown = Display(story, picture=dot_svg(story)) if why == "asked for" else Display(story)
    if why == "no matplotlib":
        monkeypatch.setattr(display, "find_spec", lambda name: None)
    monkeypatch.setattr(Display, "figure", lambda self, step=None: pytest.fail("not asked"))
    path = shown.save(tmp_path / f"graph.{ending.upper()}")
    assert path.read_bytes().startswith(start)


def test_without_both_one_sentence_tells_what_to_install(tmp_path, monkeypatch):
    from gradviz.render import dot

    monkeypatch.setattr(display, "find_spec", lambda name: None)
    monkeypatch.setattr(dot.shutil, "which", lambda name: None)
    with pytest.raises(dot.DotError, match="Graphviz is not installed here"):
        Display(drawing(POLYNOMIAL)).save(tmp_path / "graph.pdf")


def test_plots_need_no_graphviz(tmp_path):
    assert Display(descent()).save(tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")

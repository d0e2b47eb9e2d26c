"""A folded drawing opens by a click or a key, and folds again; without a script it stays folded."""

from __future__ import annotations

import pytest

import gradviz
import gradviz as torch
from gradviz.render.bundle import kinds_of
from gradviz.render.payload import payload
from gradviz.stories import drawing


def unrolled(turns=20):
    w = torch.tensor([[0.5, 0.1], [0.2, 0.4]], requires_grad=True)
    h = torch.zeros(2)
    for _ in range(turns):
        h = torch.tanh(w @ h + 1)
    return h.sum()


def two_loops(first=8, second=6):
    w = torch.tensor([[0.5, 0.1], [0.2, 0.4]], requires_grad=True)
    v = torch.tensor([0.3, 0.2], requires_grad=True)
    h = torch.zeros(2)
    for _ in range(first):
        h = torch.tanh(w @ h + 1)
    for _ in range(second):
        h = torch.sigmoid(h * v)
    return h.sum()


def many_loops():
    x = torch.tensor([0.3, 0.2], requires_grad=True)
    for name in ("tanh", "sigmoid", "sin", "cos", "exp"):
        for _ in range(4):
            x = getattr(x * 0.5, name)()
    return x.sum()


def opened(shown):
    return [variant.scene.parts[0].opened for variant in shown.story.variants]


def test_each_of_a_few_folds_opens_alone():
    shown = gradviz.draw(two_loops())
    assert opened(shown) == [("fold0",), ("fold1",), ()]
    for variant, (inside, around) in zip(shown.story.variants, ((6, 1), (1, 8)), strict=False):
        names = [card.subtitle for card in variant.scene.parts[0].cards]
        assert names.count("SigmoidBackward0") == inside
        assert names.count("TanhBackward0") == around


def test_of_many_folds_one_opens_at_a_time_as_long_as_there_is_room(monkeypatch):
    shown = gradviz.draw(many_loops())
    folds = sum(card.kind == "fold" for card in shown.story.scene.parts[0].cards)
    assert folds > drawing.FEW_FOLDS
    assert opened(shown) == [(f"fold{place}",) for place in range(folds)] + [()]
    monkeypatch.setattr(drawing, "MOST_OPENED", 70)
    assert 1 < len(opened(gradviz.draw(many_loops()))) < folds + 1


@pytest.mark.browser
def test_folds_open_one_beside_the_other(browser, tmp_path):
    page = browser.new_page(viewport={"width": 920, "height": 800})
    page.goto(gradviz.draw(two_loops()).save(tmp_path / "drawing.html").as_uri())
    folds = [page.locator(f"[data-gradviz] [data-node=fold{place}]") for place in (0, 1)]
    folds[1].wait_for()
    folds[1].focus()
    page.keyboard.press(" ")
    page.get_by_role("button", name="Fold repetitions again").wait_for()
    assert [fold.count() for fold in folds] == [1, 0]
    folds[0].locator(".times").click()
    page.wait_for_function("document.querySelector('[data-gradviz]').gradviz.index === 3")
    assert [fold.count() for fold in folds] == [0, 0]
    assert page.get_by_role("button", name="Unfold all").count() == 0
    page.get_by_role("button", name="Fold repetitions again").click()
    assert [fold.count() for fold in folds] == [1, 1]
    page.close()


@pytest.mark.browser
def test_a_drawing_is_shown_from_its_root(browser, tmp_path):
    page = browser.new_page(viewport={"width": 920, "height": 500})
    page.goto(gradviz.draw(two_loops(20, 20), fold=False).save(tmp_path / "d.html").as_uri())
    window = page.locator("[data-gradviz] .window")
    window.wait_for()
    page.wait_for_timeout(100)
    assert window.evaluate("it => it.scrollTop") == 0
    page.close()


def test_what_is_folded_carries_the_whole():
    shown = gradviz.draw(unrolled())
    (whole,) = shown.story.variants
    cards = whole.scene.parts[0].cards
    assert not any(card.kind == "fold" for card in cards)
    assert sum(card.subtitle == "TanhBackward0" for card in cards) == 20
    assert kinds_of(payload(shown.story)) == ("graph", "unfold")


def test_what_is_not_folded_carries_nothing():
    for shown in (gradviz.draw(unrolled(3)), gradviz.draw(unrolled(), fold=False)):
        assert shown.story.variants == ()
        assert "unfold" not in kinds_of(payload(shown.story))


def test_text_and_picture_stay_folded():
    shown = gradviz.draw(unrolled())
    assert "one of 20 repetitions" in shown.text()
    assert "fold=False" in shown.text()
    assert shown.text().count("TanhBackward0") == 1
    assert shown.svg().count("TanhBackward0") < 5


def test_a_graph_too_large_for_a_picture_stays_folded(monkeypatch):
    monkeypatch.setattr(drawing, "MOST_UNFOLDED", 50)
    assert gradviz.draw(unrolled()).story.variants == ()


def test_more_cards_than_a_picture_can_use_are_refused_with_a_way_out(monkeypatch):
    monkeypatch.setattr(drawing, "MOST_CARDS", 50)
    assert gradviz.draw(unrolled()).story.variants == ()
    with pytest.raises(ValueError, match=r"more than 50 are no picture .* leave out fold=False"):
        gradviz.draw(unrolled(), fold=False)


@pytest.mark.browser
@pytest.mark.parametrize("way", ["click", "inner", "Enter", " ", "button"])
def test_it_opens_and_closes(browser, tmp_path, way):
    page = browser.new_page(viewport={"width": 920, "height": 800})
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    path = gradviz.draw(unrolled()).save(tmp_path / "drawing.html")
    page.goto(path.as_uri())
    fold = page.locator("[data-gradviz] [data-node=fold0]")
    fold.wait_for()
    folded = page.locator("[data-gradviz] [data-node]").count()
    if way == "click":
        fold.locator(".times").click()
    elif way == "inner":
        page.locator("[data-gradviz] [data-node]", has_text="TanhBackward0").click()
    elif way == "button":
        page.get_by_role("button", name="Unfold all").click()
    else:
        fold.focus()
        page.keyboard.press(way)
    close = page.get_by_role("button", name="Fold repetitions again")
    close.wait_for()
    assert page.locator("[data-gradviz] [data-node]").count() > 2 * folded
    assert fold.count() == 0
    page.keyboard.press("Enter")  # the button has the focus
    fold.wait_for()
    assert page.locator("[data-gradviz] [data-node]").count() == folded
    assert fold.get_attribute("aria-expanded") == "false"
    assert not errors
    page.close()

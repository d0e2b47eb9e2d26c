"""Questions and answers, axes, weights, playing and dragging, in a real browser."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def expect(locator):
    from playwright.sync_api import expect

    return expect(locator)


def test_it_asks_names_the_mistake_and_keeps_the_score(theatre, stories) -> None:
    root = theatre.play(stories["asked"]())
    page = theatre.page
    host = page.locator("[data-gradviz]")
    theatre.tell("gv.player.go(2)")
    check = root.get_by_role("button", name="Check my answer")
    answer = root.get_by_role("textbox", name="Your prediction")
    check.click()
    expect(root.locator(".verdict")).to_contain_text("Answer first")
    answer.fill("12")
    check.click()
    expect(root.locator(".verdict")).to_contain_text("12 is the value.")
    expect(host).to_have_attribute("data-score", "0/1")
    answer.fill("7")
    answer.press("Enter")
    expect(root.locator(".verdict")).to_contain_text("Multiply.")
    answer.fill("4,0")
    answer.press("Enter")
    expect(root).to_have_attribute("data-step", "3")
    expect(host).to_have_attribute("data-score", "0/1")


def test_a_right_first_answer_counts(theatre, stories) -> None:
    root = theatre.play(stories["asked"]())
    told = "host.addEventListener('gradviz-answer', (e) => (window.told = e.detail))"
    theatre.page.evaluate(
        f"() => {{ const host = document.querySelector('[data-gradviz]'); {told} }}"
    )
    theatre.tell("gv.player.go(2)")
    root.get_by_role("textbox").fill("4")
    root.get_by_role("textbox").press("Enter")
    expect(theatre.page.locator("[data-gradviz]")).to_have_attribute("data-score", "1/1")
    expect(root.locator(".verdict")).to_contain_text("Right. 1 × 4.")
    assert theatre.page.evaluate("told") == {"step": 2, "answer": 4, "right": True}


def test_show_me_is_always_there(theatre, stories) -> None:
    root = theatre.play(stories["asked"]())
    theatre.tell("gv.player.go(2)")
    root.get_by_role("button", name="Show me").click()
    expect(root).to_have_attribute("data-step", "3")


def test_axes_choose_another_run_and_keep_the_step(theatre, stories) -> None:
    root = theatre.play(stories["descent"]())
    theatre.tell("gv.player.go(4)")
    slider = root.get_by_role("slider", name="learning rate")
    slider.focus()
    theatre.page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "4")
    expect(root.get_by_role("status")).to_contain_text("at 0.4.")
    theatre.page.keyboard.press("ArrowRight")
    expect(root.locator(".control .status")).to_have_text("too large")
    switch = root.get_by_role("switch", name="zero_()")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")


def test_a_typed_number_goes_to_the_nearest_that_is_stored_and_says_so(theatre, stories) -> None:
    root = theatre.play(stories["descent"]())
    field = root.get_by_role("textbox", name="learning rate, as a number")
    expect(field).to_have_value("0.1")
    field.fill("0,37")
    field.press("Enter")
    expect(field).to_have_value("0.4")
    expect(root.get_by_role("slider", name="learning rate")).to_have_value("1")
    expect(root.get_by_role("status")).to_contain_text("learning rate 0.37 cannot be computed")
    expect(root.get_by_role("status")).to_contain_text("this is 0.4, the nearest")
    field.fill("11/10")
    field.press("Enter")
    expect(root.get_by_role("status")).to_contain_text("at 1.1.")


def test_what_is_no_number_is_told_and_can_be_mended(theatre, stories) -> None:
    root = theatre.play(stories["descent"]())
    field = root.get_by_role("textbox", name="learning rate, as a number")
    field.fill("fast")
    field.press("Enter")
    expect(root.get_by_role("status")).to_contain_text("Type a number for learning rate")
    expect(root.get_by_role("status")).to_contain_text("“fast” is none")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(root).to_have_attribute("data-step", "0")
    field.press("Escape")
    expect(field).to_have_value("0.1")
    assert field.get_attribute("aria-invalid") is None
    field.press("ArrowRight")  # moves in the text, not among the steps
    expect(root).to_have_attribute("data-step", "0")


def test_numbers_in_the_text_are_those_of_the_columns(theatre, stories) -> None:
    root = theatre.play(stories["descent"]())
    expect(root.get_by_role("status")).to_have_text("f falls from 4 to 2.56 at 0.1.")
    theatre.tell("gv.player.go(1)")
    expect(root.get_by_role("status")).to_have_text("f falls from 2.56 to 1.638 at 0.1.")
    expect(root.locator(".note")).to_have_text("1.6")


def test_another_run_stands_at_the_nearest_step_that_it_has_kept(theatre, stories) -> None:
    from dataclasses import replace

    from gradviz.stories.story import Axis, Frame, Run

    def run(*steps: int) -> Run:
        return Run(tuple(Frame((f"Step {step}.",)) for step in steps), {"step": steps})

    story = stories["descent"]()
    axes = (Axis("learning rate", (0.1, 0.2)),)
    runs = {(0,): run(*range(21)), (1,): run(0, 1, 2, 5, 10, 20)}
    root = theatre.play(
        replace(story, runs=runs, axes=axes, columns={}, scene=replace(story.scene, parts=()))
    )
    status = root.get_by_role("status")
    theatre.tell("gv.player.go(9); gv.player.move(0, 1)")
    expect(status).to_have_text("Step 10.")
    theatre.tell("gv.player.move(0, 0)")
    expect(status).to_have_text("Step 10.")
    expect(root).to_have_attribute("data-step", "10")


def test_it_plays_and_stops_at_the_end(theatre, stories) -> None:
    root = theatre.play(stories["descent"]())
    theatre.tell("gv.player.speed = 100; gv.player.go(17)")
    root.get_by_role("button", name="Play (Space)").click()
    expect(root).to_have_attribute("data-step", "19")
    expect(root.get_by_role("button", name="Play (Space)")).to_be_visible()


def test_dragging_along_the_loss_moves_the_step(theatre, stories) -> None:
    root = theatre.play(stories["descent"]())
    box = root.locator("svg.drag").bounding_box()
    theatre.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40)
    theatre.page.mouse.down()
    theatre.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 40)
    theatre.page.mouse.up()
    assert 13 <= int(root.get_attribute("data-step")) <= 17


def test_weights_are_summed_below_the_columns(theatre, stories) -> None:
    root = theatre.play(stories["jacobian"]())
    expect(root.locator(".result").first).to_have_text("3")
    expect(root.locator(".note-part")).to_have_text("printed: tensor([3., 2., 1.])")
    root.get_by_role("slider", name="weight of z1").fill("-1.5")
    expect(root.get_by_role("textbox", name="weight of z1")).to_have_value("−1.5")
    root.locator(".result").nth(1).click()
    expect(root.locator(".work")).to_have_text("1 × 2 + (−1.5) × (−1) + 1 × 1 = 4.5")
    root.get_by_role("textbox", name="weight of z0").fill("1/4")
    root.get_by_role("textbox", name="weight of z0").press("Enter")
    expect(root.locator(".work")).to_have_text("0.25 × 2 + (−1.5) × (−1) + 1 × 1 = 3")
    root.get_by_role("button", name="v as in only z").click()
    expect(root.get_by_role("status")).to_have_text("The parts add up to 2.")

"""The player in a real browser: what is seen, pressed, kept in its place, and read aloud."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

pytestmark = pytest.mark.browser
NAMES = ["stepper", "asked", "chain", "descent", "jacobian", "ledger", "matrices"]


def expect(locator):
    from playwright.sync_api import expect

    return expect(locator)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [960, 380])
def test_nothing_moves_between_steps(theatre, stories, look, name: str, width: int) -> None:
    root = theatre.play(stories[name](), width=width)
    theatre.page.wait_for_timeout(60)
    seen = theatre.tell(
        """const { player } = gv, seen = [];
        for (let step = 0; step <= player.last; step++) {
          player.go(step);
          const bar = player.box.querySelector(".bar").getBoundingClientRect();
          seen.push([bar.top, bar.height, player.box.offsetHeight, document.body.scrollWidth]);
        }
        return seen;"""
    )
    assert seen == [seen[0]] * len(seen)
    assert seen[0][3] <= width
    expect(root).to_have_attribute("data-step", str(len(seen) - 1))
    look("end")


def test_the_mouse_steps_to_the_end_and_begins_again(theatre, stories) -> None:
    root = theatre.play(stories["stepper"]())
    leaf = root.locator('[data-grad="x"]')
    expect(leaf).to_have_text("None")
    for step in (1, 2, 3):
        root.get_by_role("button", name="Next step").click()
        expect(root).to_have_attribute("data-step", str(step))
    expect(leaf).to_have_text("4")
    expect(root.get_by_role("status")).to_contain_text("which was None, becomes 4")
    root.get_by_role("button", name="Again: start over").click()
    expect(leaf).to_have_text("None")


def test_keys_step_and_go_no_further_than_the_player(theatre, stories) -> None:
    root = theatre.play(stories["stepper"]())
    theatre.page.evaluate(
        "() => { window.leaked = []; addEventListener('keydown', (e) => leaked.push(e.key)) }"
    )
    root.focus()
    for key, step in [("ArrowRight", 1), ("End", 3), ("ArrowLeft", 2), (" ", 3), ("Home", 0)]:
        theatre.page.keyboard.press(key)
        expect(root).to_have_attribute("data-step", str(step))
    assert theatre.page.evaluate("leaked") == []
    theatre.page.keyboard.press("x")
    assert theatre.page.evaluate("leaked") == ["x"]


def test_a_press_on_a_node_jumps_to_its_step(theatre, stories) -> None:
    root = theatre.play(stories["stepper"]())
    root.locator('[data-node="x"]').click()
    expect(root).to_have_attribute("data-step", "3")
    expect(root.locator('[data-node="x"]')).to_have_class(re.compile("active"))


def test_a_node_its_wires_and_its_line_light_up_together(theatre, stories) -> None:
    root = theatre.play(stories["stepper"]())
    root.locator('[data-line="1"]').hover()
    expect(root.locator('[data-node="y"]')).to_have_class(re.compile("lit"))
    root.locator('[data-node="x"]').hover()
    expect(root.locator('[data-line="0"]')).to_have_class(re.compile("lit"))
    expect(root.locator('[data-edge="y-x"]')).to_have_class(re.compile("lit"))
    expect(root.locator('[data-node="y"]')).not_to_have_class(re.compile("lit"))


def test_every_button_has_a_name_and_room_for_a_finger(theatre, stories) -> None:
    for name in NAMES:
        root = theatre.play(stories[name]())
        for button in root.locator("button:visible").all():
            assert button.get_attribute("aria-label") or button.inner_text().strip()
            box = button.bounding_box()
            small = button.evaluate("at => !!at.closest('.verdict,.switched')")
            assert small or min(box["width"], box["height"]) >= 31.9, button.evaluate(
                "at => at.outerHTML"
            )


def test_markup_in_data_stays_text(theatre, stories) -> None:
    from dataclasses import replace

    from gradviz.stories.story import Frame, Run

    evil = "<img src=x onerror=document.title='broken'>"
    story = stories["stepper"]()
    frames = (
        Frame((evil, ("hot", evil), ("code", evil)), {"code": {"line": 0, "notes": {0: (evil,)}}}),
    )
    root = theatre.play(replace(story, title=evil, alt=evil, runs={(): Run(frames * 2)}))
    expect(root.get_by_role("status")).to_have_text(evil * 3)
    assert root.locator("img").count() == 0
    assert theatre.page.title() == "A story"


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
    expect(root.locator(".reading")).to_contain_text("too large")
    switch = root.get_by_role("switch", name="zero_()")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")


def test_numbers_in_the_text_are_those_of_the_columns(theatre, stories) -> None:
    root = theatre.play(stories["descent"]())
    expect(root.get_by_role("status")).to_have_text("f falls from 4 to 2.56 at 0.1.")
    theatre.tell("gv.player.go(1)")
    expect(root.get_by_role("status")).to_have_text("f falls from 2.56 to 1.638 at 0.1.")
    expect(root.locator(".note")).to_have_text("1.6")


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
    root.locator(".result").nth(1).click()
    expect(root.locator(".work")).to_have_text("1 × 2 + (−1.5) × (−1) + 1 × 1 = 4.5")
    root.get_by_role("button", name="v as in only z").click()
    expect(root.get_by_role("status")).to_have_text("The parts add up to 2.")


def test_variants_are_tabs_and_cells_run(theatre, stories) -> None:
    root = theatre.play(stories["ledger"]())
    root.get_by_role("button", name="Run this cell").click()
    expect(root).to_have_attribute("data-step", "1")
    expect(root.get_by_role("button", name="Run this cell")).to_be_disabled()
    expect(root.locator(".panel").first).to_have_class(re.compile("chosen"))
    root.get_by_role("radio", name="other").click()
    expect(theatre.page.locator("[data-gradviz] .box").first).to_contain_text("Another.")


def test_an_address_leads_to_a_step(theatre, stories) -> None:
    root = theatre.play(stories["stepper"](), anchor="#h4sh.step=2")
    expect(root).to_have_attribute("data-step", "2")
    theatre.page.evaluate("location.hash = '#step=3'")
    expect(root).to_have_attribute("data-step", "3")
    root.get_by_role("button", name="More").click()
    root.get_by_role("menuitem", name="Copy a link").click()
    assert theatre.page.evaluate("navigator.clipboard.readText()").endswith("page.html#h4sh.step=3")


def test_the_code_by_hand_is_copied(theatre, stories) -> None:
    root = theatre.play(stories["stepper"]())
    theatre.tell("gv.player.go(2)")
    root.get_by_role("button", name="Copy the code").click()
    assert theatre.page.evaluate("navigator.clipboard.readText()") == "y.grad_fn(g)"


@pytest.mark.parametrize("name", ["stepper", "descent"])
def test_a_step_is_saved_as_a_picture_that_stands_alone(theatre, stories, name: str) -> None:
    root = theatre.play(stories[name]())
    theatre.tell("gv.player.go(2)")
    for menu, ending in (("This step as SVG", "svg"), ("This step as PNG", "png")):
        root.get_by_role("button", name="More").click()
        with theatre.page.expect_download() as download:
            root.get_by_role("menuitem", name=menu).click()
        path = download.value.path()
        assert download.value.suggested_filename == f"step-2.{ending}"
        if ending == "svg":
            drawing = ET.parse(path).getroot()
            assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
            assert "--ink:" in drawing[0].text
        else:
            assert path.read_bytes().startswith(b"\x89PNG")


def test_the_table_of_all_steps_leads_to_each(theatre, stories) -> None:
    root = theatre.play(stories["stepper"]())
    root.get_by_role("button", name="More").click()
    root.get_by_role("menuitem", name="All steps").click()
    rows = root.locator(".all tbody tr")
    assert rows.count() == 4
    rows.nth(2).click()
    expect(root).to_have_attribute("data-step", "2")


def test_on_paper_stand_the_picture_and_the_table(theatre, stories, look) -> None:
    root = theatre.play(stories["stepper"]())
    theatre.page.emulate_media(media="print")
    theatre.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(root.locator(".picture")).to_be_visible()
    expect(root.locator(".all td").first).to_be_visible()
    expect(root.locator(".bar")).not_to_be_visible()
    expect(root.locator(".code")).not_to_be_visible()
    look("paper")


def test_the_theme_follows_the_page_and_ends_with_the_host(theatre, stories) -> None:
    theatre.page.emulate_media(color_scheme="dark")
    theatre.play(stories["stepper"]())
    host = theatre.page.locator("[data-gradviz]")
    expect(host).to_have_attribute("data-theme", "dark")
    theatre.page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    expect(host).to_have_attribute("data-theme", "light")
    theatre.page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    expect(host).to_have_attribute("data-theme", "dark")
    theatre.page.evaluate(
        "delete document.body.dataset.jpThemeLight; document.body.className = 'vscode-light'"
    )
    expect(host).to_have_attribute("data-theme", "light")
    theatre.page.evaluate(
        "document.body.className = ''; document.documentElement.setAttribute('theme', 'dark')"
    )
    expect(host).to_have_attribute("data-theme", "dark")


def test_motion_is_left_out_where_it_is_not_wanted(theatre, stories) -> None:
    theatre.page.emulate_media(reduced_motion="reduce")
    root = theatre.play(stories["stepper"]())
    theatre.tell("gv.player.go(1); gv.player.go(2)")
    wire = root.locator('[data-edge="y-x"] .way')
    assert wire.evaluate("at => getComputedStyle(at).animationName") == "none"
    theatre.page.emulate_media(reduced_motion="no-preference")
    assert wire.evaluate("at => getComputedStyle(at).animationName") == "draw"


def test_every_host_of_a_story_is_filled_once(theatre, stories) -> None:
    theatre.play(stories["stepper"](), hosts=2)
    boxes = theatre.page.locator("[data-gradviz] .box")
    expect(boxes).to_have_count(2)
    boxes.nth(1).get_by_role("button", name="Next step").click()
    expect(boxes.nth(1)).to_have_attribute("data-step", "1")
    expect(boxes.nth(0)).to_have_attribute("data-step", "0")


def test_where_the_player_cannot_start_the_picture_is_shown(theatre, stories) -> None:
    theatre.page.add_init_script("delete globalThis.DecompressionStream")
    still = '<img data-still="h4sh" alt="still" style="display:none" width="9" height="9">'
    theatre.play(stories["stepper"](), before=still, wait="")
    expect(theatre.page.get_by_alt_text("still")).to_be_visible()


def test_other_controls_keep_their_keys_and_leak_none(theatre, stories) -> None:
    root = theatre.play(stories["descent"]())
    theatre.page.evaluate(
        "() => { window.leaked = []; addEventListener('keydown', (e) => leaked.push(e.key)) }"
    )
    root.get_by_role("slider", name="learning rate").focus()
    theatre.page.keyboard.press("End")
    expect(root.get_by_role("slider", name="learning rate")).to_have_value("2")
    expect(root).to_have_attribute("data-step", "0")
    assert theatre.page.evaluate("leaked") == []


def test_a_newer_format_is_refused_in_words(theatre, stories) -> None:
    from dataclasses import replace

    theatre.play(replace(stories["stepper"](), schema=2), wait="p.newer")
    told = theatre.page.locator("p.newer")
    expect(told).to_have_text("A newer gradviz wrote this story (format 2); this player reads 1.")


def test_a_large_graph_scrolls_to_where_it_happens_and_can_be_fitted(theatre, stories) -> None:
    root = theatre.play(stories["chain"]())
    theatre.tell("gv.player.go(19, { slid: true })")
    window = root.locator(".window")
    assert window.evaluate("at => at.scrollTop") > 500
    top, bottom = window.evaluate(
        "at => [at.getBoundingClientRect().top, at.getBoundingClientRect().bottom]"
    )
    box = root.locator('[data-node="n19"] .sheet').bounding_box()
    assert top < box["y"] < box["y"] + box["height"] < bottom
    root.get_by_role("button", name="Fit the whole graph").click()
    first = root.locator('[data-node="n0"] .sheet').bounding_box()
    assert top <= first["y"] < bottom


def test_a_step_of_a_hundred_nodes_costs_little(theatre, chain) -> None:
    theatre.play(chain(100, 100), width=960)
    changed = theatre.tell(
        """const { player } = gv;
        let changes = 0;
        const watch = new MutationObserver((found) => (changes += found.length));
        player.go(50);
        watch.observe(player.box.querySelector(".picture"), { subtree: true, childList: true, attributes: true });
        player.go(51);
        await new Promise((done) => setTimeout(done));
        return changes;"""
    )
    assert changed < 40


MODEL = """(values) => {
  const heard = {};
  const model = {
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; sent.push([name, value]); },
    save_changes() {},
    on: (event, act) => (heard[event] = act),
    off: (event) => delete heard[event],
  };
  const sent = [];
  Object.assign(window, { heard, values, sent });
  return window.renderWidget({ model, el: document.getElementById("el") }).then((end) => {
    window.end = end;
  });
}"""


def play_widget(theatre, story, **traits) -> dict:
    from gradviz.render.bundle import bundle, kinds_of
    from gradviz.render.payload import payload

    data = payload(story)
    code = bundle(kinds_of(data), widget=True)
    code = code.replace("export default { render };", "window.renderWidget = render;")
    path = theatre.folder / "widget.html"
    path.write_text(f"<div id=el></div><script type=module>{code}</script>", encoding="utf-8")
    theatre.page.goto(path.as_uri())
    values = {"payload": data, "step": 0, "places": [], "answers": [], "choices": {}, "live": False}
    theatre.page.evaluate(MODEL, json.loads(json.dumps(values | traits)))
    return data


def test_a_widget_shares_step_and_answers_with_its_model(theatre, stories) -> None:
    play_widget(theatre, stories["asked"](), step=1)
    root = theatre.page.locator(".box")
    expect(root).to_have_attribute("data-step", "1")
    root.get_by_role("button", name="Next step").click()
    assert theatre.page.evaluate("values.step") == 2
    root.get_by_role("textbox").fill("4")
    root.get_by_role("textbox").press("Enter")
    assert theatre.page.evaluate("[values.step, values.answers]") == [3, [[2, True]]]
    theatre.page.evaluate("() => { values.step = 0; heard['change:step'](); }")
    expect(root).to_have_attribute("data-step", "0")
    theatre.page.evaluate("end()")
    left = "[Object.keys(heard), document.getElementById('el').children.length]"
    assert theatre.page.evaluate(left) == [[], 0]


def test_a_live_slider_asks_python_once_at_a_time(theatre, stories) -> None:
    data = play_widget(theatre, stories["descent"](), live=True, places=[0, 1], step=3)
    root = theatre.page.locator(".box")
    slider = root.get_by_role("slider", name="learning rate")
    for value in ("0.25", "0.5", "0.75"):
        slider.evaluate(
            "(at, value) => { at.value = value; at.dispatchEvent(new Event('input')); }", value
        )
    asked = "sent.filter(([name]) => name === 'choices').map(([, value]) => value['learning rate'])"
    assert theatre.page.evaluate(asked) == [0.175]
    told = data | {"axes": [{**data["axes"][0], "values": [0.175], "start": 0}, data["axes"][1]]}
    answer = "(told) => { values.payload = told; heard['change:payload'](); }"
    theatre.page.evaluate(answer, json.loads(json.dumps(told)))
    assert theatre.page.evaluate(asked) == [0.175, 0.325]
    expect(root.get_by_role("status")).to_contain_text("at 0.175.")
    expect(root).to_have_attribute("data-step", "3")
    assert slider.evaluate("at => at.value") == "0.75"

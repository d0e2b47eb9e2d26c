"""The module that anywidget calls, with a model that stands in for the kernel."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.browser


def expect(locator):
    from playwright.sync_api import expect

    return expect(locator)


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


def play_widget(theatre, story, *, live: bool = False, **traits) -> dict:
    from gradviz.render.bundle import bundle, kinds_of
    from gradviz.render.payload import payload

    data = payload(story)
    code = bundle(kinds_of(data), widget=True)
    code = code.replace("export default { render };", "window.renderWidget = render;")
    path = theatre.folder / "widget.html"
    path.write_text(f"<div id=el></div><script type=module>{code}</script>", encoding="utf-8")
    theatre.page.goto(path.as_uri())
    data["live"] = live
    places = [axis.start for axis in story.axes]
    values = {"payload": data, "told": "", "tab": 0, "step": 0, "places": places}
    values |= {"answers": [], "choices": {}} | traits
    theatre.page.evaluate(MODEL, json.loads(json.dumps(values)))
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
    rate = {**data["axes"][0], "values": [0.175, 0.4, 1.1], "start": 0}
    run = {"0,1": data["runs"]["1,1"]}
    told = {"axes": [rate, data["axes"][1]], "runs": run}
    answer = "(told) => { values.told = told; heard['change:told'](); }"
    theatre.page.evaluate(answer, json.dumps(told))
    assert theatre.page.evaluate(asked) == [0.175, 0.325]
    expect(root.get_by_role("status")).to_contain_text("at 0.175.")
    expect(root).to_have_attribute("data-step", "3")
    assert slider.evaluate("at => at.value") == "0.75"


def test_a_number_typed_beside_a_live_slider_is_asked_as_it_is(theatre, stories) -> None:
    play_widget(theatre, stories["descent"](), live=True)
    field = theatre.page.get_by_role("textbox", name="learning rate, as a number")
    field.fill("0.137")
    field.press("Enter")
    asked = "sent.filter(([name]) => name === 'choices').map(([, value]) => value['learning rate'])"
    assert theatre.page.evaluate(asked) == [0.137]


def test_python_hears_where_the_player_stands_in_a_run_that_kept_fewer_steps(
    theatre, stories
) -> None:
    from dataclasses import replace

    from gradviz.stories.story import Axis, Frame, Run

    def run(*steps: int) -> Run:
        return Run(tuple(Frame((f"Step {step}.",)) for step in steps), {"step": steps})

    story, axes = stories["descent"](), (Axis("learning rate", (0.1, 0.2)),)
    runs = {(0,): run(*range(21)), (1,): run(0, 1, 2, 5, 10, 20)}
    scene = replace(story.scene, parts=())
    play_widget(theatre, replace(story, runs=runs, axes=axes, columns={}, scene=scene), step=9)
    theatre.page.evaluate("() => { values.places = [1]; heard['change:places'](); }")
    expect(theatre.page.get_by_role("status")).to_have_text("Step 10.")
    assert theatre.page.evaluate("values.step") == 4
    theatre.page.evaluate(
        "() => { Object.assign(values, { places: [0], step: 3 }); heard['change:places'](); }"
    )
    expect(theatre.page.get_by_role("status")).to_have_text("Step 3.")


def test_what_python_sets_while_the_player_is_opened_holds(theatre, stories) -> None:
    play_widget(theatre, stories["descent"](), step=0)
    theatre.page.evaluate("end()")
    again = """() => {
      const model = { get: (name) => values[name], set() {}, save_changes() {}, on() {}, off() {} };
      const opening = window.renderWidget({ model, el: document.getElementById("el") });
      Object.assign(values, { step: 7, places: [1, 0] });  // before the view is up
      return opening;
    }"""
    theatre.page.evaluate(again)
    root = theatre.page.locator(".box")
    expect(root).to_have_attribute("data-step", "7")
    expect(root.get_by_role("switch", name="zero_()")).to_have_attribute("aria-checked", "false")
    expect(root.get_by_role("status")).to_contain_text("at 0.4.")


def test_a_live_switch_asks_python_where_no_run_is_stored(theatre, stories) -> None:
    from dataclasses import replace

    story = stories["descent"]()
    story = replace(story, runs={k: run for k, run in story.runs.items() if k[1]})
    play_widget(theatre, story, live=True)
    switch = theatre.page.locator(".box").get_by_role("switch", name="zero_()")
    expect(switch).to_be_enabled()
    switch.click()
    told = "sent.filter(([name]) => name === 'choices').map(([, value]) => value)"
    assert theatre.page.evaluate(told) == [{"learning rate": 0.1, "zero_()": False}]
    theatre.page.evaluate("heard['msg:custom']({ problem: 'It cannot be told.' })")
    expect(theatre.page.get_by_role("status")).to_have_text("It cannot be told.")


def test_a_tab_is_shared_with_python(theatre, stories) -> None:
    play_widget(theatre, stories["ledger"]())
    theatre.page.get_by_role("radio", name="other").click()
    assert theatre.page.evaluate("[values.tab, values.step]") == [1, 0]
    theatre.page.evaluate("() => { values.tab = 0; heard['change:tab'](); }")
    expect(theatre.page.locator(".box")).to_contain_text("Nothing yet.")

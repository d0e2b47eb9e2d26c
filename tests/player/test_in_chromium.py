"""The player in a real browser: what is seen, pressed, kept in its place, and read aloud."""

from __future__ import annotations

import re
import struct
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


def test_the_menu_is_walked_by_keys(theatre, stories) -> None:
    root = theatre.play(stories["stepper"]())
    more = root.get_by_role("button", name="More")
    more.press("Enter")
    entries = root.get_by_role("menuitem")
    expect(entries.first).to_be_focused()
    for key, place in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 4), ("ArrowDown", 0)):
        theatre.page.keyboard.press(key)
        expect(entries.nth(place)).to_be_focused()
    theatre.page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(entries).to_have_count(0)


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


def test_what_a_finger_lit_stays_until_the_next_tap(theatre, stories) -> None:
    root = theatre.play(stories["stepper"]())
    touch = {"pointerType": "touch", "bubbles": True, "composed": True}
    line = root.locator('[data-line="1"]')
    line.dispatch_event("pointerdown", touch)
    root.dispatch_event("pointerleave", touch)
    expect(root.locator('[data-node="y"]')).to_have_class(re.compile("lit"))
    root.get_by_role("status").dispatch_event("pointerdown", touch)
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
            picture = path.read_bytes()
            assert picture.startswith(b"\x89PNG")
            width, height = struct.unpack(">II", picture[16:24])
            assert max(width, height) >= 1919


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

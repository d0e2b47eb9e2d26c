from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from pictures import (
    CUT,
    FOLD,
    POLYNOMIAL,
    descent,
    drawing,
    graphs,
    leaf,
    op,
    stacked,
    stepper,
    wire,
)

from gradviz.render.still import still_svg
from gradviz.render.svg import frame_svg
from gradviz.stories.parts import Card, Heat, Picture, Wire
from gradviz.stories.story import Frame, Run, Scene, Story

SVG = "{http://www.w3.org/2000/svg}"
NASTY = [
    "<script>alert(1)</script>",
    "\"' onload='x",
    "a\nb\tc",
    "\u202eevil\u2066",
    "\x00\x1b[0m\ud800",
    "]]>&amp;<![CDATA[",
    "</style></svg><img src=x>",
    "🙂重み",
    "url(http://x)",
]


def texts_of(svg):
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def classes_of(svg):
    return [each.get("class") for each in ElementTree.fromstring(svg).iter() if each.get("class")]


def test_every_card_and_its_texts_are_drawn():
    texts = texts_of(frame_svg(stepper()))
    for card in POLYNOMIAL.cards:
        shown = card.title if card.value is None else f"{card.title} = {card.value}"
        assert shown in texts
    assert "22" in texts
    assert "Done: x.grad = 22." in texts


def test_a_frame_shows_its_own_step():
    story = stepper()
    assert "1 × 4 = 4" in texts_of(frame_svg(story, 1))
    assert "1 × 4 = 4" not in texts_of(frame_svg(story, 2))
    assert "c active used" in classes_of(frame_svg(story, 1))
    assert "None" in texts_of(frame_svg(story, 0))


def test_the_same_frame_gives_the_same_bytes_and_others_another_id():
    story = stepper()
    assert frame_svg(story, 1) == frame_svg(stepper(), 1)
    names = {re.search(r' id="(\w+)"', frame_svg(story, step))[1] for step in range(3)}
    assert len(names) == 3


def test_every_rule_is_held_to_its_own_picture():
    svg = frame_svg(stepper())
    root = ElementTree.fromstring(svg)
    rules = root.find(f"{SVG}style").text
    for selector in re.findall(r"([^{}]+)\{", rules):
        assert all(part.startswith(f"#{root.get('id')} ") for part in selector.split(","))


def test_nothing_is_asked_from_elsewhere():
    for story in (stepper(), drawing(CUT), drawing(FOLD), descent(), stacked()):
        svg = still_svg(story).replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|href|url\((?!#)|@import|<script|on\w+=", svg)


@settings(max_examples=25, deadline=None)
@given(graphs())
def test_any_graph_is_well_formed(picture):
    ElementTree.fromstring(frame_svg(drawing(picture)))


@pytest.mark.parametrize("name", NASTY)
def test_names_cannot_break_out(name):
    picture = Picture(
        "graph",
        (
            op("y", name, name, name),
            Card("g", "ghost", name, tooltip=name),
            Card("c", "call", name),
            leaf("x", name, name),
        ),
        (wire("y", "x"), wire("y", "g", 1, "ghost"), wire("c", "y", 0, "seed")),
    )
    states = {
        "cards": {"x": {"grad": name, "subtitle": name, "meet": (name,)}},
        "wires": {"y>x>0": {"mark": "active", "text": (name,)}},
    }
    frame = Frame((name, ("code", name)), {"graph": states})
    svg = frame_svg(Story(name, Scene((picture,)), {(): Run((frame,))}))
    root = ElementTree.fromstring(svg)
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert tags <= {"svg", "title", "style", "g", "rect", "path", "text", "tspan", "circle"}
    assert not any(attribute.startswith("on") for each in root.iter() for attribute in each.attrib)
    assert not set(svg) & set("\u202e\u2066\x00\x1b\n\t")
    svg.encode()


def test_a_matrix_is_drawn_as_cells():
    heat = Heat(((1.0, -2.0), (0.0, 4.0)), (2, 2))
    picture = Picture("graph", (op("y", "y (2, 2)"), leaf("w", "w (2, 2)")), (wire("y", "w"),))
    states = {
        "cards": {"w": {"heat": heat, "level": 1.0}},
        "wires": {"y>w>0": {"mark": "active", "text": ("(2, 2)",), "heat": heat}},
    }
    svg = frame_svg(Story("m", Scene((picture,)), {(): Run((Frame((), {"graph": states}),))}))
    assert classes_of(svg).count("cell") == 8


def test_a_plot_shows_its_marks():
    story = descent()
    texts = texts_of(still_svg(story, 0))
    assert "slope 4" in texts
    assert "x is 2, next (−1)" in texts
    root = ElementTree.fromstring(still_svg(story, 0))
    clips = {each.get("id") for each in root.iter(f"{SVG}clipPath")}
    used = {each.get("clip-path") for each in root.iter(f"{SVG}g")} - {None}
    assert used == {f"url(#{name})" for name in clips}
    ring = [each for each in root.iter(f"{SVG}circle") if each.get("r") == "5"]
    after = [
        each
        for each in ElementTree.fromstring(still_svg(story, 2)).iter(f"{SVG}circle")
        if each.get("r") == "5"
    ]
    assert len(ring) == 1
    assert after == []


def test_stacks_show_their_sums():
    texts = texts_of(still_svg(stacked()))
    assert "3 + 3 = 6" in texts
    assert texts.count("+3") == 3


def test_a_step_that_is_not_there_is_named():
    with pytest.raises(IndexError, match="step 7 of a story with steps 0 to 2"):
        frame_svg(stepper(), 7)


def test_a_still_is_small():
    assert len(base64.b64encode(frame_svg(stepper()).encode())) < 14_000


def test_of_a_very_large_stepper_a_part_stands_in_for_the_player():
    cards = tuple(Card(f"n{k}", "op", f"h{k}", "0.5", "TanhBackward0") for k in range(200))
    wires = tuple(Wire(f"w{k}", f"n{k}", f"n{k + 1}") for k in range(199))
    run = Run((Frame(("It goes on.",)),) * 2)
    story = Story("A chain", Scene((Picture("graph", cards, wires),)), {(): run})
    whole, part = still_svg(story), still_svg(story, whole=False)
    assert len(part) < len(whole) / 2
    assert "h199" in whole
    assert "h199" not in part
    assert "h0" in part
    count = part.count("TanhBackward0")
    assert f"Below follow {200 - count} more cards" in " ".join(texts_of(part))

"""The data of the player: they say what the story says, and are small."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.render.bundle import kinds_of
from gradviz.render.payload import WHOLE, _difference, encode, payload, plain
from gradviz.stories.parts import Heat, Note, Ref
from gradviz.stories.story import Frame, Run, Scene, Story


def stories():
    path = Path(__file__).parents[1] / "player" / "stories.py"
    spec = importlib.util.spec_from_file_location("player_stories", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STORIES = stories()


def merged(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """What the player makes of a difference, said again in Python."""
    found = dict(old)
    for key, value in change.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict):
            before = found.get(key)
            found[key] = merged(before if isinstance(before, dict) else {}, value)
        else:
            found[key] = value
    return found


def frames_of(data: Mapping[str, Any], run: str = "") -> Iterator[dict[str, Any]]:
    """The frames as the player reads them."""
    frame: dict[str, Any] = {}
    for place, entry in enumerate(data["runs"][run]["frames"]):
        change = data["frames"][entry] if isinstance(entry, int) else entry
        frame = merged({} if place % WHOLE == 0 else frame, change)
        caption = frame["caption"]
        yield frame | {"caption": data["texts"][caption] if isinstance(caption, int) else caption}


@pytest.mark.parametrize("name", STORIES.ALL)
def test_every_frame_is_read_as_it_was_told(name: str) -> None:
    story = STORIES.ALL[name]()
    data = payload(story)
    for place, run in story.runs.items():
        read = list(frames_of(data, ",".join(map(str, place))))
        assert len(read) == len(run.frames)
        for frame, told in zip(read, run.frames, strict=True):
            assert frame["caption"] == plain(told.caption)
            assert frame.get("states", {}) == merged({}, plain(told.states))
            assert frame.get("question") == plain(told.question)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from("ab"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)


def without_none(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: without_none(value) for key, value in data.items() if value is not None}
    return data


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_a_difference_merged_into_the_old_gives_the_new(old: dict, new: dict) -> None:
    old = merged({}, old)
    assert without_none(merged(old, _difference(old, new))) == without_none(new)


def test_what_is_said_often_is_stored_once() -> None:
    told = ("The same long sentence at every step, ", Ref("x"), ".")
    column = [float(k) for k in range(50)]
    run = Run(tuple(Frame(told) for _ in range(50)), {"x": column})
    data = payload(Story("Repeats", Scene(()), {(k,): run for k in range(3)}))
    text = json.dumps(data)
    assert text.count("same long sentence") == 1
    assert data["series"] == [list(range(50))]
    assert len(text) < 1500


def test_variants_share_what_is_stored_once() -> None:
    run = Run((Frame(("Said in both.", Ref("x"))),) * 2, {"x": [float(k) for k in range(40)]})
    variant = Story("B", Scene(()), {(): run}, tab="b")
    data = payload(Story("A", Scene(()), {(): run}, variants=(variant,)))
    text = json.dumps(data)
    assert text.count("Said in both") == 1
    assert text.count("37, 38, 39") == 1
    assert data["variants"][0]["runs"][""]["columns"] == {"x": 0}


def test_columns_keep_four_digits_and_other_numbers_nine() -> None:
    run = Run((Frame(("x",), {"n": {"range": [1 / 3]}}, {"v": 2 / 3}),), {"x": [1 / 3, 123456.0]})
    stored = payload(Story("Digits", Scene((Note("n"),)), {(): run}))["runs"][""]
    assert stored["columns"]["x"] == [0.3333, 123500]
    assert stored["frames"][0]["values"] == {"v": 0.6667}
    assert stored["frames"][0]["states"]["n"]["range"] == [0.333333333]


def test_numbers_that_json_lacks_become_words() -> None:
    values = plain([np.float32("nan"), float("inf"), -np.inf, np.int64(3), np.bool_(True)])
    assert values == ["nan", "inf", "-inf", 3, True]


def test_dataclasses_leave_out_what_is_at_its_default() -> None:
    assert plain(Heat(((1.5,),), (1,))) == {"cells": [[1.5]], "shape": [1]}
    assert plain(Note("n")) == {"id": "n"}


def test_a_picture_travels_with_its_geometry() -> None:
    graph = payload(STORIES.stepper())["parts"][0]
    leaf = next(card for card in graph["cards"] if card["id"] == "x")
    assert graph["kind"] == "graph"
    assert graph["width"] > leaf["x"] + leaf["width"] > 0
    assert len(leaf["sockets"]) == 1
    assert all(wire["d"].startswith("M") for wire in graph["wires"])


def unpacked(text: str) -> Any:
    letters = text.strip('"').replace(",", "<")
    return json.loads(zlib.decompress(base64.b85decode(letters)))


@pytest.mark.parametrize("packed", [False, True])
def test_nothing_in_a_name_ends_the_script(packed: bool) -> None:
    data = payload(STORIES.stepper(tooltip="</script><!--<script>\u2028'\"`${x}"))
    text = encode(data, packed=packed)
    assert "</" not in text
    assert "<!--" not in text
    if packed:
        assert unpacked(text) == data
    else:
        assert json.loads(text) == data


def test_the_same_story_gives_the_same_bytes() -> None:
    assert encode(payload(STORIES.descent())) == encode(payload(STORIES.descent()))


def test_a_small_story_is_small() -> None:
    assert len(encode(payload(STORIES.stepper()), packed=False)) < 6000


def test_a_payload_names_what_it_needs_of_the_player() -> None:
    assert kinds_of(payload(STORIES.stepper())) == ("graph", "code", "equation", "rule")
    assert "predict" in kinds_of(payload(STORIES.stepper(predict=True)))
    assert {"values", "controls", "plot", "playing"} <= set(kinds_of(payload(STORIES.descent())))
    assert {"cell", "controls"} <= set(kinds_of(payload(STORIES.ledger())))
    assert not re.search("playing|values", " ".join(kinds_of(payload(STORIES.matrices()))))


def test_variants_share_the_columns_of_the_first():
    def told(tab, columns):
        return Story(tab, Scene(()), {(): Run((Frame((tab,)),))}, tab=tab, columns=columns)

    shared = {"x": [1.0, 2.0]}
    variants = (told("same", shared), told("other", {"x": [3.0]}), told("none", {}))
    data = payload(replace(told("first", shared), variants=variants))
    assert data["columns"] == {"x": [1, 2]}
    assert [one.get("columns") for one in data["variants"]] == [None, {"x": [3]}, {}]

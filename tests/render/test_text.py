from __future__ import annotations

from pictures import CUT, FOLD, POLYNOMIAL, descent, drawing, op, stacked, stepper, wire

import gradviz
import gradviz as torch
from gradviz.render.text import step_text, transcript
from gradviz.render.tree import tree
from gradviz.stories.parts import Note, Output, Picture, Table
from gradviz.stories.story import Frame, Phase, Run, Scene, Story


def test_a_graph_is_told_card_by_card():
    assert tree(POLYNOMIAL, {}, str).splitlines() == [
        "1. y = 41: AddBackward0",
        "   constant 2",
        "2. 3*x**2 + 4*x = 39: AddBackward0",
        "   from 2, way 1: 3. 3*x**2 = 27: AddBackward0, saved 3",
        "      constant 3",
        "   4. x**2 = 9: AddBackward0, saved x = 3",
        "   5. x = 3: AccumulateGrad, .grad None",
        "   from 2, way 2: 6. 4*x = 12: AddBackward0, saved 4",
        "      constant 4",
        "   then 5 again, x = 3",
    ]


def test_a_cut_says_from_what_it_came():
    assert "cut: c = 6 came by detach() of a; no gradient goes this way" in tree(CUT, {}, str)


def test_a_fold_says_how_often_it_goes_round():
    told = tree(FOLD, {}, str)
    assert "one of 20 repetitions" in told
    assert "and round again to 2. h" in told


def test_what_flowed_is_told_with_the_graph():
    states = {
        "cards": {"x": {"grad": "22"}, "right": {"pocket": "freed"}},
        "wires": {
            "power>x>0": {"mark": "done", "short": "18"},
            "right>x>0": {"mark": "done", "short": "4"},
        },
    }
    told = tree(POLYNOMIAL, states, str)
    assert "5. x = 3: AccumulateGrad, received 18 and 4, .grad 22" in told
    assert "freed 4" in told


def test_a_very_deep_graph_is_told_too():
    names = [f"n{number}" for number in range(5000)]
    wires = tuple(wire(name, names[number + 1]) for number, name in enumerate(names[:-1]))
    told = tree(Picture("g", tuple(op(name, name) for name in names), wires), {}, str)
    assert len(told.splitlines()) == 5000
    assert told.splitlines()[-1] == "5000. n4999: AddBackward0"


def test_every_step_is_a_sentence_with_its_arithmetic():
    told = transcript(stepper(phases=(Phase("1st pass", 1),)))
    assert "line 2: y = 3*x**2 + 4*x + 2" in told
    assert "-- 1st pass --" in told
    step = told[told.index("Step 1.") : told.index("Step 2.")].splitlines()
    assert step == [
        "Step 1. 4*x sends 1 × 4 = 4.",
        "   arrived 1 × local slope 4 = sent 4 → x",
        "   rule: z = a²",
        "   ran: return grad * other",
        "   line 2: y = 3*x**2 + 4*x + 2",
        "   after line 2: y = 41",
    ]
    assert told.endswith("Step 2. Done: x.grad = 22.")


def test_one_step_can_be_told_alone():
    assert step_text(stepper(), 2) == "Step 2. Done: x.grad = 22."


def test_a_drawing_is_its_graph_and_its_sentence():
    told = transcript(drawing(CUT, ("One way is cut.",)))
    assert told.startswith("draw(y)\n\n1. y = 37")
    assert told.endswith("One way is cut.")


def test_references_read_rows_columns_and_axes():
    told = transcript(descent())
    assert "With learning rate = 0.1." in told
    assert "Step 0. x is 2, next (−1)" in told
    assert "Step 2. x is 0.5, next –" in told


def test_prints_rows_sums_and_notes_are_told_once():
    table = Table("table", (("before",), ("after",)))
    parts = (table, Output("output"), Note("note"))
    first = {
        "table": {"rows": [[("None",), ("3",)]]},
        "output": {"lines": [("tensor(3.)",)]},
        "note": {"text": ("Look.",)},
    }
    second = {
        "table": {"rows": [[("None",), ("3",)], [("3",), ("6",)]]},
        "output": {"lines": [("tensor(3.)",), ("tensor(6.)",)]},
        "note": {"text": ("Look.",)},
    }
    frames = (Frame(("One.",), first), Frame(("Two.",), second))
    told = transcript(Story("t", Scene(parts), {(): Run(frames)}))
    assert told.count("prints tensor(3.)") == 1
    assert "prints tensor(6.)" in told
    assert told.count("before None, after 3") == 1
    assert "before 3, after 6" in told
    assert told.count("Look.") == 1
    assert "without: 3, 3 + 3 = 6" in transcript(stacked())


def test_a_matrix_is_read_row_by_row():
    matrix = {"texts": (("1", "2"), ("3", "4")), "shape": "(2, 2)", "head": "arrived", "cells": ()}
    rows = [{"cells": [{"matrix": matrix}, {"op": "→"}, {"sent": "10"}]}]
    frames = (Frame(("Sum.",), {"equation": {"heads": [], "rows": rows}}),)
    story = stepper()
    told = transcript(Story("m", Scene(story.scene.parts[1:2]), {(): Run(frames)}))
    assert "arrived [1 2; 3 4] (2, 2) → 10" in told


def test_an_exception_is_told_word_for_word():
    frames = (Frame(("It stops.",), {"equation": {"error": "RuntimeError: Trying to backward"}}),)
    told = transcript(Story("e", Scene(stepper().scene.parts[1:2]), {(): Run(frames)}))
    assert "RuntimeError: Trying to backward" in told


def test_no_name_turns_the_words_behind_it():
    x = torch.tensor(3.0, requires_grad=True)
    shown = gradviz.draw(x * x, names={"a\u202eb\u2066": x})
    assert "end at a\ufffdb\ufffd." in shown.text()
    assert not set(shown.text() + shown.html() + shown.svg()) & set("\u202e\u2066")

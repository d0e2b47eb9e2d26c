from __future__ import annotations

import pytest
from pictures import descent, stepper

from gradviz.render.display import Display
from gradviz.render.still import still_svg
from gradviz.render.text import transcript
from gradviz.render.wording import moment, written
from gradviz.stories.parts import Matrix, Ref
from gradviz.stories.story import Axis, Frame, Run, Scene, Story


def weighted():
    matrix = Matrix(
        "J",
        ((1.0, 2.0), (3.0, -4.0)),
        (("z1",), ("z2",)),
        (("x1",), ("x2",)),
        "v",
        ("weights",),
        ("sums",),
    )
    axes = (
        Axis("lr", (0.1, 0.2), 1, texts=("slow", "fast")),
        Axis("v", (1.0, -0.5), control="weights"),
        Axis("zero", (False, True), 1, "switch"),
    )
    caption = (
        Ref("J.1.terms"),
        " = ",
        Ref("J.1"),
        "; ",
        Ref("J.print"),
        "; v = ",
        Ref("v.list"),
        ", v2 = ",
        Ref("v.1", "signed"),
        ", ",
        Ref("lr"),
        ", ",
        Ref("zero"),
    )
    frames = (Frame(caption, {"J": {"column": 1}}),)
    runs = {(i, j): Run(frames) for i in range(2) for j in range(2)}
    return Story("Weights", Scene((matrix,), "plot"), runs, axes)


def test_a_weights_axis_does_not_choose_among_runs():
    assert moment(weighted()).place == (1, 1)


def test_sums_terms_and_axes_are_read_by_name():
    told = transcript(weighted()).splitlines()
    assert told[1] == "With lr = fast, zero = on."
    assert (
        told[-1]
        == "Step 0. 1 × 2 + (−0.5) × (−4) = 4; tensor([-0.5000,  4.0000]); v = [1., -0.5], v2 = (−0.5), fast, on"
    )


def test_a_matrix_is_drawn_with_its_sums():
    svg = still_svg(weighted())
    assert ">−0.5</tspan>" in svg
    assert ">4</tspan>" in svg
    assert Display(weighted()).figure().axes[0].texts


def test_an_unknown_name_shows_itself():
    assert moment(stepper()).value("nothing") == "{nothing}"


def test_a_place_that_is_not_there_is_named():
    with pytest.raises(IndexError, match=r"no place \(7,\).*it has \(0,\), \(1,\)"):
        moment(descent(), place=(7,))


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (True, "", "True"),
        (float("nan"), "", "nan"),
        (12345678.0, "", "1.235×10⁷"),
        (0.5, "fixed", "0.5000"),
        (-2, "signed", "(−2)"),
        ("-a", "text", "-a"),
        (-3, "text", "−3"),
    ],
)
def test_values_are_written_as_their_form_says(value, form, text):
    assert written(value, form) == text

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from pictures import FOLD, POLYNOMIAL, descent, drawing, op

from gradviz.graph.model import Constant, Edge, Graph, Node, Saved, Value
from gradviz.render import dot
from gradviz.render.dot import DotError, dot_svg, make_dot, picture_dot, run_dot
from gradviz.render.measure import clean
from gradviz.stories.parts import Picture


def value(number):
    return Value((), "float32", np.asarray(number, dtype="float32"))


def square(name="x"):
    nodes = (
        Node(
            0,
            "PowBackward0",
            "op",
            1,
            ("y",),
            value=value(9.0),
            saved=(Saved("_saved_self", value(3.0), name),),
            details={"exponent": 2},
        ),
        Node(1, "torch::autograd::AccumulateGrad", "leaf", 0, (name,), value=value(3.0)),
    )
    return Graph(nodes, (Edge(0, 0, 1),), (0,))


def test_a_graph_is_drawn_as_torchviz_does():
    source = make_dot(square()).source
    assert "n0 [label=PowBackward0]" in source
    assert 'n1_tensor [label="x\\n()"' in source
    assert "n1_tensor -> n1" in source
    assert "n1 -> n0" in source
    assert "n0 -> root0" in source
    assert "saved" not in source


def test_attributes_and_saved_tensors_are_shown_when_asked():
    source = make_dot(square(), show_attrs=True, show_saved=True, max_attr_chars=9).source
    assert "exponent…" in source
    assert 'n0_saved0 [label="x\\n3"' in source


def test_the_same_graph_gives_the_same_text():
    assert make_dot(square()).source == make_dot(square()).source


@pytest.mark.exe
@pytest.mark.parametrize(
    "name",
    ["<b>bold</b>", 'say "hi"', "back\\slash\\n", "a\nb", "]; evil [", "重み 🙂", "\\", "", "node"],
)
def test_names_are_read_by_dot_as_they_are(name):
    picture = Picture("graph", (op("y", name, None, name),), ())
    for drawn in (make_dot(square(name), show_saved=True), picture_dot(drawing(picture))):
        svg = ElementTree.fromstring(run_dot(drawn.source))
        texts = {text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")}
        assert not name or clean(name) in texts


@pytest.mark.exe
def test_a_fold_is_a_box_around_its_cards():
    svg = dot_svg(drawing(FOLD))
    assert svg.startswith("<svg")
    assert "× 20" in svg
    assert "cluster" in svg


def test_a_story_of_plots_has_no_dot():
    with pytest.raises(ValueError, match="shows no graph"):
        picture_dot(descent())


def test_a_machine_without_graphviz_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(dot.shutil, "which", lambda name: None)
    with pytest.raises(DotError, match="graphviz-pure"):
        dot_svg(drawing(POLYNOMIAL))


def test_the_second_program_is_taken_where_the_first_is_missing(monkeypatch):
    called = []
    monkeypatch.setattr(dot.shutil, "which", lambda name: name if name == "graphviz-pure" else None)
    monkeypatch.setattr(
        dot.subprocess,
        "run",
        lambda command, **rest: (
            called.append(command) or subprocess.CompletedProcess(command, 0, b"<svg/>")
        ),
    )
    assert dot_svg(drawing(POLYNOMIAL)) == "<svg/>"
    assert called[0][0] == "graphviz-pure"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(138, "not here"), "could not be run"),
        (subprocess.TimeoutExpired("dot", 5), "stopped after 5 seconds"),
        (subprocess.CalledProcessError(1, "dot", stderr=b"syntax error"), "syntax error"),
    ],
)
def test_what_goes_wrong_is_told_in_a_sentence(monkeypatch, error, told):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(dot.shutil, "which", lambda name: name)
    monkeypatch.setattr(dot.subprocess, "run", fail)
    with pytest.raises(DotError, match=told):
        dot_svg(drawing(POLYNOMIAL))


def test_constants_do_not_disturb():
    node = Node(0, "AddBackward0", "op", 1, constants=(Constant(1, "2"),))
    assert "AddBackward0" in make_dot(Graph((node,), (Edge(0, 1, None),), (0,))).source

"""Pictures made by hand and by chance, for the tests of this room."""

from __future__ import annotations

from hypothesis import strategies as st

from gradviz.stories.parts import (
    Axes,
    Card,
    Code,
    Equation,
    Mark,
    Picture,
    Ref,
    Rule,
    Stacks,
    Wire,
)
from gradviz.stories.story import Axis, Frame, Run, Scene, Story

OP, LEAF = "AddBackward0", "AccumulateGrad"


def wire(source, target, slot=0, kind="wire", label=""):
    return Wire(f"{source}>{target}>{slot}", source, target, slot, kind, label)


def op(name, title, value=None, pocket=None, parent=None):
    return Card(name, "op", title, value, OP, pocket, parent=parent)


def leaf(name, title, value=None):
    return Card(name, "leaf", title, value, LEAF)


def ghost(name, title, parent=None):
    return Card(name, "ghost", title, parent=parent)


POLYNOMIAL = Picture(
    "graph",
    (
        Card("call", "call", "y.backward()"),
        op("y", "y", "41"),
        op("sum", "3*x**2 + 4*x", "39"),
        op("left", "3*x**2", "27", "3"),
        op("right", "4*x", "12", "4"),
        op("power", "x**2", "9", "x = 3"),
        leaf("x", "x", "3"),
        ghost("two", "2"),
        ghost("three", "3"),
        ghost("four", "4"),
    ),
    (
        wire("call", "y", kind="seed"),
        wire("y", "sum"),
        wire("sum", "left", 0),
        wire("sum", "right", 1),
        wire("left", "power"),
        wire("power", "x"),
        wire("right", "x"),
        wire("y", "two", 1, "ghost"),
        wire("left", "three", 1, "ghost"),
        wire("right", "four", 1, "ghost"),
    ),
)

CUT = Picture(
    "graph",
    (
        op("y", "y", "37"),
        op("product", "a*c", "36", "c = 6"),
        op("a", "a", "6", "3"),
        leaf("x", "x", "2"),
        ghost("c", "c = 6"),
    ),
    (
        wire("y", "product"),
        wire("product", "a"),
        wire("a", "x"),
        wire("product", "c", 1, "ghost"),
        wire("c", "a", 0, "cut", "detach()"),
    ),
)

FOLD = Picture(
    "graph",
    (
        op("loss", "loss", "0.0022", "h"),
        Card("fold", "fold", "", count=20),
        op("tanh", "h", "0.0465 … 0.4219", parent="fold"),
        op("product", "w*h", parent="fold"),
        leaf("w", "w", "0.9"),
        ghost("start", "h = 0.5"),
    ),
    (
        wire("loss", "tanh"),
        wire("tanh", "product"),
        wire("product", "tanh", 0, "loop"),
        wire("product", "w", 0, "many", "20 wires meet"),
        wire("product", "start", 1, "ghost"),
    ),
)


def stepper(picture=POLYNOMIAL, **story):
    """A short story over a picture: nothing yet, a node at work, and the end."""
    done = {"mark": "done", "short": "18"}
    active = {"mark": "active", "text": ("1", ("op", " × "), "4", ("op", " = "), ("sent", "4"))}
    frames = (
        Frame(("nothing has flowed back yet.",), {"graph": {"cards": {}, "wires": {}}}),
        Frame(
            (("code", "4*x"), " sends ", ("hot", "1 × 4 = 4"), "."),
            {
                "graph": {
                    "cards": {"right": {"mark": "active", "pocket": "used"}},
                    "wires": {"right>x>0": active},
                },
                "equation": {
                    "heads": ["arrived", "local slope", "sent"],
                    "rows": [
                        {
                            "cells": ["1", {"op": "×"}, "4", {"op": "="}, {"sent": "4"}],
                            "to": ("→ ", ("code", "x")),
                        }
                    ],
                },
                "rule": {
                    "formula": ("z = a", ("sup", "2")),
                    "rows": [["ran", "return grad * other"]],
                },
                "code": {"line": 1, "notes": {1: ("y = 41",)}},
            },
        ),
        Frame(
            ("Done: ", ("code", "x.grad"), " = ", ("hot", "22"), "."),
            {
                "graph": {
                    "cards": {
                        "x": {"mark": "done", "grad": "22", "level": 1, "sockets": ["full", "full"]}
                    },
                    "wires": {"power>x>0": done},
                }
            },
        ),
    )
    parts = (
        picture,
        Equation("equation"),
        Rule("rule"),
        Code("code", ("x = tensor(3.)", "y = 3*x**2 + 4*x + 2")),
    )
    return Story("Backward through y", Scene(parts), {(): Run(frames)}, alt="a graph of y", **story)


def drawing(picture, caption=("The graph.",)):
    scene = Scene((picture,), "drawing")
    return Story("draw(y)", scene, {(): Run((Frame(caption),))}, still=True, alt="a graph")


def descent():
    """A parabola, a ball on it, and the next place."""
    marks = (
        Mark("curve", "line", data={"x": "curve.x", "y": "curve.y"}),
        Mark("way", "dots", "done", {"x": "x", "y": "y"}, "step"),
        Mark(
            "slope",
            "tangent",
            "hot",
            {"x": "x", "y": "y", "slope": "slope"},
            label=("slope ", Ref("slope")),
        ),
        Mark("step", "arrow", "hot", {"x": "x"}, label=("step",)),
        Mark("ball", "ball", "hot", {"x": "x", "y": "y"}),
        Mark("next", "ring", "hot", {"x": "x", "y": "y"}),
        Mark("here", "leaf", "leaf", {"x": "x"}),
        Mark("floor", "rule", "mut", {"y": 0.0}, label=("least",)),
        Mark("near", "band", "leaf", {"x": -0.5, "x2": 0.5}),
    )
    axes = Axes("plot", "x", "f(x)", (-3, 3, -1, 9), marks)
    columns = {"x": [2.0, -1.0, 0.5], "y": [4.0, 1.0, 0.25], "slope": [4.0, -2.0, 1.0]}
    shared = {
        "curve.x": [k / 2 - 3 for k in range(13)],
        "curve.y": [(k / 2 - 3) ** 2 for k in range(13)],
    }
    frames = tuple(Frame(("x is ", Ref("x"), ", next ", Ref("x.next", "signed"))) for _ in range(3))
    axis = Axis("learning rate", (0.1, 0.5), texts=("0.1", "a half"))
    return Story(
        "Descent",
        Scene((axes,), "plot"),
        {(0,): Run(frames, columns), (1,): Run(frames[:1], columns)},
        (axis,),
        columns=shared,
    )


def stacked():
    part = Stacks("stacks", ("epoch 1", "epoch 2"), 6, "each", ("without",), (0, 3, 6))
    columns = [
        {"blocks": [[3, "+3"]], "sum": ("3",), "mark": "done"},
        {"blocks": [[3, "+3"], [3, "+3"]], "sum": ("3 + 3 = 6",), "mark": "active"},
    ]
    frame = Frame(("it adds up.",), {"stacks": {"columns": columns}})
    return Story("Stacks", Scene((part,), "plot"), {(): Run((frame,))})


@st.composite
def graphs(draw, most=14):
    """Any graph of cards: each one leads to some that come after it, and has some ghosts."""
    count = draw(st.integers(2, most))
    leaves = draw(st.integers(1, min(4, count - 1)))
    names = [f"n{number}" for number in range(count)]
    text = st.text("abcxyz*+ 重", min_size=1, max_size=16)
    cards, wires = [], []
    for number, name in enumerate(names):
        if number >= count - leaves:
            cards.append(leaf(name, draw(text), draw(st.sampled_from([None, "3", "[0.5000]"]))))
            continue
        pocket = draw(st.sampled_from([None, "4", "x = 3", "mat1, mat2"]))
        cards.append(op(name, draw(text), draw(st.sampled_from([None, "12"])), pocket))
        targets = draw(st.lists(st.sampled_from(names[number + 1 :]), min_size=1, max_size=3))
        wires += [wire(name, target, slot) for slot, target in enumerate(targets)]
        for place in range(draw(st.integers(0, 2))):
            slot = draw(st.sampled_from([-1 - place, 5 + place]))
            cards.append(ghost(f"{name}g{place}", draw(st.sampled_from(["2", "4", "weight"]))))
            wires.append(wire(name, f"{name}g{place}", slot, "ghost"))
    if draw(st.booleans()):
        cards.append(Card("call", "call", "y.backward()"))
        wires.append(wire("call", "n0", 0, "seed"))
    return Picture("graph", tuple(cards), tuple(wires), forward=draw(st.booleans()))

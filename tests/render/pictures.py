"""Pictures made by hand and by chance, for the tests of this room."""

from __future__ import annotations

from hypothesis import strategies as st

from gradviz.stories.parts import Card, Picture, Wire

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

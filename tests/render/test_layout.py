from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from pictures import CUT, FOLD, POLYNOMIAL, graphs, leaf, op, wire

from gradviz.render.layout import place
from gradviz.stories.parts import Card, Picture


def cards_of(placed):
    return {card.id: card for card in placed.cards}


def wires_of(placed):
    return {wire.id: wire for wire in placed.wires}


def overlap(a, b, air=0.0):
    return (
        a.x < b.x + b.width + air
        and b.x < a.x + a.width + air
        and a.y < b.y + b.height + air
        and b.y < a.y + a.height + air
    )


def centre(card):
    return card.x + card.width / 2


@settings(max_examples=70, deadline=None)
@given(graphs())
def test_nothing_overlaps_and_all_is_inside(picture):
    placed = place(picture)
    assert {card.id for card in placed.cards} == {card.id for card in picture.cards}
    assert {wire.id for wire in placed.wires} == {wire.id for wire in picture.wires}
    for number, card in enumerate(placed.cards):
        assert card.x >= 0
        assert card.y >= 0
        assert card.x + card.width <= placed.width
        assert card.y + card.height <= placed.height
        for other in placed.cards[:number]:
            assert not overlap(card, other), (card, other)


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_wires_go_down_and_arrive_at_their_card(picture):
    placed = place(picture)
    cards = cards_of(placed)
    wires = wires_of(placed)
    for each in picture.wires:
        if each.kind != "wire":
            continue
        at = wires[each.id]
        upper, lower = cards[each.source], cards[each.target]
        if picture.forward:
            upper, lower = lower, upper
        heights = [y for _, y in at.points]
        assert heights == sorted(heights)
        x, y, direction = at.arrow
        assert direction == "d"
        assert lower.x <= x <= lower.x + lower.width
        assert lower.y - 4.05 <= y <= lower.y
        assert upper.x <= at.points[0][0] <= upper.x + upper.width


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_pills_of_one_card_do_not_lie_on_each_other(picture):
    placed = place(picture)
    wires = wires_of(placed)
    by_card = {}
    for each in picture.wires:
        if each.kind == "wire":
            by_card.setdefault(each.source, []).append(wires[each.id].pill[0])
    for places in by_card.values():
        places.sort()
        gaps = [right - left for left, right in pairwise(places)]
        assert all(gap >= 77.9 for gap in gaps)


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_the_same_picture_is_placed_alike(picture):
    assert place(picture) == place(picture)


def test_another_process_places_alike():
    program = "from pictures import *; from gradviz.render.layout import place; print(place(POLYNOMIAL), place(FOLD))"
    folders = os.pathsep.join([str(Path(__file__).parent), *map(str, sys.path)])
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": folders},
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]


def test_the_polynomial_looks_as_drawn_by_hand():
    placed = place(POLYNOMIAL)
    cards, wires = cards_of(placed), wires_of(placed)
    assert placed.width <= 376
    assert cards["sum"].y - cards["y"].y == 74
    assert cards["left"].y == cards["right"].y
    assert centre(cards["left"]) == pytest.approx(centre(cards["power"]), abs=0.2)
    assert centre(cards["sum"]) == pytest.approx(
        (centre(cards["left"]) + centre(cards["right"])) / 2, abs=0.2
    )
    assert cards["two"].x > cards["y"].x + cards["y"].width
    assert cards["three"].y == cards["left"].y + 47
    assert centre(cards["three"]) == cards["left"].x + cards["left"].width - 23
    assert cards["call"].x + cards["call"].width < cards["y"].x
    assert wires["call>y>0"].arrow[2] == "r"
    assert len(set(cards["x"].sockets)) == 2
    assert cards["x"].height == 58
    # the long wire is one straight line, past the power
    assert "C" not in wires["right>x>0"].d
    assert wires["sum>left>0"].done[2] == "end"
    assert wires["sum>right>1"].done[2] == "start"


def test_a_cut_leads_from_the_ghost_to_its_true_source():
    placed = place(CUT)
    cards, wires = cards_of(placed), wires_of(placed)
    cut = wires["c>a>0"]
    assert cut.scissors[0] == centre(cards["c"])
    assert cards["c"].y < cut.scissors[1] < cards["a"].y + 20
    assert cut.d.endswith(f"H{cards['a'].x + cards['a'].width:g}")
    assert cut.label[2] == "end"


def test_a_fold_holds_its_repetition():
    placed = place(FOLD)
    cards, wires = cards_of(placed), wires_of(placed)
    fold = cards["fold"]
    assert fold.open
    assert [card.id for card in placed.cards].index("fold") < [
        card.id for card in placed.cards
    ].index("tanh")
    for name in ("tanh", "product"):
        inner = cards[name]
        assert fold.x < inner.x
        assert inner.x + inner.width < fold.x + fold.width
        assert fold.y < inner.y
        assert inner.y + inner.height < fold.y + fold.height
    assert wires["product>tanh>0"].arrow[2] == "l"
    assert not overlap(fold, cards["start"])
    assert wires["loss>tanh>0"].arrow[1] == cards["tanh"].y


def test_folds_nest():
    cards = (
        op("y", "y"),
        Card("outer", "module", "model"),
        Card("inner", "fold", "", count=3, parent="outer"),
        op("a", "a", parent="inner"),
        op("b", "b", parent="outer"),
        leaf("x", "x", "1"),
    )
    placed = place(
        Picture("graph", cards, (wire("y", "b"), wire("b", "a"), wire("a", "x"), wire("b", "x", 1)))
    )
    at = cards_of(placed)
    assert at["outer"].x < at["inner"].x < at["a"].x
    assert at["inner"].y + at["inner"].height < at["outer"].y + at["outer"].height
    assert len(placed.wires) == 4


def test_a_leaf_of_a_matrix_has_room_for_a_heat_map():
    at = cards_of(place(Picture("graph", (op("y", "y"), leaf("w", "w (3, 2)")), (wire("y", "w"),))))
    assert at["w"].height == 66


def test_several_roots_share_one_call():
    cards = (
        Card("call", "call", "backward([a, b])"),
        op("a", "a"),
        op("b", "b"),
        leaf("x", "x", "1"),
    )
    wires = (
        wire("call", "a", 0, "seed"),
        wire("call", "b", 1, "seed"),
        wire("a", "x"),
        wire("b", "x"),
    )
    placed = place(Picture("graph", cards, wires))
    at = cards_of(placed)
    assert at["call"].y + at["call"].height <= at["a"].y == at["b"].y


def test_leaves_stand_above_in_a_forward_picture():
    placed = place(Picture("graph", POLYNOMIAL.cards, POLYNOMIAL.wires, forward=True))
    at = cards_of(placed)
    assert at["x"].y < at["power"].y < at["left"].y < at["sum"].y < at["y"].y
    assert at["x"].sockets == ()


def residual(blocks):
    cards, wires = [], []
    for number in range(blocks):
        cards += [
            op(f"add{number}", "h + f(h)"),
            op(f"tanh{number}", "tanh(relu(h))", "0.5", "result"),
            op(f"relu{number}", "relu(h)"),
        ]
        below = f"add{number + 1}" if number + 1 < blocks else "x"
        wires += [wire(f"add{number}", below), wire(f"add{number}", f"tanh{number}", 1)]
        wires += [wire(f"tanh{number}", f"relu{number}"), wire(f"relu{number}", below)]
    return Picture("graph", (*cards, leaf("x", "x", "1")), tuple(wires))


def test_a_chain_of_residuals_does_not_drift():
    at = cards_of(place(residual(40)))
    middles = [centre(at[f"add{number}"]) for number in range(40)]
    assert max(middles) - min(middles) < 160


def unrolled(turns):
    cards, wires = [], []
    for number in range(turns):
        cards += [
            op(f"tanh{number}", "h", "0.1"),
            op(f"mul{number}", "w*h", None, "w, h"),
            op(f"add{number}", "w*h + b"),
        ]
        wires += [
            wire(f"tanh{number}", f"add{number}"),
            wire(f"add{number}", f"mul{number}"),
            wire(f"add{number}", "b", 1),
        ]
        wires += [wire(f"mul{number}", "w")] + (
            [wire(f"mul{number}", f"tanh{number + 1}", 1)] if number + 1 < turns else []
        )
    return Picture("graph", (*cards, leaf("w", "w", "1"), leaf("b", "b", "1")), tuple(wires))


def test_a_long_recurrence_is_placed_with_shared_lanes():
    placed = place(unrolled(170))
    assert len(placed.cards) == 512
    assert placed.width < 900


def test_too_many_long_wires_find_a_way_out():
    names = [f"n{number}" for number in range(240)]
    wires = [wire(name, names[number + 1]) for number, name in enumerate(names[:-1])]
    wires += [wire(names[number], names[number + 60], 1) for number in range(180)]
    placed = place(Picture("graph", tuple(op(name, name) for name in names), tuple(wires)))
    assert len(placed.wires) == len(wires)


def test_a_circle_does_not_hang():
    placed = place(Picture("graph", (op("a", "a"), op("b", "b")), (wire("a", "b"), wire("b", "a"))))
    assert len(placed.cards) == 2


def test_an_empty_picture_is_empty():
    assert place(Picture("graph", (), ())).cards == ()


@pytest.mark.parametrize(
    "name", ["<script>", "a\nb", "\u202eabc", "\x00", "x" * 400, "🙂" * 40, ""]
)
def test_any_name_fits_its_card(name):
    at = cards_of(
        place(Picture("graph", (op("y", name, "1"), leaf("x", "x", "1")), (wire("y", "x"),)))
    )
    assert at["y"].width <= 290
    assert not any(ord(character) < 32 for character in at["y"].title)

"""What `draw` shows, on both engines."""

from gradviz.graph.read import read
from gradviz.graph.record import record
from gradviz.stories import drawing
from gradviz.stories.parts import Picture
from gradviz.stories.planning import Shown
from gradviz.stories.rich import plain


def picture(story) -> Picture:
    return story.scene.parts[0]


def state(story):
    return story.runs[()].frames[0].states["graph"]


def cards(story):
    return {card.title: card for card in picture(story).cards}


def test_the_headline_is_the_learners_own_expression(engine):
    x = engine.tensor(2.0, requires_grad=True)
    y = x * 3 + 1
    shown = cards(drawing.tell(read(y)))
    assert shown["y"].value == "7"
    assert shown["y"].subtitle == "AddBackward0"
    assert "x * 3" in shown or "x*3" in shown
    assert shown["x"].kind == "leaf"
    assert {"3", "1"} <= set(shown)


def test_a_cut_has_scissors_and_a_word(engine):
    x = engine.tensor(2.0, requires_grad=True)
    a = x * 3
    c = a.detach()
    y = a * c + 1
    story = drawing.tell(read(y))
    ghost = cards(story)["c = 6"]
    cut = [wire for wire in picture(story).wires if wire.kind == "cut"]
    if cut:
        assert cut[0].source == ghost.id
        assert cut[0].label == "detach()"
        assert "is cut" in plain(story.runs[()].frames[0].caption)
    assert ghost.kind == "ghost"


def test_gradients_stand_on_the_wires_of_a_recording(engine):
    x = engine.tensor(2.0, requires_grad=True)
    a = x * 3
    y = a * a
    story = drawing.tell(read(y), recording=record(y))
    numbers = sorted(wire["short"] for wire in state(story)["wires"].values())
    y.backward()
    assert numbers == sorted(["6", "6", f"{x.grad.item():g}"])


def test_after_backward_pockets_are_freed_and_grad_is_filled(engine):
    x = engine.tensor(2.0, requires_grad=True)
    y = x * 3
    y.backward()
    story = drawing.tell(read(y))
    shown = cards(story)
    assert state(story)["cards"][shown["y"].id]["pocket"] == "freed"
    assert [wire["mark"] for wire in state(story)["wires"].values()] == ["done"]
    assert state(story)["cards"][shown["x"].id]["grad"] == "3"


def test_only_the_ways_that_a_backward_took_are_marked(engine):
    x, w = (engine.tensor(3.0, requires_grad=True) for _ in range(2))
    y = x * w
    y.backward(inputs=[w])
    story = drawing.tell(read(y))
    wires = {wire.id: wire.target for wire in picture(story).wires}
    passed = {wires[name] for name in state(story)["wires"]}
    assert passed == {cards(story)["w"].id}


def test_options_leave_things_out(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = (x * 3).sum()
    bare = drawing.tell(read(y), Shown(values=False, shapes=False, saved=False, forward=True))
    assert picture(bare).forward
    assert all(card.value is None and card.pocket is None for card in picture(bare).cards)
    assert "(2,)" not in " ".join(cards(bare))
    assert "x (2,)" in cards(drawing.tell(read(y)))


def unrolled(engine, turns=20):
    w = engine.tensor(0.9, requires_grad=True)
    h = engine.tensor(0.5)
    for _ in range(turns):
        h = (w * h).tanh()
    return w, h**2


def test_a_loop_folds_into_one_turn(engine):
    w, loss = unrolled(engine)
    story = drawing.tell(read(loss))
    shown = picture(story)
    fold = next(card for card in shown.cards if card.kind == "fold")
    inside = [card for card in shown.cards if card.parent == fold.id]
    assert fold.count == 20
    assert [card.subtitle for card in inside] == ["TanhBackward0", "MulBackward0"]
    kinds = {wire.kind: wire for wire in shown.wires}
    assert kinds["many"].label == "20 wires meet"
    assert kinds["loop"].source != kinds["loop"].target
    assert plain(shown.note).startswith("Repetitions are folded: 40 nodes shown as 2.")
    assert w.grad is None


def test_small_graphs_and_fold_false_show_every_node(engine):
    _, small = unrolled(engine, turns=5)
    assert not any(card.kind == "fold" for card in picture(drawing.tell(read(small))).cards)
    _, large = unrolled(engine)
    graph = read(large)
    whole = picture(drawing.tell(graph, Shown(fold=False)))
    assert len([card for card in whole.cards if card.kind in ("op", "leaf")]) == len(graph.nodes)


def test_every_wire_joins_cards_that_are_there(engine):
    for turns in (3, 30):
        shown = picture(drawing.tell(read(unrolled(engine, turns)[1])))
        names = {card.id for card in shown.cards}
        assert len(names) == len(shown.cards)
        assert len({wire.id for wire in shown.wires}) == len(shown.wires)
        assert all(wire.source in names and wire.target in names for wire in shown.wires)


def test_layers_with_their_own_weights_fold_together_with_them(engine):
    engine.manual_seed(0)
    h = engine.ones(2, 3)
    weights = [engine.randn(3, 3, requires_grad=True) for _ in range(12)]
    for weight in weights:
        h = (h @ weight).relu()
    shown = picture(drawing.tell(read(h.sum())))
    fold = next(card for card in shown.cards if card.kind == "fold")
    inside = [card.kind for card in shown.cards if card.parent == fold.id]
    assert fold.count >= 11
    assert "leaf" in inside

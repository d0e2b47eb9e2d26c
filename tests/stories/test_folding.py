"""Repetitions fold, wherever the chain begins and ends."""

import pytest

from gradviz.graph.read import read
from gradviz.graph.record import rehearse
from gradviz.stories import drawing
from gradviz.stories.backward import tell
from gradviz.stories.folding import find_folds

TURNS = {
    "two ops": lambda y, w: (y * 1.1).tanh(),
    "one op": lambda y, w: y * 1.1,
    "a shared weight": lambda y, w: (y * w).tanh(),
    "a sum": lambda y, w: y + (y * w).sin(),
    "used twice": lambda y, w: y * y.tanh(),
}


@pytest.mark.parametrize("name", TURNS)
@pytest.mark.parametrize("tracks", [True, False])
def test_every_repetition_has_the_same_nodes(engine, name, tracks):
    x = engine.tensor([0.5], requires_grad=tracks)
    w = engine.tensor([0.9], requires_grad=True)
    y = x if tracks else x * w
    for _ in range(30):
        y = TURNS[name](y, w)
    total = y.sum()
    graph = read(total)
    kinds = {node.id: node.name for node in graph.nodes}
    folds = find_folds(graph)
    assert folds
    for fold in folds:
        assert len({tuple(kinds[node] for node in block) for block in fold.blocks}) == 1
    assert drawing.tell(graph).scene.parts
    frames = tell(rehearse(total)).runs[()].frames
    assert len(frames) > 30

"""Graphs of real models, drawn whole: nothing may overlap, and every word must be there."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

import gradviz
from gradviz.render.layout import place

pytestmark = pytest.mark.torch


def perceptron(torch):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    return ((model(torch.ones(2, 3)) - 1) ** 2).mean()


def recurrent(torch):
    cell = torch.nn.LSTMCell(3, 4)
    state = torch.zeros(2, 4), torch.zeros(2, 4)
    for _ in range(20):
        state = cell(torch.ones(2, 3), state)
    return state[0].sum()


def transformer(torch):
    layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0)
    return layer(torch.ones(2, 5, 8)).sum()


def residual(torch):
    h = torch.ones(2, 4)
    for _ in range(60):
        h = h + torch.nn.Linear(4, 4)(torch.relu(torch.nn.Linear(4, 4)(h)))
    return h.sum()


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("model", [perceptron, recurrent, transformer, residual])
def test_a_model_is_drawn_without_overlaps(model, fold):
    torch = pytest.importorskip("torch")
    shown = gradviz.draw(model(torch), fold=fold)
    picture = shown.story.scene.parts[0]
    placed = place(picture)
    parents = {card.id: card.parent for card in picture.cards}
    rows = sorted((card for card in placed.cards if not card.open), key=lambda card: card.y)
    for number, card in enumerate(rows):
        for other in rows[number + 1 :]:
            if other.y >= card.y + card.height:
                break
            apart = other.x >= card.x + card.width or card.x >= other.x + other.width
            assert apart, (card, other)
    boxes = {card.id: card for card in placed.cards}
    for name, parent in parents.items():
        if parent in boxes:
            assert boxes[parent].y < boxes[name].y
            assert boxes[name].x + boxes[name].width < boxes[parent].x + boxes[parent].width
    ElementTree.fromstring(shown.svg())
    assert len(shown.text().splitlines()) >= len(rows)

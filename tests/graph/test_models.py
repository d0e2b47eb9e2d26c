"""Graphs of real models are read, recorded, watched, drawn and explained, on both engines."""

from __future__ import annotations

import importlib
import math
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import gradviz
from gradviz.graph.read import read
from gradviz.graph.record import record
from gradviz.graph.watch import watch


def perceptron(torch):
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    return model, torch.nn.functional.mse_loss(model(torch.randn(5, 8)), torch.zeros(5, 1))


def gated(torch):
    """An LSTM cell, written out, unrolled 20 steps."""
    model = torch.nn.Linear(10, 24)
    hidden, cell = torch.zeros(2, 6), torch.zeros(2, 6)
    for _ in range(20):
        gates = model(torch.cat([torch.randn(2, 4), hidden], 1))
        take, forget, new, show = gates.chunk(4, 1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(take) * torch.tanh(new)
        hidden = torch.sigmoid(show) * torch.tanh(cell)
    return model, hidden.sum()


def attention(torch):
    """A transformer block, written out: attention and a small network, each added to its input."""
    names = {"query": 8, "key": 8, "value": 8, "out": 8, "wide": 16}
    model = torch.nn.ModuleList([torch.nn.Linear(8, size) for size in names.values()])
    model.append(torch.nn.Linear(16, 8))
    model.append(torch.nn.LayerNorm(8))
    query, key, value, out, wide, narrow, norm = model
    x = torch.randn(2, 5, 8)
    y = norm(x)
    weights = torch.softmax(query(y) @ key(y).transpose(1, 2) / math.sqrt(8), -1)
    x = x + out(weights @ value(y))
    return model, (x + narrow(torch.nn.functional.gelu(wide(norm(x))))).mean()


def residual(torch):
    """A stack of about 500 nodes."""
    model = torch.nn.ModuleList([torch.nn.Linear(4, 4) for _ in range(85)])
    x = torch.randn(2, 4)
    for block in model:
        x = x + torch.relu(block(x) * 0.1)
    return model, x.mean()


def custom(torch):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * grad

    model = torch.nn.Linear(3, 3)
    return model, Cube.apply(model(torch.ones(3))).sum()


def double(torch):
    model = torch.nn.Linear(3, 1)
    x = torch.ones(3, requires_grad=True)
    (slope,) = torch.autograd.grad(torch.tanh(model(x)).sum(), x, create_graph=True)
    return model, (slope**2).sum()


def cells(torch):
    model = torch.nn.LSTMCell(4, 6)
    state = torch.zeros(2, 6), torch.zeros(2, 6)
    for _ in range(20):
        state = model(torch.randn(2, 4), state)
    return model, state[0].sum()


def encoder(torch):
    model = torch.nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    return model, model(torch.randn(2, 5, 16)).mean()


def convolutions(torch):
    """Images through 100 blocks that share a normalisation; about 600 nodes."""

    class Residual(torch.nn.Module):
        def __init__(self):
            super().__init__()
            blocks = [torch.nn.Conv2d(4, 4, 3, padding=1) for _ in range(100)]
            self.blocks = torch.nn.ModuleList(blocks)
            self.norm = torch.nn.BatchNorm2d(4)

        def forward(self, x):
            for block in self.blocks:
                x = x + self.norm(block(x)).relu()
            return x.mean()

    model = Residual()
    return model, model(torch.randn(1, 4, 6, 6))


BOTH = [perceptron, gated, attention, residual, custom, double]
TORCH = [cells, encoder, convolutions]
CASES = [("gradviz", make) for make in BOTH]
CASES += [pytest.param(("torch", make), marks=pytest.mark.torch) for make in BOTH + TORCH]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1].__name__}")
def made(request):
    """An engine and a function that builds a model and its loss."""
    name, make = request.param
    engine = importlib.import_module(name)
    engine.manual_seed(0)
    return engine, make


def test_it_is_recorded_as_its_backward_runs(made):
    engine, make = made
    model, loss = make(engine)
    recording = record(loss, names={f"model.{n}": p for n, p in model.named_parameters()})
    assert recording.error is None
    assert all(p.grad is None for p in model.parameters())
    loss.backward()
    nodes = recording.graph.nodes
    assert len(recording.steps) == len(nodes)
    told = {name: s.after for s in recording.steps for name in nodes[s.node].names}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            value = told[f"model.{name}"]
            assert value.shape == tuple(parameter.shape)
            if value.whole:
                assert np.array_equal(value.numbers, parameter.grad.numpy())


def test_it_is_watched_drawn_and_explained(made):
    engine, make = made
    with watch() as tape:
        model, loss = make(engine)
    graph = read(loss, tape=tape)
    told = sum(node.span is not None for node in graph.nodes if node.kind != "leaf")
    assert told >= sum(node.kind == "op" for node in graph.nodes) // 2
    for fold in (True, False):
        shown = gradviz.draw(loss, tape=tape, fold=fold)
        ElementTree.fromstring(shown.svg())
        assert shown.text().count("AccumulateGrad") >= 1
    assert all(gradviz.why(p, tape=tape).cause == "not called" for p in model.parameters())
    with watch(tape):
        loss.backward()
        with pytest.raises(RuntimeError) as refused:
            loss.backward()
    if any(node.saved for node in graph.nodes):
        answer = gradviz.explain(refused.value, tape=tape)
        assert answer.kind == "freed"
        assert answer.node is not None
        assert answer.line.whole == "loss.backward()"


@pytest.mark.torch
def test_the_modules_of_a_stack_are_told():
    torch = pytest.importorskip("torch")
    with watch():
        model, loss = convolutions(torch)
    assert model.training
    modules = {node.module for node in read(loss).nodes}
    assert {"model", "model.blocks.0", "model.blocks.99", "model.norm"} <= modules


@pytest.mark.torch
def test_subclasses_views_and_odd_dtypes_do_not_raise():
    torch = pytest.importorskip("torch")
    x = torch.ones(3, dtype=torch.complex64, requires_grad=True)
    assert record((x * x.conj()).real.sum()).error is None
    half = torch.ones(3, dtype=torch.bfloat16, requires_grad=True)
    assert record((half * 2).sum()).steps[-1].after.dtype == "bfloat16"
    base = torch.ones(4, requires_grad=True).clone()
    view = base[:2]
    base.mul_(2)
    assert record(view.sum()).error is None
    sparse = torch.nn.Embedding(5, 3, sparse=True)
    recording = record(sparse(torch.tensor([1, 2])).sum())
    assert recording.error is None
    assert sparse.weight.grad is None

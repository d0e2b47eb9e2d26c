import pytest

from gradviz.core.catalogue import catalogue as written
from gradviz.graph import catalogue
from gradviz.graph.record import record


@pytest.fixture(autouse=True)
def explained(monkeypatch):
    monkeypatch.setattr(catalogue, "_entries", written())


def slopes(recording, name):
    nodes = recording.graph.nodes
    step = next(s for s in recording.steps if nodes[s.node].name == name)
    return [None if slope is None else slope.numbers.tolist() for slope in step.slopes]


@pytest.mark.parametrize(
    ("formula", "name", "expected"),
    [
        ("3 * x", "MulBackward0", [3.0, None]),
        ("x * k", "MulBackward0", [4.0, None]),
        ("x**2", "PowBackward0", [6.0]),
        ("x + x", "AddBackward0", [1.0, 1.0]),
        ("k - x", "SubBackward0", [None, -1.0]),
        ("2 - x", "RsubBackward1", [-1.0]),
        ("-x", "NegBackward0", [-1.0]),
        ("x / 4", "DivBackward0", [0.25, None]),
        ("(x - 3).relu()", "ReluBackward0", [0.0]),
        ("x.mean()", "MeanBackward0", [None]),
    ],
)
def test_the_slope_is_the_nodes_own_derivative(engine, formula, name, expected):
    scope = {"x": engine.tensor(3.0, requires_grad=True), "k": engine.tensor(4.0)}
    result = eval(formula, scope)
    assert slopes(record(result), name) == expected


def test_what_arrived_times_the_slope_is_what_is_sent(engine):
    x = engine.tensor([0.5, 1.0, -2.0], requires_grad=True)
    y = ((x.exp() * x).tanh() + x.sigmoid() / x.sin()).sum()
    recording = record(y)
    compared = 0
    for step in recording.steps:
        for slope, sent in zip(step.slopes, step.sent, strict=True):
            if slope is not None and sent is not None:
                product = step.received[0].numbers * slope.numbers
                assert product == pytest.approx(sent.numbers, rel=1e-5)
                assert slope.dtype == sent.dtype
                compared += 1
    assert compared >= 8


def test_the_slopes_of_large_tensors_are_sampled(engine):
    x = engine.ones(200, 200, requires_grad=True)
    step = record((x * x).sum()).steps[1]
    assert step.slopes[0].shape == (200, 200)
    assert step.slopes[0].numbers.size <= 64


def test_slopes_are_known_though_the_values_are_freed_later(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x**2
    recording = record(y)
    y.backward()
    assert slopes(recording, "PowBackward0") == [6.0]


def test_a_node_that_nobody_explained_has_no_slope(engine, monkeypatch):
    monkeypatch.setattr(catalogue, "_entries", {})
    x = engine.tensor(3.0, requires_grad=True)
    assert slopes(record(x * 2), "MulBackward0") == [None, None]

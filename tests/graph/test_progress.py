"""Long work says how far it is and can be interrupted; short work says nothing."""

from __future__ import annotations

import pytest

import gradviz
from gradviz.graph import progress
from gradviz.graph.progress import counted
from gradviz.graph.record import record


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone who looks, and has no patience."""
    monkeypatch.setattr(progress, "_has_a_reader", lambda: True)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "PAUSE", 0.0)


def test_very_many_pieces_are_counted_on_a_line_that_goes_away(reader, capsys) -> None:
    assert sum(1 for _ in counted(range(6_000), "step")) == 6_000
    *shown, blank, after = capsys.readouterr().out.split("\r")
    assert shown[0] == "step 64 of 6,000"
    assert shown[-1] == "step 5,952 of 6,000"
    assert (blank.strip(), after) == ("", "")
    assert len(blank) == len(shown[-1])


def test_few_pieces_and_files_are_left_alone(reader, capsys, monkeypatch) -> None:
    list(counted(range(4_999), "step"))
    monkeypatch.setattr(progress, "_has_a_reader", lambda: False)
    list(counted(range(6_000), "step"))
    assert capsys.readouterr().out == ""


def test_an_interruption_takes_the_line_away(reader, capsys) -> None:
    with pytest.raises(KeyboardInterrupt):
        for step in counted(range(6_000), "step"):
            if step == 100:
                raise KeyboardInterrupt
    assert capsys.readouterr().out.endswith(" \r")


def long_chain(engine) -> tuple:
    x = engine.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(6_000):
        y = y * 1.0
    return x, y


def test_the_nodes_of_a_large_graph_are_counted(reader, capsys) -> None:
    _, y = long_chain(gradviz)
    record(y)
    assert "node 64 of 6,001\r" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["gradviz", pytest.param("torch", marks=pytest.mark.torch)])
def test_a_pass_that_is_interrupted_leaves_everything_as_it_was(name) -> None:
    engine = pytest.importorskip(name)
    x = engine.tensor(3.0, requires_grad=True)
    (x * x).backward()
    held = x.grad

    def stop(grad):
        raise KeyboardInterrupt

    y = x**2
    y.register_hook(stop)
    with pytest.raises(KeyboardInterrupt):
        record(y * 2)
    assert x.grad is held
    assert held.item() == 6
    z = x * 5
    assert len(record(z).steps) == 2


@pytest.mark.parametrize("name", ["gradviz", pytest.param("torch", marks=pytest.mark.torch)])
@pytest.mark.parametrize("story", ["CurveFit", "DescentCurve"])
def test_a_loop_that_is_interrupted_leaves_the_parameters_as_they_were(name, story) -> None:
    engine = pytest.importorskip(name)
    w = engine.tensor(3.0, requires_grad=True)
    calls = []

    def model(*given):
        calls.append(given)
        if len(calls) > 20:
            raise KeyboardInterrupt
        return given[0] * given[-1]

    points = engine.linspace(0, 1, 5)
    with pytest.raises(KeyboardInterrupt):
        if story == "CurveFit":
            gradviz.CurveFit(points, points * 2, model, [w], steps=6_000)
        else:
            gradviz.DescentCurve(model, w, steps=100)
    assert (w.item(), w.grad) == (3, None)
    assert engine.is_grad_enabled()

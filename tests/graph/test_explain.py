import sys

import pytest

from gradviz.graph.explain import explain
from gradviz.graph.watch import watch


def error_of(call):
    try:
        call()
    except RuntimeError as error:
        return error
    raise AssertionError("no error")


def test_a_freed_graph_shows_the_node_and_the_backward_before(engine):
    with watch():
        x = engine.tensor(3.0, requires_grad=True)
        y = x * x
        z = y + 2
        z.backward()
    error = error_of(lambda: z.backward())
    told = explain(error)
    assert told.error == str(error)
    assert told.kind == "freed"
    assert told.graph.nodes[told.node].name == "MulBackward0"
    assert told.line.whole == "z.backward()"
    assert "y = x * x (MulBackward0)" in told.sentence
    assert told.error in repr(told)
    assert y is not None


def test_without_a_watch_the_node_is_still_shown(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    told = explain(error_of(y.backward))
    assert (told.kind, told.line) == ("freed", None)
    assert told.graph.nodes[told.node].name == "MulBackward0"
    assert "retain_graph=True" in told.cure


def test_a_change_in_place_shows_the_line_and_the_versions(engine):
    with watch():
        x = engine.tensor([3.0, 1.0], requires_grad=True)
        y = x.exp()
        y.add_(1)
        y[0] = 5.0
        z = y.sum()
    told = explain(error_of(z.backward))
    assert told.kind == "in place"
    assert told.graph.nodes[told.node].name == "ExpBackward0"
    assert [(one.version, one.line.whole) for one in told.history] == [
        (1, "y.add_(1)"),
        (2, "y[0] = 5.0"),
    ]
    assert told.line.whole == "y.add_(1)"
    assert "version 0 was saved, now it is 2" in told.sentence
    assert "Version 1 by test_explain.py:" in told.text()


def test_a_change_through_an_alias_of_a_saved_input_is_found(engine):
    with watch():
        x = engine.tensor([3.0, 1.0], requires_grad=True)
        w = engine.tensor([2.0, 2.0], requires_grad=True)
        k = x * 2
        y = (w * k).sum()
        k.detach()[0] = 7
    told = explain(error_of(y.backward))
    assert [one.line.whole for one in told.history] == ["k.detach()[0] = 7"]


def test_a_change_in_place_without_a_watch_says_how_to_find_the_line(engine):
    x = engine.tensor([3.0], requires_grad=True)
    y = x.exp()
    y.detach().add_(1)
    told = explain(error_of(y.sum().backward))
    assert (told.kind, told.history) == ("in place", ())
    assert "gradviz.watch()" in told.cure


def test_a_missing_graph_is_answered_as_why_does(engine):
    with watch():
        x = engine.tensor(3.0, requires_grad=True)
        y = x.detach() * 2
    told = explain(error_of(y.backward))
    assert told.kind == "no graph"
    assert told.line.whole == "y = x.detach() * 2"


def test_the_last_uncaught_error_is_explained(engine, monkeypatch):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    monkeypatch.setattr(sys, "last_value", error_of(y.backward), raising=False)
    monkeypatch.setattr(sys, "last_exc", None, raising=False)
    assert explain().kind == "freed"


def test_the_error_being_handled_is_explained(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    try:
        y.backward()
    except RuntimeError:
        assert explain().kind == "freed"


def test_other_errors_keep_their_text(engine):
    x = engine.tensor([3.0, 1.0], requires_grad=True)
    error = error_of((x * 2).backward)
    assert explain(error).error == str(error)
    assert explain(error).kind == "other"
    assert explain(KeyError("mine")).kind == "other"


def test_without_an_error_it_says_so(monkeypatch):
    for name in ("last_value", "last_exc"):
        monkeypatch.setattr(sys, name, None, raising=False)
    with pytest.raises(ValueError, match="there was no error yet"):
        explain()
    with pytest.raises(TypeError, match="give the exception itself"):
        explain("text")

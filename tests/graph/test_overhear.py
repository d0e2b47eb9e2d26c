import pytest

from gradviz.graph.ledger import ledger
from gradviz.graph.overhear import overhear
from gradviz.graph.watch import watch


def afters(recording):
    return [s.after.numbers.tolist() for s in recording.steps if s.after is not None]


def test_real_passes_are_recorded_and_really_happen(engine):
    x = engine.tensor(3.0, requires_grad=True)
    with overhear() as heard:
        for _ in range(2):
            y = x * x
            y.backward()
    assert float(x.grad) == 12.0
    assert [afters(recording) for recording in heard.recordings] == [[6.0], [12.0]]
    assert [recording.call for recording in heard.recordings] == ["y.backward()"] * 2


def test_a_refused_pass_is_kept_as_far_as_it_went(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x + 1
    with overhear() as heard:
        y.backward()
        with pytest.raises(RuntimeError, match="second time"):
            y.backward()
        (x * 2).backward()
    first, refused, third = heard.recordings
    assert (first.error, third.error) == (None, None)
    assert refused.graph.nodes[refused.refused_at].name == "MulBackward0"


def test_arguments_are_told(engine):
    x = engine.tensor([3.0, 1.0], requires_grad=True)
    y = x * 2
    with overhear() as heard:
        y.backward(engine.ones(2), retain_graph=True)
    assert heard.recordings[0].call == "y.backward(torch.tensor([1., 1.]), retain_graph=True)"
    assert heard.recordings[0].retain_graph


def test_a_watch_beside_it_tells_the_lines(engine):
    with watch() as tape, overhear(tape) as heard:
        x = engine.tensor(3.0, requires_grad=True)
        y = x * 2 + 1
        y.backward()
    graph = heard.recordings[0].graph
    assert [node.expression for node in graph.nodes] == ["x * 2 + 1", "x * 2", None]
    assert all(node.value is not None for node in graph.nodes)


def test_a_backward_that_cannot_begin_is_no_pass(engine):
    x = engine.tensor([3.0, 1.0], requires_grad=True)
    with overhear() as heard, pytest.raises(RuntimeError, match="only for scalar"):
        (x * 2).backward()
    assert heard.recordings == []


def test_a_refused_backward_does_not_count_twice_in_a_ledger(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    with ledger(x) as book:
        with pytest.raises(RuntimeError, match="second time"):
            y.backward()
        engine.autograd.backward(x * 2)
    assert [entry.event for entry in book.entries] == ["backward"]


def test_a_pass_of_autograd_grad_is_heard_and_writes_no_grad(engine):
    x, w = (engine.tensor(value, requires_grad=True) for value in (3.0, 2.0))
    y = w * x * x
    with overhear() as heard:
        (first,) = engine.autograd.grad(y, x, create_graph=True)
        engine.autograd.grad(outputs=y, inputs=(w, x), retain_graph=True)
        y.backward()
    single, double, backward = heard.recordings
    assert (single.call, single.returned[0][0]) == ("torch.autograd.grad(y, x)", "x")
    assert float(single.returned[0][1].numbers) == first.item() == 12.0
    assert double.call == "torch.autograd.grad(y, (w, x))"
    assert [(name, float(v.numbers)) for name, v in double.returned] == [("w", 9.0), ("x", 12.0)]
    names = [single.graph.nodes[step.node].name for step in single.steps]
    assert names == ["MulBackward0", "MulBackward0"]
    assert backward.returned is None
    assert (float(x.grad), float(w.grad)) == (12.0, 9.0)


def test_an_input_that_was_not_reached_and_a_refused_pass_are_told(engine):
    x, z = (engine.tensor(3.0, requires_grad=True) for _ in range(2))
    y = x * x
    with overhear() as heard:
        engine.autograd.grad(y, (x, z), allow_unused=True)
        with pytest.raises(RuntimeError):
            engine.autograd.grad(y, x)
    assert heard.recordings[0].returned[1] == ("z", None)
    assert "second time" in heard.recordings[1].error

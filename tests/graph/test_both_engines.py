"""The same program gives the same graph and the same pass, on our tensors and on PyTorch's."""

import numpy as np
import pytest

import gradviz
from gradviz.graph.model import Value
from gradviz.graph.record import record
from gradviz.graph.watch import watch

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")


def gradients_of_vectors(t):
    a = t.tensor([2.0, 3.0], requires_grad=True)
    b = t.tensor([6.0, 4.0], requires_grad=True)
    q = 3 * a**3 - b**2
    return record(q, t.tensor([1.0, 1.0]))


def quartic(t):
    x = t.tensor(2.0, requires_grad=True)
    y = 2 * x**4 + x**3 + 3 * x**2 + 5 * x + 1
    return record(y)


def mean_of_squares(t):
    x = t.ones(2, 3, requires_grad=True)
    y = 3 * x + 2
    z = 2 * y**2
    out = z.mean()
    return record(out)


def recurrent_cell(t):
    x = t.tensor([[0.5, -1.0, 2.0]])
    h = t.tensor([[0.1, 0.2]])
    w_h = t.tensor([[0.3, -0.4], [0.5, 0.6]], requires_grad=True)
    w_x = t.tensor([[0.1, 0.2, 0.3], [-0.1, 0.4, -0.2]], requires_grad=True)
    next_h = (t.mm(w_h, h.t()) + t.mm(w_x, x.t())).tanh()
    loss = next_h.sum()
    return record(loss)


def shared(t):
    x = t.tensor(1.5, requires_grad=True)
    s = x.exp()
    y = s * s + s
    return record(y)


def broadcast(t):
    m = t.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    b = t.tensor([0.5, -0.5], requires_grad=True)
    loss = ((m @ b + b).relu() ** 2).sum()
    return record(loss)


def classifier(t):
    w = t.tensor([[0.2, -0.3], [0.4, 0.1]], requires_grad=True)
    x = t.tensor([[1.0, 2.0], [3.0, -1.0]])
    loss = t.nn.functional.cross_entropy(x @ w, t.tensor([0, 1]))
    return record(loss)


PROGRAMS = [
    gradients_of_vectors,
    quartic,
    mean_of_squares,
    recurrent_cell,
    shared,
    broadcast,
    classifier,
]


def told(value):
    if isinstance(value, Value):
        return value.shape, value.dtype, np.asarray(value.numbers, np.float64)
    return value


def nodes(recording):
    return [
        (n.name, n.kind, n.names, n.expression, n.span, n.path, [c.label for c in n.constants])
        for n in recording.graph.nodes
    ]


def assert_same(ours, theirs):
    assert (ours is None) == (theirs is None)
    if ours is not None:
        assert (ours.shape, ours.dtype, ours.whole) == (theirs.shape, theirs.dtype, theirs.whole)
        np.testing.assert_allclose(ours.numbers, theirs.numbers, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("program", PROGRAMS)
def test_names_edges_expressions_and_order_are_the_same(program):
    ours, theirs = program(gradviz), program(torch)
    assert nodes(ours) == nodes(theirs)
    assert ours.graph.edges == theirs.graph.edges
    assert ours.graph.code == theirs.graph.code
    assert ours.call == theirs.call
    assert [s.node for s in ours.steps] == [s.node for s in theirs.steps]
    assert [s.arrivals for s in ours.steps] == [s.arrivals for s in theirs.steps]


@pytest.mark.parametrize("program", PROGRAMS)
def test_values_are_the_same(program):
    ours, theirs = program(gradviz), program(torch)
    for our_step, their_step in zip(ours.steps, theirs.steps, strict=True):
        for place in ("received", "sent", "slopes"):
            ours_here, theirs_here = getattr(our_step, place), getattr(their_step, place)
            assert len(ours_here) == len(theirs_here)
            for one, other in zip(ours_here, theirs_here, strict=True):
                assert_same(one, other)
        assert_same(our_step.before, their_step.before)
        assert_same(our_step.after, their_step.after)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_watch_tells_the_same(program):
    with watch() as our_tape:
        ours = program(gradviz)
    with watch() as their_tape:
        theirs = program(torch)
    assert nodes(ours) == nodes(theirs)
    for our_node, their_node in zip(ours.graph.nodes, theirs.graph.nodes, strict=True):
        assert_same(our_node.value, their_node.value)
    assert [(c.name, c.label, c.cut) for c in our_tape.calls] == [
        (c.name, c.label, c.cut) for c in their_tape.calls
    ]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("engine", [gradviz, torch], ids=lambda engine: engine.__name__)
def test_the_same_program_gives_the_same_recording_again(program, engine):
    assert program(engine) == program(engine)

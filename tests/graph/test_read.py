import numpy as np
import pytest

from gradviz.graph.read import read


def names_of(graph):
    return [node.name for node in graph.nodes]


def test_nodes_stand_in_the_order_in_which_backward_visits_them(engine):
    a = engine.tensor([2.0, 3.0], requires_grad=True)
    b = engine.tensor([6.0, 4.0], requires_grad=True)
    graph = read(3 * a**3 - b**2)
    assert names_of(graph) == [
        "SubBackward0",
        "PowBackward0",
        "AccumulateGrad",
        "MulBackward0",
        "PowBackward0",
        "AccumulateGrad",
    ]
    assert [(e.source, e.slot, e.target) for e in graph.edges] == [
        (0, 0, 3),
        (0, 1, 1),
        (1, 0, 2),
        (3, 0, 4),
        (3, 1, None),
        (4, 0, 5),
    ]
    assert [node.names for node in graph.nodes if node.kind == "leaf"] == [("b",), ("a",)]


def test_the_engine_is_named(engine):
    x = engine.tensor(1.0, requires_grad=True)
    assert read(x * 2).engine == engine.__name__


def test_constants_stand_at_their_none_slots(engine):
    x = engine.tensor(3.0, requires_grad=True)
    k = engine.tensor([4.0])
    by_number, by_name = read(2 * x).nodes[0], read(k * x).nodes[0]
    assert [(c.slot, c.label) for c in by_number.constants] == [(1, "2")]
    assert [(c.slot, c.label) for c in by_name.constants] == [(0, "k")]
    assert by_name.constants[0].value.numbers.tolist() == [4.0]


def test_saved_values_and_plain_numbers_are_read(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    power = read(x**3).nodes[0]
    assert [(s.name, s.label, s.value.numbers.tolist()) for s in power.saved] == [
        ("self", "x", [1.0, 2.0])
    ]
    assert power.details["exponent"] == 3
    total = read(engine.ones(2, 3, requires_grad=True).sum(1)).nodes[0]
    assert total.details["dim"] == (1,)


@pytest.mark.torch
def test_a_dim_counted_from_the_end_is_told_as_it_was_given():
    torch = pytest.importorskip("torch")
    assert read(torch.ones(2, 3, requires_grad=True).sum(-1)).nodes[0].details["dim"] == (-1,)


def test_freed_values_are_told_from_values_that_were_never_saved(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = (x.exp() + 1).sum()
    before = read(y)
    y.backward()
    after = read(y)
    assert not any(node.freed for node in before.nodes)
    assert [node.name for node in after.nodes if node.freed] == ["ExpBackward0"]


def test_a_value_changed_after_it_was_saved_is_marked(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    z = y.sum()
    y.detach().add_(1)
    (saved,) = next(node for node in read(z).nodes if node.name == "ExpBackward0").saved
    assert saved.changed
    assert not saved.freed


def test_outputs_of_a_node_with_several_are_told_by_their_port(engine):
    x = engine.tensor([1.0, 2.0, 3.0], requires_grad=True)
    first, second, _ = x.unbind()
    graph = read(first * second)
    ports = {(e.slot, e.port) for e in graph.edges if e.source == 0}
    assert ports == {(0, 0), (1, 1)}
    assert names_of(graph) == ["MulBackward0", "UnbindBackward0", "AccumulateGrad"]


def test_a_leaf_alone_is_a_graph(engine):
    x = engine.tensor([1.0], requires_grad=True)
    (node,) = read(x).nodes
    assert (node.kind, node.names, node.value.numbers.tolist()) == ("leaf", ("x",), [1.0])


def test_several_roots_share_one_graph(engine):
    x = engine.tensor(2.0, requires_grad=True)
    y, z = x * 2, x.exp()
    graph = read([y, z])
    assert len(graph.roots) == 2
    assert sorted(names_of(graph)) == ["AccumulateGrad", "ExpBackward0", "MulBackward0"]


def test_a_custom_function_is_a_node_like_any_other(engine):
    class Square(engine.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            ctx.variable = "not a leaf"
            return x * x

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 2 * x * grad

    x = engine.tensor(3.0, requires_grad=True)
    node = read(Square.apply(x)).nodes[0]
    assert (node.name, node.kind) == ("SquareBackward", "custom")
    assert [(s.name, float(s.value.numbers)) for s in node.saved] == [("saved_tensors[0]", 3.0)]


def test_the_path_is_code_that_reaches_the_node(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = (x.exp() * x.sin()).sum()
    for node in read(y).nodes:
        reached = eval("y.grad_fn" + node.path)
        assert reached.name().removeprefix("torch::autograd::") == node.name


def test_a_long_chain_is_read_without_recursion(engine):
    y = x = engine.tensor(1.0, requires_grad=True)
    for _ in range(20_000):
        y = y + x
    graph = read(y)
    assert len(graph.nodes) == 20_001
    assert len(graph.edges) == 40_000


def test_grad_and_hooks_of_a_leaf_are_told(engine):
    x = engine.tensor(1.0, requires_grad=True)
    x.register_hook(lambda grad: grad * 2)
    (x * 3).backward()
    leaf = read(x * 3).nodes[-1]
    assert (float(leaf.grad.numbers), leaf.hooks) == (6.0, 1)


def test_a_retained_gradient_is_told(engine):
    x = engine.tensor(1.0, requires_grad=True)
    y = x * 3
    y.retain_grad()
    z = y * 2
    z.backward()
    node = next(node for node in read(z).nodes if "y" in node.names)
    assert node.retains_grad
    assert float(node.grad.numbers) == 2.0


def test_the_order_of_making_is_the_same_every_time(engine):
    def graph():
        x = engine.tensor(1.0, requires_grad=True)
        return read((x * 2).exp(), names={})

    assert graph() == graph()


@pytest.mark.parametrize("given", [3.0, None, np.ones(2), "x", [1.0]])
def test_what_is_no_tensor_is_refused_in_one_sentence(given):
    with pytest.raises(TypeError, match=r"is no tensor: give a tensor"):
        read(given)


def test_a_tensor_without_a_graph_is_refused_in_one_sentence(engine):
    with pytest.raises(ValueError, match="has no graph"):
        read(engine.tensor(1.0))
    with pytest.raises(ValueError, match="no tensor was given"):
        read([])

"""What a learner reads as the headline of a node, where her code needs some reading itself."""

import pytest

import gradviz
from gradviz.graph.program import as_value
from gradviz.graph.read import read


def expressions(graph):
    return {node.name: node.expression for node in graph.nodes if node.kind != "leaf"}


def test_each_result_of_a_node_has_its_own_name(engine):
    whole = engine.tensor([1.0, 2.0, 3.0], requires_grad=True)
    first, second, third = whole.unbind()
    total = (first * second).sum() + third
    graph = read(total)
    made = next(node for node in graph.nodes if node.name == "UnbindBackward0")
    assert made.outputs == ("first", "second", "third")
    assert expressions(graph)["MulBackward0"] == "first * second"


def test_results_without_names_are_numbered(engine):
    whole = engine.tensor([1.0, 2.0], requires_grad=True)
    scope = {"whole": whole, "__name__": "lesson"}
    exec("parts = whole.unbind()\ny = parts[0] * parts[1]", scope)
    y = scope["y"]
    graph = read(y, names={"whole": whole})
    told = expressions(graph)["MulBackward0"].replace(" ", "")
    assert told == "unbind(whole)[0]*unbind(whole)[1]"


def test_some_results_without_names(engine):
    whole = engine.tensor([1.0, 2.0, 3.0], requires_grad=True)
    _, _, third = whole.unbind()
    made = next(node for node in read(third).nodes if node.name == "UnbindBackward0")
    assert made.outputs == ("·", "·", "third")


def test_an_assignment_in_place_is_told_as_what_it_computes(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * 2
    y += 1
    assert expressions(read(y))["AddBackward0"] == "y + 1"
    with gradviz.watch():
        z = x * 2
        z *= x + 1
    assert expressions(read(z))["MulBackward0"] in ("z * (x + 1)", "x * 2")
    assert read(z).nodes[0].expression == "z * (x + 1)"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("y += 1", "y + 1"),
        ("w[0] **= 2", "w[0] ** 2"),
        ("a == b", "a == b"),
        ("f(x, y=1)", "f(x, y=1)"),
        ("y += ", "y += "),
    ],
)
def test_the_value_of_code(code, value):
    assert as_value(code) == value


def test_what_makes_a_leaf_is_no_turn_of_a_loop(engine):
    weight = engine.tensor([[0.5, 0.0], [0.0, 0.5]], requires_grad=True)
    state = engine.zeros(2)
    for _ in range(3):
        state = engine.tanh(weight @ state + 1)
    told = [node.expression for node in read(state).nodes if node.name == "TanhBackward0"]
    assert not any("zeros" in text for text in told)


def test_one_line_may_hold_several_statements(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x.exp(); z = y.sum(); y = x.sin()  # fmt: skip  # noqa: E702
    assert y is not None
    assert expressions(read(z))["ExpBackward0"] == "x.exp()"


def test_an_op_with_a_node_of_its_own_made_no_other(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x.exp()
    z = y * 2
    if x is None:
        y = x.sin()
    y = None
    assert expressions(read(z))["ExpBackward0"] == "x.exp()"
    assert y is None

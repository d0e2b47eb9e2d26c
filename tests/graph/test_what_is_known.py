"""Each row of the table in the package's docstring: what a graph tells without a watch."""

import pytest

import gradviz.graph
from gradviz.graph.read import read
from gradviz.graph.record import record
from gradviz.graph.watch import watch


def graph_of(program, engine):
    """The graph of a result whose program left neither source nor other variables."""
    scope = {"torch": engine, "__name__": "lesson"}
    exec(program, scope)
    return read(scope["y"], names={})


def value(node):
    return None if node.value is None else node.value.numbers.tolist()


def is_ours(engine):
    return engine.__name__ == "gradviz"


def test_a_result_that_nobody_saved(engine):
    program = "x = torch.tensor(3., requires_grad=True)\ny = (x + 2) + x"
    assert value(graph_of(program, engine).nodes[1]) == (5.0 if is_ours(engine) else None)


def test_a_result_that_a_node_saved(engine):
    program = "x = torch.tensor(3., requires_grad=True)\ny = (x + 2) * x"
    assert value(graph_of(program, engine).nodes[1]) == 5.0


def test_a_number_that_was_not_saved(engine):
    program = "x = torch.tensor(3., requires_grad=True)\ny = x + 2"
    assert [c.label for c in graph_of(program, engine).nodes[0].constants] == ["·"]


def test_a_number_that_was_saved(engine):
    program = "x = torch.tensor(3., requires_grad=True)\ny = 3 * x"
    assert [c.label for c in graph_of(program, engine).nodes[0].constants] == ["3"]


def test_a_result_that_was_changed_since(engine):
    program = "x = torch.tensor([3.], requires_grad=True)\nz = x + 2\ny = z + x\nz.detach().add_(1)"
    node = graph_of(program, engine).nodes[1]
    assert (node.value is not None and node.value.changed) is is_ours(engine)


def test_a_value_that_a_node_had_saved_before_it_was_freed(engine):
    program = "x = torch.tensor(3., requires_grad=True)\ny = (x + 2) * x\ny.backward()"
    assert value(graph_of(program, engine).nodes[1]) == (5.0 if is_ours(engine) else None)


def test_a_hook_on_a_tensor_that_no_variable_holds(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * 2
    y.register_hook(lambda grad: grad * 10)
    z = y + 1
    del y
    recording = record(z)
    node = next(node for node in recording.graph.nodes if node.name == "MulBackward0")
    step = next(step for step in recording.steps if step.node == node.id)
    assert node.hooks == 0
    assert (float(step.hooked.numbers), float(step.received[0].numbers)) == (1.0, 10.0)


def test_the_line_that_made_a_node(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = (x + 2) * x
    graph = read(y)
    program = "x = torch.tensor(3., requires_grad=True)\ny = x + 2"
    spans = [graph.code[node.span.line] for node in graph.nodes[:2]]
    assert spans == ["y = (x + 2) * x"] * 2
    assert all(node.span is None for node in graph_of(program, engine).nodes)


def test_what_a_watch_adds(engine):
    x = engine.tensor(3.0, requires_grad=True)
    with watch():
        y = (x + 2) + x
        y.detach().add_(1)
    nodes = read(y, names={}).nodes
    assert [value(node) for node in nodes[:2]] == [9.0, 5.0]
    assert [c.label for c in nodes[1].constants] == ["2"]


def test_the_table_is_there():
    rows = [line for line in gradviz.graph.__doc__.splitlines() if line.startswith("|")]
    assert len(rows) == 10


@pytest.mark.parametrize("size", [1000, 2000])
def test_only_small_results_are_remembered(size):
    import gradviz as torch

    x = torch.ones(size, requires_grad=True)
    node = read((x + 2).sum(), names={}).nodes[1]
    assert (node.value is not None) is (size == 1000)

import pytest

from gradviz.graph.names import Names, names_for
from gradviz.graph.read import read


def leaf_names(graph):
    return {node.names for node in graph.nodes if node.kind == "leaf"}


def test_the_first_bound_name_comes_first_and_the_others_follow(engine):
    weight = engine.tensor(1.0, requires_grad=True)
    also = weight
    params = [weight]
    result = weight * 2
    graph = read(result)
    assert leaf_names(graph) == {("weight", "also", "params[0]")}
    assert graph.nodes[0].names == ("result",)
    assert also is params[0]


def test_names_with_an_underscore_are_not_the_learners(engine):
    _hidden = engine.tensor(1.0, requires_grad=True)
    assert leaf_names(read(_hidden * 2)) == {()}


def test_a_local_name_shadows_a_global_one(engine):
    globals_of = {"__name__": "lesson", "read": read}
    program = "def f(x):\n    return read(x * 2)\n"
    exec(program, globals_of)
    outer, inner = (engine.tensor(v, requires_grad=True) for v in (1.0, 2.0))
    globals_of["x"] = globals_of["w"] = outer
    assert leaf_names(globals_of["f"](inner)) == {("x",)}
    assert leaf_names(globals_of["f"](outer)) == {("x", "w")}


def test_names_in_containers_are_paths(engine):
    layers = {"first": [engine.tensor(1.0, requires_grad=True)]}
    assert leaf_names(read(layers["first"][0] * 2)) == {("layers['first'][0]",)}


def test_a_module_gives_its_parameters_names(engine):
    model = engine.nn.Linear(2, 1)
    found = leaf_names(read(model(engine.ones(3, 2)).sum()))
    assert found == {("model.weight",), ("model.bias",)}
    given = leaf_names(read(model(engine.ones(3, 2)).sum(), names=model))
    assert given == {("weight",), ("bias",)}


def test_given_names_are_used_instead(engine):
    x = engine.tensor(1.0, requires_grad=True)
    assert leaf_names(read(x * 2, names={"the input": x})) == {("the input",)}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a\"'b", "two\nlines", "\u202eright", "🙂", "]]>", ""]
)
def test_a_name_stays_data_whatever_stands_in_it(engine, name):
    x = engine.tensor(1.0, requires_grad=True)
    y = (x * 2).exp()
    graph = read(y, names={name: x, "y": y})
    assert leaf_names(graph) == {(name,)}
    assert graph.nodes[-1].names == (name,)


def test_names_find_tensors_that_were_unpacked_from_a_node(engine):
    x = engine.tensor(1.0, requires_grad=True)
    y = x.exp()
    z = y * y
    names = Names([("y", y)])
    assert names.label(z.grad_fn._saved_self) == "y"


def test_other_things_are_refused_in_one_sentence():
    with pytest.raises(TypeError, match="names=int: give a dict"):
        names_for(3)


def test_self_containing_lists_end(engine):
    ring = [engine.tensor(1.0, requires_grad=True)]
    ring.append(ring)
    assert leaf_names(read(ring[0] * 2)) == {("ring[0]",)}

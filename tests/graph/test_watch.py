import gc
import weakref

import pytest

from gradviz.graph.interpose import plain_name
from gradviz.graph.read import read
from gradviz.graph.record import record
from gradviz.graph.tracing import trace
from gradviz.graph.watch import latest_tape, watch


def cuts(tape):
    return [(call.label, call.cut) for call in tape.calls if call.cut is not None]


def test_every_call_is_written_down_with_its_line(engine):
    with watch() as tape:
        x = engine.tensor(3.0, requires_grad=True)
        y = 3 * x**2 + 4 * x
    assert [(call.name, call.label, call.result_name) for call in tape.calls] == [
        ("tensor", "engine.tensor(3.0, requires_grad=True)", "x"),
        ("pow", "x**2", None),
        ("mul", "3 * x**2", None),
        ("mul", "4 * x", None),
        ("add", "3 * x**2 + 4 * x", "y"),
    ]
    assert [float(call.value.numbers) for call in tape.calls] == [3, 9, 27, 12, 39]
    assert [[o.made_by for o in call.operands] for call in tape.calls] == [
        [],
        [0],
        [1],
        [0],
        [2, 3],
    ]
    assert tape.calls[0].line.place.startswith("test_watch.py:")
    assert tape.maker_of(y) is tape.calls[-1]


def test_a_tape_can_be_read_aloud(engine):
    with watch() as tape:
        x = engine.tensor(3.0, requires_grad=True)
        y = (x * 2).detach()
    assert y is not None
    lines = repr(tape).splitlines()
    assert lines[1].endswith("x * 2 → 6")
    assert lines[2].endswith("y = (x * 2).detach() → 6; tracking ends here (detach)")


def test_nothing_is_heard_outside_of_the_block(engine):
    x = engine.tensor(3.0, requires_grad=True)
    with watch() as tape:
        x * 2
    x * 3
    assert [call.label for call in tape.calls] == ["x * 2"]


def test_a_function_is_one_call_whatever_it_does_inside(engine):
    x = engine.ones(3, 2, requires_grad=True)
    with watch() as tape:
        loss = engine.nn.functional.mse_loss(x, engine.zeros(3, 2))
    assert [call.name for call in tape.calls] == ["zeros", "mse_loss"]
    assert read(loss).nodes[0].expression.startswith("engine.nn.functional.mse_loss(")


def test_calls_are_heard_again_after_an_exception(engine):
    x = engine.ones(3)
    with watch() as tape:
        with pytest.raises(RuntimeError):
            x @ engine.ones(2)
        x + 1
    assert tape.calls[-1].label == "x + 1"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("y.detach()", "detach"),
        ("y.data", "data"),
        ("y > 2", "comparison"),
        ("y.argmax()", "comparison"),
        ("y.long()", "integer"),
        ("y.item()", "numpy"),
        ("float(y)", "numpy"),
        ("y.tolist()", "numpy"),
        ("y * 2", None),
        ("y.clone()", None),
    ],
)
@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")
def test_a_call_that_ends_tracking_says_how(engine, code, kind):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * 2
    with watch() as tape:
        eval(code, {"y": y})
    assert tape.calls[-1].cut == kind


@pytest.mark.filterwarnings("ignore:To copy construct from a tensor")
def test_copies_and_no_grad_and_inference_are_told_apart(engine):
    x = engine.tensor(3.0, requires_grad=True)
    with watch() as tape:
        with engine.no_grad():
            x * 2
        with engine.inference_mode():
            x * 3
        engine.tensor(x)
    assert cuts(tape) == [
        ("x * 2", "no_grad"),
        ("x * 3", "inference"),
        ("engine.tensor(x)", "copy"),
    ]


def test_the_graph_takes_values_names_and_lines_from_the_calls(engine):
    def program():
        a = engine.tensor(2.0, requires_grad=True)
        step = a + 2
        return step * a

    with watch():
        result = program()
    graph = read(result)
    assert [(n.names, n.expression, float(n.value.numbers)) for n in graph.nodes] == [
        (("result",), "step * a", 8.0),
        (("step",), "a + 2", 4.0),
        (("a",), None, 2.0),
    ]
    assert graph.code[graph.nodes[1].span.line] == "step = a + 2"
    assert graph.nodes[1].constants[0].label == "2"


def test_a_cut_is_shown_where_its_result_went_in(engine):
    with watch():
        a = engine.tensor(3.0, requires_grad=True)
        b = a * 2
        c = b.detach()
        d = c + 1
        e = b * d
    graph = read(e)
    ghost = graph.nodes[0].constants[0]
    assert (ghost.label, float(ghost.value.numbers)) == ("d", 7.0)
    assert (ghost.cut.kind, ghost.cut.label) == ("detach", "detach()")
    assert graph.nodes[ghost.cut.source].names == ("b",)
    assert graph.code[ghost.cut.span.line] == "c = b.detach()"
    assert graph.cuts == (ghost.cut,)
    assert d is not None


def test_in_place_calls_keep_the_nodes_before_them(engine):
    with watch() as tape:
        x = engine.tensor([3.0], requires_grad=True)
        y = x * 2
        y.add_(1)
        y[0] = y[0] * 5
    assert [call.writes for call in tape.calls if call.writes is not None] == [1, 2]
    assert {n.expression for n in read(y).nodes if n.expression} >= {"y.add_(1)", "x * 2"}


def test_the_lens_itself_is_not_heard(engine):
    with watch() as tape:
        x = engine.tensor([3.0], requires_grad=True)
        y = (x * 2).sum()
        before = len(tape.calls)
        record(y)
        read(y)
    assert len(tape.calls) == before


def test_the_line_that_called_backward_is_known(engine):
    with watch():
        x = engine.tensor(3.0, requires_grad=True)
        y = x + 2
        y.backward()
    recording = record(y)
    assert recording.graph.code[recording.span.line] == "y.backward()"


def test_modules_are_named_as_the_learner_reaches_them(engine):
    model = engine.nn.Linear(3, 1)
    with watch():
        out = model(engine.ones(4, 3)).sum()
    graph = read(out)
    assert [n.module for n in graph.nodes if n.name == "AddmmBackward0"] == ["model"]
    assert graph.nodes[0].module is None
    assert graph.nodes[1].expression == "model(engine.ones(4, 3))"


def test_a_function_can_be_traced(engine):
    weight = engine.tensor(2.0, requires_grad=True)
    result = trace(lambda x: (x * weight).exp(), engine.tensor(1.0, requires_grad=True))
    graph = read(result.output, names=result.names, tape=result.tape)
    assert {n.names for n in graph.nodes if n.kind == "leaf"} == {("x",), ("weight",)}
    assert graph.nodes[0].expression == "(x * weight).exp()"
    assert latest_tape() is result.tape


def test_a_number_to_trace_becomes_a_tensor_of_the_same_engine(engine):
    result = trace(lambda x, y: x * y, engine.tensor(1.0), 3)
    assert type(result.inputs[1]) is engine.Tensor
    assert result.inputs[1].requires_grad


def test_what_cannot_be_called_cannot_be_traced():
    with pytest.raises(TypeError, match="float cannot be called: give a function"):
        trace(3.0, 1.0)


def test_a_tape_keeps_neither_tensors_nor_graphs_alive(engine):
    with watch() as tape:
        x = engine.ones(3, requires_grad=True)
        y = x * 2
    gone = weakref.ref(y)
    del y
    gc.collect()
    assert gone() is None
    assert tape.maker_of(x) is tape.calls[0]


def test_watches_may_be_nested(engine):
    x = engine.tensor(1.0)
    with watch() as outer:
        x + 1
        with watch() as inner:
            x + 2
    assert [call.label for call in inner.calls] == ["x + 2"]
    assert [call.label for call in outer.calls] == ["x + 1", "x + 2"]


def test_the_widest_tape_is_the_one_that_is_asked(engine):
    with watch() as outer:
        x = engine.tensor(1.0, requires_grad=True)
        trace(lambda t: t * 2, x)
        assert latest_tape() is outer
    assert latest_tape() is not None


def test_our_functions_are_put_back_afterwards():
    import gradviz

    before = dict(vars(gradviz.Tensor)), gradviz.exp, gradviz.nn.functional.relu
    with watch():
        assert gradviz.exp is not before[1]
    assert (dict(vars(gradviz.Tensor)), gradviz.exp, gradviz.nn.functional.relu) == before


def test_the_tools_of_the_lens_are_not_calls_of_the_library():
    import gradviz

    with watch() as outer:
        x = gradviz.tensor(2.0, requires_grad=True)
        gradviz.draw(x * 3)
        inner = trace(lambda t: t * t, x)
    assert [call.name for call in inner.tape.calls] == ["mul"]
    assert [call.name for call in outer.calls] == ["tensor", "mul", "mul"]


@pytest.mark.parametrize(
    ("name", "word"), [("__rdiv__", "div"), ("__getitem__", "getitem"), ("add_", "add_")]
)
def test_calls_have_plain_names(name, word):
    assert plain_name(name) == word


def test_what_was_never_set_is_the_same_in_every_run(engine):
    with watch() as tape:
        made = engine.empty(3)
        like = engine.empty_like(made)
        like.fill_(2.0)
    first, second, filled = tape.text().splitlines()
    assert first.endswith("made = engine.empty(3) → float32 (3,), not set")
    assert second.endswith("→ float32 (3,), not set")
    assert filled.endswith("→ [2., 2., 2.]")

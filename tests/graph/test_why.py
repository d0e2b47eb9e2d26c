import numpy as np
import pytest

from gradviz.graph.watch import watch
from gradviz.graph.why import why

REFUSALS = {
    "never asked": "x = engine.tensor(3.0)\ny = x * 2",
    "no_grad": "x = engine.tensor(3.0, requires_grad=True)\nwith engine.no_grad():\n    y = x * 2",
    "inference": "x = engine.tensor(3.0, requires_grad=True)\nwith engine.inference_mode():\n    y = x * 2",
    "detach": "x = engine.tensor(3.0, requires_grad=True)\nc = (x * 2).detach()\ny = c + 1",
    "data": "x = engine.tensor(3.0, requires_grad=True)\ny = x.data * 2",
    "comparison": "x = engine.tensor([3.0, 1.0], requires_grad=True)\ny = x.argmax()",
    "copy": "x = engine.tensor(3.0, requires_grad=True)\ny = engine.tensor(x) * 2",
    "integer": "x = engine.tensor(3.0, requires_grad=True)\ny = x.long() * 2",
    "create_graph": "x = engine.tensor(3.0, requires_grad=True)\n(y,) = engine.autograd.grad(x * x, x)",
}


def run(engine, program, filename="<lesson.py>"):
    import linecache

    linecache.cache[filename] = (len(program), None, program.splitlines(keepends=True), filename)
    scope = {"__name__": "lesson", "engine": engine}
    exec(compile(program, filename, "exec"), scope)
    return scope


@pytest.mark.parametrize("cause", REFUSALS)
@pytest.mark.filterwarnings("ignore:To copy construct from a tensor")
def test_the_causes_behind_one_message_are_told_apart(engine, cause):
    with watch() as tape:
        y = run(engine, REFUSALS[cause])["y"]
    with pytest.raises(RuntimeError, match="element 0 of tensors does not require grad"):
        y.sum().backward()
    answer = why(y, tape=tape)
    assert answer.cause == cause
    assert answer.line is not None
    assert answer.line.whole in REFUSALS[cause]
    assert "element 0 of tensors does not require grad" in answer.question
    assert answer.cure
    assert f"The line: {answer.line.place}: {answer.line.whole}" in repr(answer)


def test_a_comparison_is_told_apart_as_well(engine):
    with watch() as tape:
        x = engine.tensor([3.0, 1.0], requires_grad=True)
        y = (x > 2).sum()
    assert why(y, tape=tape).cause == "comparison"


def test_numbers_that_left_the_library_are_found_by_their_leaf(engine):
    with watch() as tape:
        x = engine.tensor(3.0, requires_grad=True)
        y = engine.tensor(x.item() * 2, requires_grad=True) * 3
        y.backward()
    assert why(x, tape=tape).cause in {"not reached", "numpy"}


def test_without_a_watch_what_remains_is_told(engine):
    x = engine.tensor([3.0, 1.0], requires_grad=True)
    with engine.no_grad():
        y = x * 2
    answer = why(y)
    assert answer.cause == "unknown"
    assert any("no_grad" in one for one in answer.remaining)
    assert "gradviz.watch()" in answer.cure
    assert why(x.argmax()).cause == "integer"
    assert why(x > 1).cause == "comparison"


def test_shared_memory_is_told_without_a_watch(engine):
    x = engine.tensor([3.0, 1.0], requires_grad=True)
    c = x.detach()
    answer = why(c)
    assert answer.cause == "detach"
    assert answer.remaining == ("c = x.detach()", "c = x.data")


def test_a_gradient_has_no_graph(engine):
    x = engine.tensor(3.0, requires_grad=True)
    (x * x).backward()
    assert why(x.grad).cause == "create_graph"


def test_a_leaf_that_no_backward_reached(engine):
    with watch() as tape:
        unused = engine.tensor(1.0, requires_grad=True)
        used = engine.tensor(1.0, requires_grad=True)
        other = engine.tensor(1.0, requires_grad=True)
        y = used * 2
        (other * 3).backward()
    assert why(unused, tape=tape).cause == "not used"
    answer = why(used, tape=tape)
    assert answer.cause == "not reached"
    assert answer.line.whole == "(other * 3).backward()"
    assert y is not None


def test_a_leaf_whose_way_was_cut(engine):
    with watch() as tape:
        x = engine.tensor(3.0, requires_grad=True)
        w = engine.tensor(1.0, requires_grad=True)
        c = (x * 2).detach()
        (w * c).backward()
    answer = why(x, tape=tape)
    assert (answer.cause, answer.line.whole) == ("detach", "c = (x * 2).detach()")


def test_a_leaf_before_backward(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x
    assert why(x).cause == "not called"
    assert "y was computed from x" in why(x).sentence
    assert y.grad_fn is not None


def test_a_gradient_that_was_set_back(engine):
    with watch() as tape:
        x = engine.tensor([3.0], requires_grad=True)
        optimizer = engine.optim.SGD([x], lr=0.1)
        (x * 2).backward()
        optimizer.zero_grad()
    answer = why(x, tape=tape)
    assert (answer.cause, answer.line.whole) == ("set back", "optimizer.zero_grad()")


def test_a_gradient_that_was_set_back_unwatched(engine):
    x = engine.tensor([3.0], requires_grad=True)
    y = (x * x).sum()
    y.backward()
    x.grad = None
    assert why(x).cause == "set back"


def test_a_result_keeps_no_gradient(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x
    answer = why(y)
    assert answer.cause == "no leaf"
    assert "y.retain_grad()" in answer.cure


def test_a_leaf_that_was_replaced_by_a_result(engine):
    with watch() as tape:
        w = engine.tensor(3.0, requires_grad=True)
        (w * w).backward()
        w = w - 0.1 * w.grad
    answer = why(w, tape=tape)
    assert (answer.cause, answer.line.whole) == ("rebound", "w = w - 0.1 * w.grad")
    assert "no_grad" in answer.cure


def test_a_number_that_is_twice_what_was_expected(engine):
    with watch() as tape:
        x = engine.tensor(3.0, requires_grad=True)
        for _ in range(2):
            (x * x).backward()
    answer = why(x, tape=tape)
    assert (answer.cause, answer.question) == ("sum", "Why is x.grad 12?")
    assert "2 backward passes" in answer.sentence
    assert why(x, tape=None).cause in {"sum", "unknown"}


def test_one_pass_is_one_pass(engine):
    with watch() as tape:
        x = engine.tensor(3.0, requires_grad=True)
        (x * x).backward()
        x.grad = None
        (x * x).backward()
    assert why(x, tape=tape).cause == "one pass"


def test_something_else_is_refused(engine):
    x = engine.tensor(3.0, requires_grad=True)
    with pytest.raises(TypeError, match="give the tensor itself"):
        why(x.grad)


def test_plain_numbers_that_became_a_tensor_again(engine):
    x = engine.tensor(3.0, requires_grad=True)
    with watch() as tape:
        plain = (x * 3).item()
        y = engine.tensor(plain) * 2
    answer = why(y, tape=tape)
    assert (answer.cause, answer.line.whole) == ("numpy", "plain = (x * 3).item()")


def through_numpy(engine):
    x = engine.tensor([3.0], requires_grad=True)
    return engine.tensor(np.sin(x.detach().numpy())).sum()


def through_a_variable(engine):
    x = engine.tensor([3.0], requires_grad=True)
    plain = np.sin(x.detach().numpy()) + 1
    return engine.tensor(plain) * 2


def through_shared_memory(engine):
    x = engine.tensor([3.0], requires_grad=True)
    return engine.from_numpy(x.detach().numpy()).sum()


@pytest.mark.parametrize("program", [through_numpy, through_a_variable, through_shared_memory])
def test_what_came_by_way_of_numpy_is_told_though_it_was_detached(engine, program):
    with watch() as tape:
        y = program(engine)
    answer = why(y, tape=tape)
    assert answer.cause == "numpy"
    assert "x.detach().numpy()" in answer.line.whole
    assert "what x.detach().numpy() gives" in answer.sentence


def test_an_attribute_is_no_call(engine):
    with watch() as tape:
        exec(
            "x = engine.tensor(3.0, requires_grad=True); y = x.data * 2", made := {"engine": engine}
        )
    answer = why(made["y"], tape=tape)
    assert answer.sentence.startswith(".data cut it off: .data has the numbers")
    assert "string:1\n" in answer.text()

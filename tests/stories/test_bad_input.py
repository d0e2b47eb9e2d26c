"""Whatever a story is given: one clear sentence, never a blank output, never a hang."""

import pytest

import gradviz
from gradviz.stories.accumulation import accumulate
from gradviz.stories.compare import compare
from gradviz.stories.curve_fit import fit_curve
from gradviz.stories.descent import descend_curve
from gradviz.stories.stepper import step_backward
from gradviz.stories.vector_jacobian import multiply_jacobian

NAN = float("nan")
MILLION = 10**6


def told(engine):
    """Each story, as a function of the function that it is given."""
    x = engine.tensor([1.0, 2.0])
    line = engine.linspace(-1, 1, 5)
    return {
        "BackwardStepper": lambda f: step_backward(f, engine.tensor(2.0, requires_grad=True)),
        "GradientAccumulation": lambda f: accumulate(f, engine.tensor(2.0)),
        "samples": lambda f: accumulate(f, engine.tensor(2.0), samples=[1.0, 2.0]),
        "DescentCurve": lambda f: descend_curve(f, engine.tensor(2.0), steps=2, lr=[0.1]),
        "map": lambda f: descend_curve(f, engine.tensor([2.0, 1.0]), steps=2, lr=[0.1]),
        "CurveFit": lambda f: fit_curve(line, line, f, (engine.tensor(1.0),), steps=2),
        "VectorJacobian": lambda f: multiply_jacobian(f, x),
        "Compare": lambda f: compare(f, f, engine.tensor(2.0, requires_grad=True)),
    }


STORIES = (
    "BackwardStepper",
    "Compare",
    "CurveFit",
    "DescentCurve",
    "GradientAccumulation",
    "VectorJacobian",
    "map",
    "samples",
)


@pytest.mark.parametrize("name", STORIES)
def test_a_function_that_returns_no_tensor(engine, name):
    for result in (None, 3.0, "text"):
        with pytest.raises((TypeError, ValueError), match=r"returned (NoneType|float|str)"):
            told(engine)[name](lambda *inputs, result=result: result)


@pytest.mark.parametrize("name", STORIES)
def test_a_function_that_returns_a_tensor_without_a_graph(engine, name):
    sizes = {"CurveFit": (5,), "VectorJacobian": (2,)}
    constant = engine.ones(sizes.get(name, ()))
    with pytest.raises(ValueError, match=r"(without a graph|has no graph)"):
        told(engine)[name](lambda *inputs: constant)


@pytest.mark.parametrize("name", STORIES)
def test_something_that_is_no_function(engine, name):
    with pytest.raises((TypeError, ValueError)) as caught:
        told(engine)[name](3)
    assert "give a" in str(caught.value)


@pytest.mark.parametrize("name", STORIES)
def test_an_error_of_the_learner_stays_hers(engine, name):
    def function(*inputs):
        raise ZeroDivisionError("my own")

    with pytest.raises(ZeroDivisionError, match="my own"):
        told(engine)[name](function)


def test_numbers_that_are_none_are_told(engine):
    x = engine.tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match="a gradient is nan, and cannot be drawn"):
        accumulate(lambda x: x * NAN, x)
    with pytest.raises(ValueError, match="the function at the start is nan"):
        descend_curve(lambda x: x * NAN, x)
    with pytest.raises(ValueError, match="the function at the start is inf"):
        descend_curve(lambda w, b: w * b * float("inf"), (1.0, 2.0))
    with pytest.raises(ValueError, match="a slope is nan"):
        multiply_jacobian(lambda x: x * NAN, engine.tensor([1.0, 2.0]))
    with pytest.raises(ValueError, match="x holds nan or inf"):
        fit_curve(engine.tensor([NAN]), engine.tensor([1.0]), lambda x, a: a * x, (x,))
    line = engine.linspace(-1, 1, 5)
    story = fit_curve(line, line, lambda x, a: a * x * NAN, (engine.tensor(1.0),), steps=3)
    assert "no number" in str(story.runs[(2, 1)].frames[-1].caption)
    assert step_backward(x * NAN, predict=True).runs[()].frames[-1].caption


def square(x):
    return x * x


@pytest.mark.parametrize("lr", [0, -1, -0.0, NAN, float("inf"), "fast", None, True])
def test_learning_rates(lr):
    line = gradviz.linspace(-1, 1, 5)
    for tell in (
        lambda: descend_curve(square, 2.0, lr=lr),
        lambda: descend_curve(square, 2.0, lr=[0.1, lr]),
        lambda: descend_curve(lambda w, b: w * b, (1.0, 2.0), lr=lr),
        lambda: fit_curve(line, line, lambda x, a: a * x, (1.0,), lr=lr),
    ):
        with pytest.raises((TypeError, ValueError), match="lr is"):
            tell()


@pytest.mark.parametrize("count", [0, -3, MILLION, 2.5, "many", None])
def test_counts(count):
    x = gradviz.tensor(2.0, requires_grad=True)
    line = gradviz.linspace(-1, 1, 5)
    for word, tell in (
        ("steps", lambda: descend_curve(square, 2.0, steps=count)),
        ("steps", lambda: descend_curve(lambda w, b: w * b, (1.0, 2.0), steps=count)),
        ("steps", lambda: fit_curve(line, line, lambda x, a: a * x, (1.0,), steps=count)),
        ("epochs", lambda: accumulate(square, x, epochs=count)),
        ("passes", lambda: step_backward(x * 2, passes=count)),
        ("passes", lambda: compare(x * 2, x * 2, passes=count)),
    ):
        with pytest.raises((TypeError, ValueError), match=f"{word} is"):
            tell()


def test_parameters(engine):
    line = engine.linspace(-1, 1, 5)
    stories = {
        "accumulate": lambda p: accumulate(lambda w: (w * 2).sum(), p),
        "descend": lambda p: descend_curve(lambda w: (w * w).sum(), p),
        "fit": lambda p: fit_curve(line, line, lambda x, a: a * x, (p,)),
        "jacobian": lambda p: multiply_jacobian(lambda x: x * 2, p),
    }
    for tell in stories.values():
        with pytest.raises(ValueError, match="is empty: give"):
            tell(engine.zeros(0))
        with pytest.raises(TypeError, match="only floats can have a gradient"):
            tell(engine.tensor([1, 2]))
        with pytest.raises(TypeError, match="give a number or a tensor of floats"):
            tell("three")


def test_a_parameter_that_does_not_require_grad(engine):
    plain = engine.tensor(2.0)
    assert accumulate(square, plain).runs
    assert not plain.requires_grad
    model = engine.nn.Linear(1, 1)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    line = engine.linspace(-1, 1, 5).reshape(5, 1)
    with pytest.raises(ValueError, match="no parameter of the model requires grad"):
        fit_curve(line, line, model)
    other = engine.tensor(3.0, requires_grad=True)
    for tell in (accumulate, descend_curve):
        with pytest.raises(ValueError, match="does not depend on its"):
            tell(lambda x: other * 2, engine.tensor(2.0))


def test_empty_tensors_have_stories(engine):
    empty = engine.zeros(0, requires_grad=True)
    assert step_backward((empty * 2).sum()).runs[()].frames
    assert compare((empty * 2).sum(), (empty * 2).sum()).runs[()].frames


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"optimizer": "RMSprop"}, "give one of SGD"),
        ({"stop": "soon"}, "stop is str"),
        ({"stop": NAN}, "stop is nan"),
        ({"starts": 3}, "starts is int: give a list"),
        ({"starts": ["here"]}, "a start is str"),
        ({"lr": []}, "lr is empty"),
        ({"momentum": []}, "momentum is empty"),
    ],
)
def test_options_of_a_descent(options, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        descend_curve(square, 2.0, **options)


def test_two_titles_for_two_sides(engine):
    x = engine.tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match="titles has 1 names"):
        compare(x * 2, x * 3, titles=("one",))
    with pytest.raises(TypeError, match="right is int: give a tensor, or a function"):
        compare(x * 2, 3)


def test_a_call_that_does_not_fit_is_refused_under_the_name_it_was_called_by() -> None:
    with pytest.raises(TypeError, match=r"BackwardStepper\(\): missing .*'tensor'; call Backward"):
        gradviz.BackwardStepper()
    with pytest.raises(TypeError, match=r"DescentCurve\(\): got an unexpected keyword .*'speed'"):
        gradviz.DescentCurve(speed=3)

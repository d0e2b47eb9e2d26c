"""The stories that run a loop: every number in their frames against the engine's own."""

import math
import re

import numpy as np
import pytest
from reading import close, told

from gradviz.stories.accumulation import accumulate
from gradviz.stories.compare import compare
from gradviz.stories.curve_fit import fit_curve
from gradviz.stories.descent import descend_curve
from gradviz.stories.numbers import figure
from gradviz.stories.rich import plain
from gradviz.stories.sentences import LONGEST
from gradviz.stories.vector_jacobian import multiply_jacobian


def parabola(x):
    return 3 * x**2 + 2 * x - 1.2


# ---------------------------------------------------------------- fit


def test_a_fit_follows_the_loop(engine):
    x = engine.linspace(-2, 2, 30)
    y = 0.5 * x**2 - x + 0.3
    a, b = engine.tensor(1.0), engine.tensor(0.5)
    story = fit_curve(x, y, lambda x, a, b: a * x**2 + b * x, (a, b), lr=0.05, steps=12)
    run = story.runs[(1,)]
    a, b = engine.tensor(1.0, requires_grad=True), engine.tensor(0.5, requires_grad=True)
    for step in range(13):
        loss = (a * x**2 + b * x - y).pow(2).mean()
        loss.backward()
        for name, tensor in (("a", a), ("b", b)):
            assert math.isclose(run.columns[f"value {name}"][step], tensor.item(), rel_tol=6e-4)
            assert math.isclose(run.columns[f"grad {name}"][step], tensor.grad.item(), rel_tol=6e-4)
            with engine.no_grad():
                tensor -= 0.05 * tensor.grad
            tensor.grad.zero_()
        assert math.isclose(run.columns["loss"][step], loss.item(), rel_tol=6e-4)
    assert "has the largest gradient" in told(run, 2) or "moves by" in told(run, 2)


def test_the_floor_of_a_linear_model_is_found(engine):
    x = engine.linspace(-1, 1, 20)
    y = 2 * x + 1 + (7 * x).sin()
    w, b = engine.tensor(0.0), engine.tensor(0.0)
    story = fit_curve(x, y, lambda x, w, b: w * x + b, (w, b), lr=0.3, steps=300)
    columns = np.stack([np.linspace(-1, 1, 20), np.ones(20)], axis=1)
    best, residual, *_ = np.linalg.lstsq(columns, y.numpy().astype(float), rcond=None)
    end = told(story.runs[(1,)], len(story.runs[(1,)].frames) - 1)
    assert f"No choice of w, b can do better than {figure(residual[0] / 20)} here" in end
    shown = plain(story.runs[(1,)].frames[0].states["numbers"]["rows"][0][-1])
    assert close(shown, best[0])


def test_a_long_fit_keeps_few_steps(engine):
    story = fit_curve(
        bench_x := engine.linspace(-1, 1, 5),
        bench_x * 2,
        lambda x, k: k * x,
        (engine.tensor(0.0),),
        steps=1000,
        lr=0.01,
    )
    run = story.runs[(1,)]
    assert len(run.frames) < 110
    assert run.columns["step"][-1] == 1000


def test_a_fit_that_diverges_says_so(engine):
    x = engine.linspace(-5, 5, 20)
    story = fit_curve(x, x**2, lambda x, a: a * x**2, (engine.tensor(3.0),), lr=1.0, steps=50)
    run = story.runs[(1,)]
    assert told(run, len(run.frames) - 1).startswith("Diverged:")


def test_a_module_can_be_fitted(engine):
    engine.manual_seed(0)
    x = engine.linspace(-1, 1, 16).reshape(16, 1)
    model = engine.nn.Linear(1, 1)
    before = model.weight.detach().clone()
    story = fit_curve(x, 3 * x, model, lr=0.2, steps=20)
    rows = [plain(row[0]) for row in story.runs[(1,)].frames[0].states["numbers"]["rows"]]
    assert rows == ["weight", "bias"]
    assert (model.weight == before).all()


# ---------------------------------------------------------------- v times J


@pytest.mark.parametrize("weights", [[1.0, 1.0, 1.0], [0.1, 1.0, 0.001], [-2.0, 0.5, 1.5]])
def test_the_weighted_sums_are_what_backward_gives(engine, weights):
    x = engine.tensor([1.0, 2.0, 3.0], requires_grad=True)
    story = multiply_jacobian(lambda x: x * x.sum(), x)
    matrix = story.scene.parts[0]
    (x * x.sum()).backward(gradient=engine.tensor(weights))
    sums = np.array(weights) @ np.array(matrix.cells)
    assert np.allclose(sums, x.grad.numpy(), rtol=1e-3)


def test_three_examples_without_arguments():
    story = multiply_jacobian()
    assert [one.tab for one in (story, *story.variants)] == [
        "elementwise",
        "matmul",
        "broadcasting",
    ]
    assert len(story.runs[()].frames) == 4


# ---------------------------------------------------------------- compare


def test_the_first_difference_is_lit(engine):
    x = engine.tensor(2.0, requires_grad=True)
    a = x * 3
    whole = a * a
    cut = a * a.detach()
    story = compare(whole, cut, titles=("whole", "cut"))
    captions = [plain(frame.caption) for frame in story.runs[()].frames]
    parting = [text for text in captions if text.startswith("Here they part")]
    assert len(parting) == 1
    assert "12 on the left, 6 on the right" in parting[0]
    assert "x.grad: 36 on the left, 18 on the right." in captions
    assert x.grad is None


@pytest.mark.torch
def test_the_two_libraries_agree_step_by_step():
    import torch

    import gradviz

    def program(x):
        return (x.exp() * x).sum() / 2

    ours = program(gradviz.tensor([1.0, 2.0], requires_grad=True))
    theirs = program(torch.tensor([1.0, 2.0], requires_grad=True))
    story = compare(ours, theirs, titles=("gradviz", "torch"))
    assert plain(story.runs[()].frames[-1].caption).startswith("No difference")


# ---------------------------------------------------------------- all


def test_captions_of_loops_are_short(engine):
    x = engine.tensor(2.0, requires_grad=True)
    stories = [
        accumulate(lambda x: x * 3, x),
        descend_curve(parabola, engine.tensor(2.0), lr=[0.1], starts=[], steps=6),
    ]
    for story in stories:
        for one in (story, *story.variants):
            for run in one.runs.values():
                for place in range(len(run.frames)):
                    text = re.sub(r"<.*?>", "0.1", told(run, place))
                    assert len(text) <= LONGEST + 40, text


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: accumulate(lambda x: 3.0, 2.0), TypeError, "has to return a tensor"),
        (lambda: accumulate(lambda x: x.detach(), 2.0), ValueError, "without a graph"),
        (lambda: accumulate(lambda x: x * 2, [1.0, 2.0]), ValueError, "single number"),
        (lambda: accumulate(lambda x: x * 2, 1.0, epochs=0), ValueError, "at least 1"),
        (lambda: accumulate(lambda x: x * 2, 1.0, clear="zap"), ValueError, "zero_grad"),
        (lambda: accumulate(lambda x: x * 2, "2"), TypeError, "give a number"),
        (lambda: descend_curve(lr=0), ValueError, "positive"),
        (lambda: descend_curve(lr=-0.1), ValueError, "positive"),
        (lambda: descend_curve(lr="fast"), TypeError, "lr is str"),
        (lambda: descend_curve(steps=10**6), ValueError, "at most"),
        (lambda: descend_curve(optimizer="LBFGS"), ValueError, "give one of"),
        (lambda: descend_curve(start=[1.0, 2.0, 3.0]), ValueError, "3 numbers"),
        (lambda: fit_curve([1.0], [2.0], lambda x, a: a * x, ()), TypeError, "give a tensor"),
        (lambda: multiply_jacobian(lambda x: x * 2), TypeError, "x is missing"),
        (lambda: multiply_jacobian(lambda x: x * 2, [1.0] * 9), ValueError, "at most 6"),
        (lambda: compare(3, 4), TypeError, "give a tensor"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()

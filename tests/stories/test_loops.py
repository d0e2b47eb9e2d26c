"""The stories that run a loop: every number in their frames against the engine's own."""

import re

import numpy as np
import pytest
from reading import told

from gradviz.stories.accumulation import accumulate
from gradviz.stories.compare import compare
from gradviz.stories.curve_fit import fit_curve
from gradviz.stories.descent import descend_curve
from gradviz.stories.sentences import LONGEST
from gradviz.stories.vector_jacobian import multiply_jacobian


def parabola(x):
    return 3 * x**2 + 2 * x - 1.2


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

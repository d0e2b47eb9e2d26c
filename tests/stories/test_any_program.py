"""Whatever a learner writes, its story can be told: short captions, true numbers, nothing lost."""

import random
import re

import pytest

from gradviz.graph.record import rehearse
from gradviz.stories import drawing
from gradviz.stories.backward import tell
from gradviz.stories.rich import plain
from gradviz.stories.sentences import LONGEST

PRODUCT = re.compile(r"(−?\d+\.?\d*) × \(?(−?\d+\.?\d*)\)? = (−?\d+\.?\d*)(?![\d×e])")
SHAPES = [(), (1,), (3,), (2, 3), (3, 1)]


def program(engine, seed):
    """A random expression of a few leaves, reduced to one number."""
    draw = random.Random(seed)
    engine.manual_seed(seed)
    leaves = [engine.randn(draw.choice(SHAPES), requires_grad=True) for _ in range(3)]
    pool = list(leaves)
    for _ in range(draw.randrange(3, 9)):
        a, b = draw.choice(pool), draw.choice(pool)
        made = draw.choice(
            [
                lambda a, b: fitting(a, b, lambda x, y: x * y),
                lambda a, b: fitting(a, b, lambda x, y: x + y),
                lambda a, b: fitting(a, b, lambda x, y: x - y),
                lambda a, b: fitting(a, b, lambda x, y: x / (y * y + 1)),
                lambda a, b: a.tanh(),
                lambda a, b: a.sigmoid() * 3,
                lambda a, b: a**2,
                lambda a, b: a.exp(),
                lambda a, b: a.relu() + 1,
                lambda a, b: a.reshape(-1),
                lambda a, b: a.mean(),
                lambda a, b: a.sum(),
                lambda a, b: a.reshape(-1)[0],
            ]
        )
        pool.append(made(a, b))
    total = leaves[0].sum()
    for one in pool[3:]:
        total = total + one.sum()
    return leaves, total


def fitting(a, b, combine):
    """The two combined where their shapes broadcast, else with the mean of the second."""
    try:
        return combine(a, b)
    except RuntimeError:
        return combine(a, b.mean())


@pytest.mark.parametrize("seed", range(12))
def test_any_program_can_be_told(engine, seed):
    leaves, total = program(engine, seed)
    recordings = rehearse(total, None, True, passes=2)
    story = tell(recordings, predict=True, forward=True)
    frames = story.runs[()].frames
    assert len(frames) >= 2 * len(recordings[0].steps)
    for frame in frames:
        text = plain(frame.caption)
        assert 0 < len(text) <= LONGEST, text
        for texts in PRODUCT.findall(text):
            first, second, product = (float(one.replace("−", "-")) for one in texts)
            rounding = 1e-4 * (abs(first) + abs(second) + 1)
            assert abs(first * second - product) <= rounding, text
    drawing.tell(recordings[0].graph, recording=recordings[0])
    total.backward(retain_graph=True)
    total.backward()
    after = {step.node: step.after for step in recordings[1].steps}
    kept = [value.numbers for value in after.values() if value is not None]
    for leaf in leaves:
        if leaf.grad is not None:
            assert any(
                value.shape == tuple(leaf.shape) and abs(value - leaf.grad.numpy()).max() < 1e-4
                for value in kept
            )


def test_several_roots_are_one_story(engine):
    x = engine.tensor(2.0, requires_grad=True)
    first, second = x * 3, x * x
    (recording,) = rehearse((first, second))
    story = tell(recording)
    wires = [wire for wire in story.scene.parts[0].wires if wire.kind == "seed"]
    assert len(wires) == 2
    assert "x.grad = 7" in plain(story.runs[()].frames[-1].caption)


@pytest.mark.torch
def test_a_function_that_somebody_wrote_is_told_as_theirs():
    import torch

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 3 * x * x * grad

    x = torch.tensor(2.0, requires_grad=True)
    y = Cube.apply(x)
    (recording,) = rehearse(y)
    told = " ".join(plain(frame.caption) for frame in tell(recording).runs[()].frames)
    assert "that was written for" in told
    assert "1 into 12" in told
    assert x.grad is None

"""Two passes side by side: where they part, and that the numbers are those of the engine."""

import pytest

from gradviz.stories.compare import compare
from gradviz.stories.rich import plain


def captions(story):
    return [plain(frame.caption) for frame in story.runs[()].frames]


def test_the_first_difference_is_lit(engine):
    x = engine.tensor(2.0, requires_grad=True)
    a = x * 3
    whole = a * a
    cut = a * a.detach()
    story = compare(whole, cut, titles=("whole", "cut"))
    captions = [plain(frame.caption) for frame in story.runs[()].frames]
    parting = [text for text in captions if text.startswith("Here they part")]
    assert len(parting) == 1
    assert "12 on the left (whole), 6 on the right (cut)" in parting[0]
    assert "x.grad: 36 on the left (whole), 18 on the right (cut)." in captions
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


def square(x):
    a = x * 3
    return a * a


def test_with_zero_and_without(engine):
    x = engine.tensor(2.0, requires_grad=True)
    x.grad = engine.tensor(3.0)
    y = square(x)
    told = captions(
        compare(y, y, retain_graph=True, passes=2, clear=(False, True), titles=("kept", "cleared"))
    )
    assert x.grad.item() == 3.0
    y.backward(retain_graph=True)
    first = x.grad.item()
    y.backward(retain_graph=True)
    both = x.grad.item()
    x.grad = engine.zeros(())
    y.backward()
    alone = x.grad.item()
    assert f"Both sides agree: x.grad, {first:g}." in told
    parting = f"x.grad, {both:g} on the left (kept), {alone:g} on the right (cleared)."
    assert f"Here they part: {parting}" in told
    assert told[-1] == "1 of 6 steps differ; the first was x.grad."


def test_with_retain_graph_and_without(engine):
    told = captions(
        compare(
            square,
            square,
            engine.tensor(2.0, requires_grad=True),
            retain_graph=(True, False),
            passes=2,
        )
    )
    assert any(text.startswith("Only the left side has this step") for text in told)
    assert told[-1].startswith("The right side is refused: Trying to backward through the graph")


@pytest.mark.parametrize("options", [{"passes": 2}, {"retain_graph": True}, {}])
def test_clearing_needs_a_second_pass(options):
    with pytest.raises(ValueError, match="give passes=2 or more, and retain_graph=True"):
        compare(square, square, 2.0, clear=True, **options)

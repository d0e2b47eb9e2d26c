"""Gradients that add up: every number against the loop that the learner would write."""

import pytest

from gradviz.stories.accumulation import accumulate
from gradviz.stories.numbers import figure
from gradviz.stories.rich import plain


def test_accumulation_tells_what_the_loop_prints(engine):
    weights = engine.ones(3, requires_grad=True)
    story = accumulate(lambda weights: (weights * 3).sum(), weights)
    for cleans in (0, 1):
        fresh = engine.ones(3, requires_grad=True)
        printed = []
        for _ in range(3):
            (fresh * 3).sum().backward()
            printed.append(str(fresh.grad))
            if cleans:
                fresh.grad.zero_()
        last = story.runs[(cleans, 0)].frames[-1].states
        assert [plain(line) for line in last["output"]["lines"]] == printed
    assert weights.grad is None


def test_accumulation_adds_up_in_its_captions(engine):
    weights = engine.ones(3, requires_grad=True)
    story = accumulate(lambda weights: (weights * 3).sum(), weights)
    without = [plain(frame.caption) for frame in story.runs[(0, 0)].frames]
    assert without[8].startswith("Backward adds to what is there: 6 + 3 = 9.")
    assert any("3 → 0" in plain(frame.caption) for frame in story.runs[(1, 0)].frames)
    column = story.runs[(0, 0)].frames[8].states["without"]["columns"][2]
    assert column["blocks"] == [[3.0, "+3"]] * 3
    assert plain(column["sum"]) == "6 + 3 = 9"


def test_the_cell_run_three_times(engine):
    x = engine.tensor(3.0, requires_grad=True)
    (cells,) = accumulate(lambda x: 3 * x**2 + 4 * x + 2, x).variants
    captions = [plain(frame.caption) for frame in cells.runs[()].frames]
    assert "22 + 22 = 44" in captions[2]
    assert "44 + 22 = 66" in captions[3]
    assert "66 → 0" in captions[4]
    assert "0 + 22 = 22" in captions[5]
    assert x.grad is None


def test_shares_of_samples_add_up_to_the_batch(engine):
    def error(w, x, y):
        return (w * x - y) ** 2

    samples = [(1.0, 2.0), (2.0, 3.0), (3.0, 5.0)]
    story = accumulate(error, engine.tensor(1.0), samples=samples)
    w = engine.tensor(1.0, requires_grad=True)
    x, y = engine.tensor([1.0, 2.0, 3.0]), engine.tensor([2.0, 3.0, 5.0])
    ((w * x - y) ** 2).mean().backward()
    end = plain(story.runs[(0,)].frames[-1].caption)
    assert f"w.grad = {figure(w.grad.item())}." in end or f".grad = {figure(w.grad.item())}." in end
    assert f"gives {figure(w.grad.item())} in one pass" in end
    assert w.grad is not None


def test_accumulation_without_arguments_is_a_story():
    assert len(accumulate().runs[(0, 0)].frames) == 10


@pytest.mark.parametrize("clear", ["zero_()", "zero_grad()", "None"])
def test_what_empties_the_gradient(engine, clear):
    x = engine.tensor(2.0, requires_grad=True)
    story = accumulate(lambda x: x * 5, x, clear=clear, epochs=2)
    place = tuple(axis.start for axis in story.axes)
    assert (
        story.scene.parts[0].lines[5].strip()
        == {
            "zero_()": "x.grad.zero_()",
            "zero_grad()": "optimizer.zero_grad()",
            "None": "x.grad = None",
        }[clear]
    )
    end = story.runs[(1, place[1])].frames[-1].states["with"]["note"]
    assert plain(end) == f".grad = {'0' if clear == 'zero_()' else 'None'}"


def test_how_the_gradient_is_emptied_is_a_choice(engine):
    x = engine.tensor(2.0, requires_grad=True)
    story = accumulate(lambda x: x * 5, x, epochs=2)
    emptied = {}
    for place, how in enumerate(story.axes[1].values):
        states = story.runs[(1, place)].frames[3].states
        emptied[how] = (plain(states["code"]["texts"][5]).strip(), plain(states["with"]["note"]))
        assert plain(story.runs[(0, place)].frames[3].states["without"]["note"]) == ".grad = 5"
        assert states["code"]["line"] == [5]
    assert emptied == {
        "zero_()": ("x.grad.zero_()", ".grad = 0"),
        "zero_grad()": ("optimizer.zero_grad()", ".grad = None"),
        "None": ("x.grad = None", ".grad = None"),
    }


@pytest.mark.parametrize("place", [0, 1, 2])
def test_mini_batches_leave_the_gradient_of_the_batch(engine, place):
    def error(w, x, y):
        return (w * x - y) ** 2

    samples = [(1.0, 2.0), (2.0, 3.0), (3.0, 5.0), (-1.0, 0.5), (0.5, 0.0)]
    story = accumulate(error, engine.tensor(1.0), samples=samples)
    size = story.axes[0].values[place]
    run = story.runs[(place,)]
    w = engine.tensor(1.0, requires_grad=True)
    for step, start in enumerate(range(0, 5, size), 1):
        before = w.grad.item() if start else None
        loss = sum(error(w, x, y) for x, y in samples[start : start + size])
        (loss / 5).backward()
        told = plain(run.frames[step].caption)
        assert figure(w.grad.item()) in told
        assert before is None or figure(before) in told
        row = run.frames[step].states["shares"]["rows"][-1]
        assert plain(row[-1]) == figure(w.grad.item())
    assert f"gives {figure(w.grad.item())} in one pass" in plain(run.frames[-1].caption)

"""Gradient descent: every number against the loop that the learner would write."""

import math

import numpy as np
import pytest
from reading import told

from gradviz.render.still import still_svg
from gradviz.stories.contours import contour_lines
from gradviz.stories.descent import descend_curve
from gradviz.stories.rich import plain


def parabola(x):
    return 3 * x**2 + 2 * x - 1.2


def test_descent_makes_the_steps_of_the_loop(engine):
    story = descend_curve(parabola, engine.tensor(2.0), lr=[0.1], optimizers=["SGD"], starts=[])
    run = story.runs[(0, 0, 0, 1)]
    x = engine.tensor(2.0, requires_grad=True)
    for step in range(len(run.frames)):
        y = parabola(x)
        y.backward()
        assert math.isclose(run.columns["x"][step], x.item(), rel_tol=6e-4, abs_tol=1e-6)
        assert math.isclose(run.columns["f"][step], y.item(), rel_tol=6e-4)
        assert math.isclose(run.columns["grad"][step], x.grad.item(), rel_tol=6e-4, abs_tol=1e-6)
        with engine.no_grad():
            x -= 0.1 * x.grad
        x.grad.zero_()
    assert told(run, 0) == (
        "At x = 2 the curve rises with slope 14, so the step goes left: "
        "−lr · grad = −<learning rate> × 14 = −1.4."
    )
    assert told(run, len(run.frames) - 1).startswith("Stop after 11 steps: |grad| = ")


@pytest.mark.parametrize("name", ["momentum", "Nesterov", "Adam"])
def test_descent_follows_the_engines_optimiser(engine, name):
    story = descend_curve(
        parabola, engine.tensor(2.0), lr=[0.1], optimizer=name, optimizers=[], starts=[], steps=8
    )
    run = story.runs[tuple(axis.start for axis in story.axes)]
    x = engine.tensor(2.0, requires_grad=True)
    if name == "Adam":
        optimizer = engine.optim.Adam([x], lr=0.1)
    else:
        optimizer = engine.optim.SGD([x], lr=0.1, momentum=0.9, nesterov=name == "Nesterov")
    for step in range(len(run.frames)):
        assert math.isclose(run.columns["x"][step], x.item(), rel_tol=6e-4, abs_tol=1e-5)
        before = x.item()
        optimizer.zero_grad()
        parabola(x).backward()
        optimizer.step()
        assert math.isclose(
            run.columns["move"][step], x.item() - before, rel_tol=2e-3, abs_tol=1e-5
        )


def test_forgetting_to_clear_is_told(engine):
    story = descend_curve(parabola, engine.tensor(2.0), lr=[0.1], optimizers=["SGD"], starts=[])
    run = story.runs[(0, 0, 0, 0)]
    captions = [told(run, place) for place in range(len(run.frames))]
    assert any("x.grad holds the sum" in text and "uphill" in text for text in captions)
    slope, held = run.columns["slope"], run.columns["grad"]
    assert math.isclose(held[2], slope[0] + slope[1] + slope[2], rel_tol=1e-3)


def test_divergence_is_told_honestly(engine):
    story = descend_curve(
        parabola, engine.tensor(2.0), lr=[0.1, 0.4], optimizers=["SGD"], starts=[]
    )
    run = story.runs[(0, 1, 0, 1)]
    assert run.status == "too large"
    assert told(run, len(run.frames) - 1).startswith("Diverged: in 25 steps f(x) grew from 14.8 to")
    notes = [frame.states["curve"].get("note") for frame in run.frames]
    assert any(note and "wider" in plain(note) for note in notes)
    bounce = descend_curve(parabola, engine.tensor(2.0), lr=[1 / 3], optimizers=["SGD"], starts=[])
    assert "bounce for ever" in told(bounce.runs[(0, 0, 0, 1)], 3)


def test_overflow_ends_the_run(engine):
    story = descend_curve(
        lambda x: (x * 40).exp(), engine.tensor(3.0), lr=[0.1], optimizers=["SGD"], starts=[]
    )
    run = story.runs[(0, 0, 0, 1)]
    assert len(run.frames) == 1
    assert "overflow" in told(run, 0)


def test_line_by_line_is_a_story_beside(engine):
    story = descend_curve(parabola, engine.tensor(2.0), lr=[0.1], optimizers=["SGD"], starts=[])
    lines = story.variants[0]
    run = lines.runs[(0, 1)]
    captions = [told(run, place) for place in range(8)]
    assert captions[0] == "Forward: at x = 2, f(x) = 14.8."
    assert captions[1] == "Backward: the slope of the tangent at x = 2 is x.grad = 14."
    assert captions[3].startswith("Clear the gradient")
    assert [frame.row for frame in run.frames[:5]] == [0, 0, 0, 0, 1]


def test_two_variables_give_a_map(engine):
    def bowl(w, b):
        return (w - 1) ** 2 + 3 * (b + 0.5) ** 2 + 0.25

    story = descend_curve(bowl, engine.tensor([-2.0, 1.0]), lr=[0.1], steps=10)
    run = next(iter(story.runs.values()))
    pair = engine.tensor([-2.0, 1.0], requires_grad=True)
    for step in range(11):
        loss = bowl(pair[0], pair[1])
        loss.backward()
        assert math.isclose(
            run.columns["first x"][step], pair[0].item(), rel_tol=6e-4, abs_tol=1e-5
        )
        assert math.isclose(run.columns["first loss"][step], loss.item(), rel_tol=6e-4)
        with engine.no_grad():
            pair -= 0.1 * pair.grad
        pair.grad.zero_()
    assert story.title == "Two parameters, two optimisers"


def test_contours_are_where_the_height_is():
    xs, ys = np.linspace(-2, 2, 41), np.linspace(-1.5, 1.5, 31)
    heights = xs[None, :] ** 2 + ys[:, None] ** 2
    (circle,) = contour_lines(xs, ys, heights, 1.0)
    assert circle[0] == circle[-1]
    assert all(abs(math.hypot(x, y) - 1) < 0.01 for x, y in circle)


def test_the_start_that_is_given_comes_first(engine):
    story = descend_curve(parabola, engine.tensor(-3.0), lr=[0.1], optimizers=["SGD"], steps=3)
    start = {axis.name: axis.values[axis.start] for axis in story.axes}["start"]
    assert start == -3.0
    assert story.runs[tuple(axis.start for axis in story.axes)].columns["x"][0] == -3.0


def test_the_line_that_stops_the_loop_is_lit_at_its_end():
    story = descend_curve(parabola, 2.0, lr=[0.1], optimizers=["SGD"], starts=[])
    frame = story.runs[(0, 0, 0, 1)].frames[-1]
    (code,) = [part for part in story.scene.parts if part.id == "code"]
    assert code.lines[frame.states["code"]["line"]] == "    if x.grad.abs() <= 0.001: break"


def momentum_walk(engine, momentum, start, lr, steps):
    x = engine.tensor(start, requires_grad=True)
    optimizer = engine.optim.SGD([x], lr=lr, momentum=momentum)
    for _ in range(steps):
        optimizer.zero_grad()
        parabola(x).backward()
        optimizer.step()
    return x.item()


def test_momentum_is_a_slider(engine):
    story = descend_curve(
        parabola, engine.tensor(2.0), lr=[0.05], momentum=[0.9, 0.5], starts=[], steps=6
    )
    (axis,) = [axis for axis in story.axes if axis.name == "momentum"]
    assert (axis.values, axis.start) == ((0.5, 0.9), 1)
    for place, momentum in enumerate(axis.values):
        run = story.runs[1, 0, 0, place, 1]
        wanted = momentum_walk(engine, momentum, 2.0, 0.05, 6)
        assert math.isclose(run.columns["x"][6], wanted, rel_tol=6e-4)


def test_optimisers_stand_side_by_side(engine):
    story = descend_curve(parabola, engine.tensor(2.0), lr=[0.05], starts=[], steps=6)
    beside = story.variants[-1]
    (run,) = beside.runs.values()
    assert beside.tab == "side by side"
    assert [plain(row[0]) for row in run.frames[3].states["numbers"]["rows"]] == [
        "SGD",
        "momentum",
        "Nesterov",
        "Adam",
    ]
    assert math.isclose(
        run.columns["momentum x"][6], momentum_walk(engine, 0.9, 2.0, 0.05, 6), rel_tol=6e-4
    )
    heights = {
        name: run.columns[f"{name} f"][4] for name in ("SGD", "momentum", "Nesterov", "Adam")
    }
    lowest, highest = min(heights, key=heights.get), max(heights, key=heights.get)
    assert told(run, 4).startswith(f"Step 4: {lowest} is lowest, f = ")
    assert f"highest is {highest} with" in told(run, 4)


def test_it_is_told_anew_between_the_places_of_the_grid(engine):
    story = descend_curve(parabola, engine.tensor(2.0), steps=6)
    anew = story.retell({"learning rate": 0.0425, "optimiser": "momentum", "momentum": 0.7})
    (place,) = anew.runs
    assert [axis.name for axis in anew.axes] == [axis.name for axis in story.axes]
    assert place == tuple(axis.start for axis in anew.axes)
    chosen = {axis.name: axis.values[at] for axis, at in zip(anew.axes, place, strict=True)}
    assert chosen == {
        "optimiser": "momentum",
        "learning rate": 0.0425,
        "start": 2.0,
        "momentum": 0.7,
        "zero_()": True,
    }
    wanted = momentum_walk(engine, 0.7, 2.0, 0.0425, 6)
    assert math.isclose(anew.runs[place].columns["x"][6], wanted, rel_tol=6e-4)


@pytest.mark.parametrize("momentum", [0, 1, -0.5, float("nan"), "much", [0.9, 2]])
def test_a_momentum_that_is_none_is_refused(momentum):
    with pytest.raises((TypeError, ValueError), match="momentum is"):
        descend_curve(parabola, 2.0, momentum=momentum)


def test_a_map_is_told_anew_too(engine):
    def bowl(w, b):
        return (w - 1) ** 2 + 3 * (b + 0.5) ** 2 + 0.25

    story = descend_curve(bowl, engine.tensor([-2.0, 1.0]), lr=0.1, optimizer="momentum", steps=5)
    assert [axis.values[axis.start] for axis in story.axes[:2]] == ["momentum", "SGD"]
    anew = story.retell({"learning rate": 0.037, "first optimiser": "SGD"})
    (place,) = anew.runs
    assert place == tuple(axis.start for axis in anew.axes)
    pair = engine.tensor([-2.0, 1.0], requires_grad=True)
    for _ in range(5):
        pair.grad = None
        bowl(pair[0], pair[1]).backward()
        with engine.no_grad():
            pair -= 0.037 * pair.grad
    run = anew.runs[place]
    assert math.isclose(run.columns["first x"][5], pair[0].item(), rel_tol=6e-4)
    assert math.isclose(run.columns["first y"][5], pair[1].item(), rel_tol=6e-4)


@pytest.mark.parametrize(
    ("function", "start", "steps"),
    [(lambda x: x * 0 + 1, 1.0, 25), (lambda x: x**2 * 1e-9, 1e-5, 25), (lambda x: x**2, 2.0, 1)],
)
def test_a_short_descent_has_a_picture_too(engine, function, start, steps):
    story = descend_curve(function, engine.tensor(start), steps=steps)
    shown = story.runs[tuple(axis.start for axis in story.axes)]
    assert 0 <= story.poster < len(shown.frames)
    assert "<svg" in still_svg(story)


def test_the_lowest_point_of_a_map_is_below_every_path(engine):
    def valley(x, y):
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    story = descend_curve(valley, engine.tensor([-1.0, 1.0]), lr=1e-3, steps=30)
    loss = next(part for part in story.scene.parts if part.id == "loss")
    lowest = next(mark.data["y"] for mark in loss.marks if mark.id == "least")
    seen = [
        f
        for run in story.runs.values()
        for name in ("first loss", "second loss")
        for f in run.columns[name]
        if f is not None
    ]
    assert lowest <= min(seen) * 1.001

"""Fitting a curve: every number against the loop that the learner would write."""

import math

import numpy as np
import pytest
from reading import close, told

from gradviz.stories.curve_fit import fit_curve
from gradviz.stories.numbers import figure
from gradviz.stories.rich import plain


def first(story):
    """The run that stands there at first: at the rate that was given, with residuals."""
    return story.runs[tuple(axis.start for axis in story.axes)]


def test_a_fit_follows_the_loop(engine):
    x = engine.linspace(-2, 2, 30)
    y = 0.5 * x**2 - x + 0.3
    a, b = engine.tensor(1.0), engine.tensor(0.5)
    story = fit_curve(x, y, lambda x, a, b: a * x**2 + b * x, (a, b), lr=0.05, steps=12)
    run = first(story)
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
    end = told(first(story), len(first(story).frames) - 1)
    assert f"No choice of w, b can do better than {figure(residual[0] / 20)} here" in end
    shown = plain(first(story).frames[0].states["numbers"]["rows"][0][-1])
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
    run = first(story)
    assert len(run.frames) < 110
    assert run.columns["step"][-1] == 1000


def test_a_fit_that_diverges_says_so(engine):
    x = engine.linspace(-5, 5, 20)
    story = fit_curve(x, x**2, lambda x, a: a * x**2, (engine.tensor(3.0),), lr=1.0, steps=50)
    run = first(story)
    assert told(run, len(run.frames) - 1).startswith("Diverged:")


def test_a_module_can_be_fitted(engine):
    engine.manual_seed(0)
    x = engine.linspace(-1, 1, 16).reshape(16, 1)
    model = engine.nn.Linear(1, 1)
    before = model.weight.detach().clone()
    story = fit_curve(x, 3 * x, model, lr=0.2, steps=20)
    rows = [plain(row[0]) for row in first(story).frames[0].states["numbers"]["rows"]]
    assert rows == ["weight", "bias"]
    assert (model.weight == before).all()


def line(x, w, b):
    return w * x + b


def test_the_graph_of_each_step_has_the_numbers_of_that_step(engine):
    x = engine.linspace(-1, 1, 20)
    y = 2 * x - 0.5
    w, b = engine.tensor(0.3), engine.tensor(0.1)
    story = fit_curve(x, y, line, (w, b), lr=0.2, steps=6, names={"w": w, "b": b})
    (graph,) = story.variants
    (run,) = graph.runs.values()
    cards = {
        card.title: card.id for part in graph.scene.parts for card in getattr(part, "cards", ())
    }
    w, b = engine.tensor(0.3, requires_grad=True), engine.tensor(0.1, requires_grad=True)
    optimizer = engine.optim.SGD([w, b], lr=0.2)
    for step in range(7):
        optimizer.zero_grad()
        error = (line(x, w, b) - y).pow(2).mean()
        error.backward()
        state = run.frames[step].states["graph"]["cards"]
        assert state[cards["error"]]["value"] == shown(error)
        for name, tensor in (("w", w), ("b", b)):
            assert state[cards[name]]["value"] == shown(tensor)
            assert state[cards[name]]["grad"] == shown(tensor.grad)
        lit = [name for name in ("w", "b") if state[cards[name]].get("mark") == "active"]
        assert lit == ["w" if abs(w.grad.item()) >= abs(b.grad.item()) else "b"]
        optimizer.step()
    titles = set(cards)
    assert {"error", "y_pred", "(y_pred - y).pow(2) (20,)", "w", "b"} & titles >= {
        "error",
        "w",
        "b",
    }


def shown(tensor):
    """A tensor of one number as it prints, with a real minus."""
    text = str(tensor.detach())
    return text.removeprefix("tensor(").partition(")")[0].partition(",")[0].replace("-", "−")


def test_a_graph_that_changes_is_not_shown(engine):
    x = engine.linspace(-1, 1, 5)

    def model(x, w):
        return w * x if w.item() < 0.6 else (w * x + w) - w

    story = fit_curve(x, 2 * x, model, (engine.tensor(0.5),), lr=0.1, steps=5)
    assert story.variants == ()
    assert len(first(story).frames) == 6


@pytest.mark.parametrize("name", ["momentum", "Adam"])
def test_the_step_is_what_the_optimiser_made(engine, name):
    x = engine.linspace(-1, 1, 9)
    start = engine.tensor(0.5)
    story = fit_curve(
        x, 2 * x, lambda x, k: k * x, start, lr=0.1, steps=4, optimizer=name, names={"k": start}
    )
    k = engine.tensor(0.5, requires_grad=True)
    optim = engine.optim
    optimizer = optim.Adam([k], lr=0.1) if name == "Adam" else optim.SGD([k], lr=0.1, momentum=0.9)
    run = first(story)
    for step in range(5):
        optimizer.zero_grad()
        (k * x - 2 * x).pow(2).mean().backward()
        before = k.item()
        optimizer.step()
        assert math.isclose(run.columns["move k"][step], k.item() - before, rel_tol=2e-3)
    assert f"{name} moves it by" in told(run, 2)
    table = next(part for part in story.scene.parts if part.id == "numbers")
    assert [plain(head) for head in table.heads[1:4]] == ["value", "grad", "step"]


def test_of_whole_tensors_lengths_are_told(engine):
    engine.manual_seed(0)
    x = engine.linspace(-1, 1, 16).reshape(16, 1)
    model = engine.nn.Sequential(
        engine.nn.Linear(1, 4), engine.nn.Tanh(), engine.nn.Linear(4, 1, bias=False)
    )
    story = fit_curve(x, 3 * x, model, lr=0.1, steps=3)
    run = first(story)
    (model(x) - 3 * x).pow(2).mean().backward()
    for name, parameter in model.named_parameters():
        length = float(np.sqrt((parameter.grad.numpy() ** 2).sum()))
        assert math.isclose(run.columns[f"grad {name}"][0], length, rel_tol=1e-3)
        assert math.isclose(run.columns[f"move {name}"][0], 0.1 * length, rel_tol=1e-3)
    assert "has the longest gradient" in told(run, 1)
    assert "×" not in told(run, 1)


def test_other_learning_rates_start_over_and_keep_some_of_the_same_steps(engine):
    x = engine.linspace(-1, 1, 9)
    w = engine.tensor(0.5)
    story = fit_curve(x, 2 * x, lambda x, w: w * x, (w,), lr=0.2, steps=100)
    assert story.axes[0].values == (0.02, 0.06, 0.2, 0.4, 0.6)
    kept = set(first(story).columns["step"])
    for place, rate in enumerate(story.axes[0].values):
        run = story.runs[(place, 1)]
        assert set(run.columns["step"]) <= kept
        w = engine.tensor(0.5, requires_grad=True)
        values = []
        for _ in range(run.columns["step"][-1] + 1):
            values.append(w.item())
            (w * x - 2 * x).pow(2).mean().backward()
            with engine.no_grad():
                w -= rate * w.grad
            w.grad.zero_()
        told = [values[step] for step in run.columns["step"]]
        np.testing.assert_allclose(run.columns["value w"], told, rtol=6e-4)


def test_a_fit_is_told_anew_at_any_learning_rate(engine):
    x = engine.linspace(-1, 1, 9)
    w = engine.tensor(0.5)
    story = fit_curve(x, 2 * x, lambda x, w: w * x, (w,), lr=[0.1, 0.2], steps=4)
    assert story.axes[0].values == (0.1, 0.2)
    again = story.retell({"learning rate": 0.13, "residuals": False})
    assert [axis.start for axis in again.axes] == [0, 0]
    assert again.axes[0].values == (0.13, 0.2)
    assert again.axes[0].texts[0] == "0.13"
    grad = (2 * (0.5 * x - 2 * x) * x).mean().item()
    moved = again.runs[(0, 0)].columns["value w"][1]
    assert math.isclose(moved, 0.5 - 0.13 * grad, rel_tol=6e-4)
    assert w.item() == 0.5
    with pytest.raises(ValueError, match="positive"):
        story.retell({"learning rate": -1.0})


def test_a_rate_that_is_too_large_says_so_beside_the_slider(engine):
    x = engine.linspace(-5, 5, 20)
    story = fit_curve(x, x**2, lambda x, a: a * x**2, (engine.tensor(3.0),), lr=0.004, steps=200)
    assert [story.runs[(place, 1)].status for place in (0, 4)] == ["", "too large"]
    loss = max(x for x in story.runs[(4, 1)].columns["loss"] if x is not None)
    bounds = story.runs[(4, 1)].frames[0].states["loss"]["range"]
    assert bounds[3] >= loss


def test_a_long_fit_runs_at_the_given_rate_alone(engine):
    x = engine.linspace(-1, 1, 3)
    story = fit_curve(x, x, lambda x, w: w * x, (engine.tensor(0.5),), steps=2001)
    assert len(story.axes[0].values) == 1


def test_parameters_without_a_name_have_that_of_the_model(engine):
    x = engine.linspace(-1, 1, 5)
    story = fit_curve(x, 3 * x, lambda x, slope: slope * x, [engine.tensor(0.0)], lr=0.5, steps=9)
    rows = first(story).frames[0].states["numbers"]["rows"]
    assert [plain(row[0]) for row in rows] == ["slope"]
    assert "can do better" not in told(first(story), 9)  # the points lie on a line


def test_a_loss_that_is_no_number_at_the_start_is_not_laid_to_the_learning_rate(engine):
    x = engine.linspace(0, 1, 5)
    story = fit_curve(x, x, lambda x, k: (k - 2 * x).sqrt(), [engine.tensor(0.5)], steps=5)
    assert told(first(story), 0).startswith("The loss is no number at the start")
    assert first(story).status == ""

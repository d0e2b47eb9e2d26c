"""Every number that a story shows is one that the engine computes for the same code.

The code is run here as a learner would write it, without the lens, and every number on the way is
written down; then the texts of all frames are read, on all axes and in all tabs, and each number in
them has to be one of those, or to stand in the code that is shown.
"""

import itertools

import numpy as np
import pytest
from reading import is_near, numbers_in, strangers

from gradviz.stories.accumulation import accumulate
from gradviz.stories.compare import compare
from gradviz.stories.curve_fit import fit_curve
from gradviz.stories.descent import descend_curve
from gradviz.stories.stepper import step_backward
from gradviz.stories.vector_jacobian import multiply_jacobian


class Seen(list):
    """Numbers that were computed; their sizes count too, for a sentence may speak of |grad|."""

    def note(self, *things):
        for thing in things:
            numbers = thing.detach().numpy() if hasattr(thing, "detach") else np.asarray(thing)
            for number in np.asarray(numbers, dtype=float).reshape(-1).tolist():
                if np.isfinite(number):
                    self.extend((number, -number))


def test_the_test_can_fail(engine):
    story = accumulate(lambda x: (x * 1.37).tanh(), engine.tensor(0.71), epochs=2)
    assert list(strangers(story, []))
    assert is_near(0.1235, [0.12346])
    assert not is_near(0.1236, [0.12346])
    assert dict(numbers_in("−1.5×10⁻³ and x2, 3.25")) == {"−1.5×10⁻³": -0.0015, "3.25": 3.25}


FUNCTIONS = {
    "parabola": lambda x: 3.3 * x**2 + 2.1 * x - 1.7,
    "waves": lambda x: (x * 1.3).sin() * 0.9 + x * x * 0.23,
    "logarithm": lambda x: (x * x + 1.13).log() + 0.37,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_accumulation(engine, name):
    function, start = FUNCTIONS[name], 0.713
    seen = Seen()
    for _ in range(3):
        x = engine.tensor(start, requires_grad=True)
        for _ in range(5):
            y = function(x)
            y.backward()
            seen.note(y, x.grad)
        single = engine.tensor(start, requires_grad=True)
        function(single).backward()
        seen.note(single.grad)
    story = accumulate(function, engine.tensor(start))
    assert not list(strangers(story, seen, ["In [6]", "In [16]", "17 18 19 20"]))


@pytest.mark.parametrize("count", [3, 4])
def test_samples_and_mini_batches(engine, count):
    def error(w, x, y):
        return (w * x - y) ** 2 * 1.07

    samples = [(0.51, 1.93), (1.27, -0.81), (2.03, 0.37), (-0.93, 1.11)][:count]
    seen = Seen()
    for size in range(1, count + 1):
        w = engine.tensor(0.77, requires_grad=True)
        for start in range(0, count, size):
            piece = samples[start : start + size]
            fresh = engine.tensor(0.77, requires_grad=True)
            sum(error(fresh, *one) for one in piece).backward()
            seen.note(fresh.grad, fresh.grad / count)
            (sum(error(w, *one) for one in piece) / count).backward()
            seen.note(w.grad)
    story = accumulate(error, engine.tensor(0.77), samples=samples)
    assert not list(strangers(story, seen, ["1/3 1/4"]))


def descent_numbers(engine, function, start, lr, name, momentum, clears, steps, stop):
    """A descent as a learner would write it."""
    seen = Seen()
    x = engine.tensor(start, requires_grad=True)
    optim = engine.optim
    if name == "Adam":
        optimizer = optim.Adam([x], lr=lr)
    elif name == "SGD":
        optimizer = optim.SGD([x], lr=lr)
    else:
        optimizer = optim.SGD([x], lr=lr, momentum=momentum, nesterov=name == "Nesterov")
    for _ in range(steps + 1):
        fresh = engine.tensor(x.item(), requires_grad=True)
        function(fresh).backward()
        y = function(x)
        y.backward()
        seen.note(x, y, x.grad, fresh.grad)
        if abs(x.grad.item()) <= stop:
            break
        before = x.item()
        optimizer.step()
        move = x.item() - before
        seen.note(move, move / lr)
        if name == "SGD":
            seen.note(x.grad * -lr)
        if clears:
            x.grad.zero_()
    return seen


@pytest.mark.parametrize("name", FUNCTIONS)
def test_descent(engine, name):
    function, rates, starts, momenta = FUNCTIONS[name], [0.07, 0.23], [0.83, -1.31], [0.9, 0.55]
    optimizers = ("SGD", "momentum", "Nesterov", "Adam")
    seen = Seen()
    for optimizer, lr, start, momentum, clears in itertools.product(
        optimizers, rates, starts, momenta, (True, False)
    ):
        if clears or optimizer == "SGD":
            seen += descent_numbers(
                engine, function, start, lr, optimizer, momentum, clears, 6, 1e-3
            )
    story = descend_curve(
        function,
        engine.tensor(starts[0]),
        lr=rates,
        starts=starts[1:],
        momentum=momenta,
        optimizers=optimizers,
        steps=6,
    )
    zooms = " ".join(map(str, (2, 4, 10, 20, 40, 100, 200, 400, 1000)))
    found = list(strangers(story, seen, [zooms, "0.001", "0.07 0.23 0.9 0.55", "0.83 −1.31"]))
    found = [one for one in found if not one[3].startswith(("−0.00", "0.00"))]
    assert not found


def note_fit(engine, seen, x, y, optimizer, rate):
    """Every number of the loop at one learning rate."""
    w, b = engine.tensor(0.31, requires_grad=True), engine.tensor(0.17, requires_grad=True)
    optim = engine.optim
    made = (
        optim.Adam([w, b], lr=rate)
        if optimizer == "Adam"
        else optim.SGD([w, b], lr=rate, momentum=0.9 if optimizer == "momentum" else 0.0)
    )
    for _ in range(6):
        made.zero_grad()
        error = (w * x + b - y).pow(2).mean()
        error.backward()
        before = [w.item(), b.item()]
        seen.note(w, b, w.grad, b.grad, error, w.grad * -rate, b.grad * -rate, rate)
        made.step()
        seen.note(w.item() - before[0], b.item() - before[1])


@pytest.mark.parametrize("optimizer", ["SGD", "momentum", "Adam"])
def test_fit(engine, optimizer):
    x = engine.linspace(-1, 1.7, 13)
    y = 1.91 * x - 0.63 + (x * 5).sin() * 0.21
    w, b = engine.tensor(0.31), engine.tensor(0.17)
    story = fit_curve(
        x,
        y,
        lambda x, w, b: w * x + b,
        (w, b),
        lr=0.13,
        steps=5,
        optimizer=optimizer,
        names={"w": w, "b": b},
    )
    seen = Seen()
    for rate in story.axes[0].values:
        note_fit(engine, seen, x, y, optimizer, rate)
    columns = np.stack([x.numpy(), np.ones(13)], axis=1).astype(float)
    best, residual, *_ = np.linalg.lstsq(columns, y.numpy().astype(float), rcond=None)
    seen.note(best, residual / 13)
    seen.extend(np.round([*best, *(number for number in seen)], 3).tolist())
    assert not list(strangers(story, seen, ["(13,)"]))


@pytest.mark.parametrize("start", [[0.7, -1.3, 2.1], [1.1, 0.4]])
def test_jacobian(engine, start):
    def function(x):
        return x * x.sum() * 1.7

    x = engine.tensor(start, requires_grad=True)
    z = function(x)
    seen = Seen()
    seen.note(x, z)
    for place in range(len(start)):
        weights = engine.zeros(len(start))
        weights[place] = 1.0
        seen.note(engine.autograd.grad(z, x, weights, retain_graph=True)[0])
    story = multiply_jacobian(function, engine.tensor(start))
    assert not list(strangers(story, seen))
    (matrix,) = [part for part in story.scene.parts if part.kind == "matrix"]
    assert all(is_near(cell, seen) for row in matrix.cells for cell in row)


def chain(engine, start):
    """A program with its intermediates by name."""
    x = engine.tensor(start, requires_grad=True)
    a = x * 1.37
    b = a.tanh()
    c = b * x
    d = (c * c + 1.21).log()
    e = d + a.exp() * 0.31
    return x, {"a": a, "b": b, "c": c, "d": d, "e": e}


def chain_numbers(engine, start):
    """Values, gradients and slopes of the program, from hooks on PyTorch's own nodes."""
    seen = Seen()
    x, named = chain(engine, start)
    root = named["e"]
    nodes, todo = [], [root.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in nodes:
            nodes.append(node)
            todo += [target for target, _ in node.next_functions]

    def listen(sent, arrived):
        known = [one.item() for one in arrived if one is not None]
        got = [one.item() for one in sent if one is not None]
        seen.note(known, got, [out / into for out in got for into in known if into])

    for node in nodes:
        node.register_hook(listen)
    root.backward()
    seen.note(x, x.grad, *named.values(), named["c"] * named["c"], named["c"] * named["c"] + 1.21)
    seen.note(named["a"].exp(), named["a"].exp() * 0.31, 2 * x.grad, x.grad * 3, 1.0)
    return seen


@pytest.mark.parametrize("start", [0.83, -1.29])
def test_backward(engine, start):
    seen = chain_numbers(engine, start)
    x, named = chain(engine, start)
    told = step_backward(
        named["e"], retain_graph=True, passes=2, forward=True, predict=True, names={"x": x, **named}
    )
    assert [one for one in strangers(told, seen, ["1.37 1.21 0.31"]) if not wrong_guess(one)] == []


def wrong_guess(stranger):
    """A hint names what a learner may have typed, which is another number on purpose."""
    return any(word in stranger[4] for word in ("is the", "is what", "came along", "just arrived"))


def test_compare(engine):
    seen = chain_numbers(engine, 0.83) + chain_numbers(engine, 0.83)
    (_, named), (_, others) = chain(engine, 0.83), chain(engine, 0.83)
    story = compare(named["e"], others["e"], retain_graph=True, passes=2)
    assert not list(strangers(story, seen, ["1.37 1.21 0.31"]))

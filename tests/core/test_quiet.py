"""Infinity and NaN flow without a word from numpy; any warning fails a test here."""

import math

import numpy as np
import pytest

import gradviz as torch
from gradviz.core import ops
from gradviz.core.op import faces

HARD = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 3e38, -3e38, 1e-45, 0.5, -100.0]
LOUD = {"seed"}  # asks the machine for a number


def hard(*shape):
    return torch.tensor(np.resize(np.float32(HARD), shape).tolist(), requires_grad=True)


def functions():
    ops.read_all()
    for face in ("torch", "nn.functional"):
        for name, function in faces[face].items():
            if not name.endswith("_") and name not in LOUD:
                yield name, function


def sent_back(result):
    for each in result if isinstance(result, tuple) else (result,):
        if isinstance(each, torch.Tensor) and each.requires_grad:
            each.sum().backward(retain_graph=True)


@pytest.mark.parametrize("given", [(12,), (3, 4), (4, 4)], ids=str)
@pytest.mark.parametrize("count", [1, 2])
def test_every_function_is_quiet(count, given):
    ran = 0
    for name, function in functions():
        try:
            sent_back(function(*[hard(*given) for _ in range(count)]))
            ran += 1
        except RuntimeWarning as said:
            pytest.fail(f"{name}: {said!r}")
        except Exception:
            continue  # not a call that this function takes
    assert ran > 50


def twice(value):
    x = torch.tensor(value, requires_grad=True)
    for factor in (3e38, 3e38, math.inf, -math.inf):
        (x * factor).sum().backward()
    return x.grad


def from_two_sides(value):
    x = torch.tensor(value, requires_grad=True)
    y = x * 1
    (y * math.inf - y * math.inf + y * 3e38 + y * 3e38).sum().backward()
    return x.grad


def listened_to(value):
    x = torch.tensor(value, requires_grad=True)
    y = x * 1
    y.retain_grad()
    (y * 3e38 + y * 3e38).sum().backward(retain_graph=True)
    (y * -math.inf).sum().backward()
    return y.grad


@pytest.mark.parametrize("value", [1.0, [1.0, 2.0]])
@pytest.mark.parametrize("program", [twice, from_two_sides, listened_to])
def test_gradients_overflow_quietly(program, value):
    assert not torch.isfinite(program(value)).any()


def test_sums_over_broadcast_dimensions_are_quiet():
    x, y = hard(12), hard(12, 1)
    (x * y + x).sum().backward()
    assert x.grad.isnan().any()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
        ("SGD", {"lr": 1e30}),
        ("Adam", {}),
        ("AdamW", {"amsgrad": True}),
        ("RMSprop", {"centered": True, "momentum": 0.5}),
        ("Adagrad", {}),
    ],
)
def test_training_diverges_quietly(kind, options):
    x, y = hard(12), torch.tensor(1.0, requires_grad=True)
    optimizer = getattr(torch.optim, kind)([x, y], **options)
    for _ in range(3):
        x.grad, y.grad = hard(12).detach().flip(0), torch.tensor(math.inf)
        optimizer.step()
    assert x.isnan().any()

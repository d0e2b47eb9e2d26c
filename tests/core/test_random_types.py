"""Random expressions of tensors of all types and of numbers: type, shape and values as PyTorch's."""

import random
import warnings

import numpy as np
import pytest

import gradviz

pytestmark = pytest.mark.torch

LEAVES = {
    "b": ("bool", [[True, False, True], [False, False, True]]),
    "u": ("uint8", [3, 200, 7]),
    "i": ("int32", [[4], [-5]]),
    "n": ("int64", [2, -3, 6]),
    "s": ("int64", 5),
    "f": ("float32", [[0.5, -1.5, 2.0], [3.0, 0.25, -4.0]]),
    "z": ("float32", 1.5),
    "d": ("float64", [1.25, -2.5, 8.0]),
    "e": ("float64", -0.75),
}
NUMBERS = ["2", "3", "-1", "0.5", "True", "2.0"]
BINARY = [
    "({l} + {r})", "({l} - {r})", "({l} * {r})", "({l} / {r})", "({l} // {r})", "({l} % {r})",
    "({l} > {r})", "({l} == {r})", "({l} & {r})", "({l} | {r})", "({r} - {l})", "({r} * {l})",
    "T.where(b, {l}, {r})", "T.maximum({l}, f)", "({l} <= {r})", "({l} ^ {r})", "({l} ** 2)",
]  # fmt: skip
UNARY = [
    "(-{l})", "{l}.abs()", "{l}.float()", "{l}.double()", "{l}.long()", "{l}.sum()", "{l}.mean()",
    "{l}.exp()", "{l}.sigmoid()", "{l}.sum(0)", "(~{l})", "{l}.int()", "{l}.bool()",
    "{l}.amax()", "{l}.prod()", "{l}.cumsum(0)", "{l}.sqrt()",
]  # fmt: skip


def expression(rng, depth):
    if depth == 0:
        return rng.choice(list(LEAVES))
    left = expression(rng, depth - 1)
    if rng.random() < 0.35:
        return rng.choice(UNARY).format(l=left)
    right = rng.choice(NUMBERS) if rng.random() < 0.4 else expression(rng, rng.randrange(depth))
    return rng.choice(BINARY).format(l=left, r=right)


def answer(T, text):
    leaves = {
        name: T.tensor(values, dtype=getattr(T, kind)) for name, (kind, values) in LEAVES.items()
    }
    for name in "fzde":
        leaves[name].requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            y = eval(text, {"T": T} | leaves)
            seen = [str(y.dtype), y.requires_grad, y.detach().numpy()]
        except Exception as error:
            return type(error).__name__, str(error).split("\n")[0]
        if y.requires_grad:
            try:
                y.sum().backward()
            except RuntimeError as error:
                return [*seen, str(error)]
            seen += [None if leaves[n].grad is None else leaves[n].grad.numpy() for n in "fzde"]
    return seen


def same(ours, theirs):
    if isinstance(theirs, np.ndarray) and isinstance(ours, np.ndarray):
        alike = ours.dtype == theirs.dtype and ours.shape == theirs.shape
        return alike and np.allclose(ours, theirs, rtol=2e-4, atol=1e-5, equal_nan=True)
    return type(ours) is type(theirs) and ours == theirs


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_types_meet_as_in_torch(start):
    torch = pytest.importorskip("torch")
    for seed in range(start, start + 50):
        rng = random.Random(seed)
        text = expression(rng, rng.randrange(1, 4))
        ours, theirs = answer(gradviz, text), answer(torch, text)
        if theirs[0] == "NotImplementedError" or "ool" in str(theirs[1]):
            continue  # types that a kernel of PyTorch lacks are not lacking here
        alike = len(ours) == len(theirs) and all(map(same, ours, theirs))
        assert alike, f"seed {seed}: {text}\n{ours}\n{theirs}"

"""Random programs, run on gradviz and on PyTorch: the same values, gradients, graphs, errors."""

from __future__ import annotations

import random
import warnings
from dataclasses import dataclass
from types import ModuleType

import numpy as np

SHAPES = [(), (1,), (3,), (1, 3), (2, 3), (2, 1), (1, 1)]
UNARY = [
    "(-{a})", "{a}.exp()", "{a}.tanh()", "{a}.sigmoid()", "{a}.relu()", "({a}*{a}+1).sqrt()",
    "({a}*{a}+1).log()", "({a}*{a}+1).reciprocal()", "({a}**2)", "({a}**3)", "(2-{a})",
    "(2/({a}*{a}+1))", "(3*{a})", "({a}/2)", "({a}+1)", "({a}-2)", "(2**{a})", "{a}.sum()",
    "{a}.mean()", "{a}.abs()", "{a}.sin()", "{a}.cos()", "{a}.clamp(-0.5, 0.5)", "{a}.square()",
    "{a}.detach()", "{a}.reshape(-1)", "{a}.unsqueeze(0)", "{a}.squeeze()", "{a}.clone()",
]  # fmt: skip
BINARY = [
    "({a}+{b})", "({a}-{b})", "({a}*{b})", "({a}/({b}*{b}+1))", "(({a}*{a}+1)**{b})",
    "T.maximum({a}, {b})", "T.where({a} > 0, {a}, {b})",
]  # fmt: skip
WRITES = [
    "{w}.add_(1)", "{w}.mul_({b})", "{w}.exp_()", "{w} += {b}", "{w} *= 2", "{w}[0] = 0.5",
    "{w}[:, 1] *= 3", "{w}[0].mul_({v})", "{w}.t().add_(1)", "{w}.view(6).mul_(2)", "{w}.zero_()",
    "{w}.copy_({b})", "{w}[1] = {v}", "r = {w}[0]; r.mul_(2); s = s + r.sum()",
    "s = s + ({w} * {b}).sum()", "s = s + {w}.exp().sum()", "r = {w}.view(6); {w}.add_(1); s = s + r.sin().sum()",
    "r = {w}[0]; {w}.mul_({b}); s = s + (r * r).sum()", "{w} = {w} * 2", "{w} = {w}.tanh()",
    "T.autograd.grad({w}.sum(), b, retain_graph=True, allow_unused=True)",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Program:
    """A text to run, and the leaves that it works on."""

    text: str
    leaves: dict[str, np.ndarray]
    needs: tuple[str, ...]


def expression(rng: random.Random, depth: int) -> str:
    """A random expression of the leaves a, b, c, d."""
    if depth == 0:
        return rng.choice("abcd")
    if rng.random() < 0.5:
        return rng.choice(UNARY).format(a=expression(rng, depth - 1))
    other = expression(rng, rng.randrange(depth))
    return rng.choice(BINARY).format(a=expression(rng, depth - 1), b=other)


def pure(seed: int) -> Program:
    """A program that computes `y` and writes nothing."""
    rng = random.Random(seed)
    state = np.random.RandomState(seed)
    leaves = {name: np.float32(state.randn(*rng.choice(SHAPES)) * 0.5) for name in "abcd"}
    needs = tuple(name for name in "abcd" if rng.random() < 0.7) or ("a",)
    return Program(f"y = {expression(rng, rng.randrange(1, 5))}", leaves, needs)


def writing(seed: int) -> Program:
    """A program that writes in place, also through views, and sums up to `y`."""
    rng = random.Random(seed)
    state = np.random.RandomState(seed)
    leaves = {"a": (2, 3), "b": (2, 3), "v": (3,)}
    start = rng.choice(
        ["w = a * 1", "w = a * b", "w = a.exp()", "w = T.zeros(2, 3)", "w = b.detach().clone()"]
    )
    lines = [start, "s = T.zeros(())"]
    for _ in range(rng.randrange(1, 5)):
        lines.append(rng.choice(WRITES).format(w="w", b=rng.choice(["a", "b"]), v="v"))
    lines.append("y = (w * w).sum() + s")
    arrays = {name: np.float32(state.rand(*shape) + 0.25) for name, shape in leaves.items()}
    return Program("\n".join(lines), arrays, ("a", "b", "v"))


def tree(node: object, leaves: dict[int, str], depth: int = 0) -> str:
    """A graph as text; deep ones end in dots."""
    if node is None or depth > 25:
        return "..." if node is not None else "None"
    name = node.name()
    if name.endswith("AccumulateGrad"):
        return leaves.get(id(node.variable), "?")
    edges = [
        tree(edge, leaves, depth + 1) + f":{nr}" * bool(nr) for edge, nr in node.next_functions
    ]
    return f"{name}({', '.join(edges)})"


def run(T: ModuleType, program: Program, *, twice: bool) -> dict:
    """All that is seen of a program, as plain data."""
    env: dict = {"T": T}
    for name, array in program.leaves.items():
        env[name] = T.tensor(array.tolist(), requires_grad=name in program.needs)
    leaves = {name: env[name] for name in program.needs}
    seen: dict = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            exec(program.text, env)
            y = env["y"]
            seen["value"] = np.array(y.detach().numpy())
            seen["requires_grad"] = y.requires_grad
            if y.requires_grad:
                seen["tree"] = tree(y.grad_fn, {id(leaf): name for name, leaf in leaves.items()})
                backward(T, y, leaves, seen, twice=twice)
    except RuntimeError as error:
        seen["error"] = str(error)
    return seen


def backward(T: ModuleType, y: object, leaves: dict, seen: dict, *, twice: bool) -> None:
    """Gradients of the first order, or of the second too."""
    if not twice:
        (y * y).sum().backward()
        seen["grads"] = {
            name: None if x.grad is None else np.array(x.grad.numpy()) for name, x in leaves.items()
        }
        return
    given = list(leaves.values())
    first = T.autograd.grad((y * y).sum(), given, create_graph=True, allow_unused=True)
    seen["first"] = [None if g is None else np.array(g.detach().numpy()) for g in first]
    live = [(g * g).sum() for g in first if g is not None and g.requires_grad]
    if live:
        second = T.autograd.grad(sum(live[1:], live[0]), given, allow_unused=True)
        seen["second"] = [None if g is None else np.array(g.numpy()) for g in second]


def differences(ours: dict, theirs: dict) -> list[str]:
    """What is not the same."""
    return [
        f"{key}: ours {ours.get(key)!r}, torch's {theirs.get(key)!r}"
        for key in theirs.keys() | ours.keys()
        if not same(ours.get(key), theirs.get(key))
    ]


def same(left: object, right: object) -> bool:
    """Equal; numbers within the rounding of float32, relative to the largest beside them."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        largest = np.abs(right[np.isfinite(right)]).max(initial=1e-3)
        near = np.allclose(left, right, rtol=1e-3, atol=1e-5 * largest, equal_nan=True)
        return left.shape == right.shape and near
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


def shrunk(program: Program, differs: object) -> Program:
    """The program with every line left out that the difference does not need."""
    lines = program.text.split("\n")
    for line in list(lines[:-1]):
        fewer = [each for each in lines if each is not line]
        smaller = Program("\n".join(fewer), program.leaves, program.needs)
        if differs(smaller):
            lines = fewer
    return Program("\n".join(lines), program.leaves, program.needs)

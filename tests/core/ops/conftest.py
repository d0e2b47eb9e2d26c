"""The same program on gradviz and on PyTorch, and all that can be seen of what it gives."""

import ast
import math
import warnings

import pytest

import gradviz

INPUTS = """
x = torch.tensor([[0.5, -1.25, 2.0], [1.5, 0.75, -0.5]], requires_grad=True)
y = torch.tensor([[1.25, 0.5, -2.0], [3.0, -0.75, 1.0]], requires_grad=True)
b = torch.tensor([[[0.5, 1.0, -1.5, 2.0], [1.25, -0.5, 0.75, 1.0], [-2.0, 0.25, 1.5, -0.75]],
                  [[1.5, -1.0, 0.5, 0.25], [-0.25, 2.5, 1.75, -1.0], [0.0, 1.25, -0.5, 0.75]]], requires_grad=True)
v = torch.tensor([0.5, -1.5, 2.5], requires_grad=True)
u = torch.tensor([2.0, 0.25, -1.0], requires_grad=True)
s = torch.tensor(1.5, requires_grad=True)
d = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)
"""
PLAIN = """
k = torch.tensor([[2.0, 1.0, -1.0], [0.5, 3.0, 1.5]])
n = torch.tensor([[1, 2, 3], [4, 5, 6]])
m = torch.tensor([[True, False, True], [False, True, True]])
i = torch.tensor([2, 0])
g = torch.tensor([[0, 1, 0], [1, 0, 1]])
"""


class Twins:
    """Runs a program on both, and tells what differs."""

    def __init__(self, torch):
        self.engines = gradviz, torch
        torch.set_warn_always(True)

    def agree(self, code):
        ours, theirs = (Observation(engine, code).all for engine in self.engines)
        assert ours.keys() == theirs.keys(), (code, ours, theirs)
        for what in theirs:
            assert close(ours[what], theirs[what]), (code, what, ours[what], theirs[what])


class Observation:
    """What a program gives on one engine, as plain data."""

    def __init__(self, torch, code):
        self.torch, self.all = torch, {}
        self.space = {"torch": torch, "F": torch.nn.functional}
        exec(INPUTS, self.space)
        self.leaves = {name: value for name, value in self.space.items() if self.is_tensor(value)}
        exec(PLAIN, self.space)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                self.look_at(run(code, self.space))
            except (AssertionError, RuntimeError, IndexError, TypeError, ValueError) as error:
                self.all["error"] = type(error).__name__, str(error)
        self.all["warnings"] = [str(each.message).split(" (Triggered")[0] for each in caught]

    def is_tensor(self, value):
        return isinstance(value, self.torch.Tensor)

    def look_at(self, value):
        self.all["value"] = self.described(value)
        self.all["leaves"] = [self.described(leaf) for leaf in self.leaves.values()]
        results = [
            each for each in flat(value) if self.is_tensor(each) and each.grad_fn is not None
        ]
        if results:
            self.differentiate(sum((each * each).sum() for each in results))

    def differentiate(self, total):
        leaves = [leaf for leaf in self.leaves.values() if leaf.is_leaf]
        first = self.torch.autograd.grad(total, leaves, create_graph=True, allow_unused=True)
        self.all["first"] = [None if each is None else each.tolist() for each in first]
        again = sum((each * each).sum() for each in first if each is not None)
        if again.requires_grad:
            second = self.torch.autograd.grad(again, leaves, allow_unused=True, retain_graph=True)
            self.all["second"] = [None if each is None else each.tolist() for each in second]
        total.backward()
        self.all["grad"] = [None if leaf.grad is None else leaf.grad.tolist() for leaf in leaves]

    def described(self, value):
        if self.is_tensor(value):
            place = next((name for name, leaf in self.leaves.items() if leaf is value), None)
            return (
                place, str(value.dtype), tuple(value.shape), value.stride() if value.numel() else None,
                value.requires_grad, value._version, value.output_nr, self.tree(value.grad_fn), value.tolist(),
            )  # fmt: skip
        if isinstance(value, list | tuple):
            return [type(value).__name__, *(self.described(each) for each in value)]
        return repr(value)

    def tree(self, node):
        if node is None:
            return None
        if hasattr(node, "variable"):
            return next(
                (name for name, leaf in self.leaves.items() if leaf is node.variable), "leaf"
            )
        return [node.name(), *((self.tree(child), number) for child, number in node.next_functions)]


def run(code, space):
    """Run a program; its last expression is the result."""
    program = ast.parse(code)
    last = program.body.pop()
    exec(compile(program, "<program>", "exec"), space)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<program>", "eval"), space)
    exec(compile(ast.Module([last], []), "<program>", "exec"), space)
    return None


def flat(value):
    return (
        [each for part in value for each in flat(part)]
        if isinstance(value, list | tuple)
        else [value]
    )


def close(ours, theirs):
    """Equal, floats nearly so."""
    if isinstance(theirs, list | tuple):
        same = isinstance(ours, list | tuple) and len(ours) == len(theirs)
        return same and all(close(a, b) for a, b in zip(ours, theirs, strict=True))
    if isinstance(theirs, float) and isinstance(ours, float):
        return (math.isnan(ours) and math.isnan(theirs)) or math.isclose(
            ours, theirs, rel_tol=1e-4, abs_tol=1e-5
        )
    return type(ours) is type(theirs) and ours == theirs


@pytest.fixture(scope="session")
def twins():
    return Twins(pytest.importorskip("torch"))

"""Ops called wrongly, and on types that they do not take, are refused in PyTorch's words."""

import pytest

pytestmark = pytest.mark.torch

MISSING = [
    "torch.exp()", "torch.sigmoid()", "torch.relu()", "torch.mul()", "torch.mul(x)", "x.mul()",
    "torch.maximum(x)", "torch.atan2(x)", "torch.isnan()", "x.logical_and()", "torch.mm(x)",
    "torch.mm()", "torch.dot(x)", "torch.mv(x)",
]  # fmt: skip
STRANGE = [
    "torch.exp([1.0])", "torch.exp('a')", "torch.exp(None)", "torch.mul([1], x)", "torch.mm(1, x)",
    "torch.mm(x, 1)", "torch.mul(x, 'a')", "torch.mul(x, None)", "torch.exp(x, foo=1)",
]  # fmt: skip
WHOLE = [
    "n / 0", "n // 0", "n % 0", "n.fmod(0)", "n // torch.tensor([0, 1, 0])", "k // 0", "k % 0",
    "torch.div(n, 0, rounding_mode='trunc')", "torch.div(n, 0, rounding_mode='floor')",
    "n / torch.tensor(0)", "0 // torch.tensor(0)",
]  # fmt: skip
TYPES = [
    "-b", "b.neg()", "b - b", "b - 1", "1 - b", "b - n", "n - b", "torch.sub(b, b, alpha=2)",
    "~k", "k.bitwise_not()", "~n", "~b", "k & k", "k | k", "k ^ k", "k << 1", "k >> 1", "n << 1.5",
    "n & 1.5", "n & k", "b << 1", "b << b",
]  # fmt: skip


@pytest.mark.parametrize("call", MISSING + STRANGE + WHOLE + TYPES)
def test_it_is_refused_as_torch_does(agree, call):
    start = "n = torch.tensor([5, -7, 2]); b = torch.tensor([True, False, True])\n"
    agree(start + f"result = {call}")


@pytest.mark.parametrize("call", ["torch.exp(x, x)", "x.exp(1)", "x.mul(1, 2)", "x.mm(x, x)"])
def test_too_many_arguments_are_a_type_error(call):
    import gradviz

    with pytest.raises(TypeError, match="positional argument"):
        eval(call, {"torch": gradviz, "x": gradviz.ones(2)})


def test_a_failure_inside_a_right_call_is_told_as_it_is(agree):
    agree("torch.mm(x, x)")

"""Ops called wrongly, and on types that they do not take, are refused in PyTorch's words."""

import warnings

import pytest

import gradviz

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
WAYS = [
    "torch.exp(x, x)", "x.exp(1)", "x.exp_(1)", "x.mul(1, 2)", "x.mul_(1, 2)", "x.mm(x, x)", "x.mul('a')",
    "x.add()", "torch.add(x)", "x.add('a')", "k.add_('a')", "x.add(1, 2)", "torch.add('a', x)", "x.pow('a')",
    "torch.pow(x, 'a')", "torch.pow('a', x)", "x.pow()", "x.pow(1, 2)", "x.matmul(3)", "x.eq('a')", "x.eq()",
    "x.greater('a')", "torch.less(x)", "x.lt([1, 2])", "x.lt(None)",
    "x.bitwise_and('a')", "x.addmm(x, 3)", "torch.addmm(x)", "x.addmv()", "x.addcmul(x)", "x.lerp(x)",
    "x.multiply('a')", "x.subtract('a')", "x.divide('a')", "x.div()", "x.div(1, 2)", "x.fmod()", "torch.remainder(x)",
    "x.clamp('a')", "x.clamp_min()", "x.transpose(0)", "x.narrow(1)", "x.outer(3)", "x.square(1)", "x.detach().ge_('a')",
]  # fmt: skip
LATE = [  # what the function itself would take, or refuse for another reason
    "torch.clamp(2.5, x)", "torch.clamp(2.5)", "torch.clamp_min(2.5, 2)", "torch.cumsum(x, 2.5)", "x.cumsum(True)",
    "x.amax(True)", "torch.diagonal(M, 2.5)", "torch.cross(x, 2.5, dim=0)", "torch.fill(2.5, x)", "torch.bincount(n, 2.5)",
    "torch.flip(x, True)", "x.kthvalue(2.5)", "torch.tensor_split(x, 'a')", "x.tensor_split(2.5)", "torch.conj(2.5)",
    "torch.bernoulli(2.5)", "torch.multinomial(k, 1.5)", "k.multinomial(2, foo=1)", "x.rot90(1, 0)",
]  # fmt: skip
OUT = [
    "torch.exp(k, out=z)", "torch.add(k, 2, out=z)", "torch.mul(k, k, out=z) is z", "torch.exp(k, out=e)",
    "torch.exp(k, out=i)", "torch.exp(x, out=z)", "torch.exp(k, out=x)", "torch.pow(k, 2, out=z)",
    "torch.mm(k.view(1, 3), k.view(3, 1), out=e)", "torch.matmul(k, k, out=e)", "torch.clamp(k, 1, 2, out=z)",
    "torch.eq(k, 1, out=torch.empty(0, dtype=torch.bool))",
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


@pytest.mark.parametrize("call", MISSING + STRANGE + WAYS + LATE + WHOLE + TYPES)
def test_it_is_refused_as_torch_does(agree, call):
    start = "n = torch.tensor([5, -7, 2]); b = torch.tensor([True, False, True])\n"
    agree(start + f"result = {call}")


@pytest.mark.parametrize("call", OUT)
def test_a_result_is_written_into_out(agree, call):
    start = "z, e, i = torch.zeros(3), torch.empty(0), torch.zeros(3, dtype=torch.int64)\n"
    agree(start + f"result = [{call}, z, e, i, z._version]")


def test_a_failure_inside_a_right_call_is_told_as_it_is(agree):
    agree("torch.mm(x, x)")


@pytest.mark.parametrize(
    "line",
    [
        "torch.cross(x, x)",
        "torch.nn.functional.softmax(x)",
        "torch.tensor(x)",
        "(x * 2).grad",
        "float(x.sum())",
    ],
)
def test_a_warning_is_told_at_the_line_that_was_written(line):
    x = gradviz.ones(3, requires_grad=True)
    code = compile(line, "lesson", "eval")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        eval(code, {"__name__": "lesson", "torch": gradviz, "x": x})
    assert told[0].filename == "lesson"

import pytest

import gradviz
from gradviz.core.arguments import bind, signature
from gradviz.core.refusals import refusal

EXP = ["(Tensor input, *, Tensor out = None)"]
DOT = ["(Tensor input, Tensor tensor, *, Tensor out = None)"]
SUM = [
    "(Tensor input, *, torch.dtype dtype = None)",
    "(Tensor input, int or tuple of ints? dim, bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None)",
]
NARROW = [
    "(Tensor input, int dim, Tensor start, int length)",
    "(Tensor input, int dim, int start, int length)",
]
CASES = [
    ("exp", EXP, "1.0"),
    ("exp", EXP, ""),
    ("exp", EXP, "[1, 2]"),
    ("exp", EXP, "x, x"),
    ("exp", EXP, "x, out=3"),
    ("exp", EXP, "x, foo=3"),
    ("exp", EXP, "x, input=x"),
    ("exp", EXP, "np.ones(2)"),
    ("dot", DOT, "x"),
    ("dot", DOT, "tensor=x"),
    ("dot", DOT, ""),
    ("dot", DOT, "x, 2"),
    ("dot", DOT, "x, 'a'"),
    ("dot", DOT, "x, None"),
    ("dot", DOT, "x, x, x"),
    ("dot", DOT, "x, torch.float32"),
    ("dot", DOT, "x, torch.Size([2])"),
    ("sum", SUM, "[1, 2]"),
    ("sum", SUM, ""),
    ("sum", SUM, "x, 'a'"),
    ("sum", SUM, "x, 0, 1"),
    ("sum", SUM, "x, foo=1"),
    ("sum", SUM, "x, dtype=3"),
    ("sum", SUM, "x, 0, keepdim='yes'"),
    ("narrow", NARROW, "x, 0, 1"),
    ("narrow", NARROW, "x, 0, 1.5, 1"),
]


@pytest.mark.torch
@pytest.mark.parametrize(("function", "texts", "arguments"), CASES)
def test_a_wrong_call_is_refused_in_the_words_of_torch(function, texts, arguments):
    torch = pytest.importorskip("torch")
    np = pytest.importorskip("numpy")

    def given(torch):
        names = {"torch": torch, "np": np, "x": torch.ones(2)}
        return eval(f"(lambda *given, **named: (given, named))({arguments})", names)

    values, named = given(torch)
    with pytest.raises(TypeError) as expected:
        getattr(torch, function)(*values, **named)
    said = refusal(function, [signature(text) for text in texts], *given(gradviz))
    # the list of overloads that may follow is PyTorch's own
    first, theirs = (str(each).split("but expected")[0].strip() for each in (said, expected.value))
    assert first == theirs


def test_a_call_is_read_by_the_first_signature_that_fits():
    ways = ["(int high, tuple of ints size)", "(int low, int high, tuple of ints size)"]
    assert bind("randint", ways, (5, (2, 3)), {}) == {"high": 5, "size": (2, 3)}
    assert bind("randint", ways, (1, 5), {"size": [2]}) == {"low": 1, "high": 5, "size": (2,)}


def test_sizes_may_be_spread_and_may_be_tensors():
    way = ["(tuple of ints size, *, bool requires_grad = False)"]
    assert bind("ones", way, (2, gradviz.tensor(3)), {}) == {"size": (2, 3)}
    assert bind("ones", way, ((2, 3),), {}) == {"size": (2, 3)}


def test_names_of_numpy_are_understood():
    way = ["(Tensor input, int dim, bool keepdim = False)"]
    x = gradviz.ones(2)
    assert bind("sum", way, (x,), {"axis": 0, "keepdims": True}) == {
        "input": x,
        "dim": 0,
        "keepdim": True,
    }


@pytest.mark.parametrize("name", ["exp", "t", "neg", "relu", "sum", "squeeze"])
def test_functions_call_their_tensor_input(name):
    x = gradviz.ones(2, 2)
    assert getattr(gradviz, name)(input=x).tolist() == getattr(x, name)().tolist()
    with pytest.raises(TypeError):
        getattr(x, name)(input=x)

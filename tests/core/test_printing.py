import operator
import pickle
import random

import numpy as np
import pytest

from gradviz.core import printing
from gradviz.core.printing import Size, named_result, tensor_text


@pytest.fixture(autouse=True)
def _usual_options():
    yield
    printing.set_printoptions(profile="default")


SAMPLES = {
    "normal": lambda draw, shape: draw.normal(size=shape) * 10.0 ** draw.integers(-6, 9),
    "whole": lambda draw, shape: np.round(draw.normal(size=shape) * 10.0 ** draw.integers(0, 9)),
    "spread": lambda draw, shape: 10 ** draw.uniform(-10, 10, size=shape),
    "limits": lambda draw, shape: draw.choice(
        [1.0, 2.5, 1000.0, 1001.0, 1e-4, 1e-3, 1e8, 1e9], size=shape
    ),
    "zeros": lambda draw, shape: draw.choice([0.0, 0.0, 1.0, -0.0], size=shape),
    "special": lambda draw, shape: draw.choice(
        [np.nan, np.inf, -np.inf, 0.0, 1.0, 2.5], size=shape
    ),
    "integers": lambda draw, shape: draw.integers(
        -(10 ** int(draw.integers(1, 9))), 10**9, size=shape
    ),
    "truths": lambda draw, shape: draw.integers(0, 2, size=shape).astype(bool),
}
TYPES = {"f": ("float32", "float32", "float64"), "i": ("int64", "int32"), "b": ("bool",)}
CHOICES = {
    "precision": [None, 2, 6],
    "threshold": [None, 10, 50],
    "edgeitems": [None, 1, 2, 4],
    "linewidth": [None, 40, 120],
    "sci_mode": [None, True, False],
    "profile": [None, "short", "full", "default"],
}


def random_array(seed):
    choose, draw = random.Random(seed), np.random.default_rng(seed)
    sizes = [0, 1, 2, 3, 5, 7, 8, 13] + ([40, 120] if seed % 7 == 0 else [])
    shape = tuple(choose.choice(sizes) for _ in range(choose.choice([0, 1, 1, 2, 2, 3])))
    values = np.asarray(SAMPLES[choose.choice(list(SAMPLES))](draw, shape))
    return values.astype(choose.choice(TYPES[values.dtype.kind]))


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(300))
def test_random_arrays_print_as_in_torch(seed):
    torch = pytest.importorskip("torch")
    choose, values = random.Random(-seed), random_array(seed)
    options = (
        {name: choose.choice(every) for name, every in CHOICES.items()} if seed % 3 == 0 else {}
    )
    theirs, node = torch.tensor(values), None
    if values.dtype.kind == "f" and seed % 2:
        theirs.requires_grad_()
        if seed % 4 == 1:
            theirs = theirs.view(values.shape)
            node = type(theirs.grad_fn).__name__
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    expected = repr(theirs)
    torch.set_printoptions(profile="default")
    printing.set_printoptions(**options)
    assert tensor_text(values, grad_fn=node, requires_grad=theirs.requires_grad) == expected


@pytest.mark.torch
@pytest.mark.parametrize(
    "make",
    [
        lambda Size: Size([2, 3]),
        lambda Size: Size(),
        lambda Size: Size([2, 3])[1:],
        lambda Size: Size([2, 3])[1],
        lambda Size: operator.add(Size([2, 3]), (4,)),
        lambda Size: operator.add((1,), Size([2])),
        lambda Size: Size([2]) * 2,
        lambda Size: 2 * Size([2]),
        lambda Size: Size([2, 3]).numel(),
        lambda Size: Size([2, 3]) == (2, 3),
        lambda Size: str(Size([True, np.int64(4)])),
        lambda Size: Size("a"),
        lambda Size: Size([1, 1.5]),
        lambda Size: Size(3),
        lambda Size: operator.add(Size([2]), [1]),
    ],
)
def test_sizes_behave_as_in_torch(make):
    torch = pytest.importorskip("torch")
    assert answer(make, Size) == answer(make, torch.Size)


def answer(make, kind):
    try:
        return repr(make(kind))
    except (TypeError, ValueError) as error:
        return type(error), str(error)


def test_a_size_survives_pickling():
    assert repr(pickle.loads(pickle.dumps(Size([2, 3])))) == "torch.Size([2, 3])"


@pytest.mark.torch
def test_a_named_result_prints_its_names():
    torch = pytest.importorskip("torch")
    theirs = torch.tensor([[1.0, 2.0]]).max(0)
    ours = named_result("max", "values", "indices")(theirs)
    assert repr(ours) == repr(theirs)
    assert ours.indices is theirs.indices
    assert type(ours).__match_args__ == type(theirs).__match_args__


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'digits'"):
        printing.set_printoptions(digits=3)

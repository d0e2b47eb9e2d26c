"""Every method that both have, called in many ways: what comes out, the node, and what flows back.

The calls are drawn by each name as the seed from a pool of arguments; what PyTorch refuses must be refused.
"""

import contextlib
import random
import re

import numpy as np
import pytest

import gradviz
from gradviz.core import ops

from .conftest import close

pytestmark = pytest.mark.torch

INPUTS = {
    "matrix": np.float32([[0.5, -1.25, 2.0], [1.5, 0.75, -0.5]]),
    "vector": np.float32([1.25, -0.5, 2.5]),
    "number": np.float32(0.75),
    "empty": np.zeros((0, 3), np.float32),
    "double": np.float64([[0.5, -1.25], [1.5, 0.75]]),
    "whole": np.int64([[1, -2, 3], [4, 0, 6]]),
    "truth": np.array([True, False, True]),
    "ties": np.float32([[1.0, 2.0, 2.0], [0.0, 0.0, -1.0]]),
}
BESIDE = {
    "y": np.float32([[1.25, 0.5, -2.0], [3.0, -0.75, 1.0]]),
    "w": np.float32([2.0, 0.25, -1.0]),
    "i": np.int64([2, 0]),
    "g": np.int64([[0, 1, 0], [1, 0, 1]]),
    "m": np.array([[True, False, True], [False, True, True]]),
}
ARGUMENTS = [
    "", "0", "-1", "2", "3", "2.5", "0, 1", "-1, 0", "y", "w", "m", "(0, 1)", "dim=-1", "1, True", "-1, i", "1, g",
    "m, 2.0", "g", "y, w", "2, 0", "-1, 0, 1", "3, 2", "(3, 2)", "(6,)", "1, 2", "min=0.0", "torch.float64", "0, i, y",
]  # fmt: skip
RANDOM = {
    "bernoulli",
    "exponential",
    "geometric",
    "multinomial",
    "normal",
    "random",
    "uniform",
    "cauchy",
    "log_normal",
}
APART = {
    "as_subclass", "backward", "data_ptr", "element_size", "new_empty", "numpy", "register_hook", "requires_grad_",
    "resize_", "type", "untyped_storage", "storage", "new", "resize_as_", "register_post_accumulate_grad_hook", "to", "apply_", "map_", "set_", "empty_like", "hash_tensor",
}  # fmt: skip
ZEROS = {"x.norm(0, 1)"}  # sends zeros, where PyTorch sends nothing


def methods(torch):
    ops.read_all()
    for name in sorted(set(dir(gradviz.Tensor)) & set(dir(torch.Tensor))):
        bare = name.rstrip("_")
        ours = hasattr(gradviz.Tensor, name)  # what is beyond us stands there only to say so
        taken = ours and not name.startswith("_") and bare not in RANDOM and name not in APART
        if taken and callable(getattr(torch.Tensor, name)):
            yield name


def made(torch, array, wanted):
    tensor = torch.tensor(array.tolist(), dtype=getattr(torch, str(array.dtype)))
    tensor = tensor if array.size else torch.zeros(array.shape)
    return tensor.requires_grad_() if wanted and array.dtype.kind == "f" else tensor


def plain(torch, value):
    if isinstance(value, torch.Tensor):
        return str(value.dtype), tuple(value.shape), value.requires_grad, value.tolist()
    if isinstance(value, tuple | list):
        return [type(value).__name__, *(plain(torch, each) for each in value)]
    return (
        value
        if isinstance(value, bool | int | float | str)
        else re.sub("0x[0-9a-f]+", "", repr(value))
    )


def tree(node, depth=2):
    if node is None or hasattr(node, "variable"):
        return node and "leaf"
    return node.name(), *(
        [(tree(child, depth - 1), at) for child, at in node.next_functions] if depth else ()
    )


def tensors_in(torch, value):
    if isinstance(value, torch.Tensor):
        return [value]
    return (
        [one for each in value for one in tensors_in(torch, each)]
        if isinstance(value, tuple | list)
        else []
    )


def observed(torch, name, arguments, given):
    space = {"torch": torch, "x": made(torch, INPUTS[given], True)}
    space |= {each: made(torch, array, each in "yw") for each, array in BESIDE.items()}
    try:
        result = eval(f"x.{name}({arguments})", space)
    except (TypeError, AttributeError, ValueError):
        return None  # not a call at all
    except (RuntimeError, IndexError):
        return {"refused": True}
    seen = {"value": plain(torch, result)}
    recorded = [each for each in tensors_in(torch, result) if each.grad_fn is not None]
    for each in recorded[:1]:
        node = each.grad_fn
        seen["node"] = tree(node)
        names = sorted(one for one in dir(node) if one.startswith("_saved_"))
        seen["saved"] = [(one, plain(torch, getattr(node, one))) for one in names]
    leaves = [space[one] for one in "xyw" if space[one].requires_grad and space[one].is_leaf]
    if recorded:
        with contextlib.suppress(RuntimeError, NotImplementedError):  # no derivative, or no memory
            total = sum((each * each).sum() for each in recorded)
            sent = torch.autograd.grad(total, leaves, allow_unused=True)
            seen["sent"] = [None if each is None else each.tolist() for each in sent]
    return seen


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", range(8))
def test_a_call_does_what_it_does_in_torch(part):
    torch = pytest.importorskip("torch")
    torch.set_warn_always(False)
    different = []
    for name in list(methods(torch))[part::8]:
        calls = [(arguments, given) for arguments in ARGUMENTS for given in INPUTS]
        for arguments, given in random.Random(name).sample(calls, 8):
            theirs = observed(torch, name, arguments, given)
            if theirs is None or f"x.{name}({arguments})" in ZEROS:
                continue
            ours = observed(gradviz, name, arguments, given) or {"refused": True}
            for what in theirs:
                if what not in ours or not close(ours[what], theirs[what]):
                    different.append(
                        (f"x.{name}({arguments})", given, what, ours.get(what), theirs.get(what))
                    )
    assert not different, "\n".join(map(str, different))

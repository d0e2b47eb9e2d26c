"""Classes of tensors that learners write: what is computed from one is one again.

Only methods and operators do that; a function like `torch.exp` gives a plain tensor.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from . import errors, ops
from .legacy import constructed
from .tensor import Tensor, of_class

BINARY = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"]
OTHERS = ["neg", "pos", "abs", "invert", "eq", "ne", "lt", "le", "gt", "ge", "getitem", "iter"]
OPERATORS = {f"__{sign}{name}__" for name in BINARY for sign in ("", "r", "i")}
OPERATORS |= {f"__{name}__" for name in OTHERS}
KEPT = {"as_subclass", "backward", "register_hook", "register_post_accumulate_grad_hook"}


def constructed_as(cls: Any, given: tuple, named: dict[str, Any]) -> Any:
    """What calling a subclass returns: the same values as of a tensor, in the subclass."""
    made = of_class(cls, constructed(None, given, named))
    if cls.__init__ is not object.__init__:
        made.__init__(*given, **named)
    return made


def spread(cls: type) -> None:
    """Let the methods and operators of a new subclass give the subclass."""
    if "__torch_function__" in vars(cls):
        raise NotImplementedError(errors.out_of_scope("__torch_function__"))
    ops.read_all()
    for name in dir(Tensor):
        shown = name in OPERATORS or not name.startswith("_")
        if shown and name not in KEPT and name not in vars(cls):
            method = getattr(Tensor, name, None)
            if callable(method) and not isinstance(method, type):
                setattr(cls, name, giving(method))


def giving(method: Any) -> Any:
    """A method whose results are of the class of its tensor."""

    @wraps(method)
    def call(self: Any, *given: Any, **named: Any) -> Any:
        return turned(type(self), method(self, *given, **named))

    return call


def turned(cls: type, result: Any) -> Any:
    """A result, its tensors as those of a class; the graph shows that in PyTorch, too."""
    if result.__class__ is Tensor:
        return result.as_subclass(cls)
    if isinstance(result, tuple) and any(each.__class__ is Tensor for each in result):
        parts = [turned(cls, each) for each in result]
        return tuple(parts) if type(result) is tuple else type(result)(parts)
    return result

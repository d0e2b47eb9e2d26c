"""Functions whose gradient is written by hand."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from ..core import errors, modes
from ..core.inplace import check_writable, rebase
from ..core.modes import arrange, no_grad, recording
from ..core.names import ops
from ..core.node import NodeType, Output, maker, small
from ..core.tensor import Tensor, next_number
from ..core.views import View
from .context import BackwardCFunction, FunctionCtx

NOT_IMPLEMENTED = (
    "You must implement either the backward or vjp method for your custom autograd.Function to "
    "use it with backward mode AD."
)
NO_FORWARD = "You must implement the forward function for custom autograd.Function."
LEGACY = (
    "Legacy autograd function with non-static forward method is deprecated. Please use new-style "
    "autograd function with static forward method. "
    "(Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
)
INSTANTIATED = (
    "{} should not be instantiated. Methods on autograd functions are all static, so you should "
    "invoke them on the class itself. Instantiating an autograd function will raise an error in a "
    "future version of PyTorch."
)

__all__ = ["BackwardCFunction", "Function", "FunctionCtx", "once_differentiable"]


class FunctionMeta(type):
    """Gives each custom function the class of its nodes."""

    def __init__(cls, name: str, bases: tuple, members: dict) -> None:
        super().__init__(name, bases, members)
        body = {"__slots__": (), "__module__": BackwardCFunction.__module__, "function": cls}
        cls._backward_cls = NodeType(name + "Backward", (BackwardCFunction,), body)


class Function(metaclass=FunctionMeta):
    """A function with a gradient of your own; call it as `Name.apply(...)`.

    >>> import gradviz as torch
    >>> class Square(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         (x,) = ctx.saved_tensors
    ...         return 2 * x * grad
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> Square.apply(x).backward()
    >>> x.grad
    tensor(6.)
    """

    __module__ = "gradviz.autograd.function"
    _backward_cls: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        text = INSTANTIATED.format(type(self))
        warnings.warn(text, DeprecationWarning, stacklevel=2)

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Refuse the way of old."""
        raise RuntimeError(LEGACY)

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; to be written by you."""
        raise NotImplementedError(NO_FORWARD)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute a gradient for each argument of `forward`; to be written by you."""
        raise NotImplementedError(NOT_IMPLEMENTED)

    vjp = backward

    @classmethod
    def vjp_or_backward(cls) -> Callable:
        """Whichever of the two was written."""
        return cls.vjp if cls.vjp is not Function.vjp else cls.backward

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`, and record one node for it."""
        ctx = maker(cls._backward_cls)()
        given = (*args, *kwargs.values())
        tensors = [each for each in given if isinstance(each, Tensor)]
        recorded = recording() and any(each._requires_grad for each in tensors)
        ctx.sequence, ctx.result_version, ctx.remembered = next_number(), None, None
        ctx.result_shape, ctx.materialize_grads = (), True
        ctx._to_save, ctx._dirty, ctx._plain, ctx._kept = (), (), (), ()
        ctx._inputs = [described(each, recorded) for each in given]
        ctx.edges_ = [
            each._current_node() or each if each._requires_grad else None for each in tensors
        ]
        with no_grad():
            outputs = run_forward(cls, ctx, args, kwargs)
        if not recorded:
            ctx.edges_ = [None] * len(tensors)
        return finished(ctx, tensors, outputs, recorded)


def described(argument: Any, recorded: bool) -> tuple:
    """Of an argument: whether its gradient is wanted, whether it is a tensor, its form."""
    if not isinstance(argument, Tensor):
        return False, False, None, None
    return argument._requires_grad, True, argument._shape, argument._dtype


def run_forward(cls: type[Function], ctx: Any, args: tuple, kwargs: dict) -> Any:
    """Call `forward`, in either of its two forms."""
    setup = getattr(cls, "setup_context", None)
    if setup is None:
        return cls.forward(ctx, *args, **kwargs)
    output = cls.forward(*args, **kwargs)
    setup(ctx, args, output)
    return output


def finished(ctx: Any, tensors: list, outputs: Any, recorded: bool) -> Any:
    """Connect the outputs of a custom function to its node."""
    several = isinstance(outputs, tuple)
    made = list(outputs) if several else [outputs]
    for argument in ctx._to_save:
        if argument is not None and not isinstance(argument, Tensor):
            place = ctx._to_save.index(argument)
            raise TypeError(
                "save_for_backward can only save variables, but argument "
                f"{place} is of type {type(argument).__name__}"
            )
    if recorded:
        connect(ctx, tensors, made)
        ctx._kept = tuple([kept(ctx, each, made) for each in ctx._to_save])
    else:
        written = {id(each) for each in ctx._dirty}
        given = {id(each) for each in tensors} - written
        made = [each.detach() if id(each) in given else each for each in made]
    ctx._to_save = ()
    return tuple(made) if several else made[0]


def kept(ctx: Any, tensor: Any, made: list) -> Any:
    """A saved tensor as the node keeps it."""
    for number, output in enumerate(made):
        if output is tensor and output._node is not None:
            version = output._shared_version()
            return number, tensor._value, tensor._shape, (version, version.stamp)
    hooks = modes.current().saved_hooks
    if tensor is not None and hooks:
        return modes.packed(tensor, *hooks[-1])
    return tensor


def connect(ctx: Any, tensors: list, made: list) -> None:
    """Give each output its place on the node; what is no tensor has a place without a gradient."""
    forms = [
        (each._shape, each._dtype) if isinstance(each, Tensor) else (None, None) for each in made
    ]
    if len(made) == 1:
        ctx.outputs, (ctx.result_shape, *ctx.dtypes) = 1, forms[0]
        ctx.remembered = small(made[0]._value) if isinstance(made[0], Tensor) else None
    else:
        ctx.outputs = None
        ctx.result_shape, ctx.dtypes = (list(each) for each in zip(*forms, strict=True))
    views = sum(isinstance(each, Tensor) and each._view is not None for each in made)
    for place, output in enumerate(made):
        if isinstance(output, Tensor):
            own = ctx if len(made) == 1 else Output(ctx, place)
            made[place] = connected(ctx, own, tensors, output, View.SEVERAL if views > 1 else None)


def connected(ctx: Any, own: Any, tensors: list, output: Tensor, kind: int | None) -> Tensor:
    """One output, on its node."""
    plain = any(output is each for each in ctx._plain)
    if plain or output._dtype.kind != "f":
        return output
    if any(output is each for each in ctx._dirty):
        check_writable(output, errors.LEAF_WRITTEN)
        output._shared_version().bump()
        rebase(output, own)
        return output
    if any(output is each for each in tensors):
        with no_grad():
            output = ops.alias(output)  # an input returned as it came: a view of it
    view = output._view
    if view is not None:
        view.kind = View.CUSTOM if kind is None else kind
    output._node, output._requires_grad = own, True
    arrange(output, None)
    return output


def once_differentiable(function: Callable) -> Callable:
    """Say that a `backward` cannot be differentiated again."""

    @functools.wraps(function)
    def wrapper(ctx: Any, *grads: Any) -> Any:
        with no_grad():
            results = function(ctx, *grads)
        if not modes.current().grad or not any(
            isinstance(each, Tensor) and each._requires_grad for each in grads
        ):
            return results
        several = isinstance(results, tuple)
        marked = [
            DelayedError.apply(each.detach().requires_grad_())
            if isinstance(each, Tensor) and each._dtype.kind == "f"
            else each
            for each in (results if several else (results,))
        ]
        return tuple(marked) if several else marked[0]

    return wrapper


class DelayedError(Function):
    """Raises when it is differentiated."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor) -> Tensor:
        """Pass a tensor on."""
        return tensor.view_as(tensor)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Refuse."""
        raise RuntimeError(errors.ONCE)


error_node: Any = NodeType(  # what torch calls it
    "Error",
    (BackwardCFunction,),
    {
        "__slots__": (),
        "__module__": "builtins",
        "function": DelayedError,
        "name": lambda self: "torch::autograd::Error",
    },
)
DelayedError._backward_cls = error_node

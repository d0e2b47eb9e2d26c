"""Functions whose gradient is written by hand."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from ..core import errors, modes
from ..core.errors import warn
from ..core.inplace import check_writable, rebase
from ..core.modes import no_grad, recording
from ..core.names import ops
from ..core.node import NodeType, Output, maker, small
from ..core.packing import arrange, packed
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
BOTH_WRITTEN = (
    "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only "
    "implement one of them."
)
STRANGER = (
    "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that have been "
    "mutated should be passed to ctx.mark_dirty()."
)
NOT_RETURNED = (
    "Some elements marked as dirty during the forward method were not returned as output. The "
    "inputs that are modified inplace must all be outputs of the Function."
)
SEVERAL_WITH_VIEW = (
    "If your Function modifies inplace an input that is a view of another Tensor, your Function "
    "cannot return more than one Tensor. This is not supported by the current autograd engine. You "
    "should either make sure the input is not a view (using .clone() for example) or make your "
    "Function only return one Tensor (potentially splitting it into two Functions: one doing the "
    "inplace that returns a single Tensor and a second one that does the other operations). You "
    "can ask on the forum https://discuss.pytorch.org/ if you need help to do this change."
)

__all__ = [
    "BackwardCFunction",
    "Function",
    "FunctionCtx",
    "InplaceFunction",
    "once_differentiable",
]


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
    clear_saved_tensors_on_access = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        text = INSTANTIATED.format(type(self))
        warn(text, DeprecationWarning)

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Refuse the way of old."""
        raise RuntimeError(LEGACY)

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; to be written by you."""
        raise NotImplementedError(NO_FORWARD)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple, output: Any) -> Any:
        """Keep what `backward` needs, where `forward` takes no `ctx`; to be written by you."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute a gradient for each argument of `forward`; to be written by you."""
        raise NotImplementedError(NOT_IMPLEMENTED)

    vjp = backward

    @classmethod
    def vjp_or_backward(cls) -> Callable:
        """Whichever of the two was written."""
        if cls.vjp is Function.vjp:
            return cls.backward
        if cls.backward is not Function.backward:
            raise RuntimeError(BOTH_WRITTEN)
        return cls.vjp

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`, and record one node for it."""
        split = cls.setup_context is not Function.setup_context
        if split:
            args, kwargs = bound(cls.forward, args, kwargs)
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
            if split:
                outputs = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, outputs)
            else:
                outputs = cls.forward(ctx, *args, **kwargs)
        if not recorded:
            ctx.edges_ = [None] * len(tensors)
        return finished(ctx, tensors, outputs, recorded)


class InplaceFunction(Function):
    """A function that says whether it writes into its inputs; kept for programs of old."""

    __module__ = "gradviz.autograd.function"

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


def bound(function: Callable, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """The arguments of a call with those that were left to their defaults."""
    given = inspect.signature(function).bind(*args, **kwargs)
    given.apply_defaults()
    return given.args, given.kwargs


def described(argument: Any, recorded: bool) -> tuple:
    """Of an argument: whether its gradient is wanted, whether it is a tensor, its form."""
    if not isinstance(argument, Tensor):
        return False, False, None, None
    return argument._requires_grad, True, argument._shape, argument._dtype


def finished(ctx: Any, tensors: list, outputs: Any, recorded: bool) -> Any:
    """Connect the outputs of a custom function to its node."""
    several = isinstance(outputs, tuple)
    made = list(outputs) if several else [outputs]
    check_written(ctx, tensors, made)
    if recorded:
        check_saving(ctx._to_save)
        connect(ctx, tensors, made)
        ctx._kept = tuple([kept(ctx, each, made) for each in ctx._to_save])
    else:
        made = [outside(ctx, tensors, each) if isinstance(each, Tensor) else each for each in made]
    ctx._to_save = ctx._dirty = ctx._plain = ()
    return tuple(made) if several else made[0]


def among(tensor: Any, tensors: Iterable) -> bool:
    """Whether a tensor is one of several, the very same."""
    return any(tensor is each for each in tensors)


def check_written(ctx: Any, tensors: list, made: list) -> None:
    """Refuse what `forward` cannot have written, or has not returned."""
    strangers = [each for each in ctx._dirty if not among(each, tensors)]
    if strangers and not any(each._view is not None for each in strangers if among(each, made)):
        warn(STRANGER)
    elif strangers:
        raise RuntimeError(STRANGER)
    if not all(among(each, made) for each in ctx._dirty):
        raise RuntimeError(NOT_RETURNED)


def check_saving(tensors: Any) -> None:
    """Refuse to save anything but tensors."""
    for place, each in enumerate(tensors):
        if each is not None and not isinstance(each, Tensor):
            raise TypeError(
                "save_for_backward can only save variables, but argument "
                f"{place} is of type {type(each).__name__}"
            )


def outside(ctx: Any, tensors: list, output: Tensor) -> Tensor:
    """One output of a function that is not recorded."""
    if among(output, ctx._dirty):
        output._shared_version().bump()
        return output
    if among(output, tensors):
        if not recording():
            return output.detach()
        with no_grad():
            output = ops.alias(output)
    if output._view is not None:
        output._view.kind = View.CUSTOM
    return output


def kept(ctx: Any, tensor: Any, made: list) -> Any:
    """A saved tensor as the node keeps it."""
    hooks = modes.current().saved_hooks
    for number, output in enumerate(made):
        if output is tensor and output._node is not None:
            version = output._shared_version()
            value = packed(tensor.detach(), *hooks[-1]) if hooks else tensor._value
            return number, value, tensor._shape, (version, version.stamp)
    return packed(tensor, *hooks[-1]) if tensor is not None and hooks else tensor


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
    followed = [followable(ctx, each) for each in made]
    ctx.unfollowed = {place for place, each in enumerate(followed) if not each}
    kind = View.SEVERAL if sum(followed) > 1 else View.CUSTOM
    done: dict[int, Tensor] = {}  # an output that is returned twice is one tensor
    for place, output in enumerate(made):
        if followed[place]:
            own = ctx if len(made) == 1 else Output(ctx, place)
            done[id(output)] = made[place] = (
                connected(ctx, own, tensors, output, kind)
                if id(output) not in done
                else again(done[id(output)], own)
            )


def followable(ctx: Any, output: Any) -> bool:
    """Whether an output has a gradient."""
    return (
        isinstance(output, Tensor) and output._dtype.kind == "f" and not among(output, ctx._plain)
    )


def again(output: Tensor, own: Any) -> Tensor:
    """An output for the second time: the last place is the one that its gradient goes to."""
    output._node = own
    return output


def connected(ctx: Any, own: Any, tensors: list, output: Tensor, kind: str) -> Tensor:
    """One output, on its node."""
    if among(output, ctx._dirty):
        if kind == View.SEVERAL and output._view is not None:
            raise RuntimeError(SEVERAL_WITH_VIEW)
        check_writable(output, errors.LEAF_WRITTEN)
        output._shared_version().bump()
        rebase(output, own)
        return output
    if among(output, tensors):
        with no_grad():
            output = ops.alias(output)  # an input returned as it came: a view of it
    if output._view is not None:
        output._view.kind = kind
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
        return refusing(results) if isinstance(results, tuple) else refusing((results,))[0]

    return wrapper


def refusing(results: tuple) -> tuple:
    """The same gradients, on one node that refuses to be differentiated."""
    tensors = [each.detach().requires_grad_() for each in results if isinstance(each, Tensor)]
    marked = iter(DelayedError.apply(*tensors))
    found = tuple([next(marked) if isinstance(each, Tensor) else each for each in results])
    node = next(each for each in found if isinstance(each, Tensor)).grad_fn
    edges = iter(node.edges_)
    node.edges_ = [next(edges) if isinstance(each, Tensor) else None for each in results]
    for place, each in enumerate(found):
        if isinstance(each, Tensor) and isinstance(each._node, Output):
            each._node.number = place  # those that are None are counted too
    return found


class DelayedError(Function):
    """Raises when it is differentiated."""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> Any:
        """Pass tensors on."""
        return tuple([tensor.view_as(tensor) for tensor in tensors])

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

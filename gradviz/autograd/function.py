"""Functions whose gradient is written by hand."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core import errors, modes
from ..core.engine import recorded_mode
from ..core.inplace import check_writable, rebase
from ..core.modes import arrange, no_grad, recording
from ..core.node import (
    FREED,
    Node,
    NodeType,
    Output,
    check_saved,
    freed,
    link,
    maker,
    small,
    spread,
)
from ..core.operands import fit, fit_graph
from ..core.tensor import Tensor, next_number, wrap
from ..core.views import View

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


class BackwardCFunction(Node):
    """A node of a custom function; it is also the `ctx` of its `forward` and `backward`."""

    __module__ = "gradviz.autograd.function"
    __slots__ = (
        "__dict__",
        "_dirty",
        "_inputs",
        "_kept",
        "_plain",
        "_to_save",
        "edges_",
        "outputs",
    )
    function: type[Function]

    def _edges(self) -> list:
        return self.edges_

    @property
    def next_functions(self) -> tuple:
        """The nodes that the gradients go to."""
        return tuple([link(edge) for edge in self.edges_])

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """For each argument of `forward`, whether its gradient is wanted."""
        return tuple([need for need, *_ in self._inputs])

    # ---------------------------------------------------------------- what `forward` may say

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for `backward`, which finds them in `saved_tensors`."""
        self._to_save = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Say which inputs were written in place."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say which outputs have no gradient."""
        self._plain = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Choose whether gradients that never came are given as zeros or as None."""
        self.materialize_grads = value

    # ---------------------------------------------------------------------- what was saved

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """The tensors that `forward` has saved."""
        if self._kept is FREED:
            freed()
        kept: Any = self._kept
        return tuple([self._unpacked(each) for each in kept])

    saved_variables = saved_tensors

    def _unpacked(self, saved: Any) -> Any:
        if saved is None:
            return None
        if saved.__class__ is modes.Packed:
            return saved.unpacked()
        if isinstance(saved, tuple):  # an output: the value alone, so that there is no cycle
            number, value, shape, version = saved
            if version is not None and version[0].stamp > version[1]:
                check_saved(wrap(value, shape, self._output(number)), version[0], version[1])
            return wrap(value, shape, self._output(number))
        check_saved(saved, saved._written, self.sequence)
        return saved

    def _output(self, number: int) -> Any:
        return self if self.outputs == 1 else Output(self, number)

    # ------------------------------------------------------------------------ the backward pass

    def _backward(self, grad: Any, keep: Any) -> tuple:
        return self._run(grad, keep, graph=False)

    def _backward_graph(self, grad: Any, keep: Any) -> tuple:
        return self._run(grad, keep, graph=True)

    def _run(self, grad: Any, keep: Any, *, graph: bool) -> tuple:
        if self._kept is FREED:
            freed()
        with recorded_mode(graph):
            grads = self.function.vjp_or_backward()(self, *self._arriving(grad, graph))
        if not keep:
            self._kept = FREED if self._kept else ()
        leaving = self._leaving(grads, graph)
        pairs = zip(self.edges_, leaving, strict=True)
        edges = [None if sent is None else edge for edge, sent in pairs]
        return spread(edges, leaving, self.sequence)

    def _arriving(self, grad: Any, graph: bool) -> list:
        if self.outputs == 1:
            return [grad if graph else wrap(*shaped_as(grad, self.result_shape))]
        arriving = []
        for number, shape in enumerate(self.result_shape):
            each = grad.get(number)
            if each is not None:
                arriving.append(each if graph else wrap(*shaped_as(each, shape)))
            elif self.materialize_grads:
                dtypes: Any = self.dtypes  # type: ignore[attr-defined]
                arriving.append(wrap(np.zeros(shape, dtypes[number])))
            else:
                arriving.append(None)
        return arriving

    def _leaving(self, grads: Any, graph: bool) -> list:
        grads = list(grads) if isinstance(grads, tuple) else [grads]
        name, count = type(self).__name__, len(self._inputs)
        while len(grads) > count and grads[-1] is None:
            grads.pop()
        if len(grads) != count:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients "
                f"(expected {count}, got {len(grads)})"
            )
        leaving = []
        for number, (given, (need, tensor, shape, dtype)) in enumerate(
            zip(grads, self._inputs, strict=True)
        ):
            if not tensor:
                if given is not None:
                    raise RuntimeError(
                        f"function {name} returned a gradient different than None at position "
                        f"{number + 1}, but the corresponding forward input was not a Variable"
                    )
                continue
            if given is None or not need:
                leaving.append(None)
                continue
            leaving.append(self._fitted(len(leaving), given, shape, dtype, graph))
        return leaving

    def _fitted(self, number: int, grad: Any, shape: tuple, dtype: Any, graph: bool) -> Any:
        if not isinstance(grad, Tensor):
            raise RuntimeError(f"expected Variable or None (got {type(grad).__name__})")
        if grad._shape != shape and not reducible(grad._shape, shape):
            raise RuntimeError(
                f"Function {type(self).__name__} returned an invalid gradient at index {number} - "
                f"got {list(grad._shape)} but expected shape compatible with {list(shape)}"
            )
        if graph:
            return fit_graph(grad, (shape, dtype))
        return fit(grad._value if grad._shape == shape else grad._shaped(), (shape, dtype))


def shaped_as(grad: Any, shape: tuple) -> tuple:
    """A gradient with its shape, for `wrap`."""
    return grad, shape if grad.__class__ is not np.ndarray else grad.shape


def reducible(shape: tuple, target: tuple) -> bool:
    """Whether a gradient can be summed to a shape."""
    if len(shape) < len(target):
        return False
    return all(want in (have, 1) for have, want in zip(shape[::-1], target[::-1], strict=False))


class FunctionMeta(type):
    """Gives each custom function the class of its nodes."""

    def __init__(cls, name: str, bases: tuple, members: dict) -> None:
        super().__init__(name, bases, members)
        body = {"__slots__": (), "__module__": cls.__module__, "function": cls}
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
    _backward_cls: type

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
        tensors = [each for each in args if isinstance(each, Tensor)]
        recorded = recording() and any(each._requires_grad for each in tensors)
        ctx.sequence, ctx.result_version, ctx.remembered = next_number(), None, None
        ctx.result_shape, ctx.materialize_grads = (), True
        ctx._to_save, ctx._dirty, ctx._plain, ctx._kept = (), (), (), ()
        ctx._inputs = [described(each, recorded) for each in args]
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
    """Give each output its place on the node."""
    differentiable = [isinstance(each, Tensor) for each in made]
    count = sum(differentiable)
    if count > 1:
        ctx.outputs = None
        ctx.result_shape = [each._shape for each in made if isinstance(each, Tensor)]
        ctx.dtypes = [each._dtype for each in made if isinstance(each, Tensor)]
    number = 0
    for place, output in enumerate(made):
        if not isinstance(output, Tensor):
            continue
        own = ctx if count == 1 else Output(ctx, number)
        if count == 1:
            ctx.outputs = 1
            ctx.result_shape, ctx.dtypes = output._shape, [output._dtype]
            ctx.remembered = small(output._value)
        number += 1
        made[place] = connected(ctx, own, tensors, output)


def connected(ctx: Any, own: Any, tensors: list, output: Tensor) -> Tensor:
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
        alias = wrap(output._array())  # an input returned as it came: a view of it
        alias._written = output._shared_version()
        output = alias
    view = getattr(output, "_view", None)
    if view is not None:
        view.kind = View.CUSTOM
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
            DelayedError.apply(each) if isinstance(each, Tensor) else each
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

"""Operands of all kinds: numbers beside tensors, other types, other shapes; and the way back."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes, errors
from .meanings import silent
from .names import ops
from .node import Output
from .packing import arrange
from .printing import named_result
from .tensor import Tensor, float32, ndarray, settled, tensor_classes, wrap
from .views import view_of
from .words import called_quietly

constants: dict[Any, np.ndarray] = {}


def constant(number: Any, dtype: np.dtype) -> np.ndarray:
    """A number as a 0-d array of the other operand's type: numpy is twice as fast with it."""
    if dtype is not float32:
        return np.array(number, dtype)
    array = constants.get(number)
    if array is None:
        array = np.array(number, dtype)
        if number == number and number != 0 and len(constants) < 512:
            constants[number] = array  # 0.0 == -0.0, so zero is never kept
    return array


def shaped(operand: Any) -> Any:
    """A tensor's value as an array; a number as it is."""
    return operand._shaped() if operand.__class__ in tensor_classes else operand


OUTSPOKEN = "other", "self", "min", "max"  # in `0.5 - n` a number has its say about the type


def combined(plan: Any, operands: tuple) -> tuple:
    """An element-wise operation on operands of any types and shapes.

    Returns the value, its shape, its type, and the (shape, type) that each gradient must have.
    """
    op = plan.op
    given = dict(zip(plan.kinds, operands, strict=True))
    speaking = plan.edges or plan.tensors
    for name in plan.tensors:
        if (
            not isinstance(given[name], Tensor | float | int | np.number | np.bool_)
            and given[name] is not None
        ):
            raise misuse(op, given) or TypeError(f"{op.name}(): these arguments do not fit")
    if op.check is not None:
        op.check(*operands)
    voices = [given[name] for name in speaking if given[name] is not None]
    numbers = [given[name] for name in OUTSPOKEN if plan.kinds.get(name) == "Scalar"]
    voices += [number for number in numbers if number is not None]
    dtype = dtypes.result_dtype(*voices)
    if op.floating and dtype.kind != "f":
        dtype = dtypes.default_float
    values = []
    for name, operand in given.items():
        if name not in plan.tensors or operand is None:
            fits = dtype.kind not in "iu" or operand.__class__ is not int
            values.append(operand if fits else np.array(operand).astype(dtype)[()])
            continue
        is_tensor = isinstance(operand, Tensor)
        value = operand._shaped() if is_tensor else np.array(operand).astype(dtype)
        values.append(
            value.astype(dtype) if name in speaking and value.dtype is not dtype else value
        )
    try:
        value = called_quietly(plan.forward_value, *values)
        if op.rules and value.dtype is not dtype:
            value = value.astype(dtype)
        value, shape = settled(value)
    except ValueError:
        raise unfit(*[given[name] for name in plan.tensors]) from None
    targets = tuple(
        (given[name]._shape, given[name]._dtype) if isinstance(given[name], Tensor) else None
        for name in plan.tensors
    )
    return value, shape, value.dtype, targets


def unfit(*operands: Any) -> RuntimeError:
    """What is raised where operands do not broadcast."""
    return RuntimeError(
        errors.not_broadcastable([getattr(each, "_shape", ()) for each in operands])
    )


def fit(grad: Any, target: tuple) -> Any:
    """A gradient in the shape and type of the operand that it belongs to."""
    shape, dtype = target
    if grad.__class__ is ndarray and grad.shape != shape:
        grad = summed(grad, shape)
    return grad if grad.dtype is dtype else grad.astype(dtype)


def summed(grad: np.ndarray, shape: tuple) -> Any:
    """Sum over the dimensions that the operand did not have."""
    extra = grad.ndim - len(shape)
    if extra == 1 and grad.shape[1:] == shape:
        return np.add.reduce(grad, 0)
    axes = tuple(range(extra)) + tuple(
        i + extra for i, size in enumerate(shape) if size == 1 and grad.shape[i + extra] != 1
    )
    return np.add.reduce(grad, axes, keepdims=True).reshape(shape)


def fit_graph(grad: Tensor, target: tuple) -> Tensor:
    """The same on tensors."""
    shape, dtype = target
    if grad._shape != shape:
        grad = ops.sum_to_size(grad, shape)
    return grad if grad._dtype is dtype else ops.to_copy(grad, dtype)


def zeros(shape: tuple, like: dict) -> np.ndarray:
    """The gradient of an output that nobody used."""
    return np.zeros(shape, next(iter(like.values())).dtype)


def zeros_graph(shape: tuple, like: dict) -> Tensor:
    """The same as a tensor."""
    return wrap(np.zeros(shape, next(iter(like.values()))._dtype))


def number_tensor(number: Any, beside: Any, floating: bool = False) -> Tensor:
    """A number on the left as a tensor, in the type that it has beside the other operand."""
    return wrap(np.asarray(number).astype(dtypes.result_dtype(number, beside, *[1.0] * floating)))


def misused(op: Any, given: dict) -> Any:
    """Refuse a call in torch's words, if it is not one with a number first, as `mul(2, x)` is."""
    operands = [given[name] for name in op.plan.kinds]
    number_first = op.plan.numbers and isinstance(operands[0], int | float)
    error = None if number_first and not op.shown else misuse(op, given)
    if error is None and number_first:
        left = number_tensor(operands[0], operands[1], op.floating)
        return op.function(left, *operands[1:])
    raise error or TypeError(f"{op.name}(): these arguments do not fit")


def misuse(op: Any, given: dict) -> TypeError | None:
    """What torch says of the arguments of a call, if it is they that are wrong."""
    from .calls import misuse_of

    return misuse_of(op, given)


def otherwise(op: Any, given: dict) -> Any:
    """A call with more arguments than an op has places, or with a tensor to write into."""
    error = misuse(op, given)
    if error is not None:
        raise error
    from .outs import written_out

    return written_out(op.name, given["out"], op.function(*[given[name] for name in op.plan.kinds]))


# ---------------------------------------------------------------------- several results


def spoken(name: str) -> str:
    """The name of an op as torch has it: `max_dim` is `max`."""
    return name.removesuffix("_dim").removesuffix("_of").removesuffix("_along")


result_types: dict[tuple, type] = {}


def named(plan: Any, values: Any, node: Any, given: tuple) -> tuple:
    """The results of an operation that has several."""
    tensors = []
    for number, value in enumerate(values):
        own = Output(node, number) if node is not None and value.dtype.kind == "f" else None
        if plan.op.view:
            tensor = wrap(value, None, own)
            view_of(given[0], tensor, plan.op, given[1:], number)
        else:
            tensor = wrap(*settled(value), own)
        arrange(tensor, plan.op)
        tensors.append(tensor)
    if plan.op.outputs == "many":
        return tuple(tensors)
    described = spoken(plan.op.name), *plan.op.outputs
    kind = result_types.get(described)
    if kind is None:
        kind = result_types[described] = named_result(*described)
    return kind(tensors)


constant, combined, summed = silent(constant), silent(combined), silent(summed)

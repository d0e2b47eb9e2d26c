"""Whole derivatives: Jacobians, Hessians, and their products with vectors.

Each function runs `func` on copies of the inputs, so nobody's `.grad` is touched.

>>> import gradviz as torch
>>> from gradviz.autograd.functional import jacobian
>>> jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
tensor([[2., 0.],
        [0., 4.]])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.modes import enable_grad
from ..core.op import ops
from ..core.tensor import Tensor, wrap
from . import grad as gradients
from .given import (
    OUTPUTS,
    UNTRACKED,
    WITHOUT_GRAPH,
    as_tuple,
    check_tracked,
    filled,
    finished,
    one_number,
    prepare,
    single_or_all,
    started,
    vectors_for,
    zeros_like,
)

INDEPENDENT = (
    "Output {output} of the user-provided function is independent of input {input}. "
    "This is not allowed in strict mode."
)
TOGETHER = (
    "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported "
    "together. Please either set `strict=False` or `vectorize=False`."
)


def jacobian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Every output's derivative with respect to every input.

    Args:
        func: takes the tensors, returns one tensor or a tuple of them.
        inputs: one tensor or a tuple.
        create_graph: whether the result can be differentiated again.
        strict: whether an output that does not depend on an input is an error.
        vectorize: accepted; the result is the same.
        strategy: "reverse-mode" is what there is.

    Returns:
        A tensor of shape `(*output.shape, *input.shape)`; nested tuples, by output and then by
        input, where there are several.
    """
    if strategy != "reverse-mode":
        raise NotImplementedError(
            f"gradviz has no strategy={strategy!r}: it differentiates backwards; use 'reverse-mode'"
        )
    if strict and vectorize:
        raise RuntimeError(TOGETHER)
    given, single_input = as_tuple(inputs, "inputs", "jacobian")
    with enable_grad():
        prepared = prepare(given, create_graph)
        outputs, single_output = as_tuple(func(*prepared), OUTPUTS, "jacobian")
        rows = [
            rows_of(number, output, prepared, create_graph, strict)
            for number, output in enumerate(outputs)
        ]
    result = tuple(row[0] if single_input else row for row in rows)
    return single_or_all(finished_rows(result, create_graph), single_output)


def finished_rows(rows: tuple, create_graph: bool) -> tuple:
    """The blocks of a Jacobian, nested as they are, for the caller."""
    if create_graph:
        return rows
    return tuple(
        row.detach() if isinstance(row, Tensor) else finished(row, create_graph) for row in rows
    )


def rows_of(
    number: int, output: Tensor, inputs: Sequence[Tensor], create_graph: bool, strict: bool
) -> tuple[Tensor, ...]:
    """The derivative of each element of one output, stacked, for each input."""
    if strict and not output._requires_grad:
        raise RuntimeError(UNTRACKED["outputs"].format(number))
    rows: list[list[Tensor]] = [[] for _ in inputs]
    for element in ops.reshape(output, (-1,)).unbind():
        found = derivatives(element, inputs, create_graph)
        for place, (column, own, input) in enumerate(zip(rows, found, inputs, strict=True)):
            if own is None and strict:
                raise RuntimeError(INDEPENDENT.format(output=number, input=place))
            if own is not None and strict and create_graph and not own._requires_grad:
                raise RuntimeError(WITHOUT_GRAPH["back"].format(place))
            column.append(zeros_like(input) if own is None else own)
    return tuple(
        ops.view(ops.stack(column, 0), (*output._shape, *input._shape))
        if column
        else wrap(np.zeros((*output._shape, *input._shape), input._dtype))
        for column, input in zip(rows, inputs, strict=True)
    )


def derivatives(
    output: Tensor, inputs: Sequence[Tensor], create_graph: bool, vector: Tensor | None = None
) -> tuple[Tensor | None, ...]:
    """The gradient of one output for each input, None where there is no way."""
    if not output._requires_grad:
        return (None,) * len(inputs)
    return gradients(
        output, inputs, vector, retain_graph=True, create_graph=create_graph, allow_unused=True
    )


def hessian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a function with one number as its result.

    Returns:
        A tensor of shape `(*input.shape, *input.shape)`, or a tuple of tuples of them.
    """
    given, single = as_tuple(inputs, "inputs", "hessian")

    def slope(*values: Tensor) -> Any:
        output = one_number(func(*values), "hessian")
        if strict:
            check_tracked((output,), "outputs")
        found = derivatives(output, values, True)
        if strict:
            check_tracked(found, "jacobian")
        slopes = filled(found, values, "back")
        return slopes[0] if single else slopes

    return jacobian(
        slope, given[0] if single else given, create_graph, strict, strategy=outer_jacobian_strategy
    )


def vjp(
    func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The outputs, and a vector times the Jacobian: what `backward(gradient=v)` sends.

    >>> import gradviz as torch
    >>> vjp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.ones(2))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    given, single = as_tuple(inputs, "inputs", "vjp")
    with enable_grad():
        prepared = prepare(given, create_graph)
        outputs, single_output = as_tuple(func(*prepared), OUTPUTS, "vjp")
        vectors = vectors_for(v, outputs, "vjp")
        if strict:
            check_tracked(outputs, "outputs")
        found = sent(outputs, prepared, vectors, create_graph)
        products = filled(found, prepared, "back", strict=strict, create_graph=create_graph)
    return (
        single_or_all(finished(outputs, create_graph), single_output),
        single_or_all(finished(products, create_graph), single),
    )


def sent(
    outputs: Sequence[Tensor | None],
    inputs: Sequence[Tensor],
    vectors: Sequence[Tensor],
    create_graph: bool,
) -> Sequence[Tensor | None]:
    """vᵀJ for each input, None where an input is not used."""
    tracked = [
        (output, vector)
        for output, vector in zip(outputs, vectors, strict=True)
        if output is not None and output._requires_grad
    ]
    if not tracked:
        return [None] * len(inputs)
    roots, starts = zip(*tracked, strict=True)
    return gradients(
        roots, inputs, starts, retain_graph=True, create_graph=create_graph, allow_unused=True
    )


def jvp(
    func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The outputs, and the Jacobian times a vector: how they change as the inputs move along v.

    It is found by going backward twice: vᵀJ is linear in v, and its derivative is J.

    >>> import gradviz as torch
    >>> jvp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0]))
    (tensor([1., 4.]), tensor([2., 0.]))
    """
    given, _ = as_tuple(inputs, "inputs", "jvp")
    with enable_grad():
        prepared = prepare(given, create_graph)
        vectors = vectors_for(v, prepared, "jvp")
        outputs, single_output = as_tuple(func(*prepared), OUTPUTS, "jvp")
        if strict:
            check_tracked(outputs, "outputs")
        dummies = [started(zeros_like(output)) for output in outputs]
        rows = sent(outputs, prepared, dummies, True)
        if strict:
            check_tracked(rows, "grad_inputs")
        found = sent(rows, dummies, vectors, create_graph)
        products = filled(found, outputs, "back_trick", strict=strict, create_graph=create_graph)
    return (
        single_or_all(finished(outputs, create_graph), single_output),
        single_or_all(finished(products, create_graph), single_output),
    )


def vhp(
    func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The output, and a vector times the Hessian."""
    return hessian_product(func, inputs, v, create_graph, strict, "vhp")


def hvp(
    func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The output, and the Hessian times a vector; the Hessian is symmetric, so it is `vhp`."""
    return hessian_product(func, inputs, v, create_graph, strict, "hvp")


def hessian_product(
    func: Callable, inputs: Any, v: Any, create_graph: bool, strict: bool, name: str
) -> tuple[Any, Any]:
    """The gradient's own vector-Jacobian product."""
    given, single = as_tuple(inputs, "inputs", name)
    with enable_grad():
        prepared = prepare(given, create_graph)
        vectors = vectors_for(v, prepared, "jvp")
        output = one_number(func(*prepared), name)
        if strict:
            check_tracked((output,), "outputs")
        start = ops.reshape(wrap(np.ones(1, output._dtype)), output._shape)
        slopes = sent((output,), prepared, (start,), True)
        if strict:
            check_tracked(slopes, "jacobian")
        found = sent(slopes, prepared, vectors, create_graph)
        stage = "double_back" if name == "vhp" else "double_back_trick"
        products = filled(found, prepared, stage, strict=strict, create_graph=create_graph)
    return (
        finished((output,), create_graph)[0],
        single_or_all(finished(products, create_graph), single),
    )

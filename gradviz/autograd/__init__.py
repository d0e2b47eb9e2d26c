"""Automatic differentiation: gradients by call, custom functions, the graph's own words."""

from __future__ import annotations

import importlib
from operator import index
from typing import Any

import numpy as np

from ..core import engine, errors
from ..core.errors import warn
from ..core.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from ..core.op import ops
from ..core.saved import SavedTensor
from ..core.scope import missing
from ..core.tensor import Tensor, wrap
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .function import Function
from .grad_mode import is_multithreading_enabled, set_multithreading_enabled
from .graph import GradientEdge
from .variable import Variable

__all__ = [
    "Function",
    "SavedTensor",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_multithreading_enabled",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_multithreading_enabled",
]
SOURCES = (Tensor, GradientEdge)  # a union made at each call takes longer
EDGE_MATERIALIZED = "materialize_grads cannot be used when the given input is a GradientEdge"
NOT_BATCHED = (
    "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
    "dimension. The sizes of the remaining dimensions are expected to match the shape of "
    "corresponding output, but a mismatch was detected: grad_output[{}] has a shape of {} and "
    "output[{}] has a shape of {}. If you only want some tensors in `grad_output` to be considered "
    "batched, consider using vmap."
)
ONLY_INPUTS = (
    "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate "
    "gradient for other parts of the graph, please use torch.autograd.backward."
)


def __getattr__(name: str) -> Any:
    if name == "functional":
        return importlib.import_module("gradviz.autograd.functional")
    raise AttributeError(missing("gradviz.autograd", name))


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Compute the gradients of some tensors, and add them to `.grad` of the leaves.

    >>> import gradviz as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> torch.autograd.backward([x * x, 5 * x])
    >>> x.grad
    tensor(11.)
    """
    if grad_variables is not None:
        text = "`grad_variables` is deprecated. Use `grad_tensors` instead."
        warn(text, FutureWarning)
        if grad_tensors is not None:
            raise RuntimeError(errors.BOTH_GRADS)
        grad_tensors = grad_variables
    if inputs is not None:
        inputs = (inputs,) if isinstance(inputs, SOURCES) else tuple(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    roots = _roots(tensors, grad_tensors, create_graph)
    keep = create_graph if retain_graph is None else bool(index(retain_graph))
    wanted = None
    if inputs is not None:
        for each in inputs:
            if isinstance(each, Tensor):
                each.retain_grad()
        wanted = dict.fromkeys(map(_key, inputs))
    try:
        engine.send(roots, keep, create_graph, wanted, write=True)
    finally:
        if create_graph:  # torch, too, says it when all is over
            warn(errors.CREATE_GRAPH)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of some tensors with respect to others, returned and not added up anywhere.

    >>> import gradviz as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> torch.autograd.grad(x * x, x)
    (tensor(6.),)
    """
    if not only_inputs:
        warn(ONLY_INPUTS, FutureWarning)
    if materialize_grads and allow_unused is False:
        raise ValueError(errors.UNUSED_MATERIALIZED)
    if is_grads_batched:
        return _batched(outputs, inputs, grad_outputs, create_graph, bool(allow_unused))
    inputs = (inputs,) if isinstance(inputs, SOURCES) else tuple(inputs)
    roots = _roots(outputs, grad_outputs, create_graph)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    keys = [_key(each) for each in inputs]
    keep = create_graph if retain_graph is None else bool(index(retain_graph))
    found = engine.found_at_once(roots, keys, keep, create_graph)
    if found is None:
        wanted: dict = dict.fromkeys(keys)
        engine.send(roots, keep, create_graph, wanted, write=False)
        found = [wanted[key] for key in keys]
    for number, one in enumerate(found):
        if one is None and materialize_grads:
            found[number] = _zeros(inputs[number], create_graph)
        elif one is None and not allow_unused:
            raise RuntimeError(errors.UNUSED.format(number))
    return tuple(found)


def _batched(
    outputs: Any, inputs: Any, gradients: Any, graph: bool, allow_unused: bool
) -> tuple[Tensor | None, ...]:
    """`grad` once for each gradient along the first dimension, the results stacked."""
    if gradients is None:
        given = _ones_like(outputs)
        if any(not each._shape for each in given):
            raise ValueError(errors.UNBATCHED)
    else:
        given = _sequence(gradients)
        for number, (output, each) in enumerate(zip(_sequence(outputs), given, strict=False)):
            if each[0].shape != output.shape:
                sizes = number, each[0][0].shape, number, output.shape  # torch tells this one
                raise RuntimeError(NOT_BATCHED.format(*sizes))
    runs = [
        grad(
            outputs,
            inputs,
            [each[row] for each in given],
            retain_graph=True,
            create_graph=graph,
            allow_unused=allow_unused,
        )
        for row in range(given[0]._shape[0])
    ]
    columns = zip(*runs, strict=True)
    return tuple([None if column[0] is None else ops.stack(column) for column in columns])


def _sequence(given: Any) -> tuple:
    return (given,) if isinstance(given, SOURCES) else tuple(given)


def _ones_like(outputs: Any) -> tuple:
    return tuple([wrap(np.ones(each._shape, each._dtype)) for each in _sequence(outputs)])


def _zeros(given: Any, graph: bool) -> Tensor:
    """What stands for a gradient that there is not."""
    if isinstance(given, GradientEdge):
        raise RuntimeError(EDGE_MATERIALIZED)
    zeros = wrap(np.zeros(given._shape, given._dtype))
    return zeros.requires_grad_(graph)


def _key(given: Any) -> Any:
    """Under what a pass keeps the gradient of a tensor."""
    if isinstance(given, Tensor):
        if not given._requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        if given._node is None and given._view is None:
            return given
    elif not isinstance(given, GradientEdge):
        kind = type(given).__name__
        raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {kind}")
    edge = given.edge() if isinstance(given, GradientEdge) else engine.edge_of(given)
    if isinstance(edge, Tensor):
        return edge
    return edge.owner, getattr(edge, "number", 0)


def _roots(outputs: Any, gradients: Any, graph: bool) -> list[tuple[Any, Any]]:
    """Where a pass starts, and with what."""
    if gradients is None and outputs.__class__ is Tensor and outputs._requires_grad:
        gradient = engine.first_gradient(outputs, None, graph)
        return [(engine.edge_of(outputs), gradient)]
    if isinstance(outputs, SOURCES):
        outputs = (outputs,)
    outputs = tuple(outputs)
    if gradients is None:
        gradients = (None,) * len(outputs)
    elif isinstance(gradients, Tensor):
        gradients = (gradients,)
    else:
        gradients = tuple(gradients)
        if len(gradients) > len(outputs):
            gradients = gradients[: len(outputs)]
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    roots = []
    for number, (output, gradient) in enumerate(zip(outputs, gradients, strict=True)):
        _check(number, output, gradient)
        if isinstance(output, GradientEdge):
            roots.append((output.edge(), output.first_gradient(gradient, graph)))
            continue
        roots.append((output, engine.first_gradient(output, gradient, graph)))
    for number, (output, _) in enumerate(roots):
        if isinstance(output, Tensor):
            if not output._requires_grad:
                raise RuntimeError(errors.NO_GRAPH.format(number))
            roots[number] = engine.edge_of(output), roots[number][1]
    return roots


def _check(number: int, output: Any, gradient: Any) -> None:
    if gradient is None:
        if not isinstance(output, SOURCES):
            raise AssertionError("Expected output to be a torch.Tensor")
        if isinstance(output, Tensor) and output._requires_grad and output._value.size != 1:
            raise RuntimeError(errors.NOT_SCALAR)
        if isinstance(output, Tensor) and not output._requires_grad:
            raise RuntimeError(errors.NO_GRAPH.format(number))
        return
    if not isinstance(gradient, Tensor):
        kind = type(gradient).__name__
        raise TypeError(f"gradients can be either Tensors or None, but got {kind}")
    if gradient._shape != output.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{number}] has a shape of {gradient.shape} and "
            f"output[{number}] has a shape of {output.shape}."
        )


# after `grad`, which it needs; at once, for torch's name is that of the function, not of the file
from .gradcheck import gradcheck, gradgradcheck  # noqa: E402

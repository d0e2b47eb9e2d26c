"""Help with many parameters at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from gradviz.core.modes import no_grad
from gradviz.core.op import ops
from gradviz.core.scope import missing
from gradviz.core.tensor import Tensor


def __getattr__(name: str) -> Any:
    raise AttributeError(missing("gradviz.nn.utils", name))


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All parameters in one vector.

    >>> from gradviz import ones
    >>> parameters_to_vector([ones(2), ones(1)])
    tensor([1., 1., 1.])
    """
    return ops.cat([param.view(-1) for param in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let parameters have the values of a vector, part by part."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    place = 0
    for param in parameters:
        count = param.numel()
        param.data = vec[place : place + count].view_as(param).data
        place += count


def _gradients(parameters: Any) -> list[Tensor]:
    params = [parameters] if isinstance(parameters, Tensor) else parameters
    return [param.grad for param in params if param.grad is not None]


def get_total_norm(tensors: Any, norm_type: float = 2.0) -> Tensor:
    """The length of all tensors together, as if they were one vector."""
    norms = [tensor.detach().norm(norm_type) for tensor in tensors]
    return ops.stack(norms).norm(norm_type) if norms else ops.stack([]).sum()


def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Shorten the gradients together to a length; return the length they had."""
    grads = _gradients(parameters)
    if not grads:
        from gradviz.core.data import tensor

        return tensor(0.0)
    total = get_total_norm(grads, float(norm_type))
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is "
            "non-finite, so it cannot be clipped. To disable this error and scale the gradients "
            "by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
    with no_grad():
        for grad in grads:
            grad.mul_(factor)
    return total


def clip_grad_value_(parameters: Any, clip_value: float) -> None:
    """Keep every gradient between plus and minus a value."""
    with no_grad():
        for grad in _gradients(parameters):
            grad.clamp_(-float(clip_value), float(clip_value))

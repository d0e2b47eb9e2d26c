"""Adam: steps scaled by running means of the gradient and of its square."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from gradviz.core.tensor import Tensor

from .optimizer import Memory, Optimizer, Params, number, options, rate, refuse_unless

Betas = tuple[float, float]


class Adam(Optimizer):
    """Adam.

    >>> from gradviz import tensor
    >>> x = tensor(3.0, requires_grad=True)
    >>> (x**2).backward()
    >>> Adam([x], lr=0.1).step()
    >>> x
    tensor(2.9000, requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        betas: Betas = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError(
                "lr as a Tensor is not supported for capturable=False and foreach=True"
            )
        refuse_unless(rate(lr) >= 0.0, "learning rate", lr)
        refuse_unless(eps >= 0.0, "epsilon value", eps)
        for index, beta in enumerate(betas[:2]):
            refuse_unless(0.0 <= beta < 1.0, f"beta parameter at index {index}", beta)
        refuse_unless(weight_decay >= 0.0, "weight_decay value", weight_decay)
        if isinstance(betas[0], float) is not isinstance(betas[1], float):
            raise ValueError("betas must be either both floats or both Tensors")
        given = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
        }
        last = {"fused": fused, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, {**given, **options(differentiable, foreach, fused), **last})

    def update(self, value: Any, grad: Any, memory: Memory, group: dict[str, Any]) -> Any:
        """Divide the mean gradient by the root of its mean square."""
        speed, decay, (first, second) = number(group["lr"]), group["weight_decay"], group["betas"]
        if group["maximize"]:
            grad = -grad
        if decay and group["decoupled_weight_decay"]:
            value = value * (1 - speed * decay)
        elif decay:
            grad = grad + decay * value
        count = memory.count()
        zero = value.dtype.type(0)
        mean = memory.recall("exp_avg", zero)
        mean = memory.keep("exp_avg", mean + (1 - first) * (grad - mean))
        square = second * memory.recall("exp_avg_sq", zero) + (1 - second) * (grad * grad)
        square = memory.keep("exp_avg_sq", square)
        if group["amsgrad"]:
            square = np.maximum(memory.recall("max_exp_avg_sq", zero), square)
            memory.keep("max_exp_avg_sq", square)
        root = np.sqrt(square) / sqrt(1 - second**count) + group["eps"]
        return value - (speed / (1 - first**count)) * (mean / root)


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves."""

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        betas: Betas = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

"""Descent scaled by the size of past gradients: Adagrad and RMSprop."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradviz.core.tensor import Tensor, wrap

from .optimizer import Memory, Optimizer, Params, number, options, rate, refuse_unless


def filled(param: Tensor, number: float) -> Any:
    """One number in the shape of a parameter."""
    value = param._value
    made = value.dtype.type(number)
    return np.full(param._shape, made) if value.__class__ is np.ndarray else made


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients."""

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        refuse_unless(rate(lr) >= 0.0, "learning rate", lr)
        refuse_unless(lr_decay >= 0.0, "lr_decay value", lr_decay)
        refuse_unless(weight_decay >= 0.0, "weight_decay value", weight_decay)
        start = initial_accumulator_value
        refuse_unless(start >= 0.0, "initial_accumulator_value value", start)
        refuse_unless(eps >= 0.0, "epsilon value", eps)
        given = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": start,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, {**given, **options(differentiable), "fused": fused})
        for group in self.param_groups:
            for param in group["params"]:
                self.state[param]["step"] = wrap(np.float32(0))
                Memory(self.state[param], param._shape).keep("sum", filled(param, start))

    def update(self, value: Any, grad: Any, memory: Memory, group: dict[str, Any]) -> Any:
        """Divide the gradient by the root of the sum of its squares so far."""
        if group["maximize"]:
            grad = -grad
        if group["weight_decay"]:
            grad = grad + group["weight_decay"] * value
        count = memory.count()
        total = memory.keep("sum", memory.recall("sum") + grad * grad)
        rate = number(group["lr"]) / (1 + (count - 1) * group["lr_decay"])
        return value - rate * (grad / (np.sqrt(total) + group["eps"]))


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squared gradients."""

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        refuse_unless(rate(lr) >= 0.0, "learning rate", lr)
        refuse_unless(eps >= 0.0, "epsilon value", eps)
        refuse_unless(momentum >= 0.0, "momentum value", momentum)
        refuse_unless(weight_decay >= 0.0, "weight_decay value", weight_decay)
        refuse_unless(alpha >= 0.0, "alpha value", alpha)
        given = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, {**given, **options(differentiable)})

    def update(self, value: Any, grad: Any, memory: Memory, group: dict[str, Any]) -> Any:
        """Divide the gradient by the root of its mean square, or of its variance if centered."""
        keep, momentum, zero = group["alpha"], group["momentum"], value.dtype.type(0)
        if group["maximize"]:
            grad = -grad
        if group["weight_decay"]:
            grad = grad + group["weight_decay"] * value
        memory.count()
        square = keep * memory.recall("square_avg", zero) + (1 - keep) * (grad * grad)
        spread = memory.keep("square_avg", square)
        if group["centered"]:
            mean = memory.recall("grad_avg", zero)
            mean = memory.keep("grad_avg", mean + (1 - keep) * (grad - mean))
            spread = spread - mean * mean
        scaled = grad / (np.sqrt(spread) + group["eps"])
        if momentum:
            speed = momentum * memory.recall("momentum_buffer", zero) + scaled
            scaled = memory.keep("momentum_buffer", speed)
        return value - number(group["lr"]) * scaled

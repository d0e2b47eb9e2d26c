"""Gradient descent, with momentum if wanted."""

from __future__ import annotations

from typing import Any

from .optimizer import Memory, Optimizer, Params, number, options, rate, refuse_unless


class SGD(Optimizer):
    """Stochastic gradient descent.

    >>> from gradviz import tensor
    >>> x = tensor(3.0, requires_grad=True)
    >>> (x**2).backward()
    >>> SGD([x], lr=0.1).step()
    >>> x
    tensor(2.4000, requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: Any = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        refuse_unless(not rate(lr) < 0.0, "learning rate", lr)
        refuse_unless(not momentum < 0.0, "momentum value", momentum)
        refuse_unless(not number(weight_decay) < 0.0, "weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        given = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
        }
        super().__init__(
            params, {**given, **options(differentiable, foreach, fused), "fused": fused}
        )

    def update(self, value: Any, grad: Any, memory: Memory, group: dict[str, Any]) -> Any:
        """Go down the gradient; with momentum, down its running sum."""
        momentum, decay = group["momentum"], number(group["weight_decay"])
        if group["maximize"]:
            grad = -grad
        if decay:
            grad = grad + decay * value
        if momentum:
            before = memory.recall("momentum_buffer")
            speed = grad if before is None else momentum * before + (1 - group["dampening"]) * grad
            speed = memory.keep("momentum_buffer", speed)
            grad = grad + momentum * speed if group["nesterov"] else speed
        return value - number(group["lr"]) * grad

"""Gradient descent as it really runs: one loop, one learning rate, one optimiser."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from gradviz.graph.values import numbers_of
from gradviz.stories.workbench import Bench, as_number

Optimizer = Literal["SGD", "momentum", "Nesterov", "Adam"]
OPTIMIZERS: tuple[Optimizer, ...] = ("SGD", "momentum", "Nesterov", "Adam")
FARTHEST = 1e4
"""A run that has left this far is over, or a hundred times as far as it began."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What one run is made with."""

    lr: float
    optimizer: Optimizer = "SGD"
    momentum: float = 0.9
    clears: bool = True
    steps: int = 25
    stop: float = 1e-3
    farthest: float = FARTHEST


@dataclass(slots=True)
class Track:
    """What happened at each step: a number, or for two parameters a pair of numbers.

    `end` is "done" when the gradient got small, "away" when it left, "overflow" at nan or inf,
    else "more".
    """

    setting: Setting
    x: list[Any] = field(default_factory=list)
    f: list[float] = field(default_factory=list)
    grad: list[Any] = field(default_factory=list)
    slope: list[Any] = field(default_factory=list)
    direction: list[Any] = field(default_factory=list)
    move: list[Any] = field(default_factory=list)
    end: str = "more"


def descend(bench: Bench, function: Callable[..., Any], start: Any, setting: Setting) -> Track:
    """Run the loop, and write down every number that it goes through."""
    leaf = bench.leaf(start)
    came: list[Any] = []
    if not setting.clears:  # else what came is what .grad holds, and the loop is quicker
        leaf.register_hook(lambda grad: came.append(_plain(grad)))
    mover = _Mover(bench, leaf, setting)
    track = Track(setting)
    for _ in range(setting.steps + 1):
        value = bench.call(function, leaf)
        value.backward()
        if leaf.grad is None:
            raise ValueError("the function does not depend on its input: .grad stays None")
        track.x.append(_plain(leaf))
        track.f.append(as_number(value))
        track.grad.append(_plain(leaf.grad))
        track.slope.append(came[-1] if came else track.grad[-1])
        direction = mover.move()
        track.direction.append(_plain(direction))
        track.move.append(_plain(direction * -setting.lr))
        track.end = _end(track)
        if track.end != "more":
            break
        if setting.clears:
            leaf.grad.zero_()
    return track


def _plain(tensor: Any) -> Any:
    if not tensor.shape:
        return tensor.item()
    return [float(n) for n in numbers_of(tensor).reshape(-1)]


def _end(track: Track) -> str:
    setting, x, f, grad = track.setting, track.x[-1], track.f[-1], track.grad[-1]
    if isinstance(x, list):
        far, size, first = max(map(abs, x)), math.hypot(*grad), max(map(abs, track.x[0]))
        is_finite = all(map(math.isfinite, (*x, f, *grad)))
    else:
        far, size, first = abs(x), abs(grad), abs(track.x[0])
        is_finite = math.isfinite(x) and math.isfinite(f) and math.isfinite(grad)
    if not is_finite:
        return "overflow"
    if size <= setting.stop:
        return "done"
    return "away" if far > max(setting.farthest, 100 * first) else "more"


class _Mover:
    """Makes the step, by hand or with the engine's optimiser, and says along what."""

    def __init__(self, bench: Bench, leaf: Any, setting: Setting) -> None:
        self.bench, self.leaf, self.setting = bench, leaf, setting
        self.optimizer = self._made() if setting.optimizer != "SGD" else None

    def _made(self) -> Any:
        optim, setting = self.bench.engine.optim, self.setting
        if setting.optimizer == "Adam":
            return optim.Adam([self.leaf], lr=setting.lr)
        nesterov = setting.optimizer == "Nesterov"
        return optim.SGD([self.leaf], lr=setting.lr, momentum=setting.momentum, nesterov=nesterov)

    def move(self) -> Any:
        """One step; the tensor that it multiplies the learning rate with."""
        leaf, grad = self.leaf, self.leaf.grad
        if self.optimizer is None:
            with self.bench.engine.no_grad():
                leaf -= self.setting.lr * grad
            return grad
        before = leaf.detach().clone()
        self.optimizer.step()
        return self._along(before)

    def _along(self, before: Any) -> Any:
        """The direction from the optimiser's own state, else from how far it went."""
        state = dict(getattr(self.optimizer, "state", {}).get(self.leaf, {}))
        setting = self.setting
        if (
            setting.optimizer in ("momentum", "Nesterov")
            and state.get("momentum_buffer") is not None
        ):
            buffer = state["momentum_buffer"]
            if setting.optimizer == "momentum":
                return buffer
            return self.leaf.grad + setting.momentum * buffer
        if setting.optimizer == "Adam" and "exp_avg" in state:
            count = float(state["step"])
            first = state["exp_avg"] / (1 - 0.9**count)
            second = state["exp_avg_sq"] / (1 - 0.999**count)
            return first / (second.sqrt() + 1e-8)
        return (before - self.leaf.detach()) / setting.lr

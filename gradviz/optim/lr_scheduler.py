"""Learning rates that change while training goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from math import cos, pi
from typing import Any

from gradviz.core.scope import missing

from .chained import ChainedScheduler, SequentialLR
from .optimizer import Optimizer
from .plateau import ReduceLROnPlateau
from .schedule import FromStep, LRScheduler

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
_LRScheduler = LRScheduler  # its name of old, which programs derive from
Factors = Callable[[int], float] | list[Callable[[int], float]]


def __getattr__(name: str) -> Any:
    raise AttributeError(missing("gradviz.optim.lr_scheduler", name))


class LambdaLR(LRScheduler):
    """The first rate times what a function says of the epoch."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Factors, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        count = len(optimizer.param_groups)
        self.lr_lambdas = (
            list(lr_lambda) if isinstance(lr_lambda, list | tuple) else ([lr_lambda] * count)
        )
        if len(self.lr_lambdas) != count:
            raise ValueError(f"Expected {count} lr_lambdas, but got {len(self.lr_lambdas)}")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The first rates, each times its function."""
        self._warn_outside()
        return [rate * factor for rate, factor in zip(self.base_lrs, self._factors(), strict=True)]

    def _factors(self) -> list[float]:
        return [each(self.last_epoch) for each in self.lr_lambdas]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer and plain functions, which cannot be saved."""
        state = super().state_dict()
        functions = state.pop("lr_lambdas")
        plain = type(lambda: None)
        kept = [None if isinstance(each, plain) else vars(each).copy() for each in functions]
        return {**state, "lr_lambdas": kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        state = dict(state_dict)
        for function, kept in zip(self.lr_lambdas, state.pop("lr_lambdas"), strict=True):
            if kept is not None:
                vars(function).update(kept)
        super().load_state_dict(state)


class MultiplicativeLR(LambdaLR):
    """The rate times what a function says of the epoch."""

    def get_lr(self) -> list[float]:
        """The rates, each times its function."""
        self._warn_outside()
        rates = self._rates()
        if self._is_initial:
            return rates
        return [rate * factor for rate, factor in zip(rates, self._factors(), strict=True)]


class StepLR(FromStep):
    """The rate times gamma every `step_size` epochs."""

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def _changes_at_once(self) -> bool:
        return self.last_epoch > 0

    def _next(self, rate: float) -> float:
        return rate if self.last_epoch % self.step_size else rate * self.gamma

    def _at_once(self, rate: float) -> float:
        return rate * self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(FromStep):
    """The rate times gamma at each milestone."""

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def _changes_at_once(self) -> bool:
        return True

    def _next(self, rate: float) -> float:
        times = self.milestones[self.last_epoch]
        return rate * self.gamma**times if times else rate

    def _at_once(self, rate: float) -> float:
        passed = sum(mark <= self.last_epoch for mark in self.milestones.elements())
        return rate * self.gamma**passed


class ExponentialLR(FromStep):
    """The rate times gamma every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _next(self, rate: float) -> float:
        return rate * self.gamma

    def _at_once(self, rate: float) -> float:
        return rate * self.gamma**self.last_epoch


class ConstantLR(FromStep):
    """The rate times a factor, until `total_iters` epochs are over."""

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 <= factor <= 1:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def _changes_at_once(self) -> bool:
        return True

    def _next(self, rate: float) -> float:
        if self.last_epoch == 0:
            return rate * self.factor
        return rate * (1.0 / self.factor) if self.last_epoch == self.total_iters else rate

    def _at_once(self, rate: float) -> float:
        over = self.last_epoch >= self.total_iters
        return rate * (self.factor + over * (1 - self.factor))


class LinearLR(FromStep):
    """The rate times a factor that goes along a line for `total_iters` epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal "
                "to 1."
            )
        if not 0 <= end_factor <= 1:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _changes_at_once(self) -> bool:
        return self.last_epoch == 0

    def _next(self, rate: float) -> float:
        epoch, rise = self.last_epoch, self.end_factor - self.start_factor
        if epoch == 0:
            return rate * self.start_factor
        if epoch > self.total_iters:
            return rate
        before = self.total_iters * self.start_factor + (epoch - 1) * rise
        return rate * (1.0 + rise / before)

    def _at_once(self, rate: float) -> float:
        rise = self.end_factor - self.start_factor
        part = min(self.total_iters, self.last_epoch) / self.total_iters
        return rate * (self.start_factor + rise * part)


class PolynomialLR(FromStep):
    """The rate falls to zero along a power of the epochs that are left."""

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: int = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def _next(self, rate: float) -> float:
        epoch, total = self.last_epoch, self.total_iters
        if epoch > total:
            return rate
        return rate * ((1.0 - epoch / total) / (1.0 - (epoch - 1) / total)) ** self.power

    def _at_once(self, rate: float) -> float:
        part = min(self.total_iters, self.last_epoch) / self.total_iters
        return rate * (1.0 - part) ** self.power


class CosineAnnealingLR(LRScheduler):
    """The rate falls along half a cosine in `T_max` epochs."""

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rates, made from those in use; at the foot of the cosine also from the first."""
        self._warn_outside()
        epoch, total, least = self.last_epoch, self.T_max, self.eta_min
        rates = self._rates()
        if self._is_initial:
            return rates
        if (epoch - 1 - total) % (2 * total) == 0:
            step = (1 - cos(pi / total)) / 2
            pairs = zip(rates, self.base_lrs, strict=True)
            return [rate + (base - least) * step for rate, base in pairs]
        factor = (1 + cos(pi * epoch / total)) / (1 + cos(pi * (epoch - 1) / total))
        return [factor * (rate - least) + least for rate in rates]

    def _rates_at_once(self) -> list[float]:
        height = 1 + cos(pi * self.last_epoch / self.T_max)
        return [self.eta_min + (rate - self.eta_min) * height / 2 for rate in self.base_lrs]

"""What all schedules share: they count epochs, and set the learning rate of every group."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from .optimizer import Optimizer

TOO_EARLY = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, "
    "you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  "
    "Failure to do this will result in PyTorch skipping the first value of the learning rate "
    "schedule. See more details at "
    "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
)
EPOCH_GIVEN = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where "
    "possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if "
    "epoch is different from None, the closed form is used instead of the new chainable form, "
    "where available. Please open an issue if you are unable to replicate your use case: "
    "https://github.com/pytorch/pytorch/issues/new/choose."
)
ASKED_OUTSIDE = (
    "To get the last learning rate computed by the scheduler, please use `get_last_lr()`."
)
NOT_BEGUN = (
    "param 'initial_lr' is not specified in param_groups[{}] when resuming scheduler with "
    "last_epoch >= 0.\nThis typically happens when:\n1. You're trying to resume training from a "
    "checkpoint but haven't properly loaded the optimizer state\n2. You're using last_epoch >= 0 "
    "for a fresh training run (not recommended)"
)


class Schedule:
    """What every schedule can do, also those that hold other schedules."""

    optimizer: Optimizer
    last_epoch: int
    _last_lr: list[float]

    def get_last_lr(self) -> list[float]:
        """The learning rates in use, one for each group."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer."""
        return {name: each for name, each in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        vars(self).update(state_dict)

    def _rates(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def _set_rates(self, rates: Sequence[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = self._rates()


class LRScheduler(Schedule):
    """The base of schedules by epoch. A kind of schedule says in `get_lr` what comes next."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = checked(optimizer)
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(NOT_BEGUN.format(number))
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        optimizer.watch_steps()
        self._begin()

    def _begin(self) -> None:
        self._step_count, self._is_initial, self._get_lr_called_within_step = 1, True, False
        self._go_to(None)
        self._is_initial = False

    def get_lr(self) -> Sequence[float]:
        """The learning rates for the epoch that begins."""
        raise NotImplementedError

    def step(self, epoch: int | None = None) -> None:
        """Begin the next epoch."""
        if self._step_count == 1 and not self.optimizer.has_stepped:
            warnings.warn(TOO_EARLY, UserWarning, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_GIVEN, UserWarning, stacklevel=2)
        self._go_to(epoch)

    def _go_to(self, epoch: int | None) -> None:
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                rates = self.get_lr()
            else:
                self.last_epoch = epoch
                rates = self._rates_at_once()
        finally:
            self._get_lr_called_within_step = False
        self._set_rates(rates)

    def _rates_at_once(self) -> Sequence[float]:
        """The rates of an epoch without those before it; the same unless a kind knows better."""
        return self.get_lr()

    def _warn_outside(self) -> None:
        if not self._get_lr_called_within_step:
            warnings.warn(ASKED_OUTSIDE, UserWarning, stacklevel=3)


class FromStep(LRScheduler):
    """A schedule that makes each rate from the one before; a kind says in `_next` how."""

    def get_lr(self) -> list[float]:
        """The rates for the epoch that begins, made from those in use."""
        self._warn_outside()
        rates = self._rates()
        if self._is_initial and not self._changes_at_once():
            return rates
        return [self._next(rate) for rate in rates]

    def _rates_at_once(self) -> list[float]:
        return [self._at_once(rate) for rate in self.base_lrs]

    def _changes_at_once(self) -> bool:
        """Whether the first rate may differ from the one that the optimizer came with."""
        return False

    def _next(self, rate: float) -> float:
        raise NotImplementedError

    def _at_once(self, rate: float) -> float:
        raise NotImplementedError


def checked(optimizer: Any) -> Optimizer:
    """The optimizer, if it is one."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
    return optimizer

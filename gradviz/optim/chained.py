"""Schedules made of other schedules: one after another, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from .optimizer import Optimizer
from .schedule import LRScheduler, Schedule

OTHER = (
    "{} expects all schedulers to belong to the same optimizer, but got scheduler {} at index {} "
    "has {}, which is different from {}."
)


class Compound(Schedule):
    """What the schedules share that are made of others."""

    _schedulers: Sequence[LRScheduler]

    def _check(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> Optimizer:
        own = schedulers[0].optimizer if optimizer is None else optimizer
        for number, each in enumerate(schedulers):
            if each.optimizer is not own:
                name, kind = type(self).__name__, type(each).__name__
                raise ValueError(
                    OTHER.format(name, kind, number, each.optimizer, type(own).__name__)
                )
        return own

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer, with the states of all schedules in it."""
        state = super().state_dict()
        state["_schedulers"] = [each.state_dict() for each in state.pop("_schedulers")]
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        state = dict(state_dict)
        for each, kept in zip(self._schedulers, state.pop("_schedulers"), strict=True):
            each.load_state_dict(kept)
        super().load_state_dict(state)


class SequentialLR(Compound):
    """One schedule after another, the next at each milestone."""

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        if not schedulers:
            raise ValueError("SequentialLR expects at least one scheduler, but got no scheduler.")
        self.optimizer = self._check(schedulers, optimizer)
        if len(schedulers) != len(milestones) + 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than "
                f"the number of milestone points, but got number of schedulers {len(schedulers)} "
                f"and the number of milestones to be equal to {len(milestones)}"
            )
        self._schedulers, self._milestones = schedulers, milestones
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for each in schedulers:
            each.last_epoch -= 1
        schedulers[0]._begin()
        self._last_lr = schedulers[0].get_last_lr()

    def step(self) -> None:
        """Begin the next epoch."""
        self.last_epoch += 1
        place = bisect_right(self._milestones, self.last_epoch)
        turn = self._schedulers[place]
        if place > 0 and self._milestones[place - 1] == self.last_epoch:
            turn._go_to(0)
        else:
            turn.step()
        self._last_lr = turn.get_last_lr()


class ChainedScheduler(Compound):
    """Several schedules, each of which changes the rate that the one before it has set."""

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        if not schedulers:
            raise ValueError(
                "ChainedScheduler expects at least one scheduler to be chained, but got no "
                "scheduler."
            )
        self.optimizer = self._check(schedulers, optimizer)
        self._schedulers = schedulers
        self._last_lr = self._rates()

    def step(self) -> None:
        """Begin the next epoch."""
        for each in self._schedulers:
            each.step()
        self._last_lr = self._rates()

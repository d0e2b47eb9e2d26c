"""Every run of a descent that a learner may choose, and the axes along which they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradviz.graph.progress import Progress
from gradviz.stories.checks import check_rate
from gradviz.stories.descending import Optimizer, Setting, Track, descend
from gradviz.stories.loop_sentences import DESCENT
from gradviz.stories.numbers import figure, rate, stored
from gradviz.stories.story import Axis
from gradviz.stories.workbench import Bench

OPTIMIZER, RATE, START = "optimiser", "learning rate", "start"
MOMENTUM, CLEAR = "momentum", "zero_()"
WITH_MOMENTUM = ("momentum", "Nesterov")
Place = tuple[int, int, int, int, int]
"""Which optimiser, rate, start and momentum, and whether the gradient is cleared."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a learner may choose from, and what is chosen first."""

    optimizers: tuple[Optimizer, ...]
    rates: tuple[float, ...]
    starts: tuple[float, ...]
    momenta: tuple[float, ...]
    first: Place

    @property
    def has_momentum(self) -> bool:
        """Whether there is a momentum to choose."""
        uses = any(name in WITH_MOMENTUM for name in self.optimizers)
        return uses and len(self.momenta) > 1

    def setting(self, place: Place, given: Setting) -> Setting:
        """What the run at a place is made with."""
        optimizer, lr, _, momentum, clear = place
        return replace(
            given,
            lr=self.rates[lr],
            optimizer=self.optimizers[optimizer],
            momentum=self.momenta[momentum],
            clears=bool(clear),
        )

    def places(self) -> Iterator[Place]:
        """All runs. From the given start alone, plain SGD forgets to clear, and momenta differ."""
        _, _, given, momentum, _ = self.first
        for optimizer, name in enumerate(self.optimizers):
            for lr in range(len(self.rates)):
                for start in range(len(self.starts)):
                    yield optimizer, lr, start, momentum, 1
                if name == "SGD":
                    yield optimizer, lr, given, momentum, 0
                if name in WITH_MOMENTUM:
                    for other in range(len(self.momenta)):
                        if other != momentum:
                            yield optimizer, lr, given, other, 1

    def axes(self) -> dict[str, Axis]:
        """The axes by name."""
        optimizer, lr, start, momentum, clear = self.first
        made = (
            Axis(OPTIMIZER, self.optimizers, optimizer, control="choice"),
            rate_axis(self.rates, lr),
            Axis(START, self.starts, start, texts=tuple(map(figure, self.starts)), resets=True),
            Axis(MOMENTUM, self.momenta, momentum, texts=tuple(map(figure, self.momenta))),
            Axis(CLEAR, (False, True), clear, "switch"),
        )
        return {axis.name: axis for axis in made if axis.name != MOMENTUM or self.has_momentum}

    def key(self, place: Place) -> tuple[int, ...]:
        """A place as the story's runs are keyed: by its axes."""
        return place if self.has_momentum else (*place[:3], place[4])


def run_all(
    bench: Bench, function: Callable[..., Any], choices: Choices, given: Setting
) -> dict[Place, Track]:
    """Every run, as the engine made it."""
    places = list(choices.places())
    tracks: dict[Place, Track] = {}
    with Progress("step", given.steps * len(places)) as progress:
        for place in places:
            setting = choices.setting(place, given)
            tracks[place] = descend(bench, function, choices.starts[place[2]], setting)
            progress.tick(given.steps)
    return tracks


def status_of(track: Track) -> str:
    """The word beside the slider where a run does not end well."""
    is_bad = track.end in ("away", "overflow") or abs(track.f[-1]) > 1.5 * abs(track.f[0]) + 1
    return DESCENT["too large"] if is_bad else ""


def rates_from(lr: float | Sequence[float], multiples: Sequence[float]) -> tuple[float, ...]:
    """The learning rates that were given; of a single one, its multiples.

    >>> rates_from([0.3, 0.1], (1, 2)), rates_from(0.5, (1, 2))
    ((0.1, 0.3), (0.5, 1.0))

    Raises:
        ValueError: if there is none, or one that is not positive and finite.
    """
    if isinstance(lr, Sequence):
        if not lr:
            raise ValueError("lr is empty: give a learning rate, or several for the slider")
        return tuple(sorted({check_rate(one) for one in lr}))
    wanted = check_rate(lr)
    return tuple(wanted * multiple for multiple in multiples)


def rate_axis(rates: Sequence[float], first: int) -> Axis:
    """The slider of the learning rate."""
    return Axis(RATE, tuple(stored(lr, 7) for lr in rates), first, texts=tuple(map(rate, rates)))


def nearest(grid: Sequence[float], given: float | Sequence[float]) -> int:
    """The place of what is shown first: of the one given, or of the first of several."""
    wanted = float(given[0]) if isinstance(given, Sequence) else float(given)
    return min(range(len(grid)), key=lambda place: abs(grid[place] - wanted))


def moved_to(axis: Axis, values: Mapping[str, Any]) -> Axis:
    """The axis, standing at the wanted value: on a slider it takes the place of the nearest."""
    if axis.name not in values:
        return axis
    wanted = values[axis.name]
    if axis.control != "slider":
        return replace(axis, start=axis.values.index(wanted))
    place = nearest(axis.values, wanted)
    texts = (*axis.texts[:place], rate(wanted), *axis.texts[place + 1 :])
    grid = (*axis.values[:place], wanted, *axis.values[place + 1 :])
    return replace(axis, start=place, values=grid, texts=texts)

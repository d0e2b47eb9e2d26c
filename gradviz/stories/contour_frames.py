"""The frames of a map: two optimisers step by step, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from gradviz.stories.descending import Track
from gradviz.stories.loop_sentences import MAP
from gradviz.stories.numbers import figure, stored
from gradviz.stories.parts import Ref, Rich, Tone
from gradviz.stories.rich import Field, compose
from gradviz.stories.story import Frame, Run

RATE = "learning rate"
TONES: dict[str, Tone] = {"first": "hot", "second": "done"}
"""The tones of the two paths, which their names have too."""
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Map:
    """The ground on which two optimisers walk."""

    names: tuple[str, str]
    formula: Rich
    x: np.ndarray
    y: np.ndarray
    heights: np.ndarray
    best: Pair
    lowest: float
    levels: tuple[float, ...]


def run_of(ground: Map, one: Track, two: Track, steps: int) -> Run:
    """The run of two optimisers that walk at the same time; who has stopped stands still."""
    columns: dict[str, list[Any]] = {"step": list(range(steps + 1))}
    for name, track in (("first", one), ("second", two)):
        last = len(track.x) - 1
        rows = [min(k, last) for k in range(steps + 1)]
        for place, axis in enumerate(("x", "y")):
            columns[f"{name} {axis}"] = [stored(track.x[k][place]) for k in rows]
            columns[f"{name} {axis} grad"] = [stored(track.grad[k][place]) for k in rows]
        columns[f"{name} loss"] = [stored(track.f[k]) for k in rows]
    status = MAP["too large"] if _is_bad(one) or _is_bad(two) else ""
    return Run(tuple(_frames(ground, one, two, steps)), columns, status)


def _is_bad(track: Track) -> bool:
    last = track.f[-1]
    return not math.isfinite(last) or last > 1.5 * track.f[0]


def _frames(ground: Map, one: Track, two: Track, steps: int) -> Iterator[Frame]:
    rows = [_row(name, track) for name, track in (("first", one), ("second", two))]
    highest = max([*one.f[:1], *two.f[:1]])
    for k in range(steps + 1):
        seen = [f for track in (one, two) for f in track.f[: k + 1] if math.isfinite(f)]
        state: dict[str, Any] = {"numbers": {"rows": rows}}
        if max(seen) > 2 * highest:
            top = 10.0 ** math.ceil(math.log10(max(seen)))
            low = ground.lowest * 0.6 if ground.lowest > 0 else min(ground.lowest, 0.0)
            state["loss"] = {"range": [0, steps, stored(low, 3), top]}
        yield Frame(_caption(ground, one, two, k, steps), state)


def _row(name: str, track: Track) -> list[Rich]:
    tone = TONES[name]
    numbers = ("x", "y", "x grad", "y grad", "loss")
    return [
        ((tone, track.setting.optimizer),),
        *((Ref(f"{name} {one}", "fixed"),) for one in numbers),
    ]


def _caption(ground: Map, one: Track, two: Track, k: int, steps: int) -> Rich:
    names = one.setting.optimizer, two.setting.optimizer
    key, who = _situation(one, two, k, steps)
    return _sentence(key, who, names, ground.names, figure(ground.lowest))


def _situation(one: Track, two: Track, k: int, steps: int) -> tuple[str, str]:
    """The key of the sentence, and which of the two it speaks of."""
    now = [track.f[min(k, len(track.f) - 1)] for track in (one, two)]
    if one.setting.optimizer == two.setting.optimizer:
        return "same", ""
    if k == 0:
        return "start", ""
    for name, loss, track in zip(("first", "second"), now, (one, two), strict=True):
        if not loss <= 1.5 * track.f[0]:
            return "away", name
    if k == steps:
        return "end", ""
    if abs(now[0] - now[1]) <= 1e-3 * abs(now[0]):
        return "level", ""
    return "step", "first" if now[0] < now[1] else "second"


@cache
def _sentence(
    key: str, who: str, optimizers: tuple[str, str], names: tuple[str, str], lowest: str
) -> Rich:
    fields: dict[str, Field] = {
        "first": ((TONES["first"], optimizers[0]),),
        "second": ((TONES["second"], optimizers[1]),),
        "x_name": names[0],
        "y_name": names[1],
        "x": Ref("first x"),
        "y": Ref("first y"),
        "first_loss": Ref("first loss"),
        "second_loss": Ref("second loss"),
        "step": Ref("step"),
        "lowest": lowest,
        "rate": Ref(RATE),
    }
    if who:
        fields |= {"who": fields[who], "ahead": fields[who], "loss": Ref(f"{who} loss")}
    return compose(MAP[key], fields)

"""Optimisers side by side: the same start and learning rate, a curve for each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from gradviz.stories.descending import Track
from gradviz.stories.descent_grid import RATE, START, Choices, status_of
from gradviz.stories.descent_plot import ZOOMS, Plot
from gradviz.stories.loop_sentences import SIDES
from gradviz.stories.numbers import stored
from gradviz.stories.parts import Axes, Mark, Ref, Rich, Table, Tone
from gradviz.stories.rich import Field, compose, plain, raised
from gradviz.stories.story import Frame, Run, Scene, Story

LOOKS: dict[str, tuple[Tone, bool]] = {
    "SGD": ("ink", False),
    "momentum": ("done", True),
    "Nesterov": ("leaf", False),
    "Adam": ("hot", True),
}
"""Tone of each optimiser, and whether its line is dashed."""
Tracks = Mapping[str, Track]


def tell_sides(
    plot: Plot,
    walks: Mapping[tuple[int, int], Tracks],
    names: Sequence[str],
    choices: Choices,
) -> Story:
    """The story of several optimisers that walk at the same time; walks by rate and start."""
    axes = choices.axes()
    formula: Rich = plot.formula or (("code", plot.code),)
    return Story(
        title="Gradient descent",
        subtitle=compose(SIDES["subtitle"], {"count": len(names)}),
        alt=f"The curve {plain(raised(formula))} once for each of {', '.join(names)}",
        scene=_scene(plot, names),
        runs={place: _run(plot, walked) for place, walked in walks.items()},
        axes=(axes[RATE], axes[START]),
        columns=plot.samples,
        tab=SIDES["tab"],
        record=tuple(((name,), f"{name} f") for name in names),
    )


def _run(plot: Plot, walked: Tracks) -> Run:
    """As long as the longest walk; who has stopped stands still."""
    steps = max(len(track.x) for track in walked.values()) - 1
    columns: dict[str, Sequence[Any]] = {"step": list(range(steps + 1))}
    for name, track in walked.items():
        rows = [min(k, len(track.x) - 1) for k in range(steps + 1)]
        for column in ("x", "f", "move"):
            numbers = getattr(track, column)
            columns[f"{name} {column}"] = [stored(numbers[k]) for k in rows]
    bad = [name for name, track in walked.items() if status_of(track)]
    status = status_of(walked[bad[0]]) if bad else ""
    return Run(tuple(_frames(plot, walked, steps)), columns, status)


def _scene(plot: Plot, names: Sequence[str]) -> Scene:
    heads: tuple[Rich, ...] = ((), (plot.name,), (f"f({plot.name})",), ("next step",))
    table = Table("numbers", heads, align="lrrr", size=len(names))
    panels = tuple(_panel(plot, name) for name in names)
    areas = {"numbers": "left", "loss": "left"}
    areas |= {panel.id: f"right/{'ab'[place % 2]}" for place, panel in enumerate(panels)}
    return Scene((table, _loss(plot, names), *panels), "plot", areas, left=380)


def _panel(plot: Plot, name: str) -> Axes:
    here = {"x": f"{name} x", "y": f"{name} f"}
    marks = (
        Mark("function", "line", "mut", {"x": "curve x 0", "y": "curve y 0"}, width=1.25),
        Mark("trail", "line", "done", here, until="step", width=1.25),
        Mark("visited", "dots", "done", here, until="step"),
        Mark("ball", "ball", "hot", here, until="now", title=name),
    )
    return Axes(
        name, plot.name, f"f({plot.name})", plot.ranges[0], marks, height=170, title=(("b", name),)
    )


def _loss(plot: Plot, names: Sequence[str]) -> Axes:
    marks = []
    for name in names:
        tone, dashed = LOOKS[name]
        fell: dict[str, Any] = {"y": f"{name} f"}
        marks.append(Mark(f"{name} fall", "line", tone, fell, until="step", dashed=dashed))
        now = fell | {"x": "step", "size": 4.5}
        marks.append(Mark(f"{name} now", "ball", tone, now, until="now", dashed=dashed))
    name = f"loss f({plot.name}) over steps"
    bounds = (0, max(10, plot.steps), 0, 1)
    return Axes("loss", "", name, bounds, tuple(marks), height=230, drag=True)


def _frames(plot: Plot, walked: Tracks, steps: int) -> Iterator[Frame]:
    loss = {"range": _loss_range(plot, walked, steps)}
    rows = {
        name: (_row(name, track, 0), _row(name, track, steps)) for name, track in walked.items()
    }
    wide = {name: _zooms(plot, track) for name, track in walked.items()}
    for k in range(steps + 1):
        now = {name: track.f[min(k, len(track.f) - 1)] for name, track in walked.items()}
        lowest = min(now, key=lambda name: _height(now[name]))
        highest = max(now, key=lambda name: _height(now[name]))
        table = [rows[name][k >= len(track.x) - 1] for name, track in walked.items()]
        states: dict[str, Any] = {
            "numbers": {"rows": table, "lit": list(walked).index(lowest), "hot": [2]},
            "loss": loss | {"marks": _named(lowest, highest)},
        }
        for name, zooms in wide.items():
            if zoom := zooms[min(k, len(zooms) - 1)]:
                states[name] = _wider(plot, zoom)
        yield Frame(
            _caption(plot.name, _situation(now, lowest, highest, k), lowest, highest), states
        )


@cache
def _named(lowest: str, highest: str) -> dict[str, Any]:
    """The names at the ends of the lowest line and of the highest."""
    return {f"{name} now": {"label": (name,)} for name in (lowest, highest)}


def _height(f: float) -> float:
    return f if math.isfinite(f) else math.inf


def _row(name: str, track: Track, k: int) -> list[Rich]:
    last = len(track.x) - 1
    step: Rich = (Ref(f"{name} move", "fixed"),) if k < last else (_rest(track),)
    numbers: list[Rich] = [(Ref(f"{name} {one}", "fixed"),) for one in ("x", "f")]
    return [((LOOKS[name][0].replace("ink", "b"), name),), *numbers, step]


def _rest(track: Track) -> str:
    return SIDES["stopped"] if track.end == "done" else "–"


def _zooms(plot: Plot, track: Track) -> list[int]:
    """How much wider than at first the axes are, at each step."""
    wide = [plot.half * zoom for zoom in ZOOMS[: len(plot.ranges)]]
    far = accumulate((abs(x - plot.middle) if math.isfinite(x) else 0.0 for x in track.x), max)
    return [
        next((i for i, half in enumerate(wide) if half >= one * 1.001), len(wide) - 1)
        for one in far
    ]


def _wider(plot: Plot, zoom: int) -> dict[str, Any]:
    samples = {"x": f"curve x {zoom}", "y": f"curve y {zoom}"}
    return {
        "range": [stored(bound, 6) for bound in plot.ranges[zoom]],
        "note": (f"{ZOOMS[zoom]}× wider",),
        "marks": {"function": {"data": samples}},
    }


def _loss_range(plot: Plot, walked: Tracks, steps: int) -> list[float | None]:
    """From the lowest point to a little over where all began: who climbs leaves the plot."""
    first = next(iter(walked.values())).f[0]
    finite = [f for track in walked.values() for f in track.f if math.isfinite(f)]
    low = min([*finite, plot.least])
    first = first if math.isfinite(first) else max([*finite, low])
    span = (first - low) or 1.0
    return [0, max(10, steps), stored(low - 0.06 * span, 3), stored(first + 0.3 * span, 3)]


def _situation(now: Mapping[str, float], lowest: str, highest: str, k: int) -> str:
    if k == 0:
        return "start"
    if abs(_height(now[highest]) - now[lowest]) <= 1e-3 * abs(now[lowest]):
        return "level"
    return "step" if math.isfinite(now[highest]) else "away"


@cache
def _caption(name: str, situation: str, lowest: str, highest: str) -> Rich:
    fields: dict[str, Field] = {
        "x_name": name,
        "f_name": "f",
        "x": Ref(f"{lowest} x"),
        "f": Ref(f"{lowest} f"),
        "f_last": Ref(f"{highest} f"),
        "leader": lowest,
        "last": highest,
        "step": Ref("step"),
    }
    return compose(SIDES[situation], fields)

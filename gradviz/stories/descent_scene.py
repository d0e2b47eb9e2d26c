"""The stage of a descent: the curve, the loop's code, the loss, and the columns they draw from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gradviz.stories.descending import Track
from gradviz.stories.descent_frames import Frames, lines_of
from gradviz.stories.descent_grid import MOMENTUM, status_of
from gradviz.stories.descent_plot import Plot
from gradviz.stories.numbers import stored
from gradviz.stories.parts import Axes, Code, Mark, Ref, Rich
from gradviz.stories.rich import plain, raised
from gradviz.stories.story import Axis, Frame, Run, Scene, Story

POSTER = 3
NUMBERS = ("x", "f", "grad", "slope", "direction", "move")


def tell_runs(
    plot: Plot,
    tracks: Mapping[tuple[int, ...], Track],
    axes: tuple[Axis, ...],
    first: str,
    tab: str,
    frames: Callable[[Frames], Iterator[Frame]],
) -> Story:
    """The story of some runs; `first` is the optimiser whose code stands there at first."""
    momenta = any(axis.name == MOMENTUM for axis in axes)
    shown = len(tracks[tuple(axis.start for axis in axes)].x)
    formula: Rich = plot.formula or (("code", plot.code),)
    return Story(
        title="Gradient descent",
        subtitle=formula,
        alt=f"The curve {plain(raised(formula))}, the tangent at each step, and where it lands",
        scene=_scene(plot, first),
        runs={
            place: Run(
                tuple(frames(Frames(plot, track, first, momenta))),
                columns_of(track),
                status_of(track),
            )
            for place, track in tracks.items()
        },
        axes=axes,
        poster=min(POSTER, shown - 1),
        columns=plot.samples,
        tab=tab,
        record=(
            ((plot.name,), "x"),
            ((f"f({plot.name})",), "f"),
            ((f"{plot.name}.grad",), "grad"),
            (("step",), "move"),
        ),
    )


def columns_of(track: Track) -> Mapping[str, Sequence[float | None]]:
    """The numbers of a run by name; `step` is what the player counts."""
    columns: dict[str, list[float | None]] = {}
    known: list[tuple[list[float], list[float | None]]] = []
    for name in NUMBERS:
        numbers = getattr(track, name)
        same = next((found for given, found in known if given == numbers), None)
        columns[name] = [stored(number) for number in numbers] if same is None else same
        known.append((numbers, columns[name]))
    return columns | {"step": list(range(len(track.x)))}


def _scene(plot: Plot, first: str) -> Scene:
    code = Code("code", lines_of(plot, first), visible=7)
    areas = {"curve": "left", "code": "right", "loss": "right"}
    return Scene((_curve(plot), code, _loss(plot)), "plot", areas)


def _curve(plot: Plot) -> Axes:
    here: dict[str, Any] = {"x": "x", "y": "f"}
    slope: Rich = ("slope ", Ref("slope"))
    step: Rich = ("step ", Ref("move"))
    marks = (
        Mark("function", "line", "ink", {"x": "curve x 0", "y": "curve y 0"}, width=1.75),
        Mark("trail", "line", "done", here, until="step", width=1.25),
        Mark("visited", "dots", "done", here, until="step"),
        Mark("drop", "drop", "leaf", here, until="now"),
        Mark("tangent", "tangent", "hot", here | {"slope": "slope"}, until="now", label=slope),
        Mark("landing", "drop", "mut", here, until="next"),
        Mark("ring", "ring", "hot", here, until="next"),
        Mark("arrow", "arrow", "hot", {"x": "x"}, until="next", label=step, width=3),
        Mark("leaf", "leaf", "leaf", {"x": "x"}, until="now"),
        Mark("ball", "ball", "hot", here, until="now"),
    )
    return Axes("curve", plot.name, f"f({plot.name})", plot.ranges[0], marks)


def _loss(plot: Plot) -> Axes:
    fell = {"y": "f"}
    marks = (
        Mark("fall", "line", "done", fell, until="step"),
        Mark("points", "dots", "done", fell, until="step"),
        Mark("now", "ball", "hot", fell | {"x": "step"}, until="now", label=(Ref("f"),)),
    )
    bounds = (0, max(10, plot.steps), 0, 1)
    name = f"loss f({plot.name}) over steps"
    return Axes("loss", "", name, bounds, marks, height=98, drag=True)

"""A frame as a matplotlib figure, which a teacher can restyle and put into a paper or slides."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gradviz.render.graph_figure import draw_graph
from gradviz.render.layout import place
from gradviz.render.plot_svg import colour, text_colour
from gradviz.render.plots import Drawn, Plot, plot_at, tick_text
from gradviz.render.sheet import token
from gradviz.render.wording import Moment, Styled, moment, runs
from gradviz.stories.parts import Axes, Matrix, PartState, Picture, Stacks
from gradviz.stories.story import Story

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Drawing
    from matplotlib.figure import Figure

PER_INCH = 72.0


def frame_figure(story: Story, step: int | None = None) -> Figure:
    """One frame of a story; the most telling one unless `step` is given.

    Raises:
        ValueError: if the story shows neither a graph nor a plot.
    """
    now = moment(story, step)
    for part in story.scene.parts:
        if isinstance(part, Picture):
            return _graph_figure(now, part)
    if not any(isinstance(part, (Axes, Stacks, Matrix)) for part in story.scene.parts):
        raise ValueError(
            f"{story.title!r} shows neither a graph nor a plot: save it as html or txt"
        )
    return _plot_figure(now)


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    if "IPython" in sys.modules:
        import matplotlib.pyplot  # noqa: F401 (a notebook shows figures once this was imported)

    return Figure(figsize=(width, height), facecolor="white")


def _text(styled: Sequence[Styled]) -> str:
    """Plain text: a dollar sign of a learner begins no formula."""
    return "".join(text for _, text in styled).replace("$", r"\$")


def _graph_figure(now: Moment, picture: Picture) -> Figure:
    placed = place(picture)
    figure = _figure(placed.width / PER_INCH, placed.height / PER_INCH)
    drawing = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    drawing.set(xlim=(0, placed.width), ylim=(placed.height, 0))
    drawing.axis("off")
    state = now.frame.states.get(picture.id, {})
    draw_graph(drawing, picture, placed, state, now)
    return figure


def _plot_figure(now: Moment) -> Figure:
    """Plots above each other, then stacks side by side, then matrices."""
    parts = now.story.scene.parts
    rows: list[tuple[float, Sequence[Axes | Stacks | Matrix]]] = []
    rows += [(float(part.height), [part]) for part in parts if isinstance(part, Axes)]
    stacks = [part for part in parts if isinstance(part, Stacks)]
    rows += [(190.0, stacks)] if stacks else []
    rows += [(60.0 + 45 * len(part.cells), [part]) for part in parts if isinstance(part, Matrix)]
    figure = _figure(7.0, 0.8 + sum(height for height, _ in rows) / 60)
    figure.set_layout_engine("constrained")
    grid = figure.add_gridspec(
        len(rows), max(1, len(stacks)), height_ratios=[height for height, _ in rows]
    )
    figure.suptitle(_text([("", now.story.title)]), x=0.02, ha="left", weight="bold")
    for row, (_, shown) in enumerate(rows):
        for column, part in enumerate(shown):
            where = grid[row, column] if len(shown) > 1 else grid[row, :]
            _draw_part(figure.add_subplot(where), part, now)
    return figure


def _draw_part(drawing: Drawing, part: Axes | Stacks | Matrix, now: Moment) -> None:
    if isinstance(part, Axes):
        _draw_axes(drawing, plot_at(now, part))
    elif isinstance(part, Stacks):
        _draw_stacks(drawing, part, now.frame.states.get(part.id, {}), now)
    else:
        _draw_matrix(drawing, part, now)


def _draw_matrix(drawing: Drawing, part: Matrix, now: Moment) -> None:
    greatest = max((abs(value) for row in part.cells for value in row), default=0.0) or 1.0
    drawing.imshow(
        part.cells, cmap="PuOr_r", vmin=-greatest, vmax=greatest, alpha=0.5, aspect="auto"
    )
    for i, row in enumerate(part.cells):
        for j, value in enumerate(row):
            drawing.text(j, i, tick_text(value), ha="center", va="center", fontsize=13)
    drawing.set_xticks(
        range(len(part.columns)), [_text(runs(name, now.look)) for name in part.columns]
    )
    drawing.set_yticks(range(len(part.rows)), [_text(runs(name, now.look)) for name in part.rows])
    drawing.xaxis.tick_top()
    drawing.tick_params(length=0)
    drawing.spines[:].set_visible(False)


def _draw_axes(drawing: Drawing, plot: Plot) -> None:
    part, (x0, x1, y0, y1) = plot.part, plot.range
    drawing.set_xscale("function", functions=_from_zero()) if part.x_log else None
    drawing.set_yscale("log") if part.log else None
    drawing.set(xlim=(x0, x1), ylim=(y0, y1), xlabel=part.x_name, ylabel=part.y_name)
    drawing.set_title(_text(plot.note or plot.title), fontsize=10)
    if part.equal:
        drawing.set_aspect("equal")
    drawing.grid(visible=part.grid, axis="y", color=token("hair"))
    drawing.spines[["top", "right"]].set_visible(False)
    for drawn in plot.marks:
        for draw in _draw_mark(drawn, plot):
            draw(drawing)


def _from_zero() -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    import numpy as np

    return np.log1p, np.expm1


def _draw_mark(drawn: Drawn, plot: Plot) -> Iterator[Callable[[Drawing], Any]]:
    mark, points = drawn.mark, drawn.points
    ink, x0, x1 = colour(mark.tone), plot.range[0], plot.range[1]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    style = "--" if mark.dashed else "-"
    if mark.shape == "line":
        yield lambda on: on.plot(xs, ys, style, color=ink, lw=mark.width)
    elif mark.shape in ("dots", "ball", "ring"):
        size = 4 if mark.shape == "dots" else 9
        inside = "white" if mark.hollow or mark.shape == "ring" else ink
        sign = "s" if mark.dashed else "o"
        yield lambda on: on.plot(xs, ys, sign, ms=size, mfc=inside, mec=ink, zorder=5)
    elif mark.shape in ("stems", "contour"):
        for way in drawn.ways:
            path = list(way)
            yield lambda on, path=path: on.plot(
                [x for x, _ in path], [y for _, y in path], color=ink, lw=1
            )
    elif mark.shape == "band":
        yield lambda on: on.axvspan(min(xs), max(xs), color=ink, alpha=0.12)
    elif mark.shape == "rule":
        yield lambda on: on.axhline(ys[0], color=ink, ls="--", lw=1.2)
    elif mark.shape == "tangent":
        reach = (x1 - x0) / 9
        ends = [xs[0] - reach, xs[0] + reach]
        rise = [ys[0] - reach * drawn.slope, ys[0] + reach * drawn.slope]
        yield lambda on: on.plot(ends, rise, color=ink, lw=1.8)
    elif mark.shape == "drop":
        yield lambda on: on.plot([xs[0]] * 2, [ys[0], plot.range[2]], ":", color=ink, lw=1.2)
    elif mark.shape == "arrow":
        yield _arrow(drawn, plot)
    elif mark.shape == "leaf":
        foot = plot.range[2] if math.isnan(ys[0]) else ys[0]
        sign = "^" if math.isnan(ys[0]) else "+"
        yield lambda on: on.plot(xs, [foot], sign, color=ink, ms=9, mew=2, clip_on=False, zorder=5)
    if drawn.label:
        yield _label(drawn, plot)


def _arrow(drawn: Drawn, plot: Plot) -> Callable[[Drawing], Any]:
    lane = plot.range[2] + (plot.range[3] - plot.range[2]) * 0.05
    start, end = ((x, lane if math.isnan(y) else y) for x, y in drawn.points)
    look = {
        "arrowstyle": "-|>",
        "color": colour(drawn.mark.tone),
        "lw": 2,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    return lambda on: on.annotate("", end, start, arrowprops=look)


def _label(drawn: Drawn, plot: Plot) -> Callable[[Drawing], Any]:
    ink, told = text_colour(drawn.mark.tone), _text(drawn.label)
    x0, x1, y0, y1 = plot.range
    x, y = drawn.points[-1] if drawn.points else ((x0 + x1) / 2, y0)
    y = y0 + (y1 - y0) * 0.1 if math.isnan(y) else y
    if not drawn.points and (drawn.mark.data or {}).get("place") == "top":
        y = y0 + (y1 - y0) * 0.92
    look = {"xytext": (7, 6), "textcoords": "offset points", "color": ink, "weight": "bold"}
    return lambda on: on.annotate(told, (x, y), fontsize=9, annotation_clip=True, **look)


def _draw_stacks(drawing: Drawing, part: Stacks, state: PartState, now: Moment) -> None:
    for place_, column in enumerate(state.get("columns", ())):
        base, blocks, gone = 0.0, column.get("blocks", ()), column.get("gone")
        for number, (size, text) in enumerate(blocks):
            hot = column.get("mark") == "active" and number + 1 == len(blocks)
            ink = "none" if gone else token("hot" if hot else "done")
            edge = token("idle") if gone else "white"
            drawing.bar(place_, size, 0.6, bottom=base, color=ink, edgecolor=edge, lw=1.5)
            if not gone:
                look: dict[str, Any] = {
                    "ha": "center",
                    "va": "center",
                    "color": "black" if hot else "white",
                }
                drawing.text(place_, base + size / 2, str(text).replace("$", r"\$"), **look)
            base += size
        over = _text(runs(gone or column.get("sum", ()), now.look))
        drawing.text(place_, base, over, ha="center", va="bottom", weight="bold")
    drawing.set(ylim=(0, (part.top or 1) * 1.12), xlim=(-0.6, len(part.names) - 0.4))
    drawing.set_xticks(range(len(part.names)), part.names)
    drawing.set_ylabel(part.y_name)
    drawing.set_title(_text([*runs(part.title, now.look)]), fontsize=10, loc="left")
    drawing.spines[["top", "right"]].set_visible(False)

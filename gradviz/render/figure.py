"""A frame as a matplotlib figure, which a teacher can restyle and put into a paper or slides."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gradviz.render.layout import place
from gradviz.render.placed import Placed, PlacedCard, PlacedWire
from gradviz.render.plot_svg import colour, text_colour
from gradviz.render.plots import Drawn, Plot, plot_at
from gradviz.render.sheet import token
from gradviz.render.wording import Moment, Styled, moment, runs
from gradviz.stories.parts import Axes, Card, PartState, Picture, Stacks, Wire
from gradviz.stories.story import Story

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Drawing
    from matplotlib.figure import Figure

PER_INCH = 72.0
MONO, SANS = "DejaVu Sans Mono", "DejaVu Sans"
_PATH = re.compile(r"([MCVHLQ])([^MCVHLQ]*)")
_MARKS = {"active": "hot", "ask": "hot", "error": "hot", "done": "done"}


def frame_figure(story: Story, step: int | None = None) -> Figure:
    """One frame of a story; the most telling one unless `step` is given.

    Raises:
        ValueError: if the story shows neither a graph nor a plot.
    """
    now = moment(story, step)
    for part in story.scene.parts:
        if isinstance(part, Picture):
            return _graph_figure(now, part)
    plots = [part for part in story.scene.parts if isinstance(part, Axes)]
    stacks = [part for part in story.scene.parts if isinstance(part, Stacks)]
    if not plots and not stacks:
        raise ValueError(
            f"{story.title!r} shows neither a graph nor a plot: save it as html or txt"
        )
    return _plot_figure(now, plots, stacks)


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="white")


def _text(styled: Sequence[Styled]) -> str:
    """Plain text: a dollar sign of a learner begins no formula."""
    return "".join(text for _, text in styled).replace("$", r"\$")


# ----- graphs


def _graph_figure(now: Moment, picture: Picture) -> Figure:
    placed = place(picture)
    figure = _figure(placed.width / PER_INCH, placed.height / PER_INCH)
    drawing = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    drawing.set(xlim=(0, placed.width), ylim=(placed.height, 0))
    drawing.axis("off")
    state = now.frame.states.get(picture.id, {})
    _draw_graph(drawing, picture, placed, state, now)
    return figure


def _draw_graph(
    drawing: Drawing, picture: Picture, placed: Placed, state: PartState, now: Moment
) -> None:
    cards = {card.id: card for card in picture.cards}
    wires = {wire.id: wire for wire in picture.wires}
    card_states, wire_states = state.get("cards", {}), state.get("wires", {})
    for at in sorted(placed.cards, key=lambda at: not at.open):
        _draw_card(drawing, cards[at.id], at, card_states.get(at.id, {}))
    for at in placed.wires:
        _draw_wire(drawing, wires[at.id], at, wire_states.get(at.id, {}), now)


def _write(drawing: Drawing, x: float, y: float, text: str, size: float, **look: Any) -> None:
    told = {"family": MONO, "color": token("ink"), "va": "baseline"} | look
    drawing.text(x, y, text.replace("$", r"\$"), fontsize=size * 0.92, zorder=4, **told)


def _box(drawing: Drawing, at: Sequence[float], radius: float, **look: Any) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y, width, height = at
    style = f"round,pad=0,rounding_size={min(radius, height / 2)}"
    drawing.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=style, **look))


def _draw_card(drawing: Drawing, card: Card, at: PlacedCard, state: PartState) -> None:
    frame = (at.x, at.y, at.width, at.height)
    if card.kind in ("ghost", "call"):
        if card.kind == "ghost":
            look = {"ec": token("idle"), "fc": "none", "ls": (0, (3, 3)), "lw": 1.0}
            _box(drawing, frame, 11, zorder=2, **look)
        middle = (at.x + at.width / 2, at.y + at.height / 2 + 4)
        _write(drawing, *middle, at.title, 11.5, ha="center", color=token("mut"))
        return
    mark = _MARKS.get(state.get("mark", ""), "")
    leaf = card.kind == "leaf"
    edge = token("hot" if mark == "hot" else "leaf" if leaf else mark or "idle")
    width = 2.2 if mark == "hot" else 1.8 if leaf else 1.5 if mark else 1.1
    ground = token("hot-bg" if mark == "hot" else "card")
    if card.kind == "fold":
        for shift in (10, 5):
            sheet = (at.x + shift, at.y + shift, at.width, at.height)
            _box(drawing, sheet, 12, fc=ground, ec=edge, lw=width, zorder=1)
    _box(
        drawing, frame, 12 if leaf else 8, fc=ground, ec=edge, lw=width, zorder=1 if at.open else 2
    )
    if card.count:
        spot = (at.x + at.width - 14, at.y + 20)
        _write(drawing, *spot, f"× {card.count}", 14, ha="right", weight="bold", family=SANS)
    if at.open:
        _write(drawing, at.x + 12, at.y + 17, at.title, 11, color=token("mut"))
        return
    _write_card(drawing, at, state, leaf)


def _write_card(drawing: Drawing, at: PlacedCard, state: PartState, leaf: bool) -> None:
    above, below = (at.height / 2 - 3, at.height / 2 + 14) if leaf else (18.0, 33.0)
    value = state.get("value", at.value)
    title = at.title if value is None else f"{at.title} = {value}"
    _write(drawing, at.x + 12, at.y + above, title, 13)
    subtitle = str(state.get("subtitle", at.subtitle))
    _write(drawing, at.x + 12, at.y + below, subtitle, 11, color=token("mut"))
    if at.pocket is not None:
        left = at.x + at.width - at.pocket_width
        middle, freed = left + at.pocket_width / 2, state.get("pocket") == "freed"
        drawing.plot([left, left], [at.y + 6, at.y + at.height - 6], color=token("hair"), zorder=3)
        word = "freed" if freed else "saved"
        look = {"ha": "center", "color": token("mut")}
        _write(drawing, middle, at.y + 16, word, 10.5, family=SANS, **look)
        _write(drawing, middle, at.y + 32, at.pocket, 12, **(look if freed else {"ha": "center"}))
    if leaf and at.grad is not None:
        _draw_grad(drawing, at, state)


def _draw_grad(drawing: Drawing, at: PlacedCard, state: PartState) -> None:
    left, width = at.grad or (at.x, 0.0)
    level = float(state.get("level", 0) or 0)
    ground = token("leaf-bg") if level else token("card")
    frame = (left, at.y + 8, width, at.height - 16)
    _box(drawing, frame, 6, fc=ground, ec=token("leaf"), lw=1.1, zorder=3)
    look = {"ha": "center"}
    _write(drawing, left + width / 2, at.y + 21, ".grad", 10.5, color=token("mut"), **look)
    text = str(state.get("grad", "None"))
    weight = "normal" if text == "None" else "bold"
    size = 14 if len(text) < 8 else 11
    spot = (left + width / 2, at.y + at.height - 17)
    _write(drawing, *spot, text, size, weight=weight, family=SANS, **look)
    sockets = state.get("sockets", ())
    for place_, x in enumerate(at.sockets):
        mark = sockets[place_] if place_ < len(sockets) else ""
        ink = token({"full": "done", "hot": "hot"}.get(mark, "idle"))
        inside = ink if mark else token("card")
        drawing.plot([x], [at.y], "o", ms=8, mfc=inside, mec=ink, zorder=5)


def _draw_wire(drawing: Drawing, wire: Wire, at: PlacedWire, state: PartState, now: Moment) -> None:
    from matplotlib.patches import PathPatch, Polygon

    mark = _MARKS.get(state.get("mark", ""), "")
    dashed = wire.kind in ("ghost", "cut")
    ink = token("idle" if dashed else mark or "idle")
    width = 3.0 if wire.kind == "many" else 2.4 if mark == "hot" else 1.7 if mark else 1.1
    style = (0, (3, 3)) if dashed else "solid"
    drawing.add_patch(PathPatch(_path(at.d), fc="none", ec=ink, lw=width, ls=style, zorder=1.5))
    if at.arrow is not None:
        x, y, direction = at.arrow
        tip = {"d": ((-4.5, -8), (4.5, -8)), "u": ((-4.5, 8), (4.5, 8))}
        tip |= {"r": ((-8, -4.5), (-8, 4.5)), "l": ((8, -4.5), (8, 4.5))}
        (ax, ay), (bx, by) = tip[direction]
        points = [(x, y), (x + ax, y + ay), (x + bx, y + by)]
        drawing.add_patch(Polygon(points, closed=True, fc=ink, ec="none", zorder=4))
    if wire.label and at.label is not None:
        x, y, anchor = at.label
        look = {"ha": _side(anchor), "color": token("mut")}
        _write(drawing, x, y + 4, wire.label, 12, **look)
    _write_number(drawing, at, state, now)


def _write_number(drawing: Drawing, at: PlacedWire, state: PartState, now: Moment) -> None:
    if state.get("mark") == "done":
        short = state.get("short") or state.get("text") or ""
        text = short if isinstance(short, str) else _text(runs(short, now.look))
        x, y, anchor = at.done
        look = {"ha": _side(anchor), "color": token("done-t"), "weight": "bold"}
        _write(drawing, x, y + 4.5, text, 13, family=SANS, **look)
    elif state.get("mark") and state.get("text"):
        text = _text(runs(state["text"], now.look))
        frame = {"boxstyle": "round,pad=0.35", "fc": token("card"), "ec": token("hot")}
        x, y = at.pill
        _write(drawing, x, y, text, 12, family=SANS, ha="center", va="center", bbox=frame)


def _side(anchor: str) -> str:
    return {"start": "left", "end": "right"}.get(anchor, "center")


def _path(d: str) -> Any:
    from matplotlib.path import Path

    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for letter, rest in _PATH.findall(d):
        numbers = [float(text) for text in re.findall(r"-?[\d.]+", rest)]
        x, y = points[-1] if points else (0.0, 0.0)
        if letter == "V":
            numbers = [x, numbers[0]]
        elif letter == "H":
            numbers = [numbers[0], y]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        points += pairs
        code = {"M": Path.MOVETO, "C": Path.CURVE4, "Q": Path.CURVE3}.get(letter, Path.LINETO)
        codes += [int(code)] * len(pairs)
    return Path(points, codes)


# ----- plots


def _plot_figure(now: Moment, plots: Sequence[Axes], stacks: Sequence[Stacks]) -> Figure:
    rows = len(plots) + bool(stacks)
    heights = [float(part.height) for part in plots] + [190.0] * bool(stacks)
    figure = _figure(7.0, 0.8 + sum(heights) / 60)
    figure.set_layout_engine("constrained")
    grid = figure.add_gridspec(rows, max(1, len(stacks)), height_ratios=heights)
    figure.suptitle(_text([("", now.story.title)]), x=0.02, ha="left", weight="bold")
    for row, part in enumerate(plots):
        _draw_axes(figure.add_subplot(grid[row, :]), plot_at(now, part))
    for column, part in enumerate(stacks):
        state = now.frame.states.get(part.id, {})
        _draw_stacks(figure.add_subplot(grid[rows - 1, column]), part, state, now)
    return figure


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
                look = {"ha": "center", "va": "center", "color": "black" if hot else "white"}
                drawing.text(place_, base + size / 2, str(text).replace("$", r"\$"), **look)
            base += size
        over = _text(runs(gone or column.get("sum", ()), now.look))
        drawing.text(place_, base, over, ha="center", va="bottom", weight="bold")
    drawing.set(ylim=(0, (part.top or 1) * 1.12), xlim=(-0.6, len(part.names) - 0.4))
    drawing.set_xticks(range(len(part.names)), part.names)
    drawing.set_ylabel(part.y_name)
    drawing.set_title(_text([*runs(part.title, now.look)]), fontsize=10, loc="left")
    drawing.spines[["top", "right"]].set_visible(False)

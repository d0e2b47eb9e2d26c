"""Plots as SVG, for the still picture of a story without a graph."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gradviz.render.lettering import text_width
from gradviz.render.markup import element, escape, spans
from gradviz.render.paths import spell
from gradviz.render.plots import Drawn, Plot, decades, tick_text, ticks
from gradviz.render.sheet import token
from gradviz.stories.parts import Mark

Scale = Callable[[float], float]
_TONES = {"ring": "done", "mut": "idle"}
_TEXT_TONES = {"hot": "hot-t", "done": "done-t", "leaf": "leaf-t"}
TANGENT, LANE = 70.0, 10.0


def colour(tone: str) -> str:
    """The light colour of a tone."""
    return token(_TONES.get(tone, tone))


def text_colour(tone: str) -> str:
    """A colour that is dark enough for letters."""
    return token(_TEXT_TONES.get(tone, "ink"))


@dataclass(frozen=True, slots=True)
class Frame:
    """The box of a plot and its scales."""

    left: float
    top: float
    right: float
    bottom: float
    x: Scale
    y: Scale
    y_ticks: Sequence[float]


def scale(low: float, high: float, start: float, end: float) -> Scale:
    """From data to pixels, in a straight line."""
    span = (high - low) or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def _log(low: float, high: float, start: float, end: float, shift: float = 0.0) -> Scale:
    inner = scale(math.log10(low + shift), math.log10(high + shift), start, end)
    return lambda value: inner(math.log10(max(value + shift, 1e-300)))


def frame_of(plot: Plot, width: float) -> Frame:
    """Where a plot of this width has its axes."""
    part, (x0, x1, y0, y1) = plot.part, plot.range
    high = float(part.height)
    y_ticks = decades(y0, y1, 4) if part.log else ticks(y0, y1, 5 if high > 160 else 2.5)
    left = max([30.0, *(text_width(tick_text(tick), 12) + 12 for tick in y_ticks)])
    right, top, bottom = width - 22, 26.0, high - 22
    if part.equal:
        unit = min((right - left) / (x1 - x0), (bottom - top) / (y1 - y0))
        right, bottom = left + unit * (x1 - x0), top + unit * (y1 - y0)
    x = _log(x0, x1, left, right, 1.0) if part.x_log else scale(x0, x1, left, right)
    y = (_log if part.log else scale)(y0, y1, bottom, top)
    return Frame(left, top, right, bottom, x, y, y_ticks)


def draw_plot(plot: Plot, width: float) -> str:
    """A plot with its frame; the name of its clipping path is a hash of what it clips."""
    frame = frame_of(plot, width)
    inside = "".join(part for drawn in plot.marks for part in _clipped(drawn, frame))
    name = "c" + hashlib.sha256(f"{frame.right}{inside}".encode()).hexdigest()[:8]
    box = {"x": frame.left, "y": frame.top - 8, "width": frame.right - frame.left}
    clip = element("clipPath", element("rect", height=frame.bottom - frame.top + 8, **box), id=name)
    free = "".join(part for drawn in plot.marks for part in _free(drawn, frame))
    if plot.note:
        middle = (frame.left + frame.right) / 2
        free += element("text", spans(plot.note), x=middle, y=frame.top - 10, text_anchor="middle")
    marks = element("g", inside, clip_path=f"url(#{name})")
    return "".join([*_axes(plot, frame), clip, marks, free])


def _axes(plot: Plot, frame: Frame) -> Iterator[str]:
    part, (x0, x1, _, _) = plot.part, plot.range
    line = {"stroke": token("idle")}
    if part.grid:
        for tick in frame.y_ticks:
            y = frame.y(tick)
            yield element(
                "path", d=spell("M", frame.left, y, "H", frame.right), stroke=token("hair")
            )
    outline = spell("M", frame.left, frame.top, "V", frame.bottom, "H", frame.right)
    yield element("path", d=outline, fill="none", **line)
    x_ticks = [0, *decades(1, x1)] if part.x_log else ticks(x0, x1, 4 if frame.right < 400 else 5)
    for tick in x_ticks:
        x = frame.x(tick)
        yield element("path", d=spell("M", x, frame.bottom, "v", 4), **line)
        yield numeral(tick_text(tick), x, frame.bottom + 18, "middle")
    for tick in frame.y_ticks:
        y = frame.y(tick)
        yield element("path", d=spell("M", frame.left - 4, y, "h", 4), **line)
        yield numeral(tick_text(tick), frame.left - 7, y + 4, "end")
    yield _name(part.x_name, frame.right + 6, frame.bottom + 4)
    yield _name(part.y_name, 14.0, frame.top - 10)


def numeral(text: str, x: float, y: float, anchor: str) -> str:
    """A number at an axis."""
    return element("text", text, class_="tick", x=x, y=y, text_anchor=anchor)


def _name(text: str, x: float, y: float) -> str:
    return element("text", escape(text), class_="axname", x=x, y=y) if text else ""


def _line(points: Sequence[tuple[float, float]], frame: Frame) -> str:
    text = ""
    for place, (x, y) in enumerate(points):
        text += spell("L" if place else "M", _held(frame.x(x)), _held(frame.y(y)))
    return text


def _held(value: float) -> float:
    """Far outside a picture a renderer may lose its numbers."""
    return min(max(value, -4000.0), 4000.0)


def _clipped(drawn: Drawn, frame: Frame) -> Iterator[str]:
    mark, points = drawn.mark, drawn.points
    ink = colour(mark.tone)
    if mark.shape == "line" and points:
        dashes = "4 3" if mark.dashed else None
        look = {"fill": "none", "stroke": ink, "stroke_width": mark.width}
        yield element("path", d=_line(points, frame), stroke_dasharray=dashes, **look)
    elif mark.shape == "dots":
        dots = "".join(_dot(mark, frame.x(x), frame.y(y), 3.0) for x, y in points)
        yield element("g", dots, **_dot_look(mark)) if dots else ""
    elif mark.shape in ("stems", "contour"):
        ways = "".join(_line(way, frame) for way in drawn.ways)
        yield element("path", d=ways, fill="none", stroke=ink, stroke_width=1.25) if ways else ""
    elif mark.shape == "band":
        x1, x2 = sorted(frame.x(x) for x, _ in points)
        box = {"x": x1, "y": frame.top, "width": x2 - x1, "height": frame.bottom - frame.top}
        yield element("rect", fill=ink, fill_opacity="0.12", **box)
    elif mark.shape == "rule":
        y = frame.y(points[0][1])
        d = spell("M", frame.left, y, "H", frame.right)
        yield element("path", d=d, stroke=ink, stroke_width=1.5, stroke_dasharray="5 3")
    elif mark.shape == "drop":
        x, y = frame.x(points[0][0]), _held(frame.y(points[0][1]))
        d = spell("M", x, y, "V", frame.bottom)
        yield element("path", d=d, stroke=ink, stroke_width=1.25, stroke_dasharray="2 3")
    elif mark.shape == "tangent":
        yield _tangent(drawn, frame)
    elif mark.shape == "arrow":
        yield _arrow(drawn, frame)
    elif mark.shape == "ring":
        x, y = frame.x(points[0][0]), _held(frame.y(points[0][1]))
        yield element(
            "circle", cx=x, cy=y, r=5.0, fill=token("paper"), stroke=ink, stroke_width=2.0
        )


def _dot(mark: Mark, x: float, y: float, r: float, **look: str | float | None) -> str:
    x, y = _held(x), _held(y)
    if mark.dashed:
        return element("rect", x=x - r, y=y - r, width=2 * r, height=2 * r, **look)
    return element("circle", cx=x, cy=y, r=r, **look)


def _dot_look(mark: Mark) -> dict[str, str | float | None]:
    """What all dots of a mark have in common, so that it is written once."""
    ink = colour(mark.tone)
    if mark.hollow:
        return {"fill": token("paper"), "stroke": ink, "stroke_width": 1.2}
    return {"fill": ink}


def _tangent(drawn: Drawn, frame: Frame) -> str:
    x, y = frame.x(drawn.points[0][0]), _held(frame.y(drawn.points[0][1]))
    dx, dy = frame.x(1) - frame.x(0), (frame.y(1) - frame.y(0)) * drawn.slope
    length = math.hypot(dx, dy) or 1.0
    ux, uy = dx / length * TANGENT, dy / length * TANGENT
    d = spell("M", x - ux, y - uy, "L", x + ux, y + uy)
    return element("path", d=d, stroke=colour(drawn.mark.tone), stroke_width=2.0)


def _arrow(drawn: Drawn, frame: Frame) -> str:
    (x1, y1), (x2, y2) = (
        (_held(frame.x(x)), frame.bottom - LANE if math.isnan(y) else _held(frame.y(y)))
        for x, y in drawn.points
    )
    length = math.hypot(x2 - x1, y2 - y1)
    if length < 1:
        return ""
    head = min(9.0, max(4.0, length / 2))
    ux, uy = (x2 - x1) / length * head, (y2 - y1) / length * head
    ink = colour(drawn.mark.tone)
    shaft = spell("M", x1, y1, "L", x2 - ux, y2 - uy)
    tip = spell("M", x2, y2, "L", x2 - ux - uy / 2, y2 - uy + ux / 2)
    tip += spell("L", x2 - ux + uy / 2, y2 - uy - ux / 2, "z")
    return element("path", d=shaft, stroke=ink, stroke_width=2.5) + element("path", d=tip, fill=ink)


def _free(drawn: Drawn, frame: Frame) -> Iterator[str]:
    mark, points = drawn.mark, drawn.points
    if mark.shape == "ball":
        x, y = frame.x(points[0][0]), frame.y(points[0][1])
        if frame.left - 1 <= x <= frame.right + 1 and frame.top - 8 <= y <= frame.bottom + 8:
            rim = {} if mark.hollow else {"stroke": token("paper"), "stroke_width": 2.0}
            yield _dot(mark, x, y, 6.5, **(_dot_look(mark) | rim))
    elif mark.shape == "leaf":
        x, y = frame.x(points[0][0]), points[0][1]
        d = spell("M", x, frame.bottom + 0.5) + "l5.5 8.5h-11z"
        if not math.isnan(y):
            d = spell("M", x - 6, frame.y(y), "h", 12, "M", x, frame.y(y) - 6, "v", 12)
        look = {"stroke": colour(mark.tone), "stroke_width": 2.5} if not math.isnan(y) else {}
        yield element("path", d=d, fill=colour(mark.tone), **look)
    if drawn.label:
        yield _label(drawn, frame)


def _label(drawn: Drawn, frame: Frame) -> str:
    mark = drawn.mark
    place = (mark.data or {}).get("place")
    middle = (frame.left + frame.right) / 2
    x, y, anchor = middle, frame.bottom - 9, "middle"
    if place == "top":
        y = frame.top + 18
    elif mark.shape == "rule":
        x, y, anchor = frame.left + 6, frame.y(drawn.points[0][1]) - 5, "start"
    elif mark.shape == "arrow":
        x, y = (frame.x(drawn.points[0][0]) + frame.x(drawn.points[1][0])) / 2, frame.bottom - 19
    elif drawn.points:
        last_x, last_y = drawn.points[-1]
        x, y = frame.x(last_x), frame.y(last_y) - 8
        if mark.shape in ("ball", "tangent"):
            anchor = "end" if x > frame.right - 80 else "start"
            x += -10 if anchor == "end" else 10
            y -= 10 if mark.shape == "tangent" else 0
        elif mark.shape == "line":
            x, anchor = x - 4, "end"
    x = min(max(x, frame.left + 4), frame.right - 4)
    y = min(max(y, frame.top + 12), frame.bottom - 4)
    return element(
        "text",
        spans(drawn.label),
        class_="mlabel halo",
        x=x,
        y=y,
        text_anchor=anchor,
        style=f"fill:{text_colour(mark.tone)}",
    )

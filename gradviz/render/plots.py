"""A plot at one frame: its marks with their points looked up, for whoever draws it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any, TypeGuard

from gradviz.render.wording import Moment, Styled, runs
from gradviz.stories.numbers import figure, minus
from gradviz.stories.parts import Axes, Mark

Point = tuple[float, float]
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mark with its numbers: `points` in data coordinates, None where the data have gaps."""

    mark: Mark
    points: tuple[Point, ...] = ()
    label: tuple[Styled, ...] = ()
    ways: tuple[tuple[Point, ...], ...] = ()
    """Pieces of their own: stems, and the lines of a contour."""
    slope: float = 0.0


@dataclass(frozen=True, slots=True)
class Plot:
    """Axes at one frame."""

    part: Axes
    range: tuple[float, float, float, float]
    marks: tuple[Drawn, ...] = ()
    note: tuple[Styled, ...] = ()
    title: tuple[Styled, ...] = field(default=())


def plot_at(now: Moment, part: Axes) -> Plot:
    """The plot as the frame shows it."""
    state = now.frame.states.get(part.id, {})
    changes = state.get("marks", {})
    marks = [_changed(mark, changes.get(mark.id, {})) for mark in part.marks]
    hidden = {name for name, change in changes.items() if change.get("hidden")}
    shown = [mark for mark in marks if mark.id not in hidden and mark.shape != "button"]
    by_id = {mark.id: mark for mark in marks}
    drawn = tuple(found for mark in shown if (found := _drawn(now, mark, by_id)) is not None)
    bounds = tuple(state.get("range", part.range))
    return Plot(
        part,
        (bounds[0], bounds[1], bounds[2], bounds[3]),
        drawn,
        tuple(runs(state.get("note", ()), now.look)),
        tuple(runs(part.title, now.look)),
    )


def _changed(mark: Mark, change: Mapping[str, Any]) -> Mark:
    if not change:
        return mark
    known = {each.name: getattr(mark, each.name) for each in fields(Mark)}
    return Mark(**(known | {name: value for name, value in change.items() if name in known}))


def _drawn(now: Moment, mark: Mark, by_id: Mapping[str, Mark]) -> Drawn | None:
    label = tuple(runs(mark.label, now.look))
    data = mark.data or {}
    if mark.shape in ("line", "dots"):
        every = data.get("every", 1) if mark.shape == "dots" else 1
        return Drawn(mark, tuple(_points(now, mark))[:: int(every or 1)], label)
    if mark.shape == "contour":
        levels = data.get("levels", ())
        ways = tuple(tuple((p[0], p[1]) for p in way) for _, *level in levels for way in level)
        return Drawn(mark, ways=ways, label=label)
    if mark.shape == "stems":
        return Drawn(
            mark, ways=tuple(_stems(now, mark, by_id.get(str(data.get("to"))))), label=label
        )
    if mark.shape in ("band", "rule"):
        low, high = _number(now, mark, "x"), _number(now, mark, "x2")
        y = _number(now, mark, "y")
        return Drawn(mark, ((low or 0.0, y or 0.0), (high or 0.0, y or 0.0)), label)
    if mark.shape == "text" and "place" in data:
        return Drawn(mark, label=label)
    return _at_rows(now, mark, label)


def _at_rows(now: Moment, mark: Mark, label: tuple[Styled, ...]) -> Drawn | None:
    """Marks that stand at the row of the frame, or at the next one, or lead to it."""
    row = now.row
    rows = [row]
    if mark.shape == "arrow":
        rows = [row, row + 1]
    elif (mark.shape == "ring" and mark.until != "now") or mark.until == "next":
        rows = [row + 1]
    flat = mark.shape in ("arrow", "leaf") and (mark.data or {}).get("y") is None
    points = []
    for each in rows:
        x, y = _number(now, mark, "x", each), _number(now, mark, "y", each)
        if x is None or (y is None and not flat):
            return None
        points.append((x, math.nan if y is None else y))
    return Drawn(mark, tuple(points), label, slope=_number(now, mark, "slope") or 0.0)


def _column(now: Moment, mark: Mark, name: str) -> Any:
    given = (mark.data or {}).get(name)
    found = now.column(given) if isinstance(given, str) else given
    if (
        mark.until == "now"
        and _is_list(found)
        and 0 <= now.row < len(found)
        and _is_list(found[now.row])
    ):
        return found[now.row]
    return found


def _is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _number(now: Moment, mark: Mark, name: str, row: int | None = None) -> float | None:
    found = _column(now, mark, name)
    place = now.row if row is None else row
    if _is_list(found):
        found = found[place] if 0 <= place < len(found) else None
    return float(found) if isinstance(found, (int, float)) and math.isfinite(found) else None


def _points(now: Moment, mark: Mark) -> Iterator[Point]:
    ys = _column(now, mark, "y")
    xs = _column(now, mark, "x")
    ys = ys if _is_list(ys) else ()
    shown = {"step": now.row + 1, "next": now.row + 2}.get(mark.until, len(ys))
    for place, y in enumerate(ys[:shown]):
        x = xs[place] if _is_list(xs) and place < len(xs) else place
        numbers = isinstance(x, (int, float)) and isinstance(y, (int, float))
        if numbers and math.isfinite(x) and math.isfinite(y):
            yield float(x), float(y)


def _stems(now: Moment, mark: Mark, line: Mark | None) -> Iterator[tuple[Point, Point]]:
    if line is None:
        return
    curve = sorted(_points(now, line))
    every = int((mark.data or {}).get("every", 1) or 1)
    for x, y in list(_points(now, mark))[::every]:
        yield (x, y), (x, _height_at(curve, x))


def _height_at(curve: Sequence[Point], x: float) -> float:
    for (x1, y1), (x2, y2) in pairwise(curve):
        if x1 <= x <= x2 and x2 > x1:
            return y1 + (y2 - y1) * (x - x1) / (x2 - x1)
    return curve[-1][1] if curve else 0.0


def ticks(low: float, high: float, count: float = 5) -> list[float]:
    """Round numbers, at steps of 1, 2 or 5.

    >>> ticks(0, 10), ticks(-0.4, 0.4, 4)
    ([0, 2, 4, 6, 8, 10], [-0.4, -0.2, 0, 0.2, 0.4])
    """
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    ratio = rough / power
    step = (1 if ratio < 1.5 else 2 if ratio < 3.5 else 5 if ratio < 7.5 else 10) * power
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [_tidy(number * step) for number in range(first, last + 1)]


def decades(low: float, high: float, most: int = 5) -> list[float]:
    """Powers of ten, not too many of them.

    >>> decades(0.5, 2000)
    [1, 10, 100, 1000]
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, -(-(last - first + 1) // most))
    found = [_tidy(10.0**power) for power in range(first, last + 1, every)]
    return found if len(found) > 1 else [low, high]


def _tidy(number: float) -> float:
    short = float(f"{number:.10g}") + 0.0
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def tick_text(value: float) -> str:
    """A tick as it is written.

    >>> tick_text(-0.5), tick_text(1e6), tick_text(20)
    ('−0.5', '10⁶', '20')
    """
    size = abs(value)
    if value == 0 or 1e-3 <= size < 1e5:
        return minus(f"{value:.6g}")
    exponent = math.floor(math.log10(size) + 1e-9)
    if abs(size / 10.0**exponent - 1) < 1e-6:
        return ("−" if value < 0 else "") + "10" + str(exponent).translate(_RAISED)
    return figure(value, 2)

"""Placed wires as SVG, what they carry, and the small matrices beside numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gradviz.render.lettering import text_width
from gradviz.render.markup import element, escape, spans
from gradviz.render.paths import spell
from gradviz.render.placed import PlacedWire
from gradviz.render.sheet import token
from gradviz.render.wording import Look, runs
from gradviz.stories.parts import Heat, Rich, Wire

State = Mapping[str, Any]
SCISSORS = (
    "M5.4 5.4 14 12M5.4 10.6 14 4M1.2 4a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0-4.6 0"
    "M1.2 12a2.3 2.3 0 1 0 4.6 0a2.3 2.3 0 1 0-4.6 0"
)
_HEADS = {
    "d": (-4.5, -8, "h9l-4.5 8z"),
    "u": (-4.5, 8, "h9l-4.5-8z"),
    "r": (-8, -4.5, "v9l8-4.5z"),
    "l": (8, -4.5, "v9l-8-4.5z"),
}


def draw_wire(wire: Wire, at: PlacedWire, state: State) -> str:
    """The way of a wire, its arrowhead, and the scissors of a cut."""
    mark = state.get("mark", "")
    look = "dash" if wire.kind in ("ghost", "cut") else "many" if wire.kind == "many" else ""
    parts = [element("path", class_="way", d=at.d)]
    if at.arrow is not None:
        parts.append(element("path", class_="tip", d=_arrow(at, thick=wire.kind == "many")))
    if at.scissors is not None:
        x, y, turn = at.scissors
        parts.append(
            element(
                "path", class_="gap", d=spell("M", x - 13, y - 13, "h", 26, "v", 26, "h", -26, "z")
            )
        )
        move = f"translate({x:g} {y:g})rotate({turn})scale(1.25)translate(-8 -8)"
        parts.append(element("path", class_="cut", d=SCISSORS, transform=move))
    classes = " ".join(word for word in (look, mark if mark != "waiting" else "") if word)
    return element("g", *parts, class_=classes or None)


def _arrow(at: PlacedWire, *, thick: bool) -> str:
    x, y, direction = at.arrow or (0.0, 0.0, "d")
    if thick:
        return spell("M", x - 7, y - 11) + "h14l-7 11z"
    dx, dy, rest = _HEADS[direction]
    return spell("M", x + dx, y + dy) + rest


def draw_wire_text(wire: Wire, at: PlacedWire, state: State, look: Look) -> str:
    """The words beside a wire, and what it carries."""
    drawn = ""
    if wire.label and at.label is not None:
        x, y, anchor = at.label
        classes = "label m" if wire.kind == "cut" else "label"
        drawn = element(
            "text", escape(wire.label), class_=classes, x=x, y=y + 4, text_anchor=anchor
        )
    mark, text, heat = state.get("mark", ""), state.get("text"), state.get("heat")
    if mark == "done" and (text or state.get("short")):
        short = state.get("short") or text
        rich: Rich = (short,) if isinstance(short, str) else short or ()
        x, y, anchor = at.done
        words = "".join(word for _, word in runs(rich, look))
        drawn += element("text", escape(words), class_="num", x=x, y=y + 4.5, text_anchor=anchor)
    elif mark and mark != "done" and (text or heat):
        drawn += draw_pill(at.pill, text or (), heat, look)
    return drawn


def draw_pill(centre: tuple[float, float], text: Rich, heat: Heat | None, look: Look) -> str:
    """A rounded box around a text, with a small matrix before it where there is one."""
    x, y = centre
    written = runs(text, look)
    wide = sum(text_width(word, 13, style) for style, word in written)
    cells = draw_thumbnail(heat, 9, 16) if heat is not None else None
    matrix = cells[1] + 6 if cells else 0.0
    whole = wide + matrix + 14
    box = element(
        "rect",
        class_="pill",
        x=x - whole / 2,
        y=y - 11,
        width=whole,
        height=22.0,
        rx=8.0 if cells else 11.0,
    )
    drawn = box
    if cells:
        drawn += cells[0](x - whole / 2 + 7 + cells[1] / 2, y)
    return drawn + element("text", spans(written), class_="pt", x=x + matrix / 2, y=y + 4.5)


def draw_thumbnail(
    heat: Heat, most_wide: float, most_high: float, room: float = 72.0
) -> tuple[Callable[[float, float], str], float] | None:
    """A function that draws the cells around a centre, and how wide they are."""
    rows = heat.cells
    if not rows or not rows[0]:
        return None
    wide = min(most_wide, room / len(rows[0]))
    high = min(12.0 if most_wide < 10 else 13.0, most_high / len(rows))
    greatest = max(abs(value) for row in rows for value in row) or 1.0

    def draw(x: float, y: float) -> str:
        left, top = x - wide * len(rows[0]) / 2, y - high * len(rows) / 2
        return "".join(
            element(
                "rect",
                class_="cell",
                x=left + j * wide,
                y=top + i * high,
                width=wide,
                height=high,
                fill=token("neg" if value < 0 else "pos"),
                fill_opacity=f"{0.12 + 0.6 * abs(value) / greatest if value else 0.04:.2f}",
            )
            for i, row in enumerate(rows)
            for j, value in enumerate(row)
        )

    return draw, wide * len(rows[0])

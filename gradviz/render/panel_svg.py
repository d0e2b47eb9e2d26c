"""Stacks and matrices as SVG, for the still picture of a story without a graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradviz.render.markup import element, escape, spans
from gradviz.render.paths import spell
from gradviz.render.plot_svg import Scale, numeral, scale, text_colour
from gradviz.render.plots import tick_text
from gradviz.render.sheet import token
from gradviz.render.wording import Look, Moment, Styled, runs, weighted_sums, written
from gradviz.stories.parts import Matrix, PartState, Stacks

STACK_HEIGHT = 160.0


def draw_stacks(part: Stacks, state: PartState, width: float, look: Look) -> str:
    """Blocks that pile up, a column an epoch."""
    left, bottom = 26.0, STACK_HEIGHT
    y = scale(0.0, part.top or 1.0, bottom, 44.0)
    room = (width - left - 4) / max(1, len(part.names))
    wide = min(46.0, room - 12)
    title = [*runs(part.title, look), ("", "  "), *runs(state.get("note", ()), look)]
    drawn = [element("text", spans(title), class_="axname", x=0.0, y=12.0)]
    for tick in part.ticks:
        drawn.append(element("path", d=spell("M", left, y(tick), "H", width), stroke=token("hair")))
        drawn.append(numeral(tick_text(tick), left - 6, y(tick) + 4, "end"))
    columns = state.get("columns", ())
    for place, name in enumerate(part.names):
        middle = left + room * (place + 0.5)
        drawn.append(numeral(escape(name), middle, bottom + 16, "middle"))
        if place < len(columns):
            drawn.append(_column(columns[place], middle, wide, y, look))
    drawn.append(element("path", d=spell("M", left, bottom, "H", width), stroke=token("idle")))
    return "".join(drawn)


def _column(column: PartState, middle: float, wide: float, y: Scale, look: Look) -> str:
    blocks, gone = column.get("blocks", ()), column.get("gone")
    active = column.get("mark") == "active"
    drawn, total = "", 0.0
    for place, (size, text) in enumerate(blocks):
        top, base = y(total + size), y(total)
        total += size
        hot = active and place + 1 == len(blocks)
        box = {
            "x": middle - wide / 2,
            "y": top + 1,
            "width": wide,
            "height": max(0.0, base - top - 2),
        }
        ink = token("hot" if hot else "done")
        dashes = {"stroke": token("idle"), "stroke_dasharray": "3 3"} if gone else {}
        drawn += element("rect", rx=3.0, fill="none" if gone else ink, **box, **dashes)
        if not gone:
            on = "#000" if hot else "#fff"
            at = {"x": middle, "y": (top + base) / 2 + 4, "text_anchor": "middle"}
            drawn += element("text", escape(str(text)), class_="mlabel", style=f"fill:{on}", **at)
    over: Sequence[Styled] = runs(gone or column.get("sum", ()), look)
    if over and blocks:
        ink = text_colour("mut" if gone else "hot" if active else "done")
        at = {"x": middle, "y": y(total) - 5, "text_anchor": "middle"}
        drawn += element("text", spans(over), class_="mlabel", style=f"fill:{ink}", **at)
    return drawn


CELL_WIDTH, CELL_HEIGHT, NAMES = 76.0, 44.0, 190.0


def draw_matrix(part: Matrix, now: Moment) -> tuple[str, float, float]:
    """A matrix, its weights before it and its sums below; and how wide and high that is."""
    weights = now.weights(part) if part.weights else ()
    chosen = now.frame.states.get(part.id, {}).get("column")
    drawn = [element("text", spans(runs(part.head, now.look)), class_="tick", x=0.0, y=12.0)]
    for j, name in enumerate(part.columns):
        drawn.append(_middle(spans(runs(name, now.look)), "axname", j, 12.0))
    greatest = max((abs(value) for row in part.cells for value in row), default=1.0) or 1.0
    for i, row in enumerate(part.cells):
        y = 22 + i * CELL_HEIGHT
        at = {"y": y + 25, "text_anchor": "end"}
        drawn.append(
            element("text", spans(runs(part.rows[i], now.look)), class_="axname", x=90.0, **at)
        )
        if weights:
            text = f"{written(weights[i])} ×"
            drawn.append(element("text", text, class_="mcell", x=NAMES - 12, **at))
        for j, value in enumerate(row):
            share = 0.04 if not value else 0.08 + 0.38 * abs(value) / greatest
            tint = {"fill": token("neg" if value < 0 else "pos"), "fill_opacity": f"{share:.2f}"}
            drawn.append(_cell(j, y, token("hot" if j == chosen else "hair"), tint))
            drawn.append(_middle(written(value), "mcell", j, y + 25))
    bottom = 22 + CELL_HEIGHT * len(part.cells)
    if weights:
        drawn += _sums(part, now, bottom + 10, chosen)
    high = bottom + (CELL_HEIGHT + 14 if weights else 4)
    return "".join(drawn), NAMES + CELL_WIDTH * len(part.columns), high


def _cell(column: int, y: float, rim: str, look: dict[str, str]) -> str:
    box = {"x": NAMES + column * CELL_WIDTH + 2, "y": y, "width": CELL_WIDTH - 4}
    return element(
        "rect", height=CELL_HEIGHT - 4, rx=6.0, stroke=rim, stroke_width=1.5, **box, **look
    )


def _middle(text: str, look: str, column: int, y: float) -> str:
    at = {"x": NAMES + (column + 0.5) * CELL_WIDTH, "y": y, "text_anchor": "middle"}
    return element("text", text, class_=look, **at)


def _sums(part: Matrix, now: Moment, y: float, chosen: int | None) -> Iterator[str]:
    at = {"x": NAMES - 12, "y": y + 25, "text_anchor": "end"}
    yield element("text", spans(runs(part.result, now.look)), class_="axname", **at)
    for j, value in enumerate(weighted_sums(part, now.weights(part))):
        hot = j == chosen
        ground = {"fill": token("hot-bg" if hot else "card")}
        yield _cell(j, y, token("hot" if hot else "done"), ground)
        yield _middle(element("tspan", written(value), class_="b"), "mcell", j, y + 25)

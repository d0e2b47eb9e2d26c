"""The picture that stands for a story where the player may not run."""

from __future__ import annotations

from collections.abc import Iterator

from gradviz.render.lettering import break_lines
from gradviz.render.markup import element, escape, spans
from gradviz.render.panel_svg import STACK_HEIGHT, draw_matrix, draw_stacks
from gradviz.render.plot_svg import draw_plot
from gradviz.render.plots import plot_at
from gradviz.render.sheet import token
from gradviz.render.svg import LETTERS, LINE, frame_svg, signed
from gradviz.render.wording import Moment, moment, runs
from gradviz.stories.parts import Axes, Code, Matrix, Part, Picture, Stacks
from gradviz.stories.story import Story

WIDTH, AIR, BETWEEN = 640.0, 20.0, 16.0
CODE_LINE = 20.0
MOST_LINES = 16
Panel = tuple[str, float, float]
"""What is drawn, its width and its height."""


def still_svg(story: Story, step: int | None = None, *, whole: bool = True) -> str:
    """One frame as SVG, the poster unless `step` is given: the graph, or else the plots.

    Of a very large graph that can be stepped, only a part unless it has to be `whole`.
    """
    if any(isinstance(part, Picture) for part in story.scene.parts):
        return frame_svg(story, step, whole=whole)
    return plots_svg(moment(story, step))


def plots_svg(now: Moment) -> str:
    """Title, plots from the largest to the smallest, and the caption."""
    wide = WIDTH - 2 * AIR
    heading, lines = _heading(now, wide)
    drawn = [heading]
    y = AIR + 6 + LINE * lines
    for row in _rows(list(_panels(now, wide)), wide):
        x = AIR
        for text, width, _ in row:
            drawn.append(element("g", text, transform=f"translate({x:g} {y:g})"))
            x += width + BETWEEN
        y += max(height for _, _, height in row) + BETWEEN
    lines = break_lines(runs(now.frame.caption, now.look), wide, LETTERS)
    caption = "".join(
        element("text", spans(line), x=AIR, y=y + 16 + number * LINE)
        for number, line in enumerate(lines)
    )
    tall = round(y + len(lines) * LINE + AIR, 1)
    box = {"x": 0.5, "y": 0.5, "width": WIDTH - 1, "height": tall - 1, "rx": 12.0}
    ground = element("rect", fill=token("paper"), stroke=token("hair"), **box)
    body = ground + "".join(drawn) + (element("g", caption, class_="cap") if lines else "")
    return signed(now, body, WIDTH, tall)


def _heading(now: Moment, wide: float) -> tuple[str, int]:
    story = now.story
    rest = [("", "   "), *runs(story.subtitle, now.look)] if story.subtitle else []
    lines = break_lines([("b", story.title), *rest], wide, LETTERS)
    drawn = "".join(
        element("text", spans(line), x=AIR, y=AIR + 8 + number * LINE)
        for number, line in enumerate(lines)
    )
    return element("g", drawn, class_="cap"), len(lines)


def _panels(now: Moment, wide: float) -> Iterator[Panel]:
    parts = now.story.scene.parts
    stacks = [part for part in parts if isinstance(part, Stacks) and not part.horizontal]
    plots = sorted(
        (part for part in parts if isinstance(part, Axes)), key=lambda part: -part.height
    )
    for part in plots:
        yield draw_plot(plot_at(now, part), wide), wide, float(part.height) + 6
    for part in stacks:
        room = (wide - BETWEEN * (len(stacks) - 1)) / len(stacks)
        state = now.frame.states.get(part.id, {})
        yield draw_stacks(part, state, room, now.look), room, STACK_HEIGHT + 24
    for part in parts:
        if isinstance(part, Matrix):
            yield draw_matrix(part, now)
    if len(parts) and not any(isinstance(part, (Axes, Stacks, Matrix)) for part in parts):
        yield from (_code(part, now, wide) for part in parts if isinstance(part, Code))


def _code(part: Part, now: Moment, wide: float) -> Panel:
    lines = part.lines[:MOST_LINES] if isinstance(part, Code) else ()
    drawn = "".join(
        element("text", escape(line), class_="m code", x=0.0, y=14 + number * CODE_LINE)
        for number, line in enumerate(lines)
    )
    return drawn, wide, CODE_LINE * len(lines)


def _rows(panels: list[Panel], wide: float) -> Iterator[list[Panel]]:
    row: list[Panel] = []
    for panel in panels:
        used = sum(width + BETWEEN for _, width, _ in row)
        if row and used + panel[1] > wide + 1:
            yield row
            row = []
        row.append(panel)
    if row:
        yield row

"""The still picture of a frame: one SVG that needs nothing else, always light."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from gradviz.render.graph_svg import draw_picture
from gradviz.render.layout import place
from gradviz.render.lettering import break_lines
from gradviz.render.markup import element, escape, spans
from gradviz.render.placed import Placed
from gradviz.render.sheet import UI, style_sheet, token
from gradviz.render.wording import Moment, moment, runs, sentence
from gradviz.stories.parts import Picture, Rich
from gradviz.stories.story import Story

AIR, LINE, LETTERS = 16.0, 22.0, 15.0
LEAST_WIDTH = 376.0
MOST_CARDS = 120
"""A stepper with more cards is shown in part where its picture only stands in for the player."""
SHOWN_CARDS = 60
GHOST = 24.0
REST = "Below follow {count} more cards, which the player shows."


def frame_svg(
    story: Story, step: int | None = None, *, caption: bool = True, whole: bool = True
) -> str:
    """The picture of one frame, its caption below; the story's poster unless `step` is given.

    Of a very large graph only the upper part is drawn unless it has to be `whole`.

    >>> from gradviz.stories.parts import Card, Picture
    >>> from gradviz.stories.story import Frame, Run, Scene, Story
    >>> picture = Picture("graph", (Card("x", "leaf", "x", "3", "AccumulateGrad"),), ())
    >>> story = Story("A leaf", Scene((picture,)), {(): Run((Frame(("x waits.",)),))})
    >>> frame_svg(story)[:34], "x waits." in frame_svg(story)
    ('<svg xmlns="http://www.w3.org/2000', True)
    """
    now = moment(story, step)
    pictures = [part for part in story.scene.parts if isinstance(part, Picture)]
    return _graph_svg(now, pictures[0], caption, whole or story.still)


def _graph_svg(now: Moment, picture: Picture, caption: bool, whole: bool) -> str:
    placed = place(picture)
    if not whole and len(placed.cards) > MOST_CARDS:
        count = len(placed.cards)
        placed = _upper(placed)
        picture = replace(picture, note=(REST.format(count=count - len(placed.cards)),))
    drawn = draw_picture(picture, placed, now.frame.states.get(picture.id, {}), now.look)
    return _whole(now, picture, placed, drawn, caption)


def _upper(placed: Placed) -> Placed:
    """The first rows of a picture; what hangs beside a card goes with it."""
    ends = sorted(card.y + card.height for card in placed.cards if card.height > GHOST)
    end = ends[min(SHOWN_CARDS, len(ends) - 1)]
    cards = tuple(card for card in placed.cards if card.y + card.height <= end)
    wires = tuple(
        wire
        for wire in placed.wires
        if max((y for _, y in (*wire.points, wire.pill, wire.done[:2]))) <= end + AIR
    )
    return replace(placed, cards=cards, wires=wires, height=end + AIR)


def _whole(now: Moment, picture: Picture, placed: Placed, drawn: str, caption: bool) -> str:
    wide = max(LEAST_WIDTH, placed.width) + 2 * AIR
    tall = placed.height + 2 * AIR
    inset = (wide - placed.width) / 2
    below, lines = "", 0
    if caption:
        below, lines = _caption(now, picture, wide, tall)
    whole = tall + (lines * LINE + 24 if lines else 0.0)
    edge = {"width": wide - 1, "rx": 12.0, "x": 0.5, "y": 0.5, "stroke": token("hair")}
    ground = element("rect", height=whole - 1, fill=token("paper"), **edge)
    stage = f"M.5 {tall:g}V12.5a12 12 0 0 1 12-12H{wide - 12.5:g}a12 12 0 0 1 12 12V{tall:g}z"
    if not lines:
        ground = element("rect", height=whole - 1, fill=token("stage"), **edge)
    else:
        ground += element("path", d=stage, fill=token("stage"), stroke=token("hair"))
    body = ground + f'<g transform="translate({inset:g} {AIR:g})">{drawn}</g>' + below
    return signed(now, body, wide, whole)


def _caption(now: Moment, picture: Picture, wide: float, top: float) -> tuple[str, int]:
    text: Rich = now.frame.caption or picture.note
    if now.frame.caption and picture.note and not now.story.still:
        text = (*now.frame.caption, ("br", ""), *picture.note)
    lines = break_lines(runs(text, now.look), wide - 2 * AIR - 4, LETTERS)
    drawn = "".join(
        element("text", spans(line), x=AIR + 2, y=top + 28 + number * LINE)
        for number, line in enumerate(lines)
    )
    return element("g", drawn, class_="cap") if lines else "", len(lines)


def signed(now: Moment, body: str, wide: float, tall: float) -> str:
    """The outer element; its id is a hash of what it holds, so the same picture has the same."""
    story = now.story
    told = sentence(now.frame.caption, now.look)
    words = element("title", escape(": ".join(filter(None, (story.title, told)))))
    root = "g" + hashlib.sha256((words + body).encode()).hexdigest()[:8]
    rules = style_sheet(root, body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{root}" viewBox="0 0 {wide:g} {tall:g}" '
        f'width="{wide:g}" height="{tall:g}" role="img" font-family="{UI}">'
        f"{words}<style>{rules}</style>{body}</svg>"
    )

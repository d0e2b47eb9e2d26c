"""The shapes of wires, as SVG path data."""

from __future__ import annotations

from gradviz.render.blocks import Route
from gradviz.render.placed import Point

TIP = 7.0
"""The line ends this far before the arrow's tip."""


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel.

    >>> number(12.0), number(3.14159), number(-0.04)
    ('12', '3.1', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def spell(*parts: str | float) -> str:
    """Path data: letters as they are, numbers rounded, with the blanks that are needed.

    >>> spell("M", 1, 2.04, "V", 30)
    'M1 2V30'
    """
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
        else:
            separate = bool(text) and not text[-1].isalpha()
            text += (" " if separate else "") + number(part)
    return text


def curve(x: float, y: float, to_x: float, to_y: float) -> str:
    """Down, across and down again; a straight line where nothing is to be crossed."""
    if abs(to_x - x) < 0.05:
        return spell("V", to_y)
    middle = (y + to_y) / 2
    return spell("C", x, middle, to_x, middle, to_x, to_y)


def follow(route: Route, tip: float) -> tuple[str, tuple[Point, ...]]:
    """The path of a wire from its exit through its lanes to where its arrow begins."""
    if route.exit is None or route.arrival is None:
        return "", ()
    x, y = route.exit
    text = spell("M", x, y)
    points: list[Point] = [(x, y)]
    for lane, top, bottom in route.lanes:
        if abs(lane - x) >= 0.05 and top > y:
            text += curve(x, y, lane, top)
            points.append((lane, top))
            x, y = lane, top
        if bottom > y and abs(lane - x) < 0.05:
            y = bottom
            points.append((x, y))
            text += spell("V", y)
    to_x, to_y = route.arrival
    text += curve(x, y, to_x, to_y - tip)
    return _merged(text), (*points, (to_x, to_y))


def _merged(text: str) -> str:
    """Of straight pieces in a row only the last is needed."""
    pieces: list[str] = []
    for piece in text.replace("C", "|C").replace("V", "|V").split("|"):
        if pieces and piece.startswith("V") and pieces[-1].startswith("V"):
            pieces[-1] = piece
        else:
            pieces.append(piece)
    return "".join(pieces)


def cut(start: Point, target: Point) -> str:
    """From under a ghost down, and to the card that its value was taken from."""
    (x, y), (to_x, to_y) = start, target
    turn = 12.0 if to_y > y else -12.0
    side = 12.0 if x > to_x else -12.0
    return spell("M", x, y, "V", to_y - turn, "Q", x, to_y, x - side, to_y, "H", to_x)

"""How wide a text in a proportional font is, about, and where its lines break."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.render.measure import columns

_NARROW, _SLIM, _WIDE, _WIDEST = "ijl|'!.,:;", 'ftr()[]{}-/\\ "`', "mw", "MW@%—…"
Styled = tuple[str, str]
WIDE_FONTS = 1.07
"""Some fonts, DejaVu Sans or Verdana, run wider than most."""


def text_width(text: str, size: float, style: str = "") -> float:
    """A little more than the text will take, in px.

    >>> text_width("1 × 4 = 4", 13) < 70
    True
    """
    if style == "code":
        return columns(text) * 0.602 * size * 0.9
    heavy = 1.06 if style in ("hot", "b", "sent", "err") else 1.0
    return sum(map(_em, text)) * size * heavy * WIDE_FONTS


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.26
    if character in _SLIM:
        return 0.34
    if character in _WIDE:
        return 0.8
    if character in _WIDEST:
        return 0.92
    if character.isupper():
        return 0.68
    return 0.57 * columns(character) if character not in "+×=÷−<>~" else 0.6


def break_lines(runs: Sequence[Styled], width: float, size: float) -> list[list[Styled]]:
    """Lines no wider than `width`, broken between words; code and numbers stay whole.

    >>> break_lines([("", "one two "), ("b", "three")], 66, 15)
    [[('', 'one two ')], [('b', 'three')]]
    """
    lines: list[list[Styled]] = [[]]
    used = 0.0
    for word in _words(runs):
        if word[0][0] == "br":
            lines.append([])
            used = 0.0
            continue
        wide = sum(text_width(text, size, style) for style, text in word)
        blank = text_width(" ", size) if word[-1][1].endswith(" ") else 0.0
        if used and used + wide - blank > width:
            lines.append([])
            used = 0.0
        used += wide
        for style, text in word:
            _append(lines[-1], style, text)
    return [line for line in lines if line]


def _append(line: list[Styled], style: str, text: str) -> None:
    if line and line[-1][0] == style:
        line[-1] = (style, line[-1][1] + text)
    else:
        line.append((style, text))


def _words(runs: Sequence[Styled]) -> list[list[Styled]]:
    """Pieces that stay together: a line may break after a space of plain text."""
    words: list[list[Styled]] = [[]]
    for style, text in runs:
        if style == "br":
            words += [[(style, text)], []]
            continue
        pieces = text.split(" ") if style in ("", "b") else [text]
        for place, piece in enumerate(pieces):
            last = place + 1 == len(pieces)
            if piece or not last:
                words[-1].append((style, piece if last else piece + " "))
            if not last:
                words.append([])
    return [word for word in words if word]

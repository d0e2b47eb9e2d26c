"""How wide a text is, and how large a card: reckoned, so that every machine places alike."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from gradviz.render.placed import EDGE
from gradviz.stories.parts import Card

MONO = 0.602
"""Width of a mono character, in em."""
TITLE, SUBTITLE, POCKET, GHOST, CALL = 13.0, 11.0, 12.0, 11.5, 12.5
LONGEST = 250.0
LINES_HEIGHT = 46.0
"""A leaf's two lines of text, where its `.grad` box stands below them."""
CARD_HEIGHT, LEAF_HEIGHT, HEAT_HEIGHT, GHOST_HEIGHT, CALL_HEIGHT = 40.0, 58.0, 66.0, 22.0, 18.0


def columns(text: str) -> int:
    """The cells that a mono text fills: wide characters two, marks that combine none.

    >>> columns("x = 3"), columns("重み"), columns("e\u0301")
    (5, 4, 1)
    """
    return len(text) if text.isascii() else sum(_cells(character) for character in text)


@lru_cache(maxsize=4096)
def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def width(text: str, size: float) -> float:
    """The width of a mono text in px at a font size."""
    return columns(text) * MONO * size


def clean(text: str) -> str:
    r"""The text on one line, with what would break a page or turn the writing made visible.

    >>> clean("a\n  b\x00")
    'a b�'
    """
    return " ".join(harmless(text).split())


def harmless(text: str) -> str:
    """As `clean`, but every space stays."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless(character) for character in text)


@lru_cache(maxsize=4096)
def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace():
        return " "
    joiner = character in "\u200c\u200d"
    if category in ("Cc", "Cs", "Cn", "Zl", "Zp") or (category == "Cf" and not joiner):
        return "\ufffd"
    return character


def legible(text: str) -> str:
    r"""The text with a sign in place of each mark that turns the direction of all that follows.

    >>> legible("a\u202eb"), legible("x")
    ('a�b', 'x')
    """
    return text if text.isascii() else text.translate(_TURNS)


_TURNS = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
)


def shorten(text: str, limit: float, size: float) -> str:
    """The text, its end replaced by `…` where it is wider than `limit` px.

    >>> shorten("a_rather_long_name", 60, 13)
    'a_rath…'
    """
    if width(text, size) <= limit:
        return text
    room = limit / (MONO * size) - 1
    used = kept = 0
    for character in text:
        used += _cells(character)
        if used > room:
            break
        kept += 1
    return text[:kept].rstrip("…") + "…"


@dataclass(frozen=True, slots=True)
class Box:
    """A card's size and the texts that fit into it."""

    width: float
    height: float
    title: str
    value: str | None = None
    subtitle: str = ""
    pocket: str | None = None
    pocket_width: float = 0.0
    grad_width: float = 0.0
    grad_top: float = 0.0


def _even(length: float) -> float:
    return float(-(-length // 2) * 2)


def box(card: Card, *, tight: bool = False, stacked: bool = False) -> Box:
    """The size of a card by what is written on it.

    `tight` leaves less air in a leaf, `stacked` puts its `.grad` below its name.
    """
    if card.kind == "call":
        text = shorten(clean(card.title), LONGEST, CALL)
        return Box(_even(width(text, CALL)), CALL_HEIGHT, text)
    if card.kind == "ghost":
        text = shorten(clean(_headline(card.title, card.value)), 140, GHOST)
        return Box(max(28.0, _even(14 + width(text, GHOST))), GHOST_HEIGHT, text)
    title, value = _fit_title(clean(card.title), clean(card.value) if card.value else None)
    subtitle = shorten(clean(card.subtitle), LONGEST, SUBTITLE)
    if card.kind == "leaf":
        return _leaf_box(title, value, subtitle, tight, stacked)
    text_width = max(width(_headline(title, value), TITLE), width(subtitle, SUBTITLE))
    if card.count:
        text_width += width(f"× {card.count}", 15) + 12
    pocket = shorten(clean(card.pocket), 110, POCKET) if card.pocket else None
    pocket_width = max(46.0, _even(18 + width(pocket, POCKET))) if pocket else 0.0
    whole = max(72.0, _even(text_width + 24)) + pocket_width
    return Box(whole, CARD_HEIGHT, title, value, subtitle, pocket, pocket_width)


def _headline(title: str, value: str | None) -> str:
    return title if value is None else f"{title} = {value}"


def _fit_title(title: str, value: str | None) -> tuple[str, str | None]:
    """Shorten the name rather than the number."""
    if value is None:
        return shorten(title, LONGEST, TITLE), None
    value = shorten(value, LONGEST / 2, TITLE)
    room = LONGEST - width(f" = {value}", TITLE)
    return shorten(title, room, TITLE), value


def _leaf_box(title: str, value: str | None, subtitle: str, tight: bool, stacked: bool) -> Box:
    waiting = width("10 of 10 arrived", SUBTITLE)
    text_width = max(
        width(_headline(title, value), TITLE),
        width(subtitle, SUBTITLE),
        0 if tight or stacked else waiting,
    )
    height = HEAT_HEIGHT if value is None else LEAF_HEIGHT
    if stacked:
        whole = _even(text_width + 24)
        height += LINES_HEIGHT - EDGE
        return Box(whole, height, title, value, subtitle, None, 0.0, whole - 2 * EDGE, LINES_HEIGHT)
    grad_width = 58.0 if tight else 60.0 if value is None else 72.0
    air = 5 if tight else 16
    whole = _even(12 + text_width + air + grad_width + EDGE)
    return Box(whole, height, title, value, subtitle, None, 0.0, grad_width, EDGE)

"""Writing rich text: a template with a little markup becomes a tuple of runs.

In a template `` `x` `` is code, `**4**` the accent, `__adds__` bold, `*n*` math italic, and
`{name}` a field. Fields are filled in after the markup was read, so nothing in them can be taken
for markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from gradviz.stories.numbers import RAISED
from gradviz.stories.parts import Ref, Rich, Run

Field = str | int | float | Ref | Rich

_MARKUP = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<hot>.+?)\*\*|__(?P<b>.+?)__|\*(?P<i>[^*\s][^*]*?)\*"
)
_FIELD = re.compile(r"\{(\w+)\}")


def compose(template: str, fields: Mapping[str, Field] | None = None) -> Rich:
    """The runs of a template, its fields filled in.

    >>> compose("`{name}` sends **1 × {slope}**.", {"name": "4*x", "slope": 4})
    (('code', '4*x'), ' sends ', ('hot', '1 × 4'), '.')
    """
    fields = fields or {}
    runs: list[Run] = []
    for style, pieces in _read(template):
        for place, piece in enumerate(pieces):
            value: Field = fields[piece] if place % 2 else piece
            for run in value if isinstance(value, tuple) else (value,):
                runs.append(_styled(run, style))
    return joined(runs)


@lru_cache(maxsize=1024)
def _read(template: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Stretches of a template by style; in each, text and names of fields take turns."""
    read = []
    end = 0
    for found in _MARKUP.finditer(template):
        style = found.lastgroup or ""
        read.append(("", template[end : found.start()]))
        read.append((style, found[style]))
        end = found.end()
    read.append(("", template[end:]))
    return tuple((style, tuple(_FIELD.split(text))) for style, text in read)


def _styled(run: Run | int | float, style: str) -> Run:
    if isinstance(run, Ref):
        return replace(run, style=run.style or style)
    if isinstance(run, tuple):
        return run
    return (style, str(run)) if style else str(run)


def joined(runs: Iterable[Run]) -> Rich:
    """The runs without empty ones, neighbours of one style put together."""
    result: list[Run] = []
    for run in runs:
        last = result[-1] if result else None
        if run == "" or (isinstance(run, tuple) and not run[1] and run[0] != "br"):
            continue
        if isinstance(run, str) and isinstance(last, str):
            result[-1] = last + run
        elif isinstance(run, tuple) and isinstance(last, tuple) and run[0] == last[0]:
            result[-1] = (run[0], last[1] + run[1])
        else:
            result.append(run)
    return tuple(result)


def plain(rich: Rich) -> str:
    """The bare text; a reference shows as its name in braces.

    >>> plain(compose("`x` is **3**"))
    'x is 3'
    """
    return "".join(
        run if isinstance(run, str) else f"{{{run.name}}}" if isinstance(run, Ref) else run[1]
        for run in rich
    )


def raised(rich: Rich) -> Rich:
    """The same on one line, where raised runs cannot be drawn.

    >>> raised((("i", "a"), ("sup", "n−1")))
    (('i', 'a'), 'ⁿ⁻¹')
    """
    return joined(
        run[1].translate(RAISED) if isinstance(run, tuple) and run[0] == "sup" else run
        for run in rich
    )


def code(text: str) -> Rich:
    """A piece of the learner's code."""
    return (("code", text),)


def hot(text: str) -> Rich:
    """What happens in this very step."""
    return (("hot", text),)


def italic(text: str) -> Rich:
    """A variable of a formula."""
    return (("i", text),)

"""Rich text: what a person reads in a story, as plain data.

It is a tuple of runs. A run is a plain string, or `(style, string)` with one of `STYLES`, or a
`Ref` to a value of the frame. The player makes text nodes of them, never markup, so nothing that
a name or a tensor contains can break out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

STYLES = (
    *("code", "hot", "done", "leaf", "b", "i", "sup", "sub"),
    *("op", "sent", "err", "strike", "br"),
)
"""Styles of a run: code; the accent, the tone of what is done, and of a leaf; bold, math italic,
raised, lowered; an operator, the number sent, an error, struck through, a new line."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A number of the frame, by name, as the player prints it.

    `form` is "" for 4 significant digits, "signed" for brackets around a negative factor,
    "fixed" for a column (zeros kept), "text" for a string that is shown as it is stored.

    `name` is looked up among the frame's values, then the run's columns at the frame's row
    (`x.next`, `x.previous`, `x.first` and `x.last` are other rows), then the axes, whose value
    is written as on its control. Of a weights axis `v.0` is one weight and `v.list` all of them,
    as in code; of a matrix with weights `m.0` is the sum of a column, `m.0.terms` its terms, and
    `m.print` all of them as a tensor prints.
    """

    name: str
    form: Literal["", "signed", "fixed", "text"] = ""
    style: str = ""


Run = str | tuple[str, str] | Ref
Rich = tuple[Run, ...]

"""What a scene can be made of. Each part is one dataclass here and one file in the player.

A part says what stands still. What differs from frame to frame is a *state*: plain data, kept in
`Frame.states` under the part's `id`; each docstring says what its states may hold.

Text that a person reads is *rich*: a tuple of runs. A run is a plain string, or `(style, string)`
with one of `STYLES`, or a `Ref` to a value of the frame. The player makes text nodes of them,
never markup, so nothing that a name or a tensor contains can break out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

STYLES = ("code", "hot", "b", "i", "sup", "sub", "op", "sent", "err", "strike", "br")
"""Styles of a run: code, the accent, bold, math italic, raised, lowered, an operator, ..."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A number of the frame, by name, as the player prints it.

    `form` is "" for 4 significant digits, "signed" for brackets around a negative factor,
    "fixed" for a column, "text" for a string that is shown as it is stored.
    """

    name: str
    form: Literal["", "signed", "fixed", "text"] = ""
    style: str = ""


Run = str | tuple[str, str] | Ref
Rich = tuple[Run, ...]

CardKind = Literal["op", "leaf", "ghost", "call", "fold", "module"]
WireKind = Literal["wire", "ghost", "seed", "cut", "loop", "many"]
PartState = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heat:
    """A matrix as coloured cells: at most 8 by 8 numbers, and the true shape."""

    cells: tuple[tuple[float, ...], ...]
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A node of the picture. `title = value` above, PyTorch's own name below.

    State: `{"mark": waiting|active|done|error|freed, "pocket": saved|used|freed,
    "subtitle": str, "grad": str, "heat": Heat, "level": 0..1, "sockets": [""|"hot"|"full"],
    "meet": Rich}`; the last five at a leaf.
    """

    id: str
    kind: CardKind
    title: str
    value: str | None = None
    subtitle: str = ""
    pocket: str | None = None
    tooltip: str = ""
    count: int = 0
    """Of a fold: how many repetitions it stands for."""
    parent: str | None = None
    """The fold or module that this card stands in."""
    line: int | None = None
    step: int | None = None
    """The frame in which this node has its turn: a click goes there."""


@dataclass(frozen=True, slots=True)
class Wire:
    """The way of a gradient between two cards, or a dashed stub to a ghost.

    State: `{"mark": waiting|active|done, "text": Rich, "short": str, "heat": Heat}`: the
    arithmetic while it is active, and the number that stays.
    """

    id: str
    source: str
    target: str
    slot: int = 0
    kind: WireKind = "wire"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """The graph. State: `{"cards": {id: state}, "wires": {id: state}}`."""

    id: str
    cards: tuple[Card, ...]
    wires: tuple[Wire, ...]
    forward: bool = False
    """Leaves above, root below: the direction in which values were computed."""
    note: Rich = ()
    """What was folded, and how to unfold it."""
    kind: Literal["graph"] = "graph"


@dataclass(frozen=True, slots=True)
class Code:
    """The learner's lines.

    State: `{"line": int | [int], "from": int, "to": int, "notes": {line: Rich},
    "off": [line]}`: the lit line (and stretch), results in the margin, lines struck through.
    """

    id: str
    lines: tuple[str, ...]
    visible: int = 4
    switches: tuple[tuple[int, str], ...] = ()
    """Lines that carry the switch of an axis: `(line, axis)`."""
    runs: tuple[tuple[int, int], ...] = ()
    """Lines with a Run button: `(line, frame it jumps to)`."""
    kind: Literal["code"] = "code"


@dataclass(frozen=True, slots=True)
class Equation:
    """`arrived × local slope = sent`, one row an input; with matrices as heat maps.

    State: `{"heads": [str], "rows": [row], "words": bool}`; a row is
    `{"cells": [cell, ...], "to": Rich, "below": Rich, "none": bool}` and a cell is a string,
    `{"op": "×"}`, `{"sent": str}`, or `{"matrix": Heat-like with "texts", "head", "shape",
    "sent": bool}`. `{"error": str}` shows an exception instead.
    """

    id: str
    kind: Literal["equation"] = "equation"


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of the node at work.

    State: `{"formula": Rich, "rows": [[label, code, copy?]]}`: formula in math italics, then
    `ran`, `by hand`, `mend` with their line of code.
    """

    id: str
    kind: Literal["rule"] = "rule"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column heads. State: `{"rows": [[Rich]], "lit": int, "marks": {row: mark}}`."""

    id: str
    heads: tuple[Rich, ...]
    title: Rich = ()
    align: str = ""
    """One letter a column, `l` or `r`."""
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn in a plot: line, dots, tangent, arrow, ring, band, text, drop, ball.

    `data` names columns of the story (`"x"`, `"loss"`), or holds numbers. `until` tells which
    points of a column are shown: "step" (up to this frame), "next", "all".
    """

    id: str
    shape: Literal[
        "line",
        "dots",
        "tangent",
        "arrow",
        "ring",
        "band",
        "text",
        "drop",
        "ball",
        "rule",
        "leaf",
        "contour",
    ]
    tone: Literal["ink", "hot", "done", "leaf", "mut", "ring"] = "ink"
    data: Mapping[str, Any] | None = None
    until: Literal["step", "next", "all"] = "all"
    label: Rich = ()
    dashed: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Axes:
    """A plot that the player draws at the real width.

    State: `{"range": [x0, x1, y0, y1], "note": Rich, "marks": {id: {...}}}`.
    """

    id: str
    x_name: str
    y_name: str
    range: tuple[float, float, float, float]
    marks: tuple[Mark, ...] = ()
    height: int = 242
    log: bool = False
    equal: bool = False
    title: Rich = ()
    drag: bool = False
    """Dragging along x moves the step: a plot of the loss over the steps."""
    kind: Literal["axes"] = "axes"


@dataclass(frozen=True, slots=True)
class Stacks:
    """Blocks that pile up, a column an epoch.

    State: `{"columns": [{"blocks": [str], "sum": Rich, "gone": str, "mark": active|done}]}`.
    """

    id: str
    names: tuple[str, ...]
    top: float
    y_name: str = ""
    title: Rich = ()
    kind: Literal["stacks"] = "stacks"


@dataclass(frozen=True, slots=True)
class Matrix:
    """A small matrix whose cells are read, `v` in its rows and `vᵀJ` below its columns.

    `weights` names the axis whose values multiply the rows: the one sum that the player makes.
    State: `{"column": int, "texts": [[str]]}`.
    """

    id: str
    cells: tuple[tuple[float, ...], ...]
    rows: tuple[Rich, ...]
    columns: tuple[Rich, ...]
    weights: str | None = None
    kind: Literal["matrix"] = "matrix"


@dataclass(frozen=True, slots=True)
class Output:
    """What the code printed. State: `{"lines": [Rich], "lit": int}`."""

    id: str
    title: Rich = ()
    kind: Literal["output"] = "output"


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that stands in the scene. State: `{"text": Rich}`."""

    id: str
    text: Rich = ()
    kind: Literal["note"] = "note"


Part = Picture | Code | Equation | Rule | Table | Axes | Stacks | Matrix | Output | Note

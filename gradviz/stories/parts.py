"""What a scene can be made of. Each part is one dataclass here and one file in the player.

A part says what stands still. What differs from frame to frame is a *state*: plain data, kept in
`Frame.states` under the part's `id`; each docstring says what its states may hold.

Text that a person reads is rich, as `texts` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gradviz.stories.texts import STYLES as STYLES
from gradviz.stories.texts import Ref as Ref
from gradviz.stories.texts import Rich as Rich
from gradviz.stories.texts import Run as Run

CardKind = Literal["op", "leaf", "ghost", "call", "fold", "module"]
WireKind = Literal["wire", "ghost", "seed", "cut", "loop", "many"]
Tone = Literal["ink", "hot", "done", "leaf", "mut", "ring"]
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
    "subtitle": str, "value": str, "grad": str, "heat": Heat, "level": 0..1,
    "sockets": [""|"hot"|"full"], "meet": Rich}`; the last five at a leaf. Marks besides: `ask`
    where `predict` waits.
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
    opened: tuple[str, ...] = ()
    """Of what is folded elsewhere, what this picture shows whole: `fold0`, `m2`."""
    kind: Literal["graph"] = "graph"


@dataclass(frozen=True, slots=True)
class Code:
    """The learner's lines.

    State: `{"line": int | [int], "from": int, "to": int, "notes": {line: Rich},
    "below": {line: Rich}, "texts": {line: Rich}, "off": [line], "error": int}`: the lit line
    (and stretch), results in the margin or on a line of their own, lines that read otherwise
    now, lines struck through, the line whose note is an error. Of a cell besides
    `{"prompt": "In [17]:", "now": bool, "output": Rich, "run": frame | None}`: its Run button
    jumps to that frame, and rests where it is None.
    """

    id: str
    lines: tuple[str, ...]
    visible: int = 4
    switches: tuple[tuple[int, str], ...] = ()
    """Lines that carry the switch of an axis: `(line, axis)`."""
    cell: bool = False
    """A notebook's cell, with a prompt, its output, and a Run button."""
    kind: Literal["code"] = "code"


@dataclass(frozen=True, slots=True)
class Equation:
    """`arrived × local slope = sent`, one row an input; with matrices as heat maps.

    State: `{"heads": [str], "rows": [row], "words": bool}`; a row is
    `{"cells": [cell, ...], "to": Rich, "below": Rich, "none": bool}` and a cell is a string,
    `{"op": "×"}`, `{"sent": str}`, or `{"matrix": {"cells": [[float]], "texts": [[str]],
    "head": str, "shape": str, "sent": bool}}`. `to` reads `→ x`, `below` stands under the middle
    cell, `none` marks the row of a None slot. `{"error": str}` shows an exception instead.
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
    """Rows under column heads.

    State: `{"rows": [[Rich]], "lit": int | [int], "hot": [column], "nodes": [card id]}`: the row
    at work, the cells of it in the accent, and the card each row speaks of.
    """

    id: str
    heads: tuple[Rich, ...]
    title: Rich = ()
    align: str = ""
    """One letter a column, `l` or `r`."""
    size: int = 0
    """Room kept for so many rows; that of the longest frame if 0."""
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn in a plot.

    `data` names columns of the story (`"x"`, `"loss"`), or holds numbers; `until` tells which
    rows of a column are shown: up to this frame, up to the next, the row itself, or all. A
    dashed mark is the second run: squares where the first has dots. By shape:

    - line, dots: `x`, `y` (`x` left out counts rows); `every` keeps each n-th dot
    - stems: from `x`, `y` to the line of the mark named by `to`; band: between `x` and `x2`
    - tangent: `x`, `y`, `slope`; drop: from `x`, `y` down to the axis, `until="next"` for the next
    - arrow: from the row to the next, `x` and `y`; without `y` in the lane along the x axis
    - ring, ball, leaf: at `x`, `y` of the row (ring: of the next); leaf without `y` stands on
      the axis, with it is a cross
    - rule: a level line at `y`; text: at `x`, `y`, or at `"place": "top" | "bottom"`
    - contour: `levels`: `[[level, [[x, y], ...], ...]]`
    - button: `x`, `y`, and `axis`, `index`: a press moves that axis there
    """

    id: str
    shape: Literal[
        "line",
        "dots",
        "stems",
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
        "button",
    ]
    tone: Tone = "ink"
    data: Mapping[str, Any] | None = None
    until: Literal["step", "next", "now", "all"] = "all"
    label: Rich = ()
    dashed: bool = False
    hollow: bool = False
    width: float = 2.0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Axes:
    """A plot that the player draws at the real width.

    State: `{"range": [x0, x1, y0, y1], "note": Rich, "marks": {id: {"hidden": bool,
    "data": {...}, "label": Rich}}}`. What leaves the range is clipped; a path whose last point
    lies outside says so with the mark's title.
    """

    id: str
    x_name: str
    y_name: str
    range: tuple[float, float, float, float]
    marks: tuple[Mark, ...] = ()
    height: int = 242
    log: bool = False
    """The y axis is logarithmic."""
    x_log: bool = False
    """The x axis is logarithmic in 1 + x, so that step 0 stands on it."""
    equal: bool = False
    """One unit is as long on both axes."""
    grid: bool = True
    title: Rich = ()
    drag: bool = False
    """Dragging along x moves the step: a plot of the loss over the steps."""
    kind: Literal["axes"] = "axes"


@dataclass(frozen=True, slots=True)
class Stacks:
    """Blocks that pile up, a column an epoch.

    State: `{"columns": [{"blocks": [[size, str]], "sum": Rich, "gone": Rich,
    "mark": active|done}], "note": Rich, "chosen": bool}`: `active` lights the last block, `gone`
    is written over blocks that were emptied, `note` stands right of the title, and `chosen`
    frames the panel of the run that the learner chose.
    """

    id: str
    names: tuple[str, ...]
    top: float
    y_name: str = ""
    title: Rich = ()
    ticks: tuple[float, ...] = ()
    horizontal: bool = False
    """One bar that grows to the right."""
    kind: Literal["stacks"] = "stacks"


@dataclass(frozen=True, slots=True)
class Matrix:
    """A small matrix whose cells are read, `v` in its rows and `vᵀJ` below its columns.

    `weights` names the axis whose values multiply the rows: the one sum that the player makes.
    State: `{"column": int}`; a press on a result goes to frame `column + 1`.
    """

    id: str
    cells: tuple[tuple[float, ...], ...]
    rows: tuple[Rich, ...]
    columns: tuple[Rich, ...]
    weights: str | None = None
    head: Rich = ()
    """What the weights are: `v: the weight of each z`."""
    result: Rich = ()
    """What stands before the sums: `vᵀJ = x.grad`."""
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

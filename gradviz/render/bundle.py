"""The player as one text: the modules that a scene uses, joined without a build step.

A module under `static/` keeps to these rules, and joining needs nothing else:

- it imports on lines of their own, `import { a, b } from "./other.js";`
- it exports by `export` at the start of a declaration, and never renames;
- a name at its top level occurs in no other module;
- a comment begins on a line of its own, and no code stands on the line where it ends;
- a statement ends with a semicolon or a brace; a template holds no other template and no newline;
- a regular expression stands after `(`, `,`, `=` or `:`.

Joined, import lines, `export `, comments and the space around signs fall away, and `const` becomes
`let`, for thirty outputs in a notebook each carry the whole text. What follows it calls
`fill(hash, data)`.
"""

from __future__ import annotations

import base64
import functools
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[1] / "widgets" / "static"
CORE = ("dom", "frames", "theme", "lights", "extras", "bar", "scene", "player")
"""What every scene needs."""
KINDS = ("graph", "code", "equation", "rule", "table", "axes", "stacks", "matrix", "output", "note")
"""The kinds of parts; each has a file of that name."""
MANNERS = ("values", "predict", "controls", "plot", "cell", "playing", "unfold")
"""What a story may have besides, each in a file of its own: values that its texts refer to,
questions, axes or variants, the layout of plots, a notebook's cells, more than a dozen steps, a
drawing with what is folded in it."""
EVERYTHING = (*KINDS, *MANNERS)
NEEDS = {
    "graph": ("pills", "cards"),
    "axes": ("values", "scales", "strokes", "labels", "marks"),
    "stacks": ("values", "scales"),
    "matrix": ("values", "typed", "field"),
    "controls": ("values", "typed", "field", "choosing"),
    "predict": ("typed",),
}
"""Modules that a kind needs besides its own."""
SHORT = 12
"""The most steps that Back and Next serve; a longer story is played."""

_QUOTED = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"""
    r"""|(?<=[(,=:])[ ]?/(?![/* ])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*)"""
)
_SPACED = re.compile(r"\s*([{}()\[\],;:=?<>&|!*%])[ ]*(?:(?<=[{(\[,;])\n)?")

_IDLE = re.compile(r",(?=[})\]])|;(?=\})")


def kinds_of(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds and manners that a payload uses, in the order of `EVERYTHING`.

    >>> kinds_of({"parts": [{"kind": "rule"}, {"kind": "graph"}], "runs": {}, "predict": True})
    ('graph', 'rule', 'predict')
    """
    parts, runs = payload["parts"], payload["runs"].values()
    variants, axes = payload.get("variants", ()), payload.get("axes", ())
    used = {part["kind"] for part in parts}
    manners = {
        "predict": payload.get("predict"),
        "controls": axes or (variants and not payload.get("still")),
        "values": axes or payload.get("columns") or _mentions(payload, "r"),
        "plot": payload.get("layout") in ("plot", "columns"),
        "cell": any(part.get("cell") for part in parts),
        "unfold": variants and payload.get("still"),
        "playing": any(len(run["frames"]) > SHORT + 1 for run in runs),
    }
    used |= {manner for manner, is_used in manners.items() if is_used}
    for variant in variants:
        used |= set(kinds_of(variant))
    return tuple(kind for kind in EVERYTHING if kind in used)


def _mentions(data: Any, key: str) -> bool:
    """Whether a key occurs anywhere in JSON."""
    if isinstance(data, Mapping):
        return key in data or any(_mentions(item, key) for item in data.values())
    return isinstance(data, (list, tuple)) and any(_mentions(item, key) for item in data)


@functools.cache
def bundle(kinds: tuple[str, ...] = EVERYTHING, *, widget: bool = False) -> str:
    """The player with the kinds named, and the sheet of `styles`, as the text of one module.

    It defines `fill(hash, data)`, which plays in every `[data-gradviz=hash]` not yet filled;
    with `widget` it also exports what anywidget calls.

    >>> "function fill(" in bundle(("graph",))
    True
    """
    names = modules_of(kinds) + (("widget",) if widget else ())
    text = "".join(_joined((STATIC / f"{name}.js").read_text("utf-8")) for name in names)
    end = "export default { render };\n" if widget else ""
    return f'const STYLES = "{pack(styles(kinds))}";\n{text}{end}'


@functools.cache
def styles(kinds: tuple[str, ...] = EVERYTHING) -> str:
    """The style sheet of the player, without the sections of parts that are not used.

    >>> ".matrix" in styles(("graph",))
    False
    """
    kept = True
    lines = []
    for line in (STATIC / "player.css").read_text("utf-8").splitlines():
        if line.startswith("/*"):
            section = line.strip("/* ").removeprefix("for ").split()
            kept = not line.startswith("/* for ") or any(name in kinds for name in section)
        elif kept and line.strip():
            lines.append(line.strip())
    return "\n".join(lines)


def pack(data: Any) -> str:
    """Data as the player unpacks them: JSON, deflated, in the 85 letters of `base64.b85encode`.

    A comma stands for `<`, so that the text cannot begin a tag.

    >>> letters = pack({"a": 1}).replace(",", "<")
    >>> zlib.decompress(base64.b85decode(letters))
    b'{"a":1}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b85encode(zlib.compress(text.encode(), 9)).decode().replace("<", ",")


def modules_of(kinds: Iterable[str]) -> tuple[str, ...]:
    """The files of a bundle, each once."""
    needed = [name for kind in kinds for name in (*NEEDS.get(kind, ()), kind)]
    return tuple(dict.fromkeys((*CORE, *needed)))


def _joined(source: str) -> str:
    """The text of a module as it stands in a bundle."""
    comment = False
    lines = []
    for line in map(str.strip, source.splitlines()):
        comment = comment or line.startswith("/*")
        if line and not comment and not line.startswith(("//", "import ")):
            lines.append(line.removeprefix("export "))
        comment = comment and not line.endswith("*/")
    pieces = _QUOTED.split("\n".join(lines))
    pieces[::2] = [_shorter(piece) for piece in pieces[::2]]
    return "".join(pieces) + "\n"


def _shorter(code: str) -> str:
    """Code between strings, without the space and the signs that can be spared."""
    return _IDLE.sub("", _SPACED.sub(r"\1", code)).replace("const ", "let ")

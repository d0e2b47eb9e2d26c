"""The player as one text: the modules that a scene uses, joined without a build step.

A module under `static/` keeps to four rules, and joining needs nothing else:

- it imports on lines of their own, `import { a, b } from "./other.js";`
- it exports by `export` at the start of a declaration, and never renames;
- a name at its top level occurs in no other module;
- neither a comment nor a template literal shares the line on which another one ends.

Joined, the import lines fall away, `export ` falls away, and so do whole-line comments and the
space at the start of a line. What follows the text calls `fill(hash, payload)`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static"
CORE = ("dom", "frames", "controls", "player")
"""What every scene needs, in the order in which it runs."""
ALWAYS = ("bar",)
NEEDS = {"axes": ("numbers", "marks"), "stacks": ("numbers",), "matrix": ()}
KINDS = ("graph", "code", "equation", "rule", "table", "axes", "stacks", "matrix", "output", "note")
"""The kinds of parts; each has a file of that name."""


def kinds_of(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds that a payload uses, in the order of `KINDS`; `predict` counts as one.

    >>> kinds_of({"parts": [{"kind": "rule"}, {"kind": "graph"}], "predict": True})
    ('graph', 'rule', 'predict')
    """
    used = {part["kind"] for part in payload["parts"]}
    used |= {"predict"} if payload.get("predict") else set()
    for variant in payload.get("variants", ()):
        used |= set(kinds_of(variant))
    return tuple(kind for kind in (*KINDS, "predict") if kind in used)


@functools.cache
def bundle(kinds: tuple[str, ...] = (*KINDS, "predict"), *, widget: bool = False) -> str:
    """The player with the parts named, and the sheet of `styles`, as the text of one module.

    It defines `fill(hash, payload)`, which plays in every `[data-gradviz=hash]` not yet filled;
    with `widget` it also exports what anywidget calls.

    >>> "function fill(" in bundle(("graph",))
    True
    """
    names = _modules(kinds) + (("widget",) if widget else ())
    text = "".join(_joined((STATIC / f"{name}.js").read_text("utf-8")) for name in names)
    sheet = json.dumps(styles(kinds), ensure_ascii=False).replace("</", "<\\/")
    end = "export default { render };\n" if widget else ""
    return f"const STYLES = {sheet};\n{text}{end}"


@functools.cache
def styles(kinds: tuple[str, ...] = (*KINDS, "predict")) -> str:
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


def _modules(kinds: Iterable[str]) -> tuple[str, ...]:
    extra = [name for kind in kinds for name in NEEDS.get(kind, ())]
    return tuple(dict.fromkeys((*CORE, *extra, *kinds)))


def _joined(source: str) -> str:
    """The text of a module as it stands in a bundle."""
    comment = False
    lines = []
    for line in map(str.strip, source.splitlines()):
        opened = line.startswith("/*")
        comment = comment or opened
        if line and not comment and not line.startswith(("//", "import ")):
            lines.append(line.removeprefix("export "))
        comment = comment and not line.endswith("*/")
    return "\n".join(lines) + "\n"

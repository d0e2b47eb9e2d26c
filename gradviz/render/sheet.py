"""The look of a still picture: the light tokens and the rules of its style sheet."""

from __future__ import annotations

import re

LIGHT = {
    "ink": "#1f2328",
    "mut": "#5b6470",
    "paper": "#fff",
    "stage": "#f6f7f9",
    "card": "#fff",
    "hair": "#dfe3e8",
    "idle": "#6f7b88",
    "hot": "#d55e00",
    "hot-t": "#b04a00",
    "hot-bg": "#fdf0e6",
    "done": "#0072b2",
    "done-t": "#0069a6",
    "leaf": "#009e73",
    "leaf-t": "#00724f",
    "leaf-bg": "#dff3ec",
    "pos": "#6f7b88",
    "neg": "#8a5a9e",
}
UI = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono','DejaVu Sans Mono',monospace"
MATH = "'STIX Two Text','Cambria Math',Cambria,'Liberation Serif',Georgia,serif"

_RULES = """
text{font-size:13px;fill:ink}
.m,.name,.kind,.pv,.gl{font-family:MONO}
.way{fill:none;stroke:idle;stroke-width:1.25}
.tip{fill:idle}
.done>.way{stroke:done;stroke-width:2}
.done>.tip{fill:done}
.active>.way,.ask>.way{stroke:hot;stroke-width:3}
.active>.tip,.ask>.tip{fill:hot}
.ask>.way{stroke-width:2;stroke-dasharray:4 6}
.dash>.way{stroke:idle;stroke-width:1.25;stroke-dasharray:3 3}
.many>.way{stroke-width:3.5}
.sheet{fill:card;stroke:idle;stroke-width:1.25}
.halo{fill:none;stroke:hot;stroke-opacity:.16;stroke-width:6}
.name{font-weight:500;white-space:pre}
.name>tspan{unicode-bidi:isolate}
.is{fill:mut}
.val{font-weight:700}
.kind{font-size:11px;fill:mut}
.pn{font-size:10.5px;fill:mut;text-anchor:middle}
.pv{font-size:12px;font-weight:500;text-anchor:middle}
.div{stroke:hair}
.c.done>.sheet{stroke:done;stroke-width:1.75}
.c.active>.sheet,.c.error>.sheet,.c.ask>.sheet{stroke:hot;stroke-width:2.5;fill:hot-bg}
.c.active>.name{font-weight:700}
.c.active>.kind,.c.active>.pn{fill:ink}
.c.error>.sheet,.c.ask>.sheet{stroke-dasharray:5 3}
.pk{fill:none}
.used>.pk,.error>.pk{fill:hot;fill-opacity:.18}
.freed>.pv{fill:mut;text-decoration:line-through}
.freed>.pk{fill:stage}
.freed>.div{stroke:idle;stroke-dasharray:2 2}
.leaf>.sheet{stroke:leaf;stroke-width:2}
.c.leaf.done>.sheet{stroke:leaf;stroke-width:2.5}
.gb{fill:none;stroke:leaf;stroke-width:1.25}
.gf{fill:leaf-bg}
.gl{font-size:10.5px;fill:mut;text-anchor:middle}
.gv{font-size:15px;font-weight:700;text-anchor:middle}
.none{font-size:13px;font-weight:400;fill:mut}
.so{fill:card;stroke:idle;stroke-width:1.5}
.so.full{fill:done;stroke:done}
.so.hot{fill:hot;stroke:hot}
.ghost>.sheet{fill:none;stroke-dasharray:3 3}
.ghost>.name{font-size:11.5px;fill:mut;font-weight:400;text-anchor:middle}
.call>.name{font-size:12.5px;fill:mut;text-anchor:middle}
.call.active>.name{fill:hot-t}
.num{font-weight:600;fill:done-t}
.pill{fill:card;stroke:hot;stroke-width:1.5}
.pt{font-weight:500;text-anchor:middle}
.sent{fill:hot-t;font-weight:700}
.op{fill:mut}
.cell{stroke:card;stroke-width:.75}
.cut{fill:none;stroke:ink;stroke-width:1.75;stroke-linecap:round}
.gap{fill:stage}
.label{font-size:12px;fill:mut}
.times{font-size:15px;font-weight:700;text-anchor:end}
.bang{fill:hot-t}
.bangs{stroke:card;stroke-width:2;stroke-linecap:round}
.code{white-space:pre}
.tick{font-size:12px;fill:mut}
.axname{font-size:12.5px}
.mlabel{font-size:12px;font-weight:650}
.mlabel.halo{stroke:paper;stroke-width:3;paint-order:stroke}
.mcell{font-size:16px}
.cap>text{font-size:15px}
.cap .m{font-size:13.5px}
.hot{fill:hot-t;font-weight:650}
.b{font-weight:650}
.i{font-style:italic;font-family:MATH}
.err{fill:hot-t;font-weight:700}
.strike{text-decoration:line-through}
"""


def style_sheet(root: str, body: str) -> str:
    """The rules that `body` uses, each held to the picture named `root`.

    >>> style_sheet("g1", '<circle class="so"/>')
    '#g1 text{font-size:13px;fill:#1f2328}#g1 .so{fill:#fff;stroke:#6f7b88;stroke-width:1.5}'
    """
    used = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]*)"', body))))
    kept = []
    for rule in _RULES.split("\n"):
        heads, _, declarations = rule.partition("{")
        selectors = [head for head in heads.split(",") if head and set(_classes(head)) <= used]
        if selectors:
            scoped = ",".join(f"#{root} {selector}" for selector in selectors)
            kept.append(f"{scoped}{{{_filled(declarations)}")
    return "".join(kept)


def _classes(selector: str) -> list[str]:
    return re.findall(r"\.([\w-]+)", selector)


def _filled(declarations: str) -> str:
    for name, stack in (("MONO", MONO), ("MATH", MATH)):
        declarations = declarations.replace(f":{name}", f":{stack}")
    return re.sub(
        r"(fill|stroke):([a-z-]+)", lambda found: f"{found[1]}:{token(found[2])}", declarations
    )


def token(name: str) -> str:
    """The light colour of a token; other words of CSS stay as they are."""
    return LIGHT.get(name, name)

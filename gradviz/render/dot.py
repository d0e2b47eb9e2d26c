"""Graphs as DOT: for `make_dot`, for Graphviz, and for a drawing that Graphviz lays out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gradviz.graph.model import Graph, Node, Value
from gradviz.render.measure import clean
from gradviz.stories.numbers import is_single, printed, shape_text
from gradviz.stories.parts import Card, Picture, Wire
from gradviz.stories.story import Story

if TYPE_CHECKING:
    from graphviz import Digraph

TIMEOUT = 5.0
"""Seconds that Graphviz may take; on graphs that reuse much it would take minutes."""
PROGRAMS = ("dot", "graphviz-pure")
_GRAPH = {"rankdir": "TB", "ranksep": "0.25", "nodesep": "0.2", "bgcolor": "transparent"}
_NODE = {
    "shape": "box",
    "style": "filled,rounded",
    "fillcolor": "white",
    "color": "#6f7b88",
    "fontname": "monospace",
    "fontsize": "10",
    "height": "0.2",
    "margin": "0.12,0.06",
}
_EDGE = {"color": "#6f7b88", "fontname": "monospace", "fontsize": "9", "arrowsize": "0.7"}
_LOOKS: Mapping[str, dict[str, str]] = {
    "leaf": {"color": "#009e73", "fillcolor": "#dff3ec", "penwidth": "2"},
    "root": {"color": "#0072b2", "fillcolor": "#e9f3fa"},
    "saved": {"color": "#b04a00", "fillcolor": "#fdf0e6", "style": "filled"},
    "ghost": {"style": "dashed,rounded", "fontcolor": "#5b6470"},
    "call": {"shape": "plaintext", "style": "", "fontcolor": "#5b6470"},
    "fold": {"penwidth": "2"},
    "module": {"penwidth": "2"},
    "op": {},
}


class DotError(RuntimeError):
    """Graphviz could not draw the graph."""


def _digraph(name: str, comment: str = "") -> Digraph:
    from graphviz import Digraph

    return Digraph(name, comment=comment, graph_attr=_GRAPH, node_attr=_NODE, edge_attr=_EDGE)


def _label(*lines: str) -> str:
    """Lines of a label: what a learner wrote is never read as DOT's escapes or as HTML."""
    from graphviz import nohtml

    return nohtml("\\n".join(clean(line).replace("\\", "\\\\") for line in lines))


def make_dot(
    graph: Graph,
    *,
    show_attrs: bool = False,
    show_saved: bool = False,
    max_attr_chars: int = 50,
) -> Digraph:
    """The graph as torchviz draws it: tensors, nodes, and arrows the way values were computed.

    `show_attrs` writes into each node the numbers it keeps, `show_saved` draws the tensors that
    it saved; `max_attr_chars` shortens both.
    """
    drawn = _digraph("gradviz")
    for node in graph.nodes:
        name = f"n{node.id}"
        drawn.node(name, _node_label(node, show_attrs, max_attr_chars))
        if node.kind == "leaf":
            drawn.node(f"{name}_tensor", _tensor_label(node), **_LOOKS["leaf"])
            drawn.edge(f"{name}_tensor", name)
        if show_saved:
            _draw_saved(drawn, node, max_attr_chars)
    for edge in graph.edges:
        if edge.target is not None:
            drawn.edge(f"n{edge.target}", f"n{edge.source}")
    nodes = {node.id: node for node in graph.nodes}
    for place, root in enumerate(graph.roots):
        drawn.node(f"root{place}", _tensor_label(nodes[root]), **_LOOKS["root"])
        drawn.edge(f"n{root}", f"root{place}")
    return drawn


def _node_label(node: Node, show_attrs: bool, most: int) -> str:
    if not show_attrs or not node.details:
        return _label(node.name)
    rows = [f"{key}: {value}" for key, value in sorted(node.details.items())]
    widest = max(map(len, [node.name, *rows]))
    return _label(node.name, "-" * min(widest, most), *(_cut(row, most) for row in rows))


def _tensor_label(node: Node) -> str:
    names = [node.names[0]] if node.names else []
    shape = [f" {shape_text(node.value.shape)}"] if node.value is not None else []
    return _label(*(names + shape)) if names or shape else _label(node.expression or node.name)


def _draw_saved(drawn: Digraph, node: Node, most: int) -> None:
    for place, saved in enumerate(node.saved):
        if not isinstance(saved.value, Value) and not saved.freed:
            continue
        what = "freed" if saved.freed or not isinstance(saved.value, Value) else _value(saved.value)
        name = f"n{node.id}_saved{place}"
        drawn.node(name, _label(saved.label or saved.name, _cut(what, most)), **_LOOKS["saved"])
        drawn.edge(name, f"n{node.id}", style="dashed", arrowhead="none")


def _value(value: Value) -> str:
    return printed(value) if is_single(value) else shape_text(value.shape)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(0, most - 1)] + "…"


def picture_dot(story: Story) -> Digraph:
    """The graph of a story as DOT, with what its cards show.

    Raises:
        ValueError: if the story shows no graph.
    """
    for part in story.scene.parts:
        if isinstance(part, Picture):
            return _picture(part, story.title)
    raise ValueError(
        f"{story.title!r} shows no graph, so there is no DOT of it: save it as html, svg or png"
    )


def _picture(picture: Picture, title: str) -> Digraph:
    drawn = _digraph("gradviz", comment=clean(title))
    held: dict[str, list[Card]] = {}
    names = {card.id: f"c{place}" for place, card in enumerate(picture.cards)}
    holders = {card.parent for card in picture.cards if card.parent in names}
    for card in picture.cards:
        if card.id in holders:
            continue
        if card.parent in names:
            held.setdefault(card.parent or "", []).append(card)
        else:
            _draw_card(drawn, names[card.id], card)
    for card in picture.cards:
        if card.id in held:
            drawn.subgraph(_cluster(card, held[card.id], names))
    for wire in picture.wires:
        shown = {wire.source, wire.target} <= names.keys() - holders
        if shown:
            _draw_wire(drawn, wire, names, forward=picture.forward)
    return drawn


def _cluster(holder: Card, cards: Sequence[Card], names: Mapping[str, str]) -> Digraph:
    """A box around the cards of a fold or a module."""
    from graphviz import Digraph

    count = f"× {holder.count}" if holder.count else ""
    look = {"label": _label(f"{holder.title} {count}".strip()), "style": "rounded"}
    box = Digraph(f"cluster_{names[holder.id]}", graph_attr=look)
    for card in cards:
        _draw_card(box, names[card.id], card)
    return box


def _draw_wire(drawn: Digraph, wire: Wire, names: Mapping[str, str], *, forward: bool) -> None:
    ends = names[wire.source], names[wire.target]
    look = {"style": "dashed", "arrowhead": "none"} if wire.kind in ("ghost", "cut") else {}
    if wire.kind == "many":
        look = {"penwidth": "3"}
    tail, head = ends[::-1] if forward else ends
    drawn.edge(tail, head, label=_label(wire.label) if wire.label else None, **look)


def _draw_card(drawn: Digraph, name: str, card: Card) -> None:
    headline = card.title if card.value is None else f"{card.title} = {card.value}"
    saved = [f"saved {card.pocket}"] if card.pocket else []
    lines = [headline, *([card.subtitle] if card.subtitle else []), *saved]
    drawn.node(name, _label(*lines), **_LOOKS[card.kind])


def run_dot(source: str, *, format: str = "svg", timeout: float = TIMEOUT) -> bytes:
    """What Graphviz makes of DOT: the program `dot`, else `graphviz-pure`.

    Raises:
        DotError: if neither is there, if it fails, or if it takes longer than `timeout` seconds.
    """
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise DotError(
            "Graphviz is not installed here: install the program `dot`, or `graphviz-pure` from "
            'the extra "dot"; or leave out layout="dot", for gradviz draws without it'
        )
    try:
        ran = subprocess.run(
            [program, f"-T{format}", *(["-Gdpi=192"] if format == "png" else [])],
            input=source.encode(),
            capture_output=True,
            timeout=timeout,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise DotError(
            f"Graphviz was stopped after {timeout:g} seconds, as it is slow where much is reused: "
            'leave out layout="dot", or fold repetitions'
        ) from None
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", None) or str(error).encode()
        raise DotError(
            f"Graphviz could not be run ({told.decode(errors='replace').strip()[:200]}): "
            'leave out layout="dot", for gradviz draws without it'
        ) from error
    return ran.stdout


def dot_svg(story: Story, *, timeout: float = TIMEOUT) -> str:
    """The graph of a story as Graphviz lays it out, one `<svg>` without a prologue."""
    text = run_dot(picture_dot(story).source, timeout=timeout).decode()
    return text[text.index("<svg") :].strip()

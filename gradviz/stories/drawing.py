"""What `draw` shows: a graph as it stands, as a story of one frame."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from gradviz.graph.model import Graph, Node, Recording, Step, Value
from gradviz.stories.captions import grads_text, listed
from gradviz.stories.matrices import heat
from gradviz.stories.numbers import is_single, print_anew, printed
from gradviz.stories.parts import Code, Part, Rich
from gradviz.stories.picture import Plan, Shown, picture, plan
from gradviz.stories.rich import compose
from gradviz.stories.sentences import DRAWING
from gradviz.stories.stage import incoming
from gradviz.stories.story import Frame, Run, Scene, Story
from gradviz.stories.turns import title_of, value_text

MOST_CARDS = 2000
MOST_UNFOLDED = 700
"""A graph of more nodes is not opened by a click: so many cards are no picture any more."""


def tell(
    graph: Graph,
    *,
    recording: Recording | None = None,
    values: bool = True,
    shapes: bool = True,
    saved: bool = True,
    forward: bool = False,
    fold: bool = True,
    code: bool = False,
    title: str = "",
) -> Story:
    """The drawing of a graph; with a recording, the gradients stand on its wires.

    `forward` draws it as the formula reads, inputs above; `fold=False` shows every repetition.
    What is folded carries the whole drawing as a variant, unless that would be too large.

    Raises:
        ValueError: if there would be too many cards for a picture.
    """
    print_anew()
    made = plan(graph, Shown(values=values, shapes=shapes, saved=saved, forward=forward, fold=fold))
    name = title or f"draw({', '.join(_roots(graph))})"
    shown = picture(made, unfold=_unfold(name))
    if len(shown.cards) > MOST_CARDS:
        way_out = "draw a result further down" if fold else "leave out fold=False"
        raise ValueError(
            f"{name} would show {len(shown.cards)} cards, and more than {MOST_CARDS} are no "
            f"picture any more: {way_out}, or hand make_dot() to Graphviz"
        )
    parts: list[Part] = [shown]
    if code and graph.code:
        parts.append(Code("code", graph.code, visible=len(graph.code)))
    frame = Frame(_caption(graph, shown.note), {"graph": states_of(made, recording)})
    variants: tuple[Story, ...] = ()
    if (made.folds or made.modules) and len(graph.nodes) <= MOST_UNFOLDED:
        options = {"values": values, "shapes": shapes, "saved": saved, "forward": forward}
        with suppress(ValueError):  # too many cards
            whole = tell(graph, recording=recording, fold=False, code=code, title=name, **options)
            variants = (whole,)
    return Story(
        title=name,
        alt=_alt(graph),
        scene=Scene(tuple(parts), "drawing", {part.id: "stage" for part in parts}),
        runs={(): Run((frame,))},
        still=True,
        variants=variants,
    )


def _roots(graph: Graph) -> list[str]:
    nodes = {node.id: node for node in graph.nodes}
    return list(dict.fromkeys(title_of(nodes[root]) for root in graph.roots))


def _unfold(name: str) -> str:
    return (
        f"{name[:-1]}, fold=False)"
        if name.startswith("draw(") and name.endswith(")")
        else "fold=False"
    )


def _alt(graph: Graph) -> str:
    leaves = ", ".join(title_of(node) for node in graph.nodes if node.kind == "leaf")
    root = " and ".join(_roots(graph))
    return DRAWING["alt"].format(root=root, nodes=len(graph.nodes), leaves=leaves)


def states_of(made: Plan, recording: Recording | None) -> Mapping[str, Any]:
    """The states of all cards and wires; with a recording, as the pass left them."""
    steps = {step.node: step for step in recording.steps} if recording else {}
    arriving = incoming(made)
    passed = any(node.freed for node in made.graph.nodes)
    cards: dict[str, dict[str, Any]] = {}
    for node in made.graph.nodes:
        card = made.card_of[node.id]
        if card.startswith("m"):
            continue
        state = _card_state(node, steps.get(node.id), len(arriving.get(card, ())))
        if passed and not node.saved and node.kind != "leaf":  # it had nothing that could be freed
            state |= {"mark": "done"}
        if state:
            cards[card] = state
    return {"cards": cards, "wires": _wires(made, steps)}


def _card_state(node: Node, step: Step | None, sockets: int) -> dict[str, Any]:
    state: dict[str, Any] = {}
    ran = node.freed or step is not None
    if node.kind == "leaf":
        grad = step.after if step else node.grad
        ran = ran or grad is not None
        state = {"grad": printed(grad), "sockets": ["full" if ran else ""] * sockets}
        if grad is not None:
            state |= {"level": 1} if is_single(grad) else {"level": 1, "heat": heat(grad)}
    elif node.freed:
        state = {"pocket": "freed"}
    return state | ({"mark": "done"} if ran else {})


def _wires(made: Plan, steps: Mapping[int, Step]) -> dict[str, dict[str, Any]]:
    """The gradients that were recorded, beside the arrowheads."""
    wires: dict[str, dict[str, Any]] = {}
    for edge in made.graph.edges:
        step, name = steps.get(edge.source), made.wire(edge)
        if step is None or name is None or name in wires or edge.slot >= len(step.sent):
            continue
        value = step.sent[edge.slot]
        if value is not None:
            wires[name] = {"mark": "done", "short": value_text(value)} | _thumbnail(value)
    return wires


def _thumbnail(value: Value) -> dict[str, Any]:
    return {} if is_single(value) else {"heat": heat(value)}


def _caption(graph: Graph, note: Rich) -> Rich:
    """The one thing that is worth saying about this graph."""
    if note:
        return note
    cuts = [constant for node in graph.nodes for constant in node.constants if constant.cut]
    if cuts:
        return compose(DRAWING["cut"], {"names": listed(dict.fromkeys(cut.label for cut in cuts))})
    leaves = [node for node in graph.nodes if node.kind == "leaf"]
    filled = [node for node in leaves if node.grad is not None]
    freed = any(node.freed for node in graph.nodes)
    if filled:
        grads = grads_text([(title_of(leaf), leaf.grad) for leaf in filled])
        return compose(DRAWING["freed" if freed else "filled"], {"grads": grads})
    if freed:
        return compose(DRAWING["freed, empty"])
    names = listed(dict.fromkeys(title_of(leaf) for leaf in leaves[:3]))
    key = "waiting" if len(leaves) <= 3 else "waiting, many"
    fields = {"roots": listed(_roots(graph)), "names": names, "count": len(leaves)}
    return compose(DRAWING[key], fields)

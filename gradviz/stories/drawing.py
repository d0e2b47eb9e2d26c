"""What `draw` shows: a graph as it stands, as a story of one frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from gradviz.graph.model import Graph, Node, Recording, Step, Value
from gradviz.stories.captions import grads_text, listed
from gradviz.stories.matrices import heat
from gradviz.stories.numbers import is_single, print_anew, printed
from gradviz.stories.parts import Code, Part, Rich
from gradviz.stories.picture import picture
from gradviz.stories.planning import Plan, Shown, opened, plan
from gradviz.stories.rich import compose
from gradviz.stories.sentences import DRAWING
from gradviz.stories.stage_states import incoming
from gradviz.stories.story import Frame, Run, Scene, Story
from gradviz.stories.turns import title_of, value_text

MOST_CARDS = 2000
MOST_UNFOLDED = 700
"""A graph of more nodes is not opened by a click: so many cards are no picture any more."""
FEW_FOLDS = 3
"""So many folds may be open in any combination; of more, one at a time or all."""
MOST_OPENED = 500
"""The drawings with some folds open have together at most so many cards."""


def tell(
    graph: Graph,
    shown: Shown | None = None,
    *,
    recording: Recording | None = None,
    code: bool = False,
) -> Story:
    """The drawing of a graph; with a recording, the gradients stand on its wires.

    What is folded carries, as variants, the drawing with each fold open by itself, where there are
    few with several of them open together, and the whole. A fold whose cards would be too many to
    be stored once more opens with all the others, and of a very large graph none does.

    Raises:
        ValueError: if there would be too many cards for a picture.
    """
    print_anew()
    made = plan(graph, shown)
    told = _telling(made, recording, code)
    if not (made.modules or made.folds) or len(graph.nodes) > MOST_UNFOLDED:
        return told
    whole = plan(graph, replace(made.shown, fold=False))
    try:
        variants = [_telling(one, recording, code) for one in (*_opened(made), whole)]
    except ValueError:  # too many cards
        return told
    return replace(told, variants=tuple(variants))


def _telling(made: Plan, recording: Recording | None, code: bool) -> Story:
    """One drawing, without its variants."""
    graph = made.graph
    name = f"draw({', '.join(_roots(graph))})"
    drawn = picture(made, unfold=f"{name[:-1]}, fold=False)")
    if len(drawn.cards) > MOST_CARDS:
        way_out = "draw a result further down" if made.shown.fold else "leave out fold=False"
        raise ValueError(
            f"{name} would show {len(drawn.cards)} cards, and more than {MOST_CARDS} are no "
            f"picture any more: {way_out}, or hand make_dot() to Graphviz"
        )
    parts: list[Part] = [drawn]
    if code and graph.code:
        parts.append(Code("code", graph.code, visible=len(graph.code)))
    frame = Frame(_caption(graph, drawn.note), {"graph": states_of(made, recording)})
    return Story(
        title=name,
        alt=_alt(graph),
        scene=Scene(tuple(parts), "drawing", {part.id: "stage" for part in parts}),
        runs={(): Run((frame,))},
        still=True,
    )


def _opened(folded: Plan) -> Iterator[Plan]:
    """The plans with some folds open, each alone first, as long as the cards are not too many."""
    names = (*folded.modules, *folded.folds)
    together = len(names) - 1 if len(names) <= FEW_FOLDS else 1
    cards = 0
    for count in range(1, together + 1):
        for some in combinations(names, count):
            made = opened(folded, some)
            size = len(set(made.card_of.values()))
            if cards + size <= MOST_OPENED:
                cards += size
                yield made


def _roots(graph: Graph) -> list[str]:
    nodes = {node.id: node for node in graph.nodes}
    return list(dict.fromkeys(title_of(nodes[root]) for root in graph.roots))


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
    wires = _passed_wires(made, cards) if passed else {}
    return {"cards": cards, "wires": wires | _wires(made, steps)}


def _passed_wires(made: Plan, cards: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Where a backward has gone through: the ways between what has had its turn."""
    done = {card for card, state in cards.items() if state.get("mark") == "done"}
    return {
        name: {"mark": "done"}
        for edge in made.graph.edges
        if (name := made.wire(edge)) is not None
        and edge.target is not None
        and {made.card_of[edge.source], made.card_of[edge.target]} <= done
    }


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

"""What is folded in the picture of a graph, and how its cards and wires are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from gradviz.graph.model import Edge, Graph
from gradviz.stories.folding import Fold, find_folds

MANY_CARDS = 24
"""Above so many cards repetitions are folded."""
MANY_NODES = 150
"""Above so many nodes the modules are folded."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the picture of a graph shows."""

    values: bool = True
    shapes: bool = True
    saved: bool = True
    forward: bool = False
    fold: bool = True


@dataclass(frozen=True, slots=True)
class Module:
    """A module that is shown as one card."""

    title: str
    members: tuple[int, ...]


@dataclass(slots=True)
class Plan:
    """Which card stands for which node, and which wire for which edge."""

    graph: Graph
    shown: Shown
    folds: Mapping[str, Fold] = field(default_factory=dict)
    modules: Mapping[str, Module] = field(default_factory=dict)
    """What is folded, by its card."""
    opened: tuple[str, ...] = ()
    """The cards that would stand here for what is shown whole all the same."""
    card_of: dict[int, str] = field(default_factory=dict)
    wire_of: dict[tuple[int, int], str] = field(default_factory=dict)

    def wire(self, edge: Edge) -> str | None:
        """The wire that shows an edge; None inside a folded module."""
        return self.wire_of.get((edge.source, edge.slot))


def plan(graph: Graph, shown: Shown | None = None) -> Plan:
    """Decide what is folded, and name every card and wire."""
    made = Plan(graph, shown or Shown())
    if made.shown.fold:
        groups = _modules(graph) if len(graph.nodes) > MANY_NODES else {}
        folds = find_folds(graph) if not groups and len(graph.nodes) > MANY_CARDS else ()
        made.modules = {f"m{place}": Module(*group) for place, group in enumerate(groups.items())}
        made.folds = {f"fold{place}": fold for place, fold in enumerate(folds)}
    return _named(made)


def opened(folded: Plan, cards: Collection[str]) -> Plan:
    """The same plan, but for some folds that are shown whole."""
    return _named(
        Plan(
            folded.graph,
            folded.shown,
            {card: fold for card, fold in folded.folds.items() if card not in cards},
            {card: module for card, module in folded.modules.items() if card not in cards},
            opened=tuple(cards),
        )
    )


def _named(made: Plan) -> Plan:
    made.card_of = {node.id: f"n{node.id}" for node in made.graph.nodes}
    for card, module in made.modules.items():
        made.card_of |= dict.fromkeys(module.members, card)
    for fold in made.folds.values():
        for block in fold.blocks:
            pairs = zip(block, fold.blocks[0], strict=True)
            made.card_of |= {node: f"n{first}" for node, first in pairs}
    _name_wires(made)
    return made


def _name_wires(made: Plan) -> None:
    """Edges between the same two cards at the same slot share one wire."""
    names: dict[tuple[str, str, int], str] = {}
    for edge in made.graph.edges:
        if edge.target is None:
            continue
        source, target = made.card_of[edge.source], made.card_of[edge.target]
        if source == target and source.startswith("m"):
            continue
        slot = 0 if source.startswith("m") else edge.slot
        key = (source, target, slot)
        made.wire_of[(edge.source, edge.slot)] = names.setdefault(
            key, f"n{edge.source}-{edge.slot}"
        )


def _modules(graph: Graph) -> dict[str, tuple[int, ...]]:
    """Nodes by module, as deep as leaves few enough cards that can stand one above the other."""
    paths = {node.id: node.module.split(".") for node in graph.nodes if node.module}
    deepest = max((len(path) for path in paths.values()), default=0)
    best: dict[str, tuple[int, ...]] = {}
    for depth in range(1, deepest + 1):
        groups: dict[str, tuple[int, ...]] = {}
        for node, path in paths.items():
            name = ".".join(path[:depth])
            groups[name] = (*groups.get(name, ()), node)
        if len(groups) > MANY_CARDS:
            break
        if len(groups) > 1 and _has_order(graph, groups):
            best = _with_leaves(graph, groups)
    return best


def _has_order(graph: Graph, groups: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether no gradient comes back to a module that it has left: backward can be read down."""
    group_of = {node: name for name, members in groups.items() for node in members}
    below: dict[str | int, set[str | int]] = {}
    above: Counter[str | int] = Counter()
    for edge in graph.edges:
        if edge.target is None:
            continue
        upper = group_of.get(edge.source, edge.source)
        lower = group_of.get(edge.target, edge.target)
        if upper != lower and lower not in below.setdefault(upper, set()):
            below[upper].add(lower)
            above[lower] += 1
    ready = [card for card in below if not above[card]]
    while ready:
        for lower in below.get(ready.pop(), ()):
            above[lower] -= 1
            if not above[lower]:
                ready.append(lower)
    return not any(above.values())


def _with_leaves(graph: Graph, groups: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The groups, each with the leaves that nothing else uses."""
    group_of = {node: name for name, members in groups.items() for node in members}
    users: dict[int, set[str | None]] = {}
    for edge in graph.edges:
        if edge.target is not None:
            users.setdefault(edge.target, set()).add(group_of.get(edge.source))
    full = {name: list(members) for name, members in groups.items()}
    for node in graph.nodes:
        only = next(iter(users.get(node.id, {None})))
        if node.kind == "leaf" and only is not None and len(users[node.id]) == 1:
            full[only].append(node.id)
    return {name: tuple(members) for name, members in full.items()}

"""Read the graph behind a tensor, ours or PyTorch's, into frozen data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradviz.graph.collector import paused_collector
from gradviz.graph.engines import engine_name
from gradviz.graph.expressions import rebuild
from gradviz.graph.interpose import quiet
from gradviz.graph.model import Constant, Graph, Node, changed_constant, changed_node
from gradviz.graph.names import Names, names_for
from gradviz.graph.nodes import Contents, build_nodes, read_contents
from gradviz.graph.source import Source, find_source
from gradviz.graph.survey import Survey, as_roots, survey
from gradviz.graph.told import told_by_calls
from gradviz.graph.watch import Tape


def read(tensors: Any, names: Any = None, *, tape: Tape | None = None) -> Graph:
    """The backward graph below a tensor, or below several.

    Names are those of the caller's own variables, unless a dict or a module is given. What was
    computed under a watch is told from its tape: expressions, values, lines and cuts.

    >>> import gradviz
    >>> x = gradviz.tensor(3.0, requires_grad=True)
    >>> y = 2 * x
    >>> [(node.name, node.names) for node in read(y).nodes]
    [('MulBackward0', ('y',)), ('AccumulateGrad', ('x',))]

    Raises:
        TypeError: if something else than a tensor was given.
        ValueError: if a tensor has no graph.
    """
    known = names_for(names)
    with paused_collector(), quiet():
        surveyed = survey(as_roots(tensors))
        return graph_and_source(surveyed, read_contents(surveyed), known, tape)[0]


def graph_and_source(
    surveyed: Survey, contents: list[Contents], names: Names, tape: Tape | None
) -> tuple[Graph, Source]:
    """The frozen graph, and what was found in the learner's code."""
    nodes = build_nodes(surveyed, contents, names)
    source = _source(surveyed, nodes, names, tape)
    slots = source.told_slots
    told = {*source.names, *source.values, *source.modules, *[node for node, _ in slots]}
    nodes = [_with_facts(node, source, slots) if node.id in told else node for node in nodes]
    formulas = rebuild(nodes, surveyed.edges, dict(source.expressions))
    if formulas or source.spans:
        nodes = [_with_code(node, source, formulas) for node in nodes]
    graph = Graph(
        nodes=tuple(nodes),
        edges=surveyed.edges,
        roots=surveyed.root_ids,
        code=source.code,
        engine=engine_name(surveyed.roots[0]),
        cuts=tuple(dict.fromkeys(source.cuts.values())),
    )
    return graph, source


def _source(surveyed: Survey, nodes: list[Node], names: Names, tape: Tape | None) -> Source:
    """What a watch told; without one what the code around the call says."""
    told = told_by_calls(surveyed, nodes, names.modules(), tape)
    found = find_source(nodes, surveyed.edges, surveyed.root_ids, names.frame)
    if told is None:
        return found
    told.expressions = found.expressions | told.expressions
    told.constants = found.constants | told.constants
    told.cuts = {slot: replace(cut, span=None) for slot, cut in found.cuts.items()} | told.cuts
    return told


def _with_facts(node: Node, source: Source, slots: set[tuple[int, int]]) -> Node:
    """The same node with what is known of its result and of what stands at its None slots."""
    changes: dict[str, Any] = {}
    if not node.names and node.id in source.names:
        changes["names"] = (source.names[node.id],)
    if node.value is None and node.id in source.values:
        changes["value"] = source.values[node.id]
    if node.id in source.modules:
        changes["module"] = source.modules[node.id]
    if any((node.id, constant.slot) in slots for constant in node.constants):
        changes["constants"] = tuple(_constant(node.id, c, source) for c in node.constants)
    return changed_node(node, changes) if changes else node


def _constant(node: int, constant: Constant, source: Source) -> Constant:
    key = (node, constant.slot)
    changes = {
        "label": source.constants.get(key, constant.label),
        "value": constant.value or source.constant_values.get(key),
        "cut": source.cuts.get(key),
    }
    return changed_constant(constant, changes)


def _with_code(node: Node, source: Source, formulas: dict[int, str]) -> Node:
    formula, span = formulas.get(node.id), source.spans.get(node.id)
    if formula is None and span is None:
        return node
    return changed_node(node, {"expression": formula, "span": span})

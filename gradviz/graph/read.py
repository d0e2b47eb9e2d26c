"""Read the graph behind a tensor, ours or PyTorch's, into frozen data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradviz.graph.collector import paused_collector
from gradviz.graph.engines import engine_name
from gradviz.graph.expressions import rebuild
from gradviz.graph.model import Graph, Node
from gradviz.graph.names import Names, names_for
from gradviz.graph.nodes import Contents, build_nodes, read_contents
from gradviz.graph.source import Source, find_source
from gradviz.graph.survey import Survey, as_roots, survey


def read(tensors: Any, names: Any = None) -> Graph:
    """The backward graph below a tensor, or below several.

    Names are those of the caller's own variables, unless a dict or a module is given.

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
    with paused_collector():
        surveyed = survey(as_roots(tensors))
        return graph_of(surveyed, read_contents(surveyed), known)


def graph_of(surveyed: Survey, contents: list[Contents], names: Names) -> Graph:
    """The frozen graph of a survey."""
    return graph_and_source(surveyed, contents, names)[0]


def graph_and_source(
    surveyed: Survey, contents: list[Contents], names: Names
) -> tuple[Graph, Source]:
    """The frozen graph, and what was found in the learner's code."""
    nodes = build_nodes(surveyed, contents, names)
    source = find_source(nodes, surveyed.edges, surveyed.root_ids, names.frame)
    nodes = [_with_constants(node, source) for node in nodes]
    formulas = rebuild(nodes, surveyed.edges, dict(source.expressions))
    graph = Graph(
        nodes=tuple(_with_source(node, source, formulas) for node in nodes),
        edges=surveyed.edges,
        roots=surveyed.root_ids,
        code=source.code,
        engine=engine_name(surveyed.roots[0]),
    )
    return graph, source


def _with_constants(node: Node, source: Source) -> Node:
    """The same node, its None slots labelled with what stands there in the source."""
    if not node.constants:
        return node
    labels = (source.constants.get((node.id, c.slot), c.label) for c in node.constants)
    pairs = zip(node.constants, labels, strict=True)
    return replace(node, constants=tuple(replace(c, label=label) for c, label in pairs))


def _with_source(node: Node, source: Source, formulas: dict[int, str]) -> Node:
    formula, span = formulas.get(node.id), source.spans.get(node.id)
    if formula is None and span is None:
        return node
    return replace(node, expression=formula, span=span)

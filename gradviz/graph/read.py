"""Read the graph behind a tensor, ours or PyTorch's, into frozen data."""

from __future__ import annotations

from typing import Any

from gradviz.graph.collector import paused_collector
from gradviz.graph.engines import engine_name
from gradviz.graph.model import Graph
from gradviz.graph.names import Names, names_for
from gradviz.graph.nodes import Contents, build_nodes, read_contents
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
    return Graph(
        nodes=tuple(build_nodes(surveyed, contents, names)),
        edges=surveyed.edges,
        roots=surveyed.root_ids,
        engine=engine_name(surveyed.roots[0]),
    )

"""What lies below some edges of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from .node import Output
from .tensor import tensor_classes


def survey(edges: Sequence[Any]) -> tuple[list, dict]:
    """All nodes below some edges, latest first; and for each leaf who sends to it last."""
    seen: set = set()
    last: dict = {}
    unseen = list(edges)
    leaves = tensor_classes
    while unseen:
        node = unseen.pop()
        if node.__class__ is Output:
            node = node.owner
        if node in seen:
            continue
        if node.__class__ in leaves:
            last.setdefault(node, None)
            continue
        seen.add(node)
        for edge in node._edges():
            if edge is None:
                continue
            if edge.__class__ in leaves:
                before = last.get(edge)
                if before is None or node.sequence < before.sequence:
                    last[edge] = node
            else:
                unseen.append(edge)
    return sorted(seen, key=sequence_of, reverse=True), last


sequence_of = attrgetter("sequence")


def leads_only_to(known: set[int], edge: Any) -> bool:
    """Whether every leaf below an edge is known by its id, so that no node runs in vain."""
    leaves = tensor_classes
    if edge.__class__ in leaves:
        return id(edge) in known
    seen, nodes = {edge}, [edge]
    for node in nodes:  # which grows meanwhile
        for edge in node._edges():
            if edge.__class__ in leaves:
                if id(edge) not in known:
                    return False
            elif edge is not None and edge not in seen:
                seen.add(edge)
                nodes.append(edge)
    return True

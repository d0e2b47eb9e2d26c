"""Walk a backward graph: anything that has `grad_fn` and `next_functions`."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph.engines import engine_of
from gradviz.graph.model import Edge, new_edge
from gradviz.graph.values import is_tensor

LAST = 2**64 - 1
"""The sequence number that an AccumulateGrad has: it runs as soon as it is ready."""
DEEPEST_PATH = 40
"""Nodes further from the root than this get no path code: nobody would type it."""

Link = tuple[Any, int]


@dataclass(slots=True)
class Survey:
    """A graph that is being read, with the live objects that the frozen `Graph` leaves out."""

    roots: tuple[Any, ...]
    functions: list[Any]
    links: list[tuple[Link, ...]]
    ids: dict[int, int]
    root_ids: tuple[int, ...]
    root_ports: tuple[int, ...]
    sequences: list[int]
    """How late each was made; the library's own numbers."""
    leaves: list[bool]
    """Which nodes are the AccumulateGrad of a tensor."""
    names: list[str]
    edges: tuple[Edge, ...] = ()
    empty: dict[int, list[int]] = field(default_factory=dict)
    """The None slots of the nodes that have some."""

    def node_of(self, tensor: Any) -> int | None:
        """The node that made `tensor`, or accumulates into it, if it is in this graph."""
        function = tensor.grad_fn
        return None if function is None else self.ids.get(id(function))


def as_roots(tensors: Any) -> tuple[Any, ...]:
    """One tensor or several as a tuple, or an error that says what is accepted.

    Raises:
        TypeError: if something else than a tensor was given.
        ValueError: if a tensor has no graph.
    """
    roots = tuple(tensors) if isinstance(tensors, list | tuple) else (tensors,)
    if not roots:
        raise ValueError(
            "no tensor was given: give a tensor that was computed from one with requires_grad=True"
        )
    for root in roots:
        _check_root(root)
    return roots


def survey(roots: Sequence[Any]) -> Survey:
    """Find every node below `roots`, numbered in the order in which backward visits them."""
    starts = [_start(root) for root in roots]
    found, links = _collect([function for function, _ in starts])
    sequences = _sequences(found)
    order = _visiting_order(found, links, sequences)
    functions = [found[place] for place in order]
    ids = {id(function): number for number, function in enumerate(functions)}
    result = Survey(
        roots=tuple(roots),
        functions=functions,
        links=[links[place] for place in order],
        ids=ids,
        root_ids=tuple(ids[id(function)] for function, _ in starts),
        root_ports=tuple(port for _, port in starts),
        sequences=[sequences[place] for place in order],
        leaves=[sequences[place] == LAST for place in order],
        names=_names(functions),
    )
    result.edges = tuple(_edges(result))
    return result


def node_name(function: Any) -> str:
    """The node's own name: `MulBackward0`, `AccumulateGrad`, `MyFunctionBackward`."""
    return str(function.name()).removeprefix("torch::autograd::")


def accumulator(leaf: Any) -> Any:
    """The AccumulateGrad of a leaf; it lives as long as somebody holds it."""
    with engine_of(leaf).enable_grad():
        return leaf.view_as(leaf).grad_fn.next_functions[0][0]


def is_leaf(function: Any) -> bool:
    """Whether the node is an AccumulateGrad; a custom Function may have a `variable` as well."""
    return type(function).__name__ == "AccumulateGrad"


def paths(surveyed: Survey) -> list[str]:
    """Code that reaches each node from the first root's `grad_fn`, the shortest there is."""
    texts = [""] * len(surveyed.functions)
    reached = set(surveyed.root_ids)
    level = sorted(reached)
    for _ in range(DEEPEST_PATH):
        below: set[int] = set()
        for node in level:
            for slot, (function, _) in enumerate(surveyed.links[node]):
                target = None if function is None else surveyed.ids[id(function)]
                if target is not None and target not in reached:
                    reached.add(target)
                    below.add(target)
                    texts[target] = f"{texts[node]}.next_functions[{slot}][0]"
        level = sorted(below)
    return texts


def ranks(surveyed: Survey) -> list[int]:
    """How late each node was made among those of this graph, 0 for the first.

    PyTorch's own numbers go on counting through the whole program; these are the same every run.
    """
    rank = {number: place for place, number in enumerate(sorted(set(surveyed.sequences)))}
    return [rank[number] for number in surveyed.sequences]


def _check_root(root: Any) -> None:
    if not is_tensor(root):
        raise TypeError(
            f"{type(root).__name__} is no tensor: give a tensor that was computed from one with "
            "requires_grad=True, such as y in x = tensor(3., requires_grad=True); y = x * x"
        )
    if root.grad_fn is None and not root.requires_grad:
        raise ValueError(
            "this tensor has no graph: it does not require grad and nothing that requires grad "
            "went into it; make its input with requires_grad=True and compute it again, outside "
            "of no_grad() and without detach()"
        )


def _start(root: Any) -> Link:
    """The node where backward from `root` starts; of a leaf its AccumulateGrad."""
    if root.grad_fn is not None:
        return root.grad_fn, getattr(root, "output_nr", 0)
    return accumulator(root), 0


def _collect(starts: list[Any]) -> tuple[list[Any], list[tuple[Link, ...]]]:
    """Every node below `starts` once, with its `next_functions`. No recursion: chains are long."""
    found: list[Any] = []
    links: list[tuple[Link, ...]] = []
    seen: set[int] = set()
    waiting = list(reversed(starts))
    while waiting:
        function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        found.append(function)
        below = function.next_functions
        links.append(below)
        waiting += [link[0] for link in below[::-1] if link[0] is not None]
    return found, links


def _sequences(found: list[Any]) -> list[int]:
    """How late each node was made; leaves are the last, and 0 where the library does not say."""
    askings: dict[type, Callable[[Any], int]] = {}
    numbers = []
    for function in found:
        kind = type(function)
        if kind not in askings:
            own = getattr(kind, "_sequence_nr", _unknown)
            askings[kind] = _last if is_leaf(function) else own
        numbers.append(askings[kind](function))
    return numbers


def _last(function: Any) -> int:
    return LAST


def _unknown(function: Any) -> int:
    return 0


def _names(functions: list[Any]) -> list[str]:
    """The name of each node; one type has one name, but for those that PyTorch has no type for."""
    known: dict[type, str] = {}
    names = []
    for function in functions:
        name = known.get(type(function))
        if name is None:
            name = node_name(function)
            if type(function).__name__ != "CppFunction":
                known[type(function)] = name
        names.append(name)
    return names


def _visiting_order(
    found: list[Any], links: list[tuple[Link, ...]], sequences: list[int]
) -> list[int]:
    """Places of `found` as the engine visits them: of those that are ready, the latest made."""
    places = {id(function): place for place, function in enumerate(found)}
    missing = [0] * len(found)
    targets = [[places[id(f)] for f, _ in node if f is not None] for node in links]
    for node in targets:
        for target in node:
            missing[target] += 1
    ready = [(-sequences[place], place) for place in range(len(found)) if not missing[place]]
    heapq.heapify(ready)
    order = []
    while ready:
        place = heapq.heappop(ready)[1]
        order.append(place)
        for target in targets[place]:
            missing[target] -= 1
            if not missing[target]:
                heapq.heappush(ready, (-sequences[target], target))
    return order


def _edges(surveyed: Survey) -> Iterator[Edge]:
    ids = surveyed.ids
    for source, links in enumerate(surveyed.links):
        for slot, (function, port) in enumerate(links):
            if function is None:
                surveyed.empty.setdefault(source, []).append(slot)
                yield new_edge(source, slot, None, port)
            else:
                yield new_edge(source, slot, ids[id(function)], port)

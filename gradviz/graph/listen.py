"""Hang a listener on every node while the library's own engine runs, and write down its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph.model import Value
from gradviz.graph.survey import Survey
from gradviz.graph.values import is_tensor, value_of


@dataclass(slots=True)
class Turn:
    """One node's turn as it was heard; the frozen `Step` is made of it afterwards."""

    node: int
    received: tuple[Value | None, ...] = ()
    sent: tuple[Value | None, ...] = ()
    before: Value | None = None
    after: Value | None = None
    unchanged: bool = False
    """What arrived is the very tensor that the one sender sent."""


@dataclass(slots=True)
class Listener:
    """Hears each node twice: when gradients have arrived, and when it has sent its own."""

    survey: Survey
    refuses: Callable[[int], None] = lambda node: None
    """Called before each node; it may stop the pass by raising."""
    turns: list[Turn] = field(default_factory=list)
    waiting: dict[int, Turn] = field(default_factory=dict)
    """Turns that have begun and not ended, the last begun last."""
    _only_ways: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    _flying: dict[tuple[int, int], tuple[Any, Value]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._only_ways = _only_ways(self.survey)

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Listen while this lasts; afterwards no hook of ours is left on any node."""
        handles: list[Any] = []
        try:
            for node, function in enumerate(self.survey.functions):
                before, after = self._hooks(node, function)
                handles.append(function.register_prehook(before))
                handles.append(function.register_hook(after))
            yield
        finally:
            for handle in handles:
                handle.remove()
            self._flying.clear()

    def _hooks(self, node: int, function: Any) -> tuple[Callable, Callable]:
        leaf = function.variable if self.survey.leaves[node] else None

        def before(received: Any) -> None:
            turn = self.waiting[node] = Turn(node)
            if leaf is not None:
                turn.before = None if leaf.grad is None else value_of(leaf.grad)
            turn.received = self._arrive(node, as_tuple(received), turn)
            self.refuses(node)

        def after(sent: Any, received: Any) -> None:
            turn = self.waiting.pop(node)
            if leaf is None:
                turn.sent = self._send(node, as_tuple(sent))
            else:
                turn.after = None if leaf.grad is None else value_of(leaf.grad)
            self.turns.append(turn)

        return before, after

    def _arrive(self, node: int, grads: tuple, turn: Turn) -> tuple[Value | None, ...]:
        if len(grads) == 1:
            tensor, value = self._flying.pop((node, 0), (None, None))
            if tensor is not None and tensor is grads[0]:
                turn.unchanged = True
                return (value,)
        return tuple(None if grad is None else value_of(grad) for grad in grads)

    def _send(self, node: int, grads: tuple) -> tuple[Value | None, ...]:
        """The values sent; a tensor on the only way to its target is known again on arrival."""
        links = self.survey.links[node]
        values = tuple(
            None if grad is None or link[0] is None else value_of(grad)
            for link, grad in zip(links, grads, strict=False)
        )
        values += (None,) * (len(links) - len(values))
        for slot, value in enumerate(values):
            way = self._only_ways.get((node, slot))
            if way is not None and value is not None:
                self._flying[way] = (grads[slot], value)
        return values


def as_tuple(grads: Any) -> tuple:
    """What a hook was given as a tuple: a library may hand over one tensor bare."""
    if type(grads) is tuple:
        return grads
    return (grads,) if grads is None or is_tensor(grads) else tuple(grads)


def _only_ways(survey: Survey) -> dict[tuple[int, int], tuple[int, int]]:
    """From (node, slot) to (target, output) wherever nothing else arrives at that output."""
    ways = [(edge.target, edge.port) for edge in survey.edges if edge.target is not None]
    arrivals = Counter(ways)
    arrivals.update(zip(survey.root_ids, survey.root_ports, strict=True))
    return {
        (edge.source, edge.slot): (edge.target, edge.port)
        for edge in survey.edges
        if edge.target is not None and arrivals[edge.target, edge.port] == 1
    }

"""Hang a listener on every node while the library's own engine runs, and write down its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gradviz.graph.model import Value
from gradviz.graph.survey import Survey
from gradviz.graph.values import is_tensor, value_of

Way = tuple[int, int] | None
SHARED = (-1, -1)


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
    _ways: list[list[Way]] = field(default_factory=list)
    _flying: dict[tuple[int, int], tuple[Any, Value]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ways = _ways(self.survey)

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Listen while this lasts; afterwards no hook of ours is left on any node."""
        handles: list[Any] = []
        before, after = self._before, self._after
        leaves = self.survey.leaves
        try:
            for node, function in enumerate(self.survey.functions):
                leaf = function.variable if leaves[node] else None
                handles.append(function.register_prehook(partial(before, node, leaf)))
                handles.append(function.register_hook(partial(after, node, leaf)))
            yield
        finally:
            for handle in handles:
                handle.remove()
            self._flying.clear()

    def _before(self, node: int, leaf: Any, received: Any) -> None:
        turn = self.waiting[node] = Turn(node)
        if leaf is not None and leaf.grad is not None:
            turn.before = value_of(leaf.grad)
        turn.received = self._arrive(node, as_tuple(received), turn)
        self.refuses(node)

    def _after(self, node: int, leaf: Any, sent: Any, received: Any) -> None:
        turn = self.waiting.pop(node)
        if leaf is None:
            turn.sent = self._send(node, as_tuple(sent))
        elif leaf.grad is not None:
            turn.after = value_of(leaf.grad)
        self.turns.append(turn)

    def _arrive(self, node: int, grads: tuple, turn: Turn) -> tuple[Value | None, ...]:
        if len(grads) == 1:
            tensor, value = self._flying.pop((node, 0), (None, None))
            if value is not None and (tensor is grads[0] or _is_number(grads[0], value)):
                turn.unchanged = True
                return (value,)
        return tuple([None if grad is None else value_of(grad) for grad in grads])

    def _send(self, node: int, grads: tuple) -> tuple[Value | None, ...]:
        """The values sent; a tensor on the only way to its target is known again on arrival."""
        values: list[Value | None] = []
        for slot, way in enumerate(self._ways[node]):
            grad = grads[slot] if slot < len(grads) else None
            if way is None or grad is None:
                values.append(None)
                continue
            value = value_of(grad)
            values.append(value)
            if way is not SHARED:
                self._flying[way] = (grad, value)
        return tuple(values)


def _is_number(tensor: Any, value: Value) -> bool:
    """Whether a tensor holds just this one number; a zero may have changed its sign."""
    if value.numbers.size != 1 or tensor is None:
        return False
    number = value.numbers.item()
    return bool(number) and tensor.item() == number


def as_tuple(grads: Any) -> tuple:
    """What a hook was given as a tuple: a library may hand over one tensor bare."""
    if type(grads) is tuple:
        return grads
    return (grads,) if grads is None or is_tensor(grads) else tuple(grads)


def _ways(survey: Survey) -> list[list[Way]]:
    """By node and slot, the target and its output, `SHARED` where something else arrives too."""
    ways: list[list[Way]] = [[] for _ in survey.functions]
    arrivals = Counter(zip(survey.root_ids, survey.root_ports, strict=True))
    for edge in survey.edges:
        way = None if edge.target is None else (edge.target, edge.port)
        ways[edge.source].append(way)
        if way is not None:
            arrivals[way] += 1
    meeting = {way for way, count in arrivals.items() if count > 1}
    for slots in ways if meeting else ():
        slots[:] = [SHARED if way in meeting else way for way in slots]
    return ways

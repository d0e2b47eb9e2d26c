"""Hang a listener on every node while the library's own engine runs, and write down its turns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from gradviz.graph.model import Value
from gradviz.graph.survey import Survey
from gradviz.graph.values import is_tensor, value_of

Values = tuple[Value | None, ...]


class Arrival(NamedTuple):
    """Who sent it, from which slot, and what; the tensor itself where nothing else arrives."""

    sender: int
    slot: int
    value: Value
    tensor: Any = None


class Turn(NamedTuple):
    """One node's turn as it was heard; the frozen `Step` is made of it afterwards."""

    node: int
    received: Values = ()
    sent: Values = ()
    before: Value | None = None
    after: Value | None = None
    came: Sequence[Arrival] = ()
    unchanged: bool = False
    """What arrived is the very tensor that the one sender sent."""


_turn = partial(tuple.__new__, Turn)  # at half the cost of calling the class
_arrival = partial(tuple.__new__, Arrival)


class Listener:
    """Hears each node when it has had its turn; some nodes also when their gradients have arrived.

    `early` are those that may not come to their end, or write to what arrived. Where `refuses` is
    given it is called before each node, and may stop the pass by raising.
    """

    def __init__(
        self,
        survey: Survey,
        early: Collection[int] = (),
        refuses: Callable[[int], None] | None = None,
    ) -> None:
        self.survey = survey
        self.turns: list[Turn] = []
        self.tick: Callable[[], None] | None = None
        """Called after each turn."""
        self.waiting: dict[int, Turn] = {}
        """Turns that have begun and not ended, the last begun last."""
        self._early, self._refuses = early, refuses
        self._came: dict[int, list[Arrival]] = {}
        self._targets: list[list[int | None]] = [[] for _ in survey.functions]
        arrivals = [0] * len(survey.functions)
        for edge in survey.edges:
            self._targets[edge.source].append(edge.target)
            if edge.target is not None:
                arrivals[edge.target] += 1
        for root in survey.root_ids:
            arrivals[root] += 1
        self._alone = [count == 1 for count in arrivals]

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Listen while this lasts; afterwards no hook of ours is left on any node."""
        handles: list[Any] = []
        try:
            self._attach(handles)
            yield
        finally:
            for handle in handles:
                handle.remove()
            for came in self._came.values():  # what was kept to be known again
                came[:] = [arrival._replace(tensor=None) for arrival in came]

    def refused(self) -> Turn | None:
        """The turn that was begun and not ended, or else the one that would have been the next."""
        if self.waiting:
            return self.waiting[next(reversed(self.waiting))]
        if not self.turns or not self._came:
            return None
        node = min(self._came)  # nodes are numbered in the order of their turns
        came = self._came[node]
        return Turn(node, (came[0].value,) if len(came) == 1 else (None,), came=came)

    def _attach(self, handles: list[Any]) -> None:
        after, leaves, early = self._after, self.survey.leaves, self._early
        for node, function in enumerate(self.survey.functions):
            leaf = None
            if leaves[node]:
                leaf = function.variable
            if leaf is not None or node in early or self._refuses is not None:
                handles.append(function.register_prehook(partial(self._before, node, leaf)))
            handles.append(function.register_hook(partial(after, node, leaf)))

    def _before(self, node: int, leaf: Any, received: Any) -> None:
        before = None if leaf is None or leaf.grad is None else value_of(leaf.grad)
        values, came, unchanged = self._arrived(node, as_tuple(received))
        self.waiting[node] = Turn(node, values, (), before, None, came, unchanged)
        if self._refuses is not None:
            self._refuses(node)

    def _after(self, node: int, leaf: Any, sent: Any, received: Any) -> None:
        if self.waiting and node in self.waiting:
            _, values, _, before, _, came, unchanged = self.waiting.pop(node)
        else:
            grads = received if type(received) is tuple else as_tuple(received)
            values, came, unchanged = self._arrived(node, grads)
            before = None
        after, given = None, ()
        if leaf is None:
            given = self._sent(node, sent if type(sent) is tuple else as_tuple(sent))
        elif leaf.grad is not None:
            after = value_of(leaf.grad)
        self.turns.append(_turn((node, values, given, before, after, came, unchanged)))
        if self.tick is not None:
            self.tick()

    def _arrived(self, node: int, grads: tuple) -> tuple[Values, Sequence[Arrival], bool]:
        """What has arrived; a tensor on the only way to its target is known again."""
        came = self._came.pop(node, ())
        if len(grads) == 1 and len(came) == 1 and self._alone[node]:
            _, _, value, tensor = came[0]
            if tensor is grads[0] or _is_number(grads[0], value):
                return (value,), (), True
        return tuple([None if grad is None else value_of(grad) for grad in grads]), came, False

    def _sent(self, node: int, grads: tuple) -> Values:
        targets = self._targets[node]
        values: list[Value | None] = [None] * len(targets)
        for slot, (target, grad) in enumerate(zip(targets, grads, strict=False)):
            if target is None or grad is None:
                continue
            value = values[slot] = value_of(grad)
            arrival = _arrival((node, slot, value, grad if self._alone[target] else None))
            if target in self._came:
                self._came[target].append(arrival)
            else:
                self._came[target] = [arrival]
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

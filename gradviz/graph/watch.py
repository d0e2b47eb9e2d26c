"""Watch a forward pass: every call, its inputs and result, its line, and where tracking ended."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gradviz.graph.calls import UNSET, Call, Line, Operand, calls_text, new_call, new_operand
from gradviz.graph.cuts import LEAVING, cut_by, is_array
from gradviz.graph.interpose import hearing
from gradviz.graph.survey import is_leaf
from gradviz.graph.values import dtype_name, is_tensor, unset, value_of
from gradviz.graph.where import caller, line_of, module_around

KEY = "gradviz"
"""Under this word a node's own `metadata` holds the call that made it."""
MOST_CALLS = 20_000
MOST_INNER = 200


@dataclass(slots=True, eq=False, repr=False)
class Tape:
    """What a watch has written down. Of a long program the latest calls are kept.

    >>> import gradviz
    >>> with watch() as tape:
    ...     x = gradviz.tensor(3.0, requires_grad=True)
    ...     y = x * x
    >>> [call.name for call in tape.calls]
    ['tensor', 'mul']
    """

    _calls: OrderedDict[int, Call] = field(default_factory=OrderedDict)
    _made: dict[int, tuple[Any, int]] = field(default_factory=dict)
    """By the id of a result: a weak reference to it, and its call."""
    _next: int = 0
    _strangers: int = 0
    _operands: list[Any] = field(default_factory=list)
    """The tensors that went into the call that is being made, and the nodes that they had: an
    in-place call changes them."""
    _went_in: list[Any] = field(default_factory=list)
    calling: Line | None = None
    """The line of a backward that is about to run, while its graph is being read."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls, in order."""
        return tuple(self._calls.values())

    @property
    def latest(self) -> Call | None:
        """The call that was noted last."""
        return next(reversed(self._calls.values()), None)

    def text(self) -> str:
        """The calls in words, a line each; where tracking ended it says so."""
        return "\n".join(calls_text(self._calls.values())) or "No call was heard."

    def __repr__(self) -> str:
        return self.text()

    @property
    def next_number(self) -> int:
        """The number that the next call will have."""
        return self._next

    def latest_with_graph(self, since: int = 0) -> Any:
        """The latest tensor with a graph that a call from `since` on has made and that lives."""
        made = sorted(self._made.values(), key=lambda entry: entry[1], reverse=True)
        for reference, number in made:
            tensor: Any = reference() if number >= since else None
            if is_tensor(tensor) and tensor.grad_fn is not None:
                return tensor
        return None

    def call(self, number: int | None) -> Call | None:
        """The call of that number, if it is still kept."""
        return None if number is None else self._calls.get(number)

    def number_of(self, result: Any) -> int | None:
        """The call that made this very tensor or array; negative if it was made unwatched."""
        reference, number = self._made.get(id(result), (None, None))
        return number if reference is not None and reference() is result else None

    def maker_of(self, result: Any) -> Call | None:
        """The call that made this very tensor or array, if it was watched."""
        return self.call(self.number_of(result))

    def before(self, name: str, args: tuple, kwargs: dict) -> None:
        """Part of listening to calls: note what goes in."""
        found: list[Any] = []
        _gather(args, found)
        if kwargs:
            _gather(kwargs.values(), found)
        self._operands = found
        self._went_in = [one.grad_fn for one in found]

    def failed(self, name: str, error: BaseException) -> None:
        """Part of listening to calls: what raised has made nothing."""
        self._operands = self._went_in = []

    def after(self, name: str, args: tuple, kwargs: dict, result: Any) -> None:
        """Part of listening to calls: note one that has returned."""
        tensors, went_in, results = self._operands, self._went_in, []
        self._operands = self._went_in = []
        _gather((result,), results)
        leaves = is_array(result) or (name in LEAVING and bool(tensors))
        if not (results or leaves or name in {"setitem", "backward", "grad="}):
            return
        written = _written(name, tensors, results)
        call = self._noted(name, tensors, results, result, written)
        self._keep(call)
        for one in results if written is None else [*results, written]:
            self._remember(one, call.id)
        if is_array(result):
            self._remember(result, call.id)
        _mark_nodes(went_in, results if written is None else [written], call, self)

    def _noted(
        self, name: str, tensors: list[Any], results: list[Any], result: Any, written: Any
    ) -> Call:
        frame, module = caller()
        line = None if frame is None else line_of(frame)
        direct = module is None
        module = module_around(frame) if direct else module
        number, self._next = self._next, self._next + 1
        shown = written if written is not None else results[0] if len(results) == 1 else None
        return new_call(
            id=number,
            name=name,
            operands=tuple([self._operand(tensor) for tensor in tensors]),
            value=None if shown is None else unset(shown) if name in UNSET else value_of(shown),
            requires_grad=any(one.requires_grad for one in results),
            line=line,
            cut=cut_by(name, tensors, results, result),
            writes=None if written is None else version_of(written),
            module=None if module is None else id(module),
            result_name=line.assigned if line is not None and direct else None,
            direct=direct,
        )

    def _keep(self, call: Call) -> None:
        self._calls[call.id] = call
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)

    def _operand(self, tensor: Any) -> Operand:
        reference, number = self._made.get(id(tensor), (None, 0))
        if reference is None or reference() is not tensor:
            self._strangers += 1
            number = -self._strangers
            self._remember(tensor, number)
        return new_operand(
            number,
            bool(tensor.requires_grad),
            tuple(tensor.shape),
            dtype_name(tensor.dtype),
        )

    def _remember(self, result: Any, number: int) -> None:
        self._made[id(result)] = (_Reference(result, self._forget), number)

    def _forget(self, gone: _Reference) -> None:
        if self._made.get(gone.key, (None,))[0] is gone:
            del self._made[gone.key]


class _Reference(weakref.ref):
    """A weak reference that knows the id of what is gone."""

    __slots__ = ("key",)

    def __init__(self, thing: Any, forget: Callable[[_Reference], None]) -> None:
        super().__init__(thing, forget)  # type: ignore[call-arg]
        self.key = id(thing)


_latest: Tape | None = None
_open: list[Tape] = []


@contextmanager
def watch(tape: Tape | None = None) -> Iterator[Tape]:
    """Write down every call on tensors, of ours or of PyTorch, while the block runs.

    A tape given is written on; a notebook keeps one for all its cells. Functions taken out of our
    module by `from gradviz import tanh` before the block are not heard.
    """
    global _latest
    _latest = tape = Tape() if tape is None else tape
    _open.append(tape)
    try:
        with hearing(tape):
            yield tape
    finally:
        _open.remove(tape)


def latest_tape() -> Tape | None:
    """The tape of the outermost watch that is open, else of the one that was opened last."""
    return _open[0] if _open else _latest


def forget(tape: Tape) -> None:
    """Answer no more from this tape, where none was given."""
    global _latest
    _latest = None if _latest is tape else _latest


def call_of(function: Any) -> tuple[Call, Tape, bool] | None:
    """The call that made a node, its tape, and whether the node is the call's own result."""
    try:
        return function.metadata.get(KEY)
    except Exception:
        return None


def version_of(tensor: Any) -> int:
    """How often a tensor's memory has been written in place."""
    version = tensor._version
    return int(getattr(version, "count", version) or 0)


def _gather(things: Iterable[Any], found: list[Any]) -> None:
    """Append the tensors among `things`, those in lists and tuples as well."""
    for thing in things:
        if is_tensor(thing):
            found.append(thing)
        elif isinstance(thing, list | tuple):
            _gather(thing, found)


def _written(name: str, tensors: list[Any], results: list[Any]) -> Any:
    """The tensor that an in-place call wrote, or None."""
    if not tensors:
        return None
    if name == "setitem":
        return tensors[0]
    return tensors[0] if name.endswith("_") and any(one is tensors[0] for one in results) else None


def _mark_nodes(went_in: list[Any], results: list[Any], call: Call, tape: Tape) -> None:
    """Write the call into the metadata of every node that it made, down to its operands."""
    stop = {id(function) for function in went_in if function is not None}
    waiting = [(one.grad_fn, True) for one in results if one.grad_fn is not None]
    for _ in range(MOST_INNER):
        if not waiting:
            return
        function, own = waiting.pop()
        if id(function) in stop or is_leaf(function) or call_of(function) is not None:
            continue
        function.metadata[KEY] = (call, tape, own)
        waiting.extend((one, False) for one, _ in function.next_functions if one is not None)

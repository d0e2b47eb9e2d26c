"""Who wrote `.grad`: every change of it, which backward, from which line, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from gradviz.graph.calls import Line
from gradviz.graph.interpose import hearing, quiet
from gradviz.graph.model import Value
from gradviz.graph.names import Names, caller_frame, names_for, names_of_frame
from gradviz.graph.survey import accumulator, survey
from gradviz.graph.values import WHOLE, in_words, is_tensor, value_of
from gradviz.graph.watch import version_of
from gradviz.graph.where import caller, line_of

Event = Literal["backward", "zero", "none", "assign", "in place", "outside"]


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One change of one `.grad`."""

    name: str
    event: Event
    before: Value | None
    after: Value | None
    came: Value | None = None
    """What backward added."""
    backward: int | None = None
    """Which backward it was, counted from 1."""
    line: Line | None = None

    def __repr__(self) -> str:
        return entry_text(self)


@dataclass(slots=True, repr=False)
class Ledger:
    """The book of what happened to each watched `.grad`, in order."""

    entries: list[Entry] = field(default_factory=list)

    def of(self, name: str) -> tuple[Entry, ...]:
        """The entries of one tensor, by its name."""
        return tuple(entry for entry in self.entries if entry.name == name)

    def text(self) -> str:
        """The whole book in words, good enough to be read over a telephone."""
        names = dict.fromkeys(entry.name for entry in self.entries)
        parts = [_account(name, self.of(name)) for name in names]
        return "\n\n".join(parts) if parts else "No .grad has changed."

    def __repr__(self) -> str:
        return self.text()


@contextmanager
def ledger(*tensors: Any, names: Any = None) -> Iterator[Ledger]:
    """Write down every change of the `.grad` of these leaves; of all that backward reaches if none.

    >>> import gradviz
    >>> x = gradviz.tensor(3.0, requires_grad=True)
    >>> with ledger(x) as book:
    ...     (x * x).backward()
    ...     (x * x).backward()
    >>> [(one.event, float(one.came.numbers), float(one.after.numbers)) for one in book.entries]
    [('backward', 6.0, 6.0), ('backward', 6.0, 12.0)]

    Raises:
        TypeError: if something given is no tensor.
        ValueError: if a tensor is no leaf that requires grad: only those keep a `.grad`.
    """
    for tensor in tensors:
        _check(tensor)
    known = names_for(names)
    book = Ledger()
    with ExitStack() as stack:
        keeper = _Keeper(book, stack, watches_all=not tensors)
        for place, tensor in enumerate(tensors):
            keeper.watch(tensor, known.label(tensor) or f"tensor {place + 1}")
        with hearing(keeper):
            yield book
        keeper.look(None)


def entry_text(entry: Entry) -> str:
    """One change as a sentence."""
    where = "" if entry.line is None else f"{entry.line.place} {entry.line.whole}: "
    name, before, after = f"{entry.name}.grad", in_words(entry.before), in_words(entry.after)
    if entry.event == "backward":
        how = f"backward {entry.backward} brought {in_words(entry.came)}"
        if entry.before is None:
            return f"{where}{how}; {name} was None and is now {after}."
        return f"{where}{how} and added it; {name} was {before} and is now {after}."
    told = {
        "zero": f"{name} was {before} and was set to zero.",
        "none": f"{name} was {before} and was set to None.",
        "assign": f"{name} was {before} and was given {after}.",
        "in place": f"{name} was {before} and was changed in place to {after}.",
        "outside": f"{name} was {before} and is {after}: it was changed unseen.",
    }
    return where + told[entry.event]


@dataclass(slots=True)
class _Watched:
    tensor: Any
    name: str
    accumulator: Any
    grad: Any = None
    version: int = 0
    value: Value | None = None
    came: Value | None = None

    def now(self) -> tuple[Any, int, Value | None]:
        grad = self.tensor.grad
        return (
            grad,
            0 if grad is None else version_of(grad),
            None if grad is None else value_of(grad),
        )

    def settle(self) -> None:
        self.grad, self.version, self.value = self.now()

    def has_changed(self) -> bool:
        grad = self.tensor.grad
        if grad is not self.grad:
            return True
        if grad is None:
            return False
        if version_of(grad) != self.version:
            return True
        small = self.value is not None and self.value.numbers.size <= WHOLE and self.value.whole
        return small and not _same(self.value, value_of(grad))


class _Keeper:
    """Listens to the leaves and to the calls, and writes the book."""

    def __init__(self, book: Ledger, stack: ExitStack, watches_all: bool) -> None:
        self.book, self.stack, self.watches_all = book, stack, watches_all
        self.watched: dict[int, _Watched] = {}
        self.backward = 0
        self.heard = False
        self.reached: set[int] = set()

    def watch(self, tensor: Any, name: str) -> None:
        """Hang a listener on the AccumulateGrad of a leaf."""
        if id(tensor) in self.watched:
            return
        one = self.watched[id(tensor)] = _Watched(tensor, name, accumulator(tensor))
        one.settle()
        before = one.accumulator.register_prehook(lambda grads: self._arriving(one, grads))
        after = one.accumulator.register_hook(lambda sent, grads: self._written(one))
        self.stack.callback(before.remove)
        self.stack.callback(after.remove)

    def before(self, name: str, args: tuple, kwargs: dict) -> None:
        """A call is about to be made: a backward begins a new pass."""
        self.look(None)
        if name == "backward":
            if self.watches_all and args and is_tensor(args[0]):
                self._watch_leaves(args[0])
            self._begin()
            self.heard = True

    def after(self, name: str, args: tuple, kwargs: dict, result: Any) -> None:
        """A call was made: if a `.grad` is not what it was, this line changed it."""
        if name == "backward":
            self.heard = False
        if any(one.has_changed() for one in self.watched.values()):
            frame, _ = caller()
            self.look(None if frame is None else line_of(frame), called=True)

    def failed(self, name: str, error: BaseException) -> None:
        """A call has raised: a backward that is refused half-way is over."""
        if name == "backward":
            self.heard = False

    def look(self, line: Line | None, called: bool = False) -> None:
        """Write down what has changed since the last look."""
        for one in self.watched.values():
            if one.has_changed():
                self._note_change(one, line, called)

    def _begin(self) -> None:
        self.backward += 1
        self.reached = set()

    def _watch_leaves(self, root: Any) -> None:
        surveyed = survey((root,)) if root.requires_grad else None
        if surveyed is None:
            return
        frame = caller_frame()
        known = Names() if frame is None else names_of_frame(frame)
        for function, is_leaf in zip(surveyed.functions, surveyed.leaves, strict=True):
            if is_leaf:
                name = known.label(function.variable) or f"tensor {len(self.watched) + 1}"
                self.watch(function.variable, name)

    def _arriving(self, one: _Watched, grads: Any) -> None:
        with quiet():
            if one.has_changed():
                self._note_change(one, None, False)
            if not self.heard and (not self.backward or id(one) in self.reached):
                self._begin()
            self.reached.add(id(one))
            came = grads if is_tensor(grads) else grads[0]
            one.came = None if came is None else value_of(came)

    def _written(self, one: _Watched) -> None:
        with quiet():
            frame, _ = caller()
            line = None if frame is None else line_of(frame)
            before, came = one.value, one.came
            one.settle()
            self.book.entries.append(
                Entry(one.name, "backward", before, one.value, came, self.backward, line)
            )

    def _note_change(self, one: _Watched, line: Line | None, called: bool) -> None:
        before, old = one.value, one.grad
        one.settle()
        event = _event(before, one.value, old is one.grad, called)
        self.book.entries.append(Entry(one.name, event, before, one.value, line=line))


def _event(before: Value | None, after: Value | None, same: bool, called: bool) -> Event:
    if not called:
        return "none" if after is None else "outside"
    if after is None:
        return "none"
    if not same:
        return "assign"
    return "in place" if np.any(after.numbers) else "zero"


def _account(name: str, entries: tuple[Entry, ...]) -> str:
    """The story of one tensor: its changes, then what they add up to."""
    count = f"{len(entries)} change{'s' * (len(entries) > 1)}"
    lines = [f"{name}.grad, {count}:"]
    lines += [f"{place}. {entry_text(entry)}" for place, entry in enumerate(entries, 1)]
    summary = _summary(name, entries)
    return "\n".join([*lines, summary] if summary else lines)


def _summary(name: str, entries: tuple[Entry, ...]) -> str:
    """What the last number is the sum of, where that may surprise."""
    since: list[Entry] = []
    for entry in entries:
        if entry.event != "backward":
            since = []
        elif entry.before is None or not np.any(entry.before.numbers):
            since = [entry]
        else:
            since.append(entry)
    if len(since) < 2:
        return ""
    numbers = " + ".join(in_words(entry.came) for entry in since)
    return (
        f"So {name}.grad is {in_words(entries[-1].after)} = {numbers}: {len(since)} backward "
        f"passes, and nothing set it back between them. Write {name}.grad = None (or "
        "optimizer.zero_grad()) before each backward to have one gradient alone."
    )


def _same(first: Value | None, second: Value | None) -> bool:
    if first is None or second is None:
        return first is second
    return np.array_equal(first.numbers, second.numbers, equal_nan=first.numbers.dtype.kind == "f")


def _check(tensor: Any) -> None:
    if not is_tensor(tensor):
        raise TypeError(
            f"{type(tensor).__name__} is no tensor: give leaves such as w and b, made with "
            "requires_grad=True"
        )
    if not tensor.is_leaf or not tensor.requires_grad:
        raise ValueError(
            "this tensor keeps no .grad: give leaves such as w and b, made with "
            "requires_grad=True, not what was computed from them"
        )

"""The learner's names for tensors: from the caller's frame, a dict, or a module."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType
from typing import Any

from gradviz.graph.values import is_tensor

SKIPPED = frozenset({"In", "Out"})
LONGEST = 200
"""Of a longer list or dict only so many items are looked at."""
DEEPEST = 4


class Names:
    """Which names a tensor has, in the order in which they were bound, the plain ones first.

    Leaves are known by themselves, results by their node and output, so that a tensor unpacked
    from a node finds the name of the one that was saved. `frame` is the learner's, whose code
    is searched for the lines that made the graph.
    """

    def __init__(
        self, pairs: Iterable[tuple[str, Any]] = (), frame: FrameType | None = None
    ) -> None:
        self.frame = frame
        self._tensors: list[Any] = []
        self._keep: list[Any] = []
        self._by_tensor: dict[int, list[str]] = {}
        self._by_output: dict[tuple[int, int], list[str]] = {}
        self._by_node: dict[int, Any] = {}
        self._last_output: dict[int, int] = {}
        for name, tensor in pairs:
            self._add(name, tensor)

    def with_others(self, others: Mapping[str, Any]) -> Names:
        """The same names, and behind them those that `others` gives."""
        for name, tensor in _plain_first(others.items()):
            self._add(name, tensor)
        return self

    def tensors(self) -> tuple[Any, ...]:
        """All tensors that have a name."""
        return tuple(self._tensors)

    def of_leaf(self, tensor: Any) -> tuple[str, ...]:
        """The names of this very tensor."""
        return tuple(self._by_tensor.get(id(tensor), ()))

    def of_node(self, function: Any, output: int = 0) -> tuple[str, ...]:
        """The names of what a node computed."""
        return tuple(self._by_output.get((id(function), output), ()))

    def outputs_of(self, function: Any) -> tuple[str, ...]:
        """The first names of what a node computed, where that is more than one tensor."""
        last = self._last_output.get(id(function), 0)
        if not last:
            return ()
        names = [self.of_node(function, output) for output in range(last + 1)]
        return tuple(given[0] if given else "·" for given in names)

    def tensor_of(self, function: Any) -> Any:
        """A named tensor that this node computed, or None."""
        return self._by_node.get(id(function))

    def label(self, tensor: Any) -> str | None:
        """The first name of `tensor`, known by itself or by the node that computed it."""
        return self.label_of(tensor, _node_of(tensor))

    def label_of(self, tensor: Any, function: Any) -> str | None:
        """The same, for whoever has the tensor's node at hand."""
        names = self._by_tensor.get(id(tensor))
        if names is None and function is not None and id(function) in self._by_node:
            names = self._by_output.get((id(function), getattr(tensor, "output_nr", 0)))
        return names[0] if names else None

    def modules(self) -> dict[int, str]:
        """How modules are reached from the learner's variables, by their `id`."""
        if self.frame is None:
            return {}
        found: dict[int, str] = {}
        for name, thing in {**self.frame.f_globals, **self.frame.f_locals}.items():
            if not _is_shown(name) or is_tensor(thing):  # a tensor reads all its methods to say no
                continue
            if hasattr(type(thing), "named_modules"):
                for path, module in thing.named_modules():
                    found.setdefault(id(module), f"{name}.{path}" if path else name)
        return found

    def _add(self, name: str, tensor: Any) -> None:
        known = self._by_tensor.setdefault(id(tensor), [])
        if not known:
            self._tensors.append(tensor)
        if name not in known:
            known.append(name)
        function = _node_of(tensor)
        if function is not None:
            self._keep.append(function)
            output = getattr(tensor, "output_nr", 0)
            key = (id(function), output)
            if output:
                last = self._last_output.get(key[0], 0)
                self._last_output[key[0]] = max(last, output)
            outputs = self._by_output.setdefault(key, [])
            if name not in outputs:
                outputs.append(name)
            self._by_node.setdefault(id(function), tensor)


def names_for(names: Any = None) -> Names:
    """The names to use: those given, as a dict or a module, else those of the caller's frame.

    Raises:
        TypeError: if `names` is neither None, a dict of tensors nor something with
            `named_parameters()`.
    """
    if isinstance(names, Names):
        return names
    frame = caller_frame()
    if names is None:
        return Names() if frame is None else names_of_frame(frame)
    if isinstance(names, Mapping):
        return Names(_plain_first(names.items()), frame)
    if hasattr(names, "named_parameters"):
        return Names(_module_pairs("", names), frame)
    raise TypeError(
        f"names={type(names).__name__}: give a dict such as {{'w': w}}, a module with "
        "named_parameters(), or nothing to take the names of your own variables"
    )


def names_of_frame(frame: FrameType) -> Names:
    """The names that the variables of a frame give, local ones first."""
    return Names(_frame_pairs(frame), frame)


def names_in(variables: Mapping[str, Any]) -> Names:
    """The names that the variables of a notebook give."""
    shown = [pair for pair in variables.items() if _is_shown(pair[0])]
    return Names(_plain_first(shown))


def caller_frame() -> FrameType | None:
    """The first frame outside of this package and of the libraries: the learner's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_library(frame):
        frame = frame.f_back
    return frame


def is_library(frame: FrameType) -> bool:
    """Whether a frame runs code of this package or of PyTorch, or is a `with` on its way there."""
    module = frame.f_globals.get("__name__", "")
    known = _libraries.get(module)
    if known is None:
        top = None if module is None else module.partition(".")[0]
        known = _libraries[module] = top in LIBRARIES or module == "contextlib"
    return known and not frame.f_code.co_filename.startswith("<doctest ")


LIBRARIES = frozenset({"gradviz", "torch", None})
"""What the small torch writes for itself comes from no module; a docstring's example, run as a
test, is a learner's code and says that it stands in this package."""
_libraries: dict[str | None, bool] = {}


def _frame_pairs(frame: FrameType) -> Iterator[tuple[str, Any]]:
    items = list(frame.f_locals.items())
    if frame.f_locals is not frame.f_globals:
        local = frame.f_locals
        items += [pair for pair in frame.f_globals.items() if pair[0] not in local]
    return _plain_first((name, thing) for name, thing in items if _is_shown(name))


def _is_shown(name: object) -> bool:
    """Names with an underscore and names that no learner can have written are passed over."""
    return isinstance(name, str) and name[:1] != "_" and name.isidentifier() and name not in SKIPPED


def _plain_first(items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, Any]]:
    """Tensors with a name of their own, then those in lists, dicts and modules: `params[0]`."""
    within = []
    for name, thing in items:
        if is_tensor(thing):
            yield str(name), thing
        elif isinstance(thing, list | tuple | dict) or hasattr(type(thing), "named_parameters"):
            within.append((str(name), thing))
    seen: set[int] = set()
    for name, thing in within:
        yield from _within(name, thing, seen, DEEPEST)


def _within(name: str, thing: Any, seen: set[int], depth: int) -> Iterator[tuple[str, Any]]:
    if is_tensor(thing):
        yield name, thing
        return
    if not depth or id(thing) in seen:
        return
    if isinstance(thing, list | tuple):
        seen.add(id(thing))
        for place, item in enumerate(thing[:LONGEST]):
            yield from _within(f"{name}[{place}]", item, seen, depth - 1)
    elif isinstance(thing, dict):
        seen.add(id(thing))
        for key, item in list(thing.items())[:LONGEST]:
            yield from _within(f"{name}[{key!r}]", item, seen, depth - 1)
    elif hasattr(type(thing), "named_parameters"):
        yield from _module_pairs(name, thing)


def _module_pairs(name: str, module: Any) -> Iterator[tuple[str, Any]]:
    before = f"{name}." if name else ""
    try:
        pairs = list(module.named_parameters())
        if hasattr(module, "named_buffers"):
            pairs += list(module.named_buffers())
    except Exception:
        return
    for path, tensor in pairs:
        yield before + path, tensor


def _node_of(tensor: Any) -> Any:
    """`grad_fn`, or None where there is none and where asking is an error."""
    try:
        return tensor.grad_fn
    except Exception:
        return None

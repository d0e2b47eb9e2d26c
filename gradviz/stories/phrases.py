"""What the frames of a pass say that is not a whole sentence: names, values, counts, code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gradviz.graph.model import Node, Value
from gradviz.stories.captions import listed
from gradviz.stories.numbers import is_single, number, printed, shape_text
from gradviz.stories.parts import Rich
from gradviz.stories.rich import Field, compose, joined
from gradviz.stories.rules import by_hand
from gradviz.stories.turns import Turn, title_of, value_text


def returned_text(returned: Sequence[tuple[str, Value | None]]) -> Rich:
    """Each input with its gradient, where there are few: x (6)."""
    if len(returned) > 2:
        return (f"its {len(returned)} inputs",)
    told = [{"name": name, "value": value_text(value)} for name, value in returned]
    parts = [compose("`{name}` (**{value}**)", fields) for fields in told]
    return joined(run for k, part in enumerate(parts) for run in (" and " if k else "", *part))


def risen(node: Node, inputs: Sequence[Node]) -> tuple[str, Callable[[int], Mapping[str, Field]]]:
    """The sentence of the forward half for a node."""
    key = "forward, leaf" if node.kind == "leaf" else "forward"

    def fields(longest: int) -> Mapping[str, Field]:
        names = dict.fromkeys(title_of(one, longest) for one in inputs)
        shown = listed(names) if len(names) <= 3 else (f"{len(names)} inputs",)
        title = title_of(node, longest)
        return {"title": title, "equals": equals(node.value), "name": node.name, "inputs": shown}

    return key, fields


def written_order(leaf: Node) -> tuple[int, int]:
    """Leaves in the order of the learner's code, where it is known."""
    return (leaf.span.line, leaf.span.start) if leaf.span else (0, 0)


def equals(value: Value | None) -> str:
    """` = 41`, or the shape of more than one number."""
    if value is None:
        return ""
    return f" = {printed(value)}" if is_single(value) else f" {shape_text(value.shape)}"


def spoken(place: int) -> str:
    """`first` for 1."""
    return {1: "first", 2: "second", 3: "third"}.get(place, f"{place}th")


def spoken_value(value: Value | str | None) -> str:
    """A value that was saved: itself where it is one number."""
    return number(value) if isinstance(value, Value) and is_single(value) else "value"


def count_of(value: Value | None) -> int:
    """How many numbers a value has."""
    size = 1
    for length in value.shape if value else ():
        size *= length
    return size


def code_by_hand(turn: Turn, root: str) -> str:
    """Code that repeats the step: `g` first, where it is one number, then the call."""
    call, arrived = by_hand(turn, root), turn.arrived
    if not call or turn.node.kind == "leaf" or arrived is None or not is_single(arrived):
        return call
    return f"g = torch.tensor({arrived.numbers.tolist()!r})\n{call}"

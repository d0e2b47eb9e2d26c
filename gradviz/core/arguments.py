"""What a call may look like, and PyTorch's words for a call that does not.

A signature is written as PyTorch prints it: `(Tensor input, Number p, *, Tensor out = None)`.
Functions that are not in a hurry read their arguments with `bind`; the compiled ops read their
own, and turn to `wrong` when a call went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from .device import device, layout
from .dtypes import dtype
from .modes import MISSING
from .printing import Size
from .tensor import Tensor

NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input"}
NUMPY_NAMES |= {"x1": "input", "x2": "other"}


# --------------------------------------------------------------------- what fits a kind


WRAPPING = {"add", "sub", "mul", "div", "multiply", "divide"}
WRAPPING |= {"subtract", "true_divide", "floor_divide"}
"""Functions that take a number for any of their tensors."""


def _is_number(value: Any) -> bool:
    if isinstance(value, int | float | np.number | np.bool_):
        return True
    return isinstance(value, Tensor) and value._shape == () and not value._requires_grad


def _is_int(value: Any) -> bool:
    if isinstance(value, int | np.integer):
        return not isinstance(value, bool)
    return isinstance(value, Tensor) and value._value.size == 1 and value._dtype.kind in "iu"


def is_ints(value: Any) -> bool:
    """Whether a value is a tuple or list of whole numbers, as far as PyTorch looks."""
    return isinstance(value, tuple | list) and (not value or _is_int(value[0]))


def is_dtype(value: Any) -> bool:
    """Whether a value says what type elements shall have; None leaves it open."""
    return isinstance(value, dtype | None) or value is float or value is int or value is bool


def _is_tensors(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(each, Tensor) for each in value)


FITS: dict[str, Callable[[Any], bool]] = {
    "Tensor": lambda value: isinstance(value, Tensor),
    "Number": _is_number,
    "float": _is_number,
    "int": _is_int,
    "bool": lambda value: isinstance(value, bool | np.bool_),
    "str": lambda value: isinstance(value, str),
    "tuple of ints": is_ints,
    "int or tuple of ints": lambda value: _is_int(value) or is_ints(value),
    "Number or Tensor": lambda value: isinstance(value, Tensor) or _is_number(value),
    "tuple of Tensors": _is_tensors,
    "torch.dtype": lambda value: value is not None and is_dtype(value),
    "torch.device": lambda value: isinstance(value, str | device),
    "torch.layout": lambda value: isinstance(value, layout),
    "torch.Storage": lambda value: False,
    "torch.Generator": lambda value: type(value).__name__ == "Generator",
    "torch.memory_format": lambda value: True,
    "object": lambda value: True,
}


def type_name(value: Any) -> str:
    """The name of a value's type as PyTorch's messages give it.

    >>> type_name(2.5), type_name(np.ones(2))
    ('float', 'numpy.ndarray')
    """
    kind = type(value)
    if kind.__module__ == "numpy":
        return f"numpy.{kind.__name__}"
    return f"torch.{kind.__name__}" if kind in (dtype, layout, Size) else kind.__name__


# ------------------------------------------------------------------------- the signature


class Slot(NamedTuple):
    """One parameter: its kind, its name, and whether it may be left out or None."""

    kind: str
    name: str
    default: str | None
    keyword_only: bool
    nullable: bool


class Signature(NamedTuple):
    """One way of calling a function."""

    text: str
    slots: tuple[Slot, ...]
    names: dict[str, int]  # where each parameter stands
    most: int  # arguments without a keyword
    needed: int  # arguments at all
    spreads: bool  # whether `f(2, 3)` may stand for `f((2, 3))`
    old: bool  # whether it is not spoken of any more


@cache
def signature(text: str) -> Signature:
    """Read a signature as PyTorch prints it; a question mark allows None, "old" hides it.

    >>> signature("(Tensor input, *, Tensor out = None)").names
    {'input': 0, 'out': 1}
    """
    slots, keyword_only, old = [], False, text.startswith("(old ")
    text = text.replace("(old ", "(")
    for part in text.strip("()").split(", "):
        if part == "*":
            keyword_only = True
        elif part:
            declared, _, default = part.partition(" = ")
            kind, _, name = declared.rpartition(" ")
            nullable = kind.endswith("?") or default == "None"
            slots.append(Slot(kind.rstrip("?"), name, default or None, keyword_only, nullable))
    ways = [slot for slot in slots if not slot.keyword_only]
    return Signature(
        text=text.replace("int or ", "").replace("Number or ", "").replace("?", ""),
        slots=tuple(slots),
        names={slot.name: place for place, slot in enumerate(slots)},
        most=len(ways),
        needed=sum(slot.default is None for slot in slots),
        spreads=len(ways) == 1 and ways[0].kind == "tuple of ints",
        old=old,
    )


# ------------------------------------------------------------------------------- reading


def read(function: str, way: Signature, given: tuple, named: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name, as given; a TypeError in PyTorch's words if they do not fit."""
    from . import refusals

    if way.spreads and given and _is_int(given[0]):
        given = (given,)
    elif len(given) > way.most:
        refusals.too_many(function, way, given)
    called = list(named)
    if named:
        own = [name if name in way.names else NUMPY_NAMES.get(name, name) for name in named]
        named = dict(zip(own, named.values(), strict=True))
    values = {}
    for place, slot in enumerate(way.slots):
        positional = place < len(given) and not slot.keyword_only
        value = given[place] if positional else named.get(slot.name, MISSING)
        if value is MISSING:
            if slot.default is None:
                refusals.missing(function, way, place)
            continue
        fits = (value is None and slot.nullable) or FITS[slot.kind](value)
        wraps = slot.kind == "Tensor" and function.rstrip("_") in WRAPPING
        if not fits and not (wraps and _is_number(value)):
            raise misfit(function, slot, value, positional and place + 1)
        values[slot.name] = value
    if named:
        refusals.refuse_strangers(function, way, len(given), named, called)
    return values


def misfit(function: str, slot: Slot, value: Any, place: int) -> TypeError:
    """What PyTorch says of a value of another kind; its place counts from 1, 0 is a keyword's."""
    where = f" (position {place})" if place else ""
    kind, given = slot.kind.split(" or ")[-1], type_name(value)
    return TypeError(f"{function}(): argument '{slot.name}'{where} must be {kind}, not {given}")


def need_tensors(function: str, **given: Any) -> None:
    """Refuse what is no tensor; the names are those of the first parameters, in order.

    >>> need_tensors("nll_loss_nd", input=Tensor(), target=3)
    Traceback (most recent call last):
    TypeError: nll_loss_nd(): argument 'target' (position 2) must be Tensor, not int
    """
    for place, (name, value) in enumerate(given.items(), 1):
        if not isinstance(value, Tensor):
            raise misfit(function, Slot("Tensor", name, None, False, False), value, place)


def _unpacked(function: str, way: Signature, values: dict[str, Any]) -> dict[str, Any]:
    """The same, with tensors and numpy's numbers made Python integers where a size is meant."""
    for name, value in values.items():
        kind = way.slots[way.names[name]].kind
        if value is None or "int" not in kind or "Tensor" in kind:
            continue
        if isinstance(value, tuple | list):
            values[name] = tuple([_size(function, name, *pair) for pair in enumerate(value, 1)])
        else:
            values[name] = value.__index__()
    return values


def _size(function: str, name: str, place: int, value: Any) -> int:
    if not _is_int(value) and not isinstance(value, bool):
        raise TypeError(
            f"{function}(): argument '{name}' failed to unpack the object at pos {place} with "
            f'error "type must be tuple of ints,but got {type_name(value)}"'
        )
    return value.__index__()


def bind(function: str, texts: Sequence[str], given: tuple, named: dict) -> dict[str, Any]:
    """The arguments by name, from the first of some signatures that they fit."""
    from . import refusals

    ways = [signature(text) for text in texts]
    for way in ways:
        if way.needed <= len(given) + len(named):
            try:
                values = read(function, way, given, named)
            except TypeError:
                continue
            if way.old:
                refusals.warn_of_old(function, way, ways)
            return _unpacked(function, way, values)
    raise refusals.refusal(function, ways, given, named)

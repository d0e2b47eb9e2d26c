"""PyTorch's words for a call that fits none of a function's signatures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from .arguments import FITS, Signature, is_ints, misfit, read, type_name
from .errors import warn


def refusal(function: str, ways: Sequence[Signature], given: tuple, named: dict) -> TypeError:
    """What PyTorch says of a call that fits none of a function's signatures.

    >>> from .arguments import signature
    >>> refusal("exp", [signature("(Tensor input, *, Tensor out = None)")], (1.0,), {})
    TypeError("exp(): argument 'input' (position 1) must be Tensor, not float")
    """
    if len(ways) == 1 and not ways[0].slots:
        what = "keyword arguments" if named else f"arguments ({len(given)} given)"
        return TypeError(f"TensorBase.{function}() takes no {what}")
    count, spoken = len(given) + len(named), [way for way in ways if not way.old]
    near = [way for way in spoken if way.needed <= count <= len(way.slots)]
    if len(ways) == 1 or len(near) == 1:
        try:
            read(function, ways[0] if len(ways) == 1 else near[0], given, named)
        except TypeError as error:
            return error
    return TypeError(
        f"{function}() received an invalid combination of arguments - got "
        + unfitting(spoken, given, named)
    )


def unfitting(ways: Sequence[Signature], given: tuple, named: dict) -> str:
    """What was given, and all the ways to call the function."""
    kinds = [type_name(value) for value in given]
    kinds += [f"{name}={type_name(value)}" for name, value in named.items()]
    got = listed(kinds, bool(named and not given))
    if len(ways) > 1:
        lines = "".join(f" * {way.text}\n{mismatch(way, given, named)}" for way in ways)
        return f"{got}, but expected one of:\n{lines}"
    got = compared(ways[0], given, named) if as_many(ways[0], given, named) else got
    return f"{got}, but expected {ways[0].text}"


def listed(kinds: list[str], ends_open: bool) -> str:
    """The types of the arguments; PyTorch leaves a comma behind where all were named."""
    return f"({', '.join(kinds)}{', ' * ends_open})"


def mismatch(way: Signature, given: tuple, named: dict) -> str:
    """The line that says why a signature does not fit, where the number of arguments does."""
    if not as_many(way, given, named):
        return ""
    strangers = [name for name in named if name not in way.names]
    what = f"keywords were incorrect: {', '.join(strangers)}"
    if not strangers:
        what = f"arguments have invalid types: {compared(way, given, named)}"
    return f"      didn't match because some of the {what}\n"


def as_many(way: Signature, given: tuple, named: dict) -> bool:
    """Whether PyTorch counts as many parameters as arguments: the star is one too."""
    return len(way.text.strip("()").split(", ")) == len(given) + len(named)


def compared(way: Signature, given: tuple, named: dict) -> str:
    """The types of the arguments, those that do not fit between exclamation marks."""
    shown = []
    for place, value in enumerate(given):
        fits = place < way.most and FITS[way.slots[place].kind](value)
        shown.append(marked(kinds_in(value), fits))
    for name, value in named.items():
        fits = name in way.names and FITS[way.slots[way.names[name]].kind](value)
        shown.append(marked(f"{name}={kinds_in(value)}", fits))
    return listed(shown, bool(named and not given))


def kinds_in(value: Any) -> str:
    """The type of a value, and of what is in a list."""
    if not isinstance(value, tuple | list):
        return type_name(value)
    inner, ends = ", ".join(map(type_name, value)), "()" if isinstance(value, tuple) else "[]"
    return f"{type_name(value)} of {ends[0]}{inner}{ends[1]}"


def marked(text: str, right: bool) -> str:
    """A type between exclamation marks, unless it is right."""
    return text if right else f"!{text}!"


def warn_of_old(function: str, old: Signature, ways: Sequence[Signature]) -> None:
    """Say that a call fits a signature which PyTorch keeps for old programs only."""
    better = "\n\t".join(function + way.text for way in ways if not way.old)
    warn(
        f"This overload of {function} is deprecated:\n\t{function}{old.text}\n"
        f"Consider using one of the following signatures instead:\n\t{better}"
    )


# ------------------------------------------------------------------ one signature, one reason


def too_many(function: str, way: Signature, given: tuple) -> NoReturn:
    """Refuse more arguments than there are places."""
    if way.spreads and not is_ints(given[0]):
        raise misfit(function, way.slots[0], given[0], 1)
    least = sum(slot.default is None for slot in way.slots[: way.most])
    span = f"from {least} to {way.most}" if least != way.most else str(way.most)
    plural = "" if least == way.most == 1 else "s"
    were = "was" if len(given) == 1 else "were"
    raise TypeError(
        f"{function}() takes {span} positional argument{plural} but {len(given)} {were} given"
    )


def missing(function: str, way: Signature, place: int) -> NoReturn:
    """Refuse a call without what it needs."""
    # PyTorch, too, names those that were given by keyword
    names = [f'"{slot.name}"' for slot in way.slots[place:] if slot.default is None]
    plural = "s" if len(names) == 1 else ""  # the wrong way round, in PyTorch too
    what = f"{len(names)} required positional argument{plural}: {', '.join(names)}"
    raise TypeError(f"{function}() missing {what}")


def refuse_strangers(
    function: str, way: Signature, count: int, named: dict, called: list[str]
) -> None:
    """Refuse names that are no parameters, and values given twice."""
    for name in named:
        place = way.names.get(name)
        if place is None:  # PyTorch blames the first name that is not its own, numpy's included
            blamed = next(each for each in called if each not in way.names)
            raise TypeError(f"{function}() got an unexpected keyword argument '{blamed}'")
        if place < count and place < way.most:
            raise TypeError(f"{function}() got multiple values for argument '{name}'")

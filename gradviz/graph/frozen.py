"""Frozen classes of which a long recording makes some hundred thousand objects."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

Kind = TypeVar("Kind")


def filled_at_once(kind: type[Kind]) -> type[Kind]:
    """A frozen slotted dataclass with an `__init__` that fills its slots at half the cost.

    The one that `dataclass` writes looks up `object.__setattr__` for every field.

    >>> from dataclasses import dataclass
    >>> @filled_at_once
    ... @dataclass(frozen=True, slots=True)
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(3), Point(x=1, y=2)
    (Point(x=3, y=0), Point(x=1, y=2))
    """
    known: tuple[Field[Any], ...] = fields(kind)  # type: ignore[arg-type]
    around: dict[str, Any] = {f"set_{one.name}": getattr(kind, one.name).__set__ for one in known}
    around |= {f"default_{one.name}": one.default for one in known}
    around |= {f"make_{one.name}": one.default_factory for one in known}
    parameters = ", ".join(one.name + _default(one) for one in known)
    lines = [f"def __init__(self, {parameters}):", *(_filling(one) for one in known)]
    exec("\n    ".join(lines), around)
    around["__init__"].__annotations__ = kind.__init__.__annotations__
    kind.__init__ = around["__init__"]  # type: ignore[method-assign]
    return kind


def _default(one: Field[Any]) -> str:
    if one.default_factory is not MISSING:
        return "=None"
    return "" if one.default is MISSING else f"=default_{one.name}"


def _filling(one: Field[Any]) -> str:
    made = f"make_{one.name}() if {one.name} is None else "
    made = "" if one.default_factory is MISSING else made
    return f"set_{one.name}(self, {made}{one.name})"

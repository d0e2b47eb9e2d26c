"""How tensors look in print: PyTorch's rules for numbers, lines and what follows them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import index, itemgetter
from typing import Any, NamedTuple, SupportsIndex

import numpy as np

from . import dtypes


class Size(tuple):
    """The shape of a tensor: a tuple that says what it is.

    >>> import gradviz as torch
    >>> torch.Size([2, 3])
    torch.Size([2, 3])
    """

    __slots__ = ()
    __module__ = "gradviz"

    def __new__(cls, sizes: Iterable[int] = ()) -> Size:
        """Take an iterable of whole numbers."""
        made = tuple.__new__(cls, sizes)
        for size in made:
            if size.__class__ is not int:
                return tuple.__new__(cls, _whole_numbers(made))
        return made

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    __str__ = __repr__

    def __reduce__(self) -> tuple:
        return Size, (tuple(self),)

    def __getitem__(self, place: Any) -> Any:
        found = tuple.__getitem__(self, place)
        return tuple.__new__(Size, found) if place.__class__ is slice else found

    def __add__(self, other: Any) -> Size:
        if not isinstance(other, tuple):
            given = type(other).__name__
            raise TypeError(f"can only concatenate tuple (not {given}) to torch.Size")
        return Size(tuple(self) + other)

    def __radd__(self, other: tuple) -> Size:
        return Size(other + tuple(self))

    def __mul__(self, times: SupportsIndex) -> Size:
        return Size(tuple(self) * times)

    __rmul__ = __mul__

    def numel(self) -> int:
        """How many elements a tensor of this shape has.

        >>> Size([2, 3]).numel()
        6
        """
        return math.prod(self)


def _whole_numbers(sizes: tuple) -> Iterator[int]:
    for place, size in enumerate(sizes):
        try:
            yield index(size)
        except TypeError:
            text = f"takes an iterable of 'int' (item {place} is '{type(size).__name__}')"
            raise TypeError(f"torch.Size() {text}") from None


# ---------------------------------------------------------------------------- the options


class Options(NamedTuple):
    """What `set_printoptions` sets."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


PROFILES = {
    "default": Options(),
    "short": Options(precision=2, edgeitems=2),
    "full": Options(threshold=math.inf),
}
options = PROFILES["default"]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors print; what is not given stays (`sci_mode` returns to automatic)."""
    global options
    chosen = zip(Options._fields, (precision, threshold, edgeitems, linewidth), strict=False)
    given = {name: value for name, value in chosen if value is not None}
    start = options if profile is None else PROFILES.get(profile, options)
    options = start._replace(**given, sci_mode=sci_mode)


# ----------------------------------------------------------------------------- the numbers


class NumberFormat(NamedTuple):
    """How one element is written, and how wide all of them are."""

    write: Callable[[Any], str]
    width: int

    def __call__(self, value: Any) -> str:
        """The element, as wide as its column."""
        return self.write(value).rjust(self.width)


def _whole_float(value: float) -> str:
    return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"


def number_format(values: np.ndarray) -> NumberFormat:
    """The format for the elements that will be shown."""
    if values.dtype.kind != "f":
        return NumberFormat(str, max(map(len, map(str, values.ravel().tolist())), default=0))
    shown = values[np.isfinite(values) & (values != 0)].ravel()
    if not shown.size:  # zeros, nan and inf never widen a column
        return NumberFormat(_whole_float, 1)
    magnitudes = np.abs(shown.astype(np.float64))
    largest, smallest = float(magnitudes.max()), float(magnitudes.min())
    whole = bool((shown == np.ceil(shown)).all())
    scientific = largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4
    if options.sci_mode is not None:
        scientific = options.sci_mode
    write = f"{{:.{options.precision}{'e' if scientific else 'f'}}}".format
    if whole and not scientific:
        write = _whole_float
    return NumberFormat(write, max(len(write(value)) for value in shown.tolist()))


# ------------------------------------------------------------------------------- the lines


def _ends(values: np.ndarray) -> np.ndarray:
    """The elements that a summarised print shows."""
    edge = options.edgeitems
    for axis, size in enumerate(values.shape):
        if size > 2 * edge:
            kept = [*range(edge), *range(size - edge, size)]
            values = values.take(kept, axis)
    return values


def _rows(values: np.ndarray, summarise: bool, row: Callable[[Any], str], gap: str) -> list[str]:
    edge = options.edgeitems
    if not summarise or len(values) <= 2 * edge:
        return [row(value) for value in values]
    tail = values[-edge:] if edge else ()
    return [*map(row, values[:edge]), gap, *map(row, tail)]


def _nested(values: np.ndarray, indent: int, summarise: bool, number: NumberFormat) -> str:
    dimensions = values.ndim
    if dimensions == 0:
        return number(values.item())
    if dimensions > 1:
        inner = partial(_nested, indent=indent + 1, summarise=summarise, number=number)
        rows = _rows(values, summarise, inner, "...")
        return "[" + ("," + "\n" * (dimensions - 1) + " " * (indent + 1)).join(rows) + "]"
    items = _rows(values, summarise, lambda value: number(value.item()), " ...")
    per_line = max(1, (options.linewidth - indent) // (number.width + 2))
    lines = [", ".join(items[at : at + per_line]) for at in range(0, len(items), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def array_text(values: np.ndarray, indent: int = 0) -> str:
    """The numbers of an array, with their brackets.

    >>> array_text(np.array([1.0, 2.5]))
    '[1.0000, 2.5000]'
    """
    summarise = values.size > options.threshold
    number = number_format(_ends(values) if summarise else values)
    return _nested(values, indent, summarise, number)


def _with_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if length + len(suffix) + 2 > options.linewidth:
            text += ",\n" + " " * indent + suffix
            length = indent + len(suffix)
        else:
            text += ", " + suffix
            length += len(suffix) + 2
    return text + ")"


def tensor_text(
    values: np.ndarray, *, grad_fn: str | None, requires_grad: bool, name: str = "tensor"
) -> str:
    """The whole print of a tensor with these values.

    >>> print(tensor_text(np.array([1.0, 2.0], np.float32), grad_fn=None, requires_grad=True))
    tensor([1., 2.], requires_grad=True)
    """
    suffixes, kind = [], values.dtype
    usual = [dtypes.default_float, dtypes.int64, dtypes.boolean][: None if values.size else 1]
    indent = len(name) + 1
    text = array_text(values, indent) if values.size else "[]"
    if not values.size and values.ndim != 1:
        suffixes.append(f"size={tuple(values.shape)}")
    if kind not in usual:
        suffixes.append(f"dtype={dtypes.shown(kind)!r}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return _with_suffixes(f"{name}({text}", suffixes, indent)


# ---------------------------------------------------------------------------- named results


class NamedResult(tuple):
    """What `max(dim)` and its like return: a tuple with names.

    >>> Pair = named_result("pair", "values", "indices")
    >>> Pair((1, 2)).indices
    2
    """

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def __repr__(self) -> str:
        named = zip(self.__match_args__, self, strict=True)
        lines = ",\n".join(f"{name}={each!r}" for name, each in named)
        return f"torch.return_types.{type(self).__name__}(\n{lines})"


def named_result(name: str, *fields: str) -> type[NamedResult]:
    """A class of results with these names, as in `torch.return_types`."""
    parts = {field: property(itemgetter(place)) for place, field in enumerate(fields)}
    body = {"__slots__": (), "__match_args__": fields, "__module__": "gradviz.return_types"}
    return type(name, (NamedResult,), body | parts)

"""Numbers in words: of a tensor PyTorch's own print, in prose and plots 4 significant digits."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache

import numpy as np

from gradviz.graph import values
from gradviz.graph.model import Value

MINUS = "\u2212"
RAISED = str.maketrans("-−+0123456789n", "⁻⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ")
"""For `translate`: an exponent in raised letters."""
_TOKEN = re.compile(r"[-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|inf|nan)j?|True|False")


def minus(text: str) -> str:
    """The text with a real minus sign.

    >>> minus("-2.5000e-05")
    '−2.5000e−05'
    """
    return text.replace("-", MINUS)


def figure(number: float, digits: int = 4) -> str:
    """A number in prose: 4 significant digits, a power of ten when very large or small.

    >>> figure(-19.5712), figure(331_234_567.0), figure(14.0), figure(0.00002)
    ('−19.57', '3.312×10⁸', '14', '2×10⁻⁵')
    """
    if not math.isfinite(number):
        return minus(str(number))
    if number == 0:
        return "0"
    mantissa, power = f"{number:.{digits - 1}e}".split("e")
    exponent = int(power)
    if -4 <= exponent < 5:
        return minus(_trimmed(f"{float(f'{mantissa}e{power}'):.{max(0, digits - 1 - exponent)}f}"))
    return minus(_trimmed(mantissa)) + "×10" + str(exponent).translate(RAISED)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def factor(text: str) -> str:
    """A factor in a product, in brackets if it is negative.

    >>> factor("−2"), factor("3")
    ('(−2)', '3')
    """
    return f"({text})" if text.startswith((MINUS, "-")) else text


def rate(number: float) -> str:
    """A learning rate as a learner would write it: 1/3 stays 1/3.

    >>> rate(0.1), rate(1 / 3), rate(1 / 6)
    ('0.1', '1/3', '1/6')
    """
    near = Fraction(number).limit_denominator(12)
    if near.denominator in (3, 6, 7, 9, 11, 12) and abs(near - number) < 1e-6:
        return f"{near.numerator}/{near.denominator}".replace("-", MINUS)
    return figure(number)


def stored(number: float, digits: int = 4) -> float | None:
    """A number rounded for keeping: what is shown later has no more digits than this.

    >>> stored(3.14159265), stored(float("nan")) is None
    (3.142, True)
    """
    if not math.isfinite(number):
        return None
    rounded = float(f"{number:.{digits - 1}e}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def ordinal(count: int) -> str:
    """The place in a row.

    >>> [ordinal(place) for place in (1, 2, 3, 11, 22)]
    ['1st', '2nd', '3rd', '11th', '22nd']
    """
    last = {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{'th' if count % 100 in (11, 12, 13) else last}"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as a tuple.

    >>> shape_text((3, 2)), shape_text((2,)), shape_text(())
    ('(3, 2)', '(2,)', '()')
    """
    return str(tuple(shape))


def is_single(value: Value | None) -> bool:
    """Whether the tensor has exactly one element."""
    return value is not None and math.prod(value.shape) == 1 and value.numbers.size == 1


def cells(value: Value) -> tuple[str, ...]:
    """Each kept element as PyTorch prints it in this tensor, in order, with a real minus."""
    return tuple(minus(token) for token in _TOKEN.findall(values.numbers_text(value.numbers)))


def number(value: Value | None) -> str:
    """The one element of a tensor as it stands in arithmetic: `27`, `0.6210`, `None`.

    >>> import numpy as np
    >>> number(values.value_of_array(np.array([-2.0]))), number(None)
    ('−2', 'None')
    """
    if value is None:
        return "None"
    if not is_single(value):
        return shape_text(value.shape)
    return _one(value.numbers.reshape(-1)[0].item(), value.numbers.dtype.str)


def print_anew() -> None:
    """Forget how numbers were printed: the learner may have changed the printing since."""
    _one.cache_clear()


@lru_cache(maxsize=4096)
def _one(item: float, dtype: str) -> str:
    (token,) = _TOKEN.findall(values.numbers_text(np.array(item, dtype)))
    return minus(token).removesuffix(".")


def printed(value: Value | None) -> str:
    """A small value as a card shows it: `41`, `[45.]`, or a shape."""
    if value is None:
        return "None"
    if not is_single(value):
        return shape_text(value.shape)
    depth = len(value.shape)
    return "[" * depth + cells(value)[0] + "]" * depth if depth else number(value)


def as_float(value: Value | None) -> float | None:
    """The one element of a tensor, if it has only one."""
    return float(value.numbers.reshape(-1)[0]) if value is not None and is_single(value) else None


def rows_of(value: Value) -> np.ndarray:
    """The kept numbers as rows and columns: leading dimensions become rows."""
    numbers = np.asarray(value.numbers)
    if numbers.dtype == bool:
        numbers = numbers.astype(int)
    return np.atleast_2d(numbers.reshape(-1, numbers.shape[-1]) if numbers.ndim > 1 else numbers)

"""Matrices in the equation: coloured cells, their numbers where there is room, what they span."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.graph.model import Value
from gradviz.stories.numbers import cells, figure, is_single, number, rows_of, shape_text
from gradviz.stories.parts import Heat

Cell = str | Mapping[str, Any]
Row = Mapping[str, Any]

MOST_TEXTS = 4
"""A matrix with more rows or columns is shown without its numbers."""
MOST_CELLS = 8
MOST_ROWS = 4
"""In a row of matrices so many rows of each are drawn: the first and the last."""
WIDEST_ROW = 66
"""So many characters of numbers fit in one row of matrices."""


def heat(value: Value) -> Heat:
    """The coloured cells of a value: at most 8 by 8."""
    return Heat(_tints(value, MOST_CELLS), value.shape)


def _tints(value: Value, most: int) -> tuple[tuple[float, ...], ...]:
    """The numbers behind the colours, at most so many rows of them and 8 columns."""
    rows = _ends(_ends(rows_of(value), most, 0), MOST_CELLS, 1)
    return tuple(tuple(_cell(item) for item in row) for row in rows.tolist())


def _cell(item: float) -> float:
    return float(f"{item:.4g}") if math.isfinite(item) else 0.0


def _ends(rows: np.ndarray, most: int, axis: int) -> np.ndarray:
    length = rows.shape[axis]
    if length <= most:
        return rows
    return rows.take([*range(most // 2), *range(length - most // 2, length)], axis=axis)


def matrix(value: Value | None, head: str, *, sent: bool = False, texts: bool = True) -> Cell:
    """A tensor as coloured cells under its head, with its numbers where there are few.

    What is sent says its least, mean and greatest number; it is what arrives at the next node.
    """
    if value is None:
        return {
            "matrix": {"cells": (), "texts": (("None",),), "shape": "", "head": head, "sent": sent}
        }
    rows = rows_of(value)
    shown = texts and value.whole and max(rows.shape) <= MOST_TEXTS and rows.size > 0
    written = np.array(_texts(value)).reshape(rows.shape).tolist() if shown else ()
    return {
        "matrix": {
            "cells": _tints(value, MOST_ROWS),
            "texts": tuple(tuple(row) for row in written),
            "shape": shape_text(value.shape) + (summary(value) if sent and not shown else ""),
            "head": head,
            "sent": sent,
        }
    }


def _texts(value: Value) -> tuple[str, ...]:
    return (number(value),) if is_single(value) else cells(value)


def summary(value: Value) -> str:
    """Least, mean and greatest element of what is too large to be written out."""
    numbers = value.numbers
    bounds = value.range
    if bounds is None and numbers.size and value.whole:
        bounds = (float(numbers.min()), float(numbers.mean()), float(numbers.max()))
    if bounds is None:
        return ""
    least, mean, most = (figure(bound, 2) for bound in bounds)
    return f" {least} … {mean} … {most}"


def fitted_row(parts: Sequence[Value | str | None], heads: Sequence[str]) -> Row:
    """A row of matrices and signs; the numbers of the first ones go where there is no room."""
    row = _written(parts, heads, frozenset(range(len(parts))))
    for spare in (0, 2):
        if _width(row) <= WIDEST_ROW:
            break
        row = _written(parts, heads, frozenset(range(spare + 1, len(parts))))
    return {"cells": row}


def _written(
    parts: Sequence[Value | str | None], heads: Sequence[str], with_texts: frozenset[int]
) -> list[Cell]:
    row: list[Cell] = []
    left = list(heads)
    for place, part in enumerate(parts):
        if isinstance(part, str):
            row.append({"op": part})
        else:
            last = place == len(parts) - 1
            row.append(matrix(part, left.pop(0), sent=last, texts=place in with_texts))
    return row


def _width(row: Sequence[Cell]) -> int:
    width = 0
    for cell in row:
        if isinstance(cell, str):
            width += len(cell)
        elif "op" in cell:
            width += len(cell["op"]) + 2
        else:
            texts = cell["matrix"]["texts"]
            width += (
                sum(max(len(row[i]) for row in texts) + 2 for i in range(len(texts[0])))
                if texts
                else 10
            )
    return width

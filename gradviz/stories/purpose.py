"""Accumulation used on purpose: what the pieces of a batch leave in `.grad` adds up to its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.graph.values import numbers_of
from gradviz.stories.checks import check_finite
from gradviz.stories.loop_sentences import PURPOSE
from gradviz.stories.numbers import factor, figure
from gradviz.stories.parts import Code, Output, Rich, Stacks, Table
from gradviz.stories.rich import compose
from gradviz.stories.story import Axis, Frame, Run, Scene, Story
from gradviz.stories.workbench import LONGEST_LINE, Bench, function_text, tensor_code

MOST_SAMPLES = 12
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What one pass did: the gradient of its samples, its share of it, and `.grad` afterwards."""

    first: int
    last: int
    own: float
    came: float
    after: float

    @property
    def samples(self) -> str:
        """Which samples went through: `3`, or `3–4`."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class Passes:
    """The batch, taken through the loop in pieces of one size."""

    name: str
    lines: tuple[str, ...]
    shares: tuple[Share, ...]
    count: int
    batch: float
    """The gradient of the mean over the whole batch, in one backward pass."""
    printed: str


def tell_samples(
    bench: Bench, function: Callable[..., Any], parameter: Any, name: str, samples: Sequence[Any]
) -> Story:
    """The story of a batch that goes through the loop in pieces, sample by sample at first.

    Raises:
        ValueError: if there are no samples, or too many for a picture.
    """
    if not 1 <= len(samples) <= MOST_SAMPLES:
        raise ValueError(
            f"{len(samples)} samples were given: a picture holds from 1 to {MOST_SAMPLES}"
        )
    rows = [tuple(one) if isinstance(one, tuple | list) else (one,) for one in samples]
    sizes = _sizes(len(rows))
    told = [_passes(bench, function, parameter, name, rows, size) for size in sizes]
    first = told[0]
    heads: tuple[Rich, ...] = (
        ("samples",),
        ("their gradient",),
        (f"÷ {len(rows)}",),
        (f"{name}.grad",),
    )
    top = max(sum(abs(share.came) for share in one.shares) for one in told)
    title: Rich = (f"what {name}.grad is made of",)
    parts = (
        Code("code", first.lines, visible=len(first.lines)),
        Output("output"),
        Stacks("made of", (f"{name}.grad",), top, title=title, horizontal=True),
        Table("shares", heads, align="lrrr", size=len(rows)),
    )
    areas = {"code": "left", "output": "left", "made of": "right", "shares": "right"}
    return Story(
        title="Gradient accumulation",
        subtitle=compose(PURPOSE["subtitle"]),
        alt=f"A batch in pieces, and the gradient of the whole that they leave in {name}.grad",
        scene=Scene(parts, "plot", areas, left=380),
        runs={(place,): _run(one) for place, one in enumerate(told)},
        axes=(Axis(PURPOSE["axis"], sizes, 0, "choice", tuple(map(_size_text, sizes))),),
        tab=PURPOSE["tab"],
    )


def _sizes(count: int) -> tuple[int, ...]:
    """How many samples may go through at once: one, two, half of them, all."""
    return tuple(sorted({1, min(2, count), -(-count // 2), count}))


def _size_text(size: int) -> str:
    return PURPOSE["one"] if size == 1 else PURPOSE["many"].format(size=size)


def _passes(
    bench: Bench,
    function: Callable[..., Any],
    parameter: Any,
    name: str,
    rows: Sequence[Row],
    size: int,
) -> Passes:
    """The loop as the engine ran it; numbers are of the entry with the largest gradient."""
    leaf = bench.leaf(parameter)
    came: list[np.ndarray] = []
    leaf.register_hook(lambda grad: came.append(numbers_of(grad)))
    own, after = [], []
    starts = range(0, len(rows), size)
    for start in starts:
        piece = rows[start : start + size]
        own.append(_alone(bench, function, parameter, piece))
        (_total(bench, function, leaf, piece) / len(rows)).backward()
        after.append(numbers_of(leaf.grad))
    check_finite(after[-1].reshape(-1).tolist(), "a gradient")
    entry = np.unravel_index(int(np.abs(after[-1]).argmax()), after[-1].shape)
    shares = tuple(
        Share(
            start + 1,
            min(start + size, len(rows)),
            float(single[entry]),
            float(part[entry]),
            float(held[entry]),
        )
        for start, single, part, held in zip(starts, own, came, after, strict=True)
    )
    whole = bench.leaf(parameter)
    (_total(bench, function, whole, rows) / len(rows)).backward()
    lines = _lines(function, parameter, name, rows, size)
    batch = float(numbers_of(whole.grad)[entry])
    return Passes(name, lines, shares, len(rows), batch, str(leaf.grad))


def _total(bench: Bench, function: Callable[..., Any], leaf: Any, rows: Sequence[Row]) -> Any:
    losses = [bench.call(function, leaf, *row) for row in rows]
    total = losses[0]
    for loss in losses[1:]:
        total = total + loss
    return total


def _alone(
    bench: Bench, function: Callable[..., Any], parameter: Any, rows: Sequence[Row]
) -> np.ndarray:
    leaf = bench.leaf(parameter)
    _total(bench, function, leaf, rows).backward()
    if leaf.grad is None:
        raise ValueError(
            "the function does not depend on its first parameter: its .grad stays None"
        )
    return numbers_of(leaf.grad)


def _lines(
    function: Callable[..., Any], parameter: Any, name: str, rows: Sequence[Row], size: int
) -> tuple[str, ...]:
    inputs = ("x", "y", "z")[: len(rows[0])]
    listed, loss = ", ".join(inputs), function_text(function, (name, *inputs))
    loop, made = f"for {listed} in samples:", f"    loss = {loss}"
    if size > 1:
        loop = f"for batch in batches:  # of {size} samples"
        tight = loss.replace(" ** ", "**").replace(" * ", "*")
        made = f"    loss = sum({tight} for {listed} in batch)"
        if len(made) > LONGEST_LINE + 4:
            made = f"    loss = sum(f({name}, {listed}) for {listed} in batch)"
    return (
        tensor_code(parameter, name),
        loop,
        made,
        f"    (loss / {len(rows)}).backward()",
        f"print({name}.grad)",
    )


def _run(passes: Passes) -> Run:
    return Run(tuple(_frame(passes, step) for step in range(len(passes.shares) + 2)))


def _frame(passes: Passes, step: int) -> Frame:
    shares, over = passes.shares, step > len(passes.shares)
    done = shares[: min(step, len(shares))]
    table: list[list[Rich]] = [
        [(share.samples,), (figure(share.own),), (figure(share.came),), (figure(share.after),)]
        for share in done
    ]
    blocks = [[abs(share.came), figure(share.came)] for share in done]
    states: dict[str, Any] = {
        "code": {
            "line": 4 if over else [2, 3] if step else 0,
            "texts": {place: (line,) for place, line in enumerate(passes.lines) if place in (1, 2)},
        },
        "shares": {"rows": table} | ({} if over or not step else {"lit": step - 1, "hot": [2, 3]}),
        "made of": {"columns": [{"blocks": blocks, "mark": "done" if over else "active"}]},
        "output": {"lines": [(passes.printed if over else "nothing printed yet",)]},
    }
    return Frame(_caption(passes, step), states)


def _caption(passes: Passes, step: int) -> Rich:
    count, name, shares = passes.count, passes.name, passes.shares
    if step == 0:
        return compose(PURPOSE["start"], {"name": name, "count": count})
    if step > len(shares):
        last = figure(shares[-1].after)
        return compose(PURPOSE["end"], {"name": name, "after": last, "batch": figure(passes.batch)})
    share = shares[step - 1]
    fields = {
        "name": name,
        "place": share.samples,
        "own": figure(share.own),
        "count": count,
        "came": factor(figure(share.came)),
        "share": figure(share.came),
        "after": figure(share.after),
        "before": figure(shares[step - 2].after) if step > 1 else "None",
    }
    key = "first" if step == 1 else "next"
    return compose(PURPOSE[key if share.first == share.last else f"{key}, batch"], fields)

"""Accumulation used on purpose: what single samples leave in `.grad` adds up to the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.graph.values import numbers_of
from gradviz.stories.loop_sentences import PURPOSE
from gradviz.stories.numbers import factor, figure
from gradviz.stories.parts import Code, Output, Rich, Stacks, Table
from gradviz.stories.rich import compose
from gradviz.stories.story import Frame, Run, Scene, Story
from gradviz.stories.workbench import Bench, function_text, tensor_code

MOST_SAMPLES = 12


@dataclass(frozen=True, slots=True)
class Share:
    """What one sample did: its own gradient, its share of it, and `.grad` afterwards."""

    own: float
    came: float
    after: float


def tell_samples(
    bench: Bench, function: Callable[..., Any], parameter: Any, name: str, samples: Sequence[Any]
) -> Story:
    """The story of a batch that goes through the loop sample by sample.

    Raises:
        ValueError: if there are no samples, or too many for a picture.
    """
    if not 1 <= len(samples) <= MOST_SAMPLES:
        raise ValueError(
            f"{len(samples)} samples were given: a picture holds from 1 to {MOST_SAMPLES}"
        )
    rows = [tuple(one) if isinstance(one, tuple | list) else (one,) for one in samples]
    shares, entry, printed = _run(bench, function, parameter, rows)
    batch = _batch(bench, function, parameter, rows, entry)
    inputs = ("x", "y", "z")[: len(rows[0])]
    lines = (
        tensor_code(parameter, name),
        f"for {', '.join(inputs)} in samples:",
        f"    loss = {function_text(function, (name, *inputs))}",
        f"    (loss / {len(rows)}).backward()",
        f"print({name}.grad)",
    )
    heads: tuple[Rich, ...] = (
        ("sample",),
        ("its gradient",),
        (f"÷ {len(rows)}",),
        (f"{name}.grad",),
    )
    parts = (
        Code("code", lines, visible=len(lines)),
        Output("output"),
        Stacks(
            "made of",
            (f"{name}.grad",),
            sum(abs(share.came) for share in shares),
            title=(f"what {name}.grad is made of",),
            horizontal=True,
        ),
        Table("shares", heads, align="lrrr", size=len(rows)),
    )
    areas = {"code": "left", "output": "left", "made of": "right", "shares": "right"}
    frames = tuple(_frame(shares, step, name, batch, printed) for step in range(len(shares) + 2))
    return Story(
        title="Gradient accumulation",
        subtitle=compose(PURPOSE["subtitle"]),
        alt=f"Samples one by one, and the gradient of the batch that they leave in {name}.grad",
        scene=Scene(parts, "plot", areas, left=380),
        runs={(): Run(frames)},
        tab=PURPOSE["tab"],
    )


def _run(
    bench: Bench, function: Callable[..., Any], parameter: Any, rows: Sequence[tuple[Any, ...]]
) -> tuple[list[Share], tuple[int, ...], str]:
    leaf = bench.leaf(parameter)
    came: list[np.ndarray] = []
    leaf.register_hook(lambda grad: came.append(numbers_of(grad)))
    after = []
    own = []
    for row in rows:
        own.append(_alone(bench, function, parameter, row))
        (bench.call(function, leaf, *row) / len(rows)).backward()
        after.append(numbers_of(leaf.grad))
    entry = np.unravel_index(int(np.abs(after[-1]).argmax()), after[-1].shape)
    shares = [
        Share(float(single[entry]), float(part[entry]), float(held[entry]))
        for single, part, held in zip(own, came, after, strict=True)
    ]
    return shares, tuple(int(place) for place in entry), str(leaf.grad)


def _alone(bench: Bench, function: Callable[..., Any], parameter: Any, row: Any) -> np.ndarray:
    leaf = bench.leaf(parameter)
    bench.call(function, leaf, *row).backward()
    return numbers_of(leaf.grad)


def _batch(
    bench: Bench,
    function: Callable[..., Any],
    parameter: Any,
    rows: Sequence[tuple[Any, ...]],
    entry: tuple[int, ...],
) -> float:
    """The gradient of the mean over the whole batch, in one backward pass."""
    leaf = bench.leaf(parameter)
    losses = [bench.call(function, leaf, *row) for row in rows]
    total = losses[0]
    for loss in losses[1:]:
        total = total + loss
    (total / len(rows)).backward()
    return float(numbers_of(leaf.grad)[entry])


def _frame(shares: Sequence[Share], step: int, name: str, batch: float, printed: str) -> Frame:
    done = shares[: min(step, len(shares))]
    over = step > len(shares)
    table: list[list[Rich]] = [
        [(str(place),), (figure(share.own),), (figure(share.came),), (figure(share.after),)]
        for place, share in enumerate(done, 1)
    ]
    blocks = [[abs(share.came), figure(share.came)] for share in done]
    states: dict[str, Any] = {
        "code": {"line": 4 if over else [2, 3] if step else 0},
        "shares": {"rows": table} | ({} if over or not step else {"lit": step - 1, "hot": [2, 3]}),
        "made of": {"columns": [{"blocks": blocks, "mark": "done" if over else "active"}]},
        "output": {"lines": [(printed,)]} if over else {"lines": [("nothing printed yet",)]},
    }
    return Frame(_caption(shares, step, name, batch), states)


def _caption(shares: Sequence[Share], step: int, name: str, batch: float) -> Rich:
    count = len(shares)
    if step == 0:
        return compose(PURPOSE["start"], {"name": name, "count": count})
    if step > count:
        last = figure(shares[-1].after)
        return compose(PURPOSE["end"], {"name": name, "after": last, "batch": figure(batch)})
    share = shares[step - 1]
    fields = {
        "name": name,
        "place": step,
        "own": figure(share.own),
        "count": count,
        "came": factor(figure(share.came)),
        "share": figure(share.came),
        "after": figure(share.after),
        "before": figure(shares[step - 2].after) if step > 1 else "None",
    }
    return compose(PURPOSE["first" if step == 1 else "next"], fields)

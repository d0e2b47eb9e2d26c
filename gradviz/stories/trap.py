"""The same cell, run three times: each run adds to the `.grad` that the last one left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradviz.graph.values import numbers_of
from gradviz.stories.loop_sentences import TRAP
from gradviz.stories.numbers import factor, figure
from gradviz.stories.parts import Code, Rich, Stacks, Table
from gradviz.stories.rich import compose
from gradviz.stories.story import Frame, Run, Scene, Story
from gradviz.stories.workbench import Bench, function_text, tensor_code

FIRST_PROMPT = 6
SECOND_PROMPT = 16


@dataclass(frozen=True, slots=True)
class Ran:
    """One press of a Run button."""

    cell: int
    prompt: int
    before: float | None
    came: float
    after: float
    printed: str


def tell_cells(
    bench: Bench, function: Callable[..., Any], parameters: Sequence[Any], names: Sequence[str]
) -> Story:
    """The story of three cells, of which the second is run three times."""
    name = names[0]
    ran = _run(bench, function, parameters)
    cells = (
        (tensor_code(parameters[0], name),),
        (f"y = {function_text(function, names)}", "y.backward()", f"print({name}.grad)"),
        (f"{name}.grad.zero_()",),
    )
    heads: tuple[Rich, ...] = (
        ("cell",),
        (f"who wrote {name}.grad",),
        ("before",),
        ("came",),
        ("after",),
    )
    ids = tuple(f"cell {place}" for place in range(3))
    top = max(abs(at.after) for at in ran)
    parts = (
        *(
            Code(of, lines, visible=len(lines), cell=True)
            for of, lines in zip(ids, cells, strict=True)
        ),
        Table("ledger", heads, align="llrrr", size=len(ran)),
        Stacks(
            "made of",
            (f"{name}.grad",),
            top,
            title=(f"what {name}.grad is made of",),
            ticks=tuple(dict.fromkeys([0.0, *(abs(at.after) for at in ran[:3])])),
            horizontal=True,
        ),
    )
    areas = dict.fromkeys(ids, "left") | {"ledger": "right", "made of": "right"}
    frames = tuple(_frame(ran, place, name) for place in range(len(ran) + 1))
    return Story(
        title="Gradient accumulation",
        subtitle=compose("`.backward()` adds to `.grad`; it never overwrites it"),
        alt=f"A cell that is run three times, and what {name}.grad is made of",
        scene=Scene(parts, "plot", areas, left=440),
        runs={(): Run(frames)},
        tab="three runs",
        poster=3,
    )


def _run(bench: Bench, function: Callable[..., Any], parameters: Sequence[Any]) -> list[Ran]:
    leaves = [bench.leaf(parameter) for parameter in parameters]
    first: Any = leaves[0]
    came: list[float] = []
    entry: list[tuple[Any, ...]] = []

    def note(grad: Any) -> None:
        numbers = numbers_of(grad)
        if not entry:
            entry.append(np.unravel_index(int(np.abs(numbers).argmax()), numbers.shape))
        came.append(float(numbers[entry[0]]))

    first.register_hook(note)
    ran = []
    for place in range(5):
        before = None if first.grad is None else float(numbers_of(first.grad)[entry[0]])
        if place == 3:
            grad: Any = first.grad
            grad.zero_()
        else:
            bench.call(function, *leaves).backward()
        after = float(numbers_of(first.grad)[entry[0]])
        cell, share = (2, 0.0) if place == 3 else (1, came[-1])
        ran.append(Ran(cell, SECOND_PROMPT + place, before, share, after, str(first.grad)))
    return ran


def _frame(ran: Sequence[Ran], step: int, name: str) -> Frame:
    now = ran[step - 1] if step else None
    states: dict[str, Any] = {"cell 0": {"prompt": f"In [{FIRST_PROMPT}]:", "now": step == 0}}
    for cell in (1, 2):
        states[f"cell {cell}"] = _cell(ran, step, cell)
    states["ledger"] = _ledger(ran[:step], name)
    states["made of"] = {"columns": [_made_of(ran[:step])]}
    key = ("start", "first", "again", "third", "zero", "true")[step]
    at = now or ran[0]
    fields = {
        "name": name,
        "before": "None" if at.before is None else figure(at.before),
        "came": figure(at.came) if step in (0, 1) else factor(figure(at.came)),
        "after": figure(at.after),
    }
    return Frame(compose(TRAP[key], fields), states)


def _cell(ran: Sequence[Ran], step: int, cell: int) -> dict[str, Any]:
    before = [at for at in ran[:step] if at.cell == cell]
    follows = step < len(ran) and ran[step].cell == cell
    state: dict[str, Any] = {
        "prompt": f"In [{before[-1].prompt}]:" if before else "In [ ]:",
        "now": bool(before) and before[-1] is ran[step - 1],
        "run": step + 1 if follows else None,
    }
    return state | ({"output": (before[-1].printed,)} if before else {})


def _ledger(ran: Sequence[Ran], name: str) -> dict[str, Any]:
    rows: list[list[Rich]] = []
    for at in ran:
        who = f"{name}.grad.zero_()" if at.cell == 2 else "line 2: y.backward()"
        came = "→ 0" if at.cell == 2 else f"+ {factor(figure(at.came))}"
        before = "None" if at.before is None else figure(at.before)
        rows.append(
            [(f"In [{at.prompt}]",), (("code", who),), (before,), (came,), (figure(at.after),)]
        )
    state: dict[str, Any] = {"rows": rows}
    return state | ({"lit": len(rows) - 1, "hot": [3, 4]} if rows else {})


def _made_of(ran: Sequence[Ran]) -> dict[str, Any]:
    blocks: list[list[Any]] = []
    for at in ran:
        if at.cell == 2:
            blocks = []
        else:
            blocks.append([abs(at.came), f"{figure(at.came)} from [{at.prompt}]"])
    if not ran:
        return {"blocks": [], "sum": ("None",)}
    return {"blocks": blocks, "mark": "active" if ran[-1].cell == 1 else "done"}

"""The frames of a loop that was run: the lines, what was printed, the blocks that pile up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gradviz.stories.loop_sentences import ACCUMULATION
from gradviz.stories.numbers import factor, figure
from gradviz.stories.parts import Code, Output, Rich, Stacks, Table
from gradviz.stories.rich import Field, compose
from gradviz.stories.story import Axis, Frame, Run, Scene, Story

SUBTITLE = "`.backward()` adds to `.grad`; it never overwrites it"
CLEANS, HOW = "last line", "emptied by"


@dataclass(frozen=True, slots=True)
class Epoch:
    """One turn of the loop, as the engine ran it; numbers are of one entry of the tensor."""

    output: float
    before: float | None
    came: float
    after: float
    end: float | None
    printed: str


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop with and without its last line."""

    name: str
    entry: tuple[int, ...]
    uniform: bool
    lines: tuple[str, ...]
    clear: str
    runs: tuple[tuple[Epoch, ...], tuple[Epoch, ...]]

    @property
    def each(self) -> str:
        """What a bar stands for."""
        if not self.entry:
            return self.name
        return "each entry" if self.uniform else f"{self.name}{list(self.entry)}"


def tell(loops: Sequence[Loop], first: int = 0, beside: Sequence[Story] = ()) -> Story:
    """The story of a loop that was run with each of its last lines; others stand as tabs beside."""
    loop = loops[first]
    ticks = tuple(sorted({0.0, *(abs(epoch.after) for run in loop.runs for epoch in run)}))
    names = tuple(f"epoch {place + 1}" for place in range(len(loop.runs[0])))
    parts = (
        Code("code", loop.lines, visible=len(loop.lines), switches=((5, CLEANS),)),
        Output("output"),
        _stacks("without", names, ticks, loop.each),
        _table("ledger without", False, loop),
        _stacks("with", names, ticks, loop.each),
        _table("ledger with", True, loop),
    )
    areas = {"code": "left", "output": "left"}
    areas |= {"without": "right/a", "ledger without": "right/a"}
    areas |= {"with": "right/b", "ledger with": "right/b"}
    switch = Axis(CLEANS, (False, True), 0, "switch", ("off", "on"), where="code")
    runs = {
        (cleans, how): Run(tuple(_frames(one, bool(cleans))))
        for cleans in (0, 1)
        for how, one in enumerate(loops)
    }
    return Story(
        title="Gradient accumulation",
        subtitle=compose(SUBTITLE),
        alt=f"The loop with and without its last line: {loop.name}.grad, epoch by epoch",
        scene=Scene(parts, "plot", areas, left=364),
        runs=runs,
        axes=(switch, Axis(HOW, tuple(one.clear for one in loops), first, "choice")),
        poster=-2,
        tab="the loop",
        variants=tuple(beside),
    )


def _stacks(name: str, epochs: tuple[str, ...], ticks: tuple[float, ...], each: str) -> Stacks:
    title: Rich = (f"last line {'on' if name == 'with' else 'off'}",)
    return Stacks(name, epochs, ticks[-1], y_name=each, title=title, ticks=ticks)


def _table(name: str, cleans: bool, loop: Loop) -> Table:
    heads: tuple[Rich, ...] = (("before",), ("came",), ("after",))
    if cleans:
        heads = (*heads, ("then",))
    return Table(name, heads, align="lrrr"[: len(heads)], size=len(loop.runs[0]))


def _frames(loop: Loop, cleans: bool) -> list[Frame]:
    """Frame 0 is the start; then forward, backward, and the last line, for each epoch."""
    frames = [_frame(loop, cleans, -1, 2)]
    for epoch in range(len(loop.runs[0])):
        frames += [_frame(loop, cleans, epoch, phase) for phase in range(3)]
    return frames


def _frame(loop: Loop, cleans: bool, epoch: int, phase: int) -> Frame:
    states = {
        "code": _code(loop, cleans, epoch, phase),
        "output": _output(loop, cleans, epoch, phase),
    }
    for name, shown in (("without", False), ("with", True)):
        states[name] = _stack_state(loop, shown, epoch, phase, chosen=shown == cleans)
        states[f"ledger {name}"] = _ledger(loop, shown, epoch, phase)
    return Frame(_caption(loop, cleans, epoch, phase), states)


def _code(loop: Loop, cleans: bool, epoch: int, phase: int) -> dict[str, Any]:
    state: dict[str, Any] = {"texts": {5: (loop.lines[5],)}} | ({} if cleans else {"off": [5]})
    if epoch < 0:
        return state | {"line": [0]}
    now = loop.runs[cleans][epoch]
    notes: dict[int, Rich] = {1: (f"epoch {epoch + 1}",), 2: (figure(now.output),)}
    if phase >= 1:
        each = " each" if loop.entry and loop.uniform else ""
        notes[3] = (f"{_plus(now.came)}{each}",)
    return state | {"line": ([2], [3, 4], [5])[phase], "notes": notes}


def _plus(number: float) -> str:
    return f"+ {figure(number)}" if number >= 0 else f"− {figure(-number)}"


def _output(loop: Loop, cleans: bool, epoch: int, phase: int) -> dict[str, Any]:
    lines = [(at.printed,) for at in loop.runs[cleans][: epoch + (phase >= 1)]]
    return {"lines": lines} if epoch >= 0 and lines else {"lines": [("nothing printed yet",)]}


def _stack_state(
    loop: Loop, cleans: bool, epoch: int, phase: int, *, chosen: bool
) -> dict[str, Any]:
    run = loop.runs[cleans]
    columns = [_column(run, place, epoch, phase, cleans) for place in range(epoch + 1)]
    note = f".grad = {_text(_held(run, epoch, phase))}"
    return {"columns": columns, "note": (note,), "chosen": chosen}


def _held(run: Sequence[Epoch], epoch: int, phase: int) -> float | None:
    if epoch < 0:
        return run[0].before
    now = run[epoch]
    return (now.before, now.after, now.end)[phase]


def _column(
    run: Sequence[Epoch], place: int, epoch: int, phase: int, cleans: bool
) -> dict[str, Any]:
    at = run[place]
    old = [] if not at.before else _contributions(run, place)
    if place == epoch and phase == 0:
        return {"blocks": old, "mark": "done"} if old else {"blocks": []}
    blocks = [*old, [abs(at.came), _signed(at.came)]]
    if cleans and (place < epoch or phase == 2):
        return {"blocks": blocks, "gone": (f"{figure(at.after)} → {_text(at.end)}",)}
    now = place == epoch and phase == 1
    total = figure(at.after)
    if now and at.before:
        total = f"{figure(at.before)} + {factor(figure(at.came))} = {total}"
    return {"blocks": blocks, "sum": (total,), "mark": "active" if now else "done"}


def _contributions(run: Sequence[Epoch], place: int) -> list[list[Any]]:
    """What is in `.grad` already: the blocks of the epochs since it was last empty."""
    blocks: list[list[Any]] = []
    for at in run[:place]:
        blocks = [] if not at.before else blocks
        blocks.append([abs(at.came), _signed(at.came)])
    return blocks


def _signed(number: float) -> str:
    return f"+{figure(number)}" if number >= 0 else figure(number)


def _text(number: float | None) -> str:
    return "None" if number is None else figure(number)


def _ledger(loop: Loop, cleans: bool, epoch: int, phase: int) -> dict[str, Any]:
    rows: list[list[Rich]] = []
    for place in range(epoch + 1):
        at = loop.runs[cleans][place]
        row: list[Rich] = [(_text(at.before),)]
        if place < epoch or phase >= 1:
            row += [(_plus(at.came),), (f"= {figure(at.after)}",)]
        if cleans and (place < epoch or phase == 2):
            row.append((f"→ {_text(at.end)}",))
        rows.append(row)
    state: dict[str, Any] = {"rows": rows}
    if epoch >= 0 and (phase == 1 or (phase == 2 and cleans)):
        state |= {"lit": epoch, "hot": [1, 2] if phase == 1 else [3]}
    return state


def _caption(loop: Loop, cleans: bool, epoch: int, phase: int) -> Rich:
    run = loop.runs[cleans]
    at, last = run[max(epoch, 0)], epoch == len(run) - 1
    clear = loop.lines[-1].strip()
    fields: dict[str, Field] = {
        "name": loop.name,
        "each": loop.each,
        "output": figure(at.output),
        "before": _text(at.before),
        "came": factor(figure(at.came)),
        "slope": figure(at.came),
        "after": figure(at.after),
        "end": _text(at.end),
        "clear": clear,
        "count": len(run),
        "same": f", the same {figure(at.output)}" if at.output == run[0].output else "",
        "printed": f"{figure(loop.runs[1][0].after)} every time",
    }
    key = "start" if at.before is None else "start, held"
    if epoch >= 0:
        key = (
            "forward, again" if at.before is not None else "forward",
            ("backward, adds" if cleans else "backward, sum")
            if at.before is not None
            else "backward",
            ("cleared" if cleans else "kept") + (", last" if last else ""),
        )[phase]
    return compose(ACCUMULATION[key], fields)

"""A story in words: for terminals, for screen readers, for a lesson over the telephone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gradviz.render.measure import clean
from gradviz.render.tree import tree
from gradviz.render.wording import Look, Moment, moment, sentence
from gradviz.stories.parts import Code, Equation, Note, Output, Part, Picture, Rule, Stacks, Table
from gradviz.stories.story import Run, Story

MOST_STEPS = 400
State = Mapping[str, Any]


def transcript(story: Story, *, place: tuple[int, ...] | None = None) -> str:
    """The whole story: the graph, then every step as a numbered sentence with its arithmetic.

    >>> from gradviz.stories.story import Frame, Run, Scene, Story
    >>> told = Story("Two steps", Scene(()), {(): Run((Frame(("One.",)), Frame(("Two.",))))})
    >>> print(transcript(told))
    Two steps
    <BLANKLINE>
    Step 0. One.
    Step 1. Two.
    """
    if story.still:
        return drawing_text(story)
    first = moment(story, 0, place)
    lines = [*_head(first), *_graph(first)]
    if lines and lines[-1]:
        lines.append("")
    lines += _steps(story, first.place, first.run)
    for variant in story.variants:
        lines += ["", transcript(variant)]
    return "\n".join(lines)


def drawing_text(story: Story) -> str:
    """A drawing: the graph, what was folded, and the sentences that belong to it."""
    last = moment(story)
    lines = [*_head(last), *_graph(last)]
    told = sentence(last.frame.caption, last.look)
    return "\n".join([*lines, *([told] if told else [])]).rstrip("\n")


def step_text(story: Story, step: int) -> str:
    """One step: its sentence and its arithmetic."""
    return "\n".join(_step(moment(story, step), None))


def _head(now: Moment) -> list[str]:
    story = now.story
    lines = [clean(story.title)]
    if story.subtitle:
        lines.append(sentence(story.subtitle, now.look))
    places = [
        f"{axis.name} = {now.value(axis.name)}"
        for axis in story.axes
        if axis.control != "weights" and axis.values
    ]
    if places:
        lines.append("With " + ", ".join(places) + ".")
    return [*lines, ""]


def _graph(now: Moment) -> Iterator[str]:
    for part in now.story.scene.parts:
        if isinstance(part, Picture):
            yield tree(part, now.frame.states.get(part.id, {}), now.look)
            if part.note and not now.story.still:
                yield sentence(part.note, now.look)
            yield ""
        elif isinstance(part, Code) and not now.story.still:
            yield from (f"line {number}: {line}" for number, line in enumerate(part.lines, 1))
            yield ""


def _steps(story: Story, place: tuple[int, ...], run: Run) -> Iterator[str]:
    """Every step; of a very long story the first, the last, and evenly some between."""
    count = len(run.frames)
    every = max(1, -(-count // MOST_STEPS))
    starts = {phase.start: phase.name for phase in story.phases}
    before: Moment | None = None
    for step in range(count):
        if step in starts:
            yield f"-- {starts[step]} --"
        if step % every and step + 1 != count:
            continue
        now = Moment(story, place, step)
        yield from _step(now, before)
        before = now


def _step(now: Moment, before: Moment | None) -> Iterator[str]:
    told = sentence(now.frame.caption, now.look) or "(nothing is said)"
    yield f"Step {now.step}. {told}"
    for part in now.story.scene.parts:
        state = now.frame.states.get(part.id, {})
        old = before.frame.states.get(part.id, {}) if before is not None else {}
        if state and state != old:
            for line in _part_lines(part, state, old, now.look):
                yield "   " + line


def _part_lines(part: Part, state: State, old: State, look: Look) -> Iterator[str]:
    if isinstance(part, Equation):
        yield from _equation(state, look)
    elif isinstance(part, Rule):
        yield from _rule(state, look)
    elif isinstance(part, Output):
        lines = state.get("lines", ())
        yield from (f"prints {sentence(line, look)}" for line in lines[len(old.get("lines", ())) :])
    elif isinstance(part, Code):
        yield from _notes(part, state, old, look)
    elif isinstance(part, Table):
        yield from _rows(part, state, old, look)
    elif isinstance(part, Stacks):
        sums = [sentence(column.get("sum", ()), look) for column in state.get("columns", ())]
        if any(sums):
            name = sentence(part.title, look) or "sums"
            yield f"{name}: {', '.join(text for text in sums if text)}"
    elif isinstance(part, Note) and state.get("text"):
        yield sentence(state["text"], look)


def _equation(state: State, look: Look) -> Iterator[str]:
    if state.get("error"):
        yield clean(str(state["error"]))
        return
    heads = list(state.get("heads", ()))
    if state.get("words"):
        return
    for row in state.get("rows", ()):
        told, values = [], iter(heads)
        for cell in row.get("cells", ()):
            is_sign = isinstance(cell, Mapping) and "op" in cell
            head = "" if is_sign else next(values, "")
            text = _cell(cell)
            if text:
                told.append(f"{head} {text}" if head else text)
        end = sentence(row.get("to", ()), look)
        below = sentence(row.get("below", ()), look)
        line = " ".join(told) + (f" {end}" if end else "") + (f", where {below}" if below else "")
        yield line.replace("→ →", "→")


def _cell(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if "op" in cell:
        return str(cell["op"])
    if "sent" in cell:
        return str(cell["sent"])
    return _matrix(cell.get("matrix", {}))


def _matrix(matrix: State) -> str:
    texts: Sequence[Sequence[str]] = matrix.get("texts", ())
    rows = "; ".join(" ".join(row) for row in texts)
    shape = matrix.get("shape", "")
    what = rows if len(texts) == 1 and shape == "" else f"[{rows}] {shape}" if rows else shape
    return f"{matrix.get('head', '')} {what}".strip()


def _rule(state: State, look: Look) -> Iterator[str]:
    formula = sentence(state.get("formula", ()), look)
    if formula:
        yield f"rule: {formula}"
    for label, code, *_ in state.get("rows", ()):
        yield f"{label}: {code}"


def _notes(part: Code, state: State, old: State, look: Look) -> Iterator[str]:
    line = state.get("line")
    if isinstance(line, int) and line != old.get("line") and 0 <= line < len(part.lines):
        yield f"line {line + 1}: {part.lines[line].strip()}"
    before = old.get("notes", {})
    for number, note in state.get("notes", {}).items():
        if before.get(number) != note:
            yield f"after line {number + 1}: {sentence(note, look)}"


def _rows(part: Table, state: State, old: State, look: Look) -> Iterator[str]:
    heads = [sentence(head, look) for head in part.heads]
    title = sentence(part.title, look)
    rows = state.get("rows", ())
    before = old.get("rows", ())
    for place, row in enumerate(rows):
        if place < len(before) and before[place] == row:
            continue
        cells = [sentence(cell, look) for cell in row]
        pairs = [f"{head} {cell}".strip() for head, cell in zip(heads, cells, strict=False) if cell]
        yield (f"{title}: " if title else "") + ", ".join(pairs)

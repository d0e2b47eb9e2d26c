"""Two backward passes side by side: step until they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from gradviz.graph.model import Recording, Value
from gradviz.graph.record import rehearse
from gradviz.graph.rehearsal import rehearsal
from gradviz.graph.survey import as_roots, survey
from gradviz.graph.values import is_close, is_tensor
from gradviz.stories.checks import check_steps
from gradviz.stories.loop_sentences import COMPARE
from gradviz.stories.numbers import figure, is_single, print_anew, shape_text
from gradviz.stories.parts import Note, Part, Rich, Table
from gradviz.stories.picture import picture
from gradviz.stories.planning import plan
from gradviz.stories.rich import Field, compose
from gradviz.stories.stage import Stage
from gradviz.stories.stepper import MOST_PASSES, computed
from gradviz.stories.story import Frame, Run, Scene, Story, story
from gradviz.stories.turns import Turn, title_of, turns, value_text

SIDES = ("left", "right")
ARRIVES = "what arrives at "


@dataclass(frozen=True, slots=True)
class Pair:
    """What happened at the same place of two passes; None where one has nothing there."""

    what: str
    left: Turn | None
    right: Turn | None

    @property
    def texts(self) -> tuple[str, str]:
        """What each side had."""
        return _told(self.left), _told(self.right)

    @property
    def is_same(self) -> bool:
        """Whether both sides had the same."""
        if self.left is None or self.right is None:
            return False
        first, second = _value(self.left), _value(self.right)
        if first is None or second is None:
            return first is second
        return is_close(first, second)


@story("Compare")
def compare(
    first: Any,
    second: Any,
    *inputs: Any,
    titles: tuple[str, str] = SIDES,
    gradient: Any = None,
    retain_graph: bool | tuple[bool, bool] = False,
    clear: bool | tuple[bool, bool] = False,
    passes: int = 1,
    names: Any = None,
) -> Story:
    """See where two backward passes differ.

    Args:
        first: a tensor, or a function that computes one.
        second: the same, for the other side; it may come from the other library.
        *inputs: what functions are called with; a plain number becomes a tensor.
        titles: what the two sides are called.
        gradient: the weight of each element, where the tensors have more than one.
        retain_graph: whether the nodes keep what they saved, for both sides or for each.
        clear: whether `.grad.zero_()` empties every leaf between two passes, for both sides or for
            each; a second pass through the same graph needs `retain_graph=True`.
        passes: how often backward is called.
        names: names for tensors, where the caller's own variables are not to be used.

    Raises:
        TypeError: if a side is neither a tensor nor a function that returns one.
        ValueError: if a tensor has no graph, or `clear` is given where no pass can follow.
    """
    passes = check_steps(passes, "passes", MOST_PASSES)
    if len(titles) != 2:
        raise ValueError(f"titles has {len(titles)} names: give one for each of the two sides")
    recordings = []
    ways = zip((first, second), titles, _each(retain_graph), _each(clear), strict=True)
    for side, title, retain, clears in ways:
        if not is_tensor(side) and not callable(side):
            raise TypeError(
                f"{title} is {type(side).__name__}: give a tensor, or a function that computes one"
            )
        root, known, tape = computed(side, inputs if not is_tensor(side) else ())
        known = known if names is None else names
        if clears:
            _check_clear(retain, passes)
            recordings.append(_cleared(root, gradient, passes, known, tape))
            continue
        recordings.append(rehearse(root, gradient, retain, passes=passes, names=known, tape=tape))
    return tell(recordings[0], recordings[1], titles)


def _each(option: bool | tuple[bool, bool]) -> tuple[bool, bool]:
    """An option for both sides, or one for each."""
    return option if isinstance(option, tuple) else (option, option)


def _check_clear(retain: bool, passes: int) -> None:
    if not retain or passes < 2:
        raise ValueError(
            "clear empties .grad between two passes through one graph: give passes=2 or more, and "
            "retain_graph=True"
        )


def _cleared(root: Any, gradient: Any, passes: int, names: Any, tape: Any) -> tuple[Recording, ...]:
    """Passes with `.grad.zero_()` after each; afterwards every `.grad` is as it was."""
    surveyed = survey(as_roots(root))
    pairs = zip(surveyed.functions, surveyed.leaves, strict=True)
    leaves = [function.variable for function, is_leaf in pairs if is_leaf]
    recordings: list[Recording] = []
    with rehearsal(leaves):
        for _ in range(passes):
            recordings += rehearse(root, gradient, True, names=names, tape=tape)
            root.backward(gradient, retain_graph=True)
            for leaf in leaves:
                leaf.grad.zero_()
    return tuple(recordings)


def tell(
    first: Sequence[Recording], second: Sequence[Recording], titles: tuple[str, str] = SIDES
) -> Story:
    """The story of two recorded runs."""
    print_anew()
    stages = tuple(Stage(plan(run[0].graph), run) for run in (first, second))
    pairs = list(_pairs(first, second))
    frames = tuple(_frames(stages, (first, second), pairs, titles))
    pictures = tuple(
        replace(picture(stage.plan, steps=stage.steps, call=run[0].call), id=side)
        for side, stage, run in zip(SIDES, stages, (first, second), strict=True)
    )
    heads: tuple[Rich, ...] = ((), *((title,) for title in titles))
    parts: tuple[Part, ...] = (
        Note("title left", (("b", titles[0]),)),
        pictures[0],
        Note("title right", (("b", titles[1]),)),
        pictures[1],
        Table("values", heads, align="lrr", size=min(len(pairs), 8)),
    )
    areas = {"title left": "left", "left": "left", "title right": "right", "right": "right"}
    differing = [place for place, pair in enumerate(pairs) if not pair.is_same]
    return Story(
        title="Compare",
        subtitle=(f"{titles[0]} and {titles[1]}, step by step",),
        alt=f"Two backward passes, {titles[0]} and {titles[1]}, side by side",
        scene=Scene(parts, "plot", areas | {"values": "below"}, left=440),
        runs={(): Run(frames)},
        poster=differing[0] + 1 if differing else -1,
    )


def _pairs(first: Sequence[Recording], second: Sequence[Recording]) -> Iterator[Pair]:
    """The turns of both, brought into line by the names of their nodes."""
    lists = [[turn for recording in run for turn in turns(recording)] for run in (first, second)]
    keys = [[(turn.node.name, _leaf_title(turn)) for turn in run] for run in lists]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    for kind, a, a_end, b, b_end in matcher.get_opcodes():
        left, right = lists[0][a:a_end], lists[1][b:b_end]
        if kind == "equal":
            yield from (
                Pair(_what(one), one, other) for one, other in zip(left, right, strict=True)
            )
        else:
            yield from (Pair(_what(one), one, None) for one in left)
            yield from (Pair(_what(one), None, one) for one in right)


def _leaf_title(turn: Turn) -> str:
    return title_of(turn.node) if turn.node.kind == "leaf" else ""


def _named(what: str) -> Rich:
    """What is compared, the learner's own names in it as code."""
    if what.startswith(ARRIVES):
        return ARRIVES, ("code", what.removeprefix(ARRIVES))
    return (("code", what),)


def _what(turn: Turn) -> str:
    title = title_of(turn.node, 18)
    return f"{title}.grad" if turn.node.kind == "leaf" else f"{ARRIVES}{title}"


def _value(turn: Turn) -> Value | None:
    return turn.step.after if turn.node.kind == "leaf" else turn.arrived


def _told(turn: Turn | None) -> str:
    if turn is None:
        return "–"
    value = _value(turn)
    if value is None or is_single(value):
        return value_text(value)
    if 0 in value.shape:
        return shape_text(value.shape)
    mean = float(np.mean(value.numbers)) if value.range is None else value.range[1]
    return f"{shape_text(value.shape)}, mean {figure(mean)}"


def _frames(
    stages: Sequence[Stage],
    runs: Sequence[Sequence[Recording]],
    pairs: Sequence[Pair],
    titles: tuple[str, str],
) -> Iterator[Frame]:
    for stage, run in zip(stages, runs, strict=True):
        stage.begin(run[0])
    yield _frame(stages, pairs, 0, compose(COMPARE["start"]))
    for step, pair in enumerate(pairs, 1):
        for stage, turn in zip(stages, (pair.left, pair.right), strict=True):
            stage.settle()
            if turn is not None:
                stage.steps.setdefault(turn.node.id, step)
                stage.act(turn)
        yield _frame(stages, pairs, step, _caption(pairs, step, titles))
    for stage in stages:
        stage.settle()
    yield _frame(stages, pairs, len(pairs), _end(pairs, runs))


def _frame(stages: Sequence[Stage], pairs: Sequence[Pair], step: int, caption: Rich) -> Frame:
    shown = pairs[max(0, step - 8) : step]
    rows = [[(pair.what,), *((text,) for text in pair.texts)] for pair in shown]
    differing = [place for place, pair in enumerate(shown) if not pair.is_same]
    table: dict[str, Any] = {"rows": rows}
    if differing:
        table |= {"lit": differing[0], "hot": [1, 2]}
    states: dict[str, Any] = {
        side: {"cards": dict(stage.cards), "wires": dict(stage.wires)}
        for side, stage in zip(SIDES, stages, strict=True)
    }
    return Frame(caption, states | {"values": table})


def _caption(pairs: Sequence[Pair], step: int, titles: tuple[str, str]) -> Rich:
    pair = pairs[step - 1]
    left, right = pair.texts
    fields: dict[str, Field] = {"what": _named(pair.what), "left": left, "right": right}
    names = [
        f" ({title})" if title != side else "" for title, side in zip(titles, SIDES, strict=True)
    ]
    fields |= {"left_title": names[0], "right_title": names[1], "value": left}
    if pair.is_same:
        return compose(COMPARE["same"], fields)
    if pair.right is None or pair.left is None:
        return compose(COMPARE["left only" if pair.right is None else "right only"], fields)
    earlier = any(not before.is_same for before in pairs[: step - 1])
    return compose(COMPARE["differs" if earlier else "first"], fields)


def _end(pairs: Sequence[Pair], runs: Sequence[Sequence[Recording]]) -> Rich:
    for side, run in zip(SIDES, runs, strict=True):
        error = next((recording.error for recording in run if recording.error), None)
        other = runs[1 - SIDES.index(side)]
        if error and not any(recording.error for recording in other):
            return compose(COMPARE["refused"], {"side": side, "error": error.partition(".")[0]})
    differing = [pair for pair in pairs if not pair.is_same]
    if not differing:
        return compose(COMPARE["end, same"], {"count": len(pairs)})
    fields: dict[str, Field] = {"differing": len(differing), "count": len(pairs)}
    return compose(COMPARE["end, differ"], fields | {"first": _named(differing[0].what)})

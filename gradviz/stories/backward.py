"""The story of a backward pass: what arrives at each node, what it makes of it, where it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gradviz.graph.model import Graph, Recording, Span
from gradviz.stories.numbers import print_anew
from gradviz.stories.parts import Code, Equation, Part, Rule
from gradviz.stories.passes import Passes, root_of
from gradviz.stories.picture import picture
from gradviz.stories.planning import Shown, plan
from gradviz.stories.sentences import WORDS
from gradviz.stories.stage import Stage
from gradviz.stories.story import Phase, Scene, Story
from gradviz.stories.turns import bare, shortened, title_of

_AREAS = {"graph": "stage", "equation": "side", "rule": "side", "code": "side"}


def tell(
    recordings: Recording | Iterable[Recording],
    *,
    predict: bool = False,
    forward: bool = False,
    fold: bool = True,
) -> Story:
    """The story of one backward pass, or of several through the same graph.

    Raises:
        ValueError: if there is no pass to tell.
    """
    passes = (recordings,) if isinstance(recordings, Recording) else tuple(recordings)
    if not passes:
        raise ValueError("there is no backward pass to tell: record one first")
    passes, lines = _with_calls(passes)
    graph = passes[0].graph
    print_anew()
    made = plan(graph, Shown(fold=fold))
    told = Passes(Stage(made, passes), passes, predict)
    phases = [Phase(WORDS["forward"], 0)] if forward else []
    if forward:
        told.rise()
        phases.append(Phase(WORDS["backward"], len(told.stage.frames)))
    phases += told.passes()
    stage = told.stage
    shown = picture(made, steps=stage.steps, call=passes[0].call)
    parts: list[Part] = [shown, Equation("equation"), Rule("rule")]
    if graph.code:
        parts.append(Code("code", lines))
    return Story(
        title=_title(graph),
        alt=_alt(graph),
        scene=Scene(tuple(parts), "stepper", {part.id: _AREAS[part.id] for part in parts}),
        runs={(): told.run()},
        phases=tuple(phases),
        predict=predict,
    )


def _with_calls(
    passes: tuple[Recording, ...],
) -> tuple[tuple[Recording, ...], tuple[str, ...]]:
    """The learner's lines, and below them the calls of backward that do not stand in them."""
    lines = list(passes[0].graph.code)
    told = []
    for recording in passes:
        if recording.span is None:
            lines.append(recording.call)
            span = Span(len(lines) - 1, 0, len(recording.call))
            recording = replace(recording, span=span)
        told.append(recording)
    return tuple(told), tuple(lines)


def _title(graph: Graph) -> str:
    root = root_of(graph)
    what = title_of(root)
    if root.names and root.expression and root.expression != what:
        what = f"{what} = {shortened(bare(root.expression), 60)}"
    return WORDS["title"].format(what=what)


def _alt(graph: Graph) -> str:
    leaves = ", ".join(title_of(node) for node in graph.nodes if node.kind == "leaf")
    return WORDS["alt"].format(root=title_of(root_of(graph)), nodes=len(graph.nodes), leaves=leaves)

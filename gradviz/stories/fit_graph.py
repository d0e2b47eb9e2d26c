"""The graph of each step of a fit: one picture, in it the numbers of the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gradviz.graph.model import Node, Recording
from gradviz.stories.descent_grid import RATE
from gradviz.stories.drawing import states_of
from gradviz.stories.fitting import Fit, Job
from gradviz.stories.loop_sentences import FIT
from gradviz.stories.numbers import is_single, printed, rate
from gradviz.stories.parts import Axes, Heat, Part, Ref
from gradviz.stories.parts import Run as TextRun
from gradviz.stories.picture import picture
from gradviz.stories.planning import Plan, Shown, plan
from gradviz.stories.rich import compose
from gradviz.stories.story import Frame, Run, Scene, Story

State = Mapping[str, Any]
FIT_HEIGHT, LOSS_HEIGHT = 230, 96


def tell_graphs(found: Fit, job: Job, scene: Scene, run: Run) -> tuple[Story, ...]:
    """The tab in which the curve and the graph of its loss move together."""
    if not found.passes or len(found.passes) != len(run.frames):
        return ()
    made = plan(found.passes[0].graph, Shown(saved=False))
    shown = picture(made, call="error.backward()")
    heights = {"fit": FIT_HEIGHT, "loss": LOSS_HEIGHT}
    plots = [
        replace(part, height=heights[part.id])
        for part in scene.parts
        if isinstance(part, Axes) and part.id in heights
    ]
    parts: tuple[Part, ...] = (*plots, shown)
    areas = dict.fromkeys(heights, "left") | {shown.id: "right"}
    frames = tuple(
        Frame(
            tuple(_at_rate(run, job.lr) for run in frame.caption),
            {
                "fit": frame.states["fit"],
                shown.id: _state(made, recording, _owner(job, found.rows[lit])),
            },
        )
        for frame, recording, lit in zip(run.frames, found.passes, _largest(run), strict=True)
    )
    return (
        Story(
            title="Curve fit",
            subtitle=compose(FIT["graph subtitle"]),
            alt="The curve at each step, and the graph of its loss with the gradients of that step",
            scene=Scene(parts, "plot", areas, left=360),
            runs={(): Run(frames, run.columns)},
            tab=FIT["graph tab"],
        ),
    )


def _at_rate(run: TextRun, lr: float) -> TextRun:
    """This tab has no slider: the learning rate stands in its sentences as it was given."""
    if isinstance(run, Ref) and run.name == RATE:
        return (run.style, rate(lr)) if run.style else rate(lr)
    return run


def _largest(run: Run) -> Iterator[int]:
    """At each step the row with the largest gradient, which the sentence speaks of."""
    return (frame.states["numbers"]["lit"] for frame in run.frames)


def _owner(job: Job, row: str) -> str:
    """The parameter that a row belongs to: `w` for `w[0, 1]`."""
    return next(name for name in job.names if row == name or row.startswith(f"{name}["))


def _state(made: Plan, recording: Recording, lit: str) -> State:
    """The picture after the pass of one step, the leaf of which the sentence speaks lit."""
    states = states_of(made, recording)
    cards = {card: _light(state) for card, state in states["cards"].items()}
    for node in recording.graph.nodes:
        card = made.card_of[node.id]
        if is_single(node.value):
            cards[card] = {**cards.get(card, {}), "value": _value(node)}
        if node.kind == "leaf" and lit in node.names:
            cards[card] = {**cards.get(card, {}), "mark": "active"}
    sent = {wire: _number(state) for wire, state in states["wires"].items()}
    return {"cards": cards, "wires": sent}


def _number(state: State) -> State:
    """A wire with its number; shapes are the same at every step, and say nothing."""
    if "heat" in state:
        return {"mark": state["mark"]}
    return state


def _value(node: Node) -> str:
    return printed(node.value) if node.value is not None else ""


def _light(state: State) -> State:
    """Two digits are enough for a colour: a matrix in every frame would weigh too much."""
    heat = state.get("heat")
    if not isinstance(heat, Heat):
        return state
    cells = tuple(tuple(float(f"{cell:.2g}") for cell in row) for row in heat.cells)
    return {**state, "heat": Heat(cells, heat.shape)}

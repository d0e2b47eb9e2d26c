"""A story is frozen data: a scene that stands still, and frames along one or more axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gradviz.stories.parts import Part, PartState, Rich

SCHEMA = 1
"""The number of the format; a player that is given a newer one says so."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What a learner may move besides the step: a slider, a switch, or one of a few choices."""

    name: str
    values: tuple[Any, ...]
    start: int = 0
    control: Literal["slider", "switch", "choice", "weights"] = "slider"
    texts: tuple[str, ...] = ()
    """How each value is written; the values themselves where it is empty."""
    resets: bool = False
    """Moving it goes back to step 0."""
    where: Literal["row", "head", "code"] = "row"
    mark: str = ""
    """The mark of the scene whose tone and shape stand before the control, as its key."""
    presets: tuple[tuple[str, tuple[float, ...]], ...] = ()
    """Of weights: buttons that set all of them, `("sum", (1.0, 1.0, 1.0))`."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment: the caption, and the state of each part that differs from rest."""

    caption: Rich
    states: Mapping[str, PartState] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    """Numbers and strings that `Ref`s of this frame name; every number shown was stored."""
    question: Mapping[str, Any] | None = None
    """What this frame asks, and the next one tells: `{"ask": Rich, "answer": float,
    "text": str, "tolerance": float, "choices": [Rich], "hints": [[float, Rich]],
    "otherwise": Rich, "right": Rich}`. The answer is typed where the equation has
    `{"sent": "?"}`; with `choices`, it is the place of one of them."""
    by_hand: str = ""
    """Code that repeats this step."""
    row: int | None = None
    """The row of the run's columns that this frame stands at; the frame's own number if None."""


@dataclass(frozen=True, slots=True)
class Run:
    """The frames for one place on the other axes, and the columns that its plots draw from."""

    frames: tuple[Frame, ...]
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """By name, a number a row (or a list of numbers, of which `until="now"` shows one row).
    A column named `step` is what the counter shows."""
    status: str = ""
    """"" or a word beside the slider, such as `too large`."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A name over the track of steps, from one frame on: `2nd pass`."""

    name: str
    start: int


@dataclass(frozen=True, slots=True)
class Scene:
    """The parts, and where they stand.

    `layout` is "stepper" (picture left; caption, equation, rule, code right) or "plot" (head,
    axes row, picture left, code and table and small plot right, caption below).
    """

    parts: tuple[Part, ...]
    layout: Literal["stepper", "plot", "drawing", "columns"] = "stepper"
    areas: Mapping[str, str] = field(default_factory=dict)
    """Where a part stands, by id: "stage", "side", "left", "right", "below", or "right/x": parts
    with the same letter after the stroke share a panel, and panels stand side by side."""
    left: int = 0
    """Of a plot: the width of the left column; 0 gives the right one its width and it the rest."""
    right: int = 0
    """Of a plot: the width of the right column where `left` is 0; 366 px if it is 0, too."""


@dataclass(frozen=True, slots=True)
class Story:
    """A scene, and its frames for every place on the axes."""

    title: str
    scene: Scene
    runs: Mapping[tuple[int, ...], Run]
    """By the index on each of `axes`; `()` where there is no axis but the step."""
    axes: tuple[Axis, ...] = ()
    subtitle: Rich = ()
    alt: str = ""
    phases: tuple[Phase, ...] = ()
    poster: int = -1
    """The frame of the still picture, the last unless named."""
    predict: bool = False
    still: bool = False
    """A drawing: one frame, no bar."""
    variants: tuple[Story, ...] = ()
    """Other stories that stand as tabs beside this one."""
    tab: str = ""
    """The name on its tab, where there are variants; the title if empty."""
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Columns that every run shares: the samples of a curve, the data of a fit."""
    record: tuple[tuple[Rich, str], ...] = ()
    """Heads and columns of the table of all steps; each step's caption stands in it if empty."""
    schema: int = SCHEMA
    retell: Callable[[Mapping[str, Any]], Story] | None = field(
        default=None, repr=False, compare=False
    )
    """With a kernel: tells it anew for values on the axes, by name, between the stored ones. The
    new story has the same axes, standing at these values, and only the run that stands there."""


@dataclass(frozen=True, slots=True)
class Teller:
    """A registered story: the face makes a callable of it, named `name`."""

    name: str
    tell: Callable[..., Story]


_tellers: dict[str, Teller] = {}


def story(name: str) -> Callable[[Callable[..., Story]], Callable[..., Story]]:
    """Register the decorated function as the teller of the story `name`.

    Raises:
        ValueError: if another function is registered under that name.
    """

    def register(tell: Callable[..., Story]) -> Callable[..., Story]:
        known = _tellers.get(name)
        if known is not None and (known.tell.__module__, known.tell.__qualname__) != (
            tell.__module__,
            tell.__qualname__,
        ):
            raise ValueError(
                f"a story named {name!r} is already registered by "
                f"{known.tell.__module__}.{known.tell.__qualname__}; choose another name"
            )
        _tellers[name] = Teller(name, tell)
        return tell

    return register


def tellers() -> Mapping[str, Teller]:
    """The registered stories by name."""
    return dict(_tellers)

"""The one live widget: any story, its step, its axes and its answers shared with Python."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from gradviz.render.bundle import bundle, kinds_of
from gradviz.render.payload import changes, payload
from gradviz.stories.story import Axis, Story


class StoryWidget(anywidget.AnyWidget):
    """A story that plays in a notebook with a kernel; its traits can be linked with other widgets.

    >>> import gradviz
    >>> widget = gradviz.DescentCurve(lr=[0.1, 0.3], steps=8, by_line=False).widget()
    >>> widget.step = 3
    >>> widget.step = 9
    Traceback (most recent call last):
    ...
    traitlets.traitlets.TraitError: this story has the steps 0 to 8, and no step 9

    A value between the stored ones has the story told anew:

    >>> widget.choices = {"learning rate": 0.25, "optimiser": "Adam"}
    >>> widget.choices["learning rate"], widget.choices["start"]
    (0.25, 2.0)
    """

    payload = traitlets.Dict().tag(sync=True)
    """The story as the player reads it."""
    told = traitlets.Unicode().tag(sync=True)
    """What was told anew since, for values between the stored ones, as JSON."""
    tab = traitlets.Int(0).tag(sync=True)
    """Which of the story's variants is shown."""
    step = traitlets.Int(0).tag(sync=True)
    places = traitlets.List(traitlets.Int()).tag(sync=True)
    """Where the learner stands on each axis: the number of a value."""
    choices = traitlets.Dict().tag(sync=True)
    """The values themselves, by the axes' names; to set some of them leaves the others."""
    answers = traitlets.List().tag(sync=True)
    """Of a story that asks: `[step, right]` for each first answer."""

    def __init__(self, story: Story, *, step: int = 0) -> None:
        """Play a story; where it can be told anew, its sliders glide and Python follows."""
        self._tabs = (story, *story.variants)
        self._story = story
        data = payload(story)
        code = bundle(kinds_of(data), widget=True)
        tellings = [data, *data.get("variants", ())]
        for one, telling in zip(self._tabs, tellings, strict=True):
            telling["live"] = one.retell is not None
        super().__init__(payload=data, _esm=code)
        self._stand(story)
        self.step = step

    @property
    def score(self) -> tuple[int, int]:
        """How many questions were answered right at once, and how many were asked.

        >>> from gradviz.stories.story import Frame, Run, Scene
        >>> asked = Frame(("How much?",), question={"answer": 4.0})
        >>> widget = StoryWidget(Story("Asks", Scene(()), {(): Run((asked,) * 3)}, predict=True))
        >>> widget.answers = [[0, True], [1, False]]
        >>> widget.score
        (1, 3)
        """
        run = next(iter(self._tabs[0].runs.values()))
        asked = sum(frame.question is not None for frame in run.frames)
        return sum(bool(right) for _, right in self.answers), asked

    def _stand(self, story: Story) -> None:
        """Show a telling from the places where it starts."""
        self._story = story
        with self.hold_sync():
            self.places = [axis.start for axis in story.axes]
            self.choices = _values(story, self.places)
            self.step = min(self.step, _last(story))

    def _retell(self, choices: Mapping[str, Any]) -> None:
        """Tell it anew; whatever stops that, the player hears of it and waits no longer."""
        retell = self._tabs[self.tab].retell
        if retell is None:
            raise traitlets.TraitError(f"this story holds no run for {dict(choices)}")
        try:
            story = retell(choices)
        except BaseException as error:
            self.send({"problem": str(error) or type(error).__name__})
            raise
        with self.hold_sync():
            self.told = json.dumps(changes(story, self._tabs[self.tab]), allow_nan=False)
            self._stand(story)

    @traitlets.validate("choices")
    def _known_choices(self, proposal: traitlets.Bunch) -> dict[str, Any]:
        axes = {axis.name: axis for axis in self._story.axes if axis.control != "weights"}
        wanted = proposal["value"]
        for name, value in wanted.items():
            if name not in axes:
                known = ", ".join(map(repr, axes)) or "none"
                raise traitlets.TraitError(f"this story has no axis {name!r}; its axes: {known}")
            _check(axes[name], value, self._tabs[self.tab].retell is not None)
        return _values(self._story, self.places) | wanted

    @traitlets.observe("choices")
    def _follow_choices(self, change: traitlets.Bunch) -> None:
        choices, here = change["new"], _values(self._story, self.places)
        if choices == here:
            return
        try:
            places = _places(self._story, choices, self.places)
            if places is None:
                self._retell(choices)
            else:
                self.places = places
        except BaseException:
            self.choices = here
            raise

    @traitlets.validate("places")
    def _known_places(self, proposal: traitlets.Bunch) -> list[int]:
        places = proposal["value"]
        if _key(self._story, places) not in self._story.runs:
            raise traitlets.TraitError(f"this story holds no run at the places {places}")
        return places

    @traitlets.observe("places")
    def _follow_places(self, change: traitlets.Bunch) -> None:
        self.choices = _values(self._story, change["new"])

    @traitlets.validate("tab")
    def _known_tab(self, proposal: traitlets.Bunch) -> int:
        if not 0 <= proposal["value"] < len(self._tabs):
            count = len(self._tabs)
            raise traitlets.TraitError(
                f"this story has the tabs 0 to {count - 1}, and no tab {proposal['value']}"
            )
        self._story = self._tabs[proposal["value"]]
        return proposal["value"]

    @traitlets.observe("tab")
    def _follow_tab(self, change: traitlets.Bunch) -> None:
        self.told = ""
        self._stand(self._tabs[change["new"]])

    @traitlets.validate("step")
    def _known_step(self, proposal: traitlets.Bunch) -> int:
        last = _last(self._story)
        if not 0 <= proposal["value"] <= last:
            raise traitlets.TraitError(
                f"this story has the steps 0 to {last}, and no step {proposal['value']}"
            )
        return proposal["value"]


def _check(axis: Axis, value: Any, is_live: bool) -> None:
    """A slider of a live story takes any number; everything else one of its values."""
    glides = is_live and axis.control == "slider"
    if glides and isinstance(value, int | float) and math.isfinite(value):
        return
    if value not in axis.values:
        listed = "any number" if glides else ", ".join(map(repr, axis.values))
        raise traitlets.TraitError(f"{axis.name} cannot be {value!r}; it may be {listed}")


def _values(story: Story, places: list[int]) -> dict[str, Any]:
    """The values at places, by the axes' names."""
    standing = zip(story.axes, places, strict=True)
    return {axis.name: axis.values[k] for axis, k in standing if axis.control != "weights"}


def _places(story: Story, choices: Mapping[str, Any], now: list[int]) -> list[int] | None:
    """Where a story holds a run for these values; None where it does not."""
    places = []
    for axis, place in zip(story.axes, now, strict=True):
        value = choices.get(axis.name, axis.values[place])
        if axis.control != "weights" and value not in axis.values:
            return None
        places.append(place if axis.control == "weights" else axis.values.index(value))
    return places if _key(story, places) in story.runs else None


def _key(story: Story, places: list[int]) -> tuple[int, ...]:
    """What the run at places is stored under."""
    if len(places) != len(story.axes):
        return (-1,)
    standing = zip(story.axes, places, strict=True)
    return tuple(place for axis, place in standing if axis.control != "weights")


def _last(story: Story) -> int:
    return max(len(run.frames) for run in story.runs.values()) - 1

"""The one live widget: any story, its step and its answers shared with Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from gradviz.render.bundle import bundle, kinds_of
from gradviz.render.payload import payload
from gradviz.stories.story import Story


class StoryWidget(anywidget.AnyWidget):
    """A story that plays in a notebook with a kernel; `step` can be linked with other widgets.

    >>> from gradviz.stories.story import Frame, Run, Scene
    >>> widget = StoryWidget(Story("Two steps", Scene(()), {(): Run((Frame(("One.",)),) * 2)}))
    >>> widget.step = 1
    >>> widget.step = 2
    Traceback (most recent call last):
    ...
    traitlets.traitlets.TraitError: this story has the steps 0 to 1, and no step 2
    """

    payload = traitlets.Dict().tag(sync=True)
    """The story as the player reads it; a new one is played from the same step."""
    step = traitlets.Int(0).tag(sync=True)
    places = traitlets.List(traitlets.Int()).tag(sync=True)
    """Where the learner stands on each of the story's axes."""
    answers = traitlets.List().tag(sync=True)
    """Of a story that asks: `[step, right]` for each first answer."""

    choices = traitlets.Dict().tag(sync=True)
    """Of a live story: the value that the learner wants on an axis, by the axis's name."""
    live = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        story: Story,
        *,
        retell: Callable[[Mapping[str, Any]], Story] | None = None,
        **traits: Any,
    ) -> None:
        """Play a story; with `retell`, sliders glide and the story is told anew as they move.

        Args:
            story: what is played first.
            retell: makes the story for any values on the axes, given by the axes' names; the new
                story's axes start at those values.
            **traits: of the widget, such as `step`.
        """
        data = payload(story)
        places = [axis.start for axis in story.axes]
        code = bundle(kinds_of(data), widget=True)
        run = next(iter(story.runs.values()))
        self._asked = sum(frame.question is not None for frame in run.frames)
        self._retell = retell
        live = retell is not None
        super().__init__(payload=data, places=places, _esm=code, live=live, **traits)

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
        return sum(bool(right) for _, right in self.answers), self._asked

    @traitlets.observe("choices")
    def _tell_again(self, change: traitlets.Bunch) -> None:
        if self._retell is not None:
            story = self._retell(change["new"])
            self.places = [axis.start for axis in story.axes]
            self.payload = payload(story)

    @traitlets.validate("step")
    def _known_step(self, proposal: traitlets.Bunch) -> int:
        last = max((len(run["frames"]) for run in self.payload.get("runs", {}).values()), default=1)
        if not 0 <= proposal["value"] < last:
            raise traitlets.TraitError(
                f"this story has the steps 0 to {last - 1}, and no step {proposal['value']}"
            )
        return proposal["value"]

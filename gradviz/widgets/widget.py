"""The one live widget: any story, its step and its answers shared with Python."""

from __future__ import annotations

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

    def __init__(self, story: Story, **traits: Any) -> None:
        data = payload(story)
        places = [axis.start for axis in story.axes]
        code = bundle(kinds_of(data), widget=True)
        run = next(iter(story.runs.values()))
        self._asked = sum(frame.question is not None for frame in run.frames)
        super().__init__(payload=data, places=places, _esm=code, **traits)

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

    @traitlets.validate("step")
    def _known_step(self, proposal: traitlets.Bunch) -> int:
        last = max((len(run["frames"]) for run in self.payload.get("runs", {}).values()), default=1)
        if not 0 <= proposal["value"] < last:
            raise traitlets.TraitError(
                f"this story has the steps 0 to {last - 1}, and no step {proposal['value']}"
            )
        return proposal["value"]

"""The live widget: one class for every story, with checked and shared traits."""

from __future__ import annotations

import subprocess
import sys

import ipywidgets
import pytest
import traitlets

from gradviz.stories.story import Axis, Frame, Run, Scene, Story
from gradviz.widgets.widget import StoryWidget


def story(steps: int = 3) -> Story:
    frames = tuple(Frame((f"Step {step}.",)) for step in range(steps))
    axis = Axis("rate", (0.1, 0.2), 1)
    return Story("A story", Scene(()), {(0,): Run(frames), (1,): Run(frames)}, (axis,))


def test_a_widget_holds_the_story_as_the_player_reads_it() -> None:
    widget = StoryWidget(story())
    assert widget.payload["title"] == "A story"
    assert widget.places == [1]
    assert not widget.live


def test_a_story_is_told_anew_for_values_between_those_of_the_grid() -> None:
    def retell(choices: dict[str, float]) -> Story:
        rate = choices["rate"]
        frames = (Frame((f"At {rate}.",)),) * 3
        return Story("A story", Scene(()), {(0,): Run(frames)}, (Axis("rate", (rate,)),))

    widget = StoryWidget(story(), retell=retell, step=2)
    assert widget.live
    widget.choices = {"rate": 0.15}
    assert widget.payload["runs"]["0"]["frames"][0]["caption"] == ["At 0.15."]
    assert widget.places == [0]
    assert widget.step == 2


def test_its_module_is_what_anywidget_calls() -> None:
    code = StoryWidget(story())._esm
    assert code.rstrip().endswith("export default { render };")
    assert "function render(" in code


def test_the_step_can_be_watched_linked_and_stands_with_others() -> None:
    widget, slider = StoryWidget(story()), ipywidgets.IntSlider(max=2)
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "step")
    ipywidgets.link((widget, "step"), (slider, "value"))
    slider.value = 2
    assert widget.step == 2
    assert seen == [2]
    assert ipywidgets.VBox([slider, widget]).children[1] is widget


@pytest.mark.parametrize("step", [-1, 3, "two"])
def test_a_step_that_the_story_lacks_is_refused(step: object) -> None:
    widget = StoryWidget(story())
    with pytest.raises(traitlets.TraitError):
        widget.step = step
    assert widget.step == 0


def test_closing_frees_the_widget() -> None:
    widget = StoryWidget(story())
    widget.close()
    assert widget.comm is None


def test_importing_the_room_loads_no_widgets() -> None:
    code = (
        "import sys, gradviz.widgets; print('anywidget' in sys.modules, 'traitlets' in sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["False", "False"]

"""The live widget: one class for every story, with checked and shared traits."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import weakref

import ipywidgets
import pytest
import traitlets

from gradviz.stories.story import Axis, Frame, Run, Scene, Story
from gradviz.widgets.widget import StoryWidget

RATES = (0.1, 0.2)


def story(steps: int = 3, retell=None) -> Story:
    frames = tuple(Frame((f"Step {step}.",)) for step in range(steps))
    axes = (Axis("rate", RATES, 1), Axis("clear", (False, True), 0, "switch"))
    runs = {(rate, 0): Run(frames) for rate in range(2)}
    return Story("A story", Scene(()), runs, axes, retell=retell)


def live_story(most: float = 1.0) -> Story:
    def retell(choices: dict[str, object]) -> Story:
        rate, clear = choices["rate"], choices["clear"]
        if rate > most:
            raise ValueError(f"the rate {rate} is too large")
        frames = (Frame((f"At {rate}, {clear}.",)),) * 2
        axes = (Axis("rate", (rate, 0.2), 0), Axis("clear", (False, True), int(clear), "switch"))
        return Story("A story", Scene(()), {(0, int(clear)): Run(frames)}, axes)

    return story(retell=retell)


def caption(widget: StoryWidget) -> str:
    (run,) = json.loads(widget.told)["runs"].values()
    return run["frames"][0]["caption"][0]


def test_a_widget_holds_the_story_as_the_player_reads_it() -> None:
    widget = StoryWidget(story())
    assert widget.payload["title"] == "A story"
    assert widget.places == [1, 0]
    assert widget.choices == {"rate": 0.2, "clear": False}
    assert not widget.payload["live"]


def test_a_story_is_told_anew_for_values_between_those_of_the_grid() -> None:
    widget = StoryWidget(live_story(), step=2)
    assert widget.payload["live"]
    widget.choices = {"rate": 0.15}
    assert caption(widget) == "At 0.15, False."
    assert widget.choices == {"rate": 0.15, "clear": False}
    assert widget.places == [0, 0]
    assert widget.step == 1  # the new run has no step 2
    widget.choices = {"clear": True}
    assert caption(widget) == "At 0.15, True."


def test_of_what_is_told_anew_only_axes_and_run_are_sent() -> None:
    widget = StoryWidget(live_story())
    widget.choices = {"rate": 0.15}
    assert sorted(json.loads(widget.told)) == ["axes", "runs"]


def test_stored_runs_are_chosen_by_value_or_by_place() -> None:
    widget = StoryWidget(story())
    widget.choices = {"rate": 0.1}
    assert widget.places == [0, 0]
    widget.places = [1, 0]
    assert widget.choices["rate"] == 0.2
    assert widget.told == ""


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({"speed": 1}, "no axis 'speed'; its axes: 'rate', 'clear'"),
        ({"rate": 0.15}, "rate cannot be 0.15; it may be 0.1, 0.2"),
        ({"clear": True}, "holds no run for"),
        ({"clear": "yes"}, "clear cannot be 'yes'"),
    ],
)
def test_a_choice_that_the_story_lacks_is_refused(choices: dict, reason: str) -> None:
    widget = StoryWidget(story())
    with pytest.raises(traitlets.TraitError, match=reason):
        widget.choices = choices
    assert widget.choices == {"rate": 0.2, "clear": False}


@pytest.mark.parametrize("rate", [float("nan"), "fast", None])
def test_a_live_slider_takes_numbers_alone(rate: object) -> None:
    widget = StoryWidget(live_story())
    with pytest.raises(traitlets.TraitError, match="it may be any number"):
        widget.choices = {"rate": rate}


def test_what_stops_a_telling_is_said_and_leaves_the_widget_as_it_was() -> None:
    widget = StoryWidget(live_story())
    said = []
    widget.send = said.append
    with pytest.raises(ValueError, match="too large"):
        widget.choices = {"rate": 3.0}
    assert said == [{"problem": "the rate 3.0 is too large"}]
    assert widget.choices["rate"] == 0.2
    widget.choices = {"rate": 0.5}
    assert caption(widget) == "At 0.5, False."


def test_a_tab_is_a_story_of_its_own() -> None:
    from dataclasses import replace

    both = replace(story(), variants=(Story("B", Scene(()), {(): Run((Frame(("B.",)),) * 9)}),))
    widget = StoryWidget(both)
    widget.tab = 1
    assert (widget.places, widget.choices) == ([], {})
    widget.step = 8
    widget.tab = 0
    assert (widget.step, widget.places) == (2, [1, 0])
    with pytest.raises(traitlets.TraitError, match="the tabs 0 to 1, and no tab 2"):
        widget.tab = 2


def test_its_module_is_what_anywidget_calls() -> None:
    code = StoryWidget(story())._esm
    assert code.rstrip().endswith("export default { render };")
    assert "function render(" in code


def test_step_and_choices_can_be_watched_linked_and_stand_with_others() -> None:
    widget, slider = StoryWidget(live_story()), ipywidgets.IntSlider(max=2)
    seen = []
    widget.observe(lambda change: seen.append(change["new"]), "step")
    ipywidgets.link((widget, "step"), (slider, "value"))
    slider.value = 2
    assert widget.step == 2
    assert seen == [2]
    rate = ipywidgets.FloatSlider(0.3, min=0.1, max=1)
    ipywidgets.dlink((rate, "value"), (widget, "choices"), lambda value: {"rate": value})
    rate.value = 0.7
    assert caption(widget) == "At 0.7, False."
    assert ipywidgets.VBox([slider, widget]).children[1] is widget


@pytest.mark.parametrize("step", [-1, 3, "two"])
def test_a_step_that_the_story_lacks_is_refused(step: object) -> None:
    widget = StoryWidget(story())
    with pytest.raises(traitlets.TraitError):
        widget.step = step
    assert widget.step == 0


@pytest.mark.parametrize("places", [[0], [0, 1], [5, 0], [0, 0, 0]])
def test_places_without_a_run_are_refused(places: list[int]) -> None:
    widget = StoryWidget(story())
    with pytest.raises(traitlets.TraitError, match="no run at the places"):
        widget.places = places
    assert widget.places == [1, 0]


def test_closing_frees_the_widget_and_its_story() -> None:
    widget = StoryWidget(live_story())
    known, held = weakref.ref(widget), weakref.ref(widget.comm)
    widget.close()
    assert widget.comm is None
    del widget
    gc.collect()
    assert known() is None
    assert held() is None


def test_importing_the_room_loads_no_widgets() -> None:
    code = (
        "import sys, gradviz.widgets; print('anywidget' in sys.modules, 'traitlets' in sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["False", "False"]

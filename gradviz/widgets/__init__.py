"""The player in a notebook with a kernel; `static/` holds all the JavaScript and CSS there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradviz.render.display import Display
    from gradviz.widgets.widget import StoryWidget


def make_widget(display: Display) -> StoryWidget:
    """The live widget of what is displayed; anywidget is loaded by the first one."""
    from gradviz.widgets.widget import StoryWidget

    return StoryWidget(display.story)

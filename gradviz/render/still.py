"""The picture that stands for a story where the player may not run."""

from __future__ import annotations

from gradviz.render.svg import frame_svg
from gradviz.stories.story import Story


def still_svg(story: Story, step: int | None = None) -> str:
    """One frame as SVG, the poster unless `step` is given."""
    return frame_svg(story, step)

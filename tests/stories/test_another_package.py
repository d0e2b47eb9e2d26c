"""A second package registers a story of its own, and the face, the page and the text have it."""

import subprocess
import sys
import textwrap

import pytest

from gradviz.stories.compare import compare
from gradviz.stories.story import story

PACKAGE = '''
from gradviz.stories.parts import Axes, Mark
from gradviz.stories.story import Frame, Run, Scene, Story, story


@story("Halving")
def halve(start=8.0, *, steps=4):
    """A number that is halved again and again."""
    heights = [start / 2**k for k in range(steps + 1)]
    dots = Mark("dots", "dots", "done", {"y": "height"}, until="step")
    plot = Axes("plot", "step", "height", (-0.5, steps + 0.5, 0, start + 1), (dots,))
    frames = tuple(Frame((f"After {k} halvings {at:g} is left.",)) for k, at in enumerate(heights))
    run = Run(frames, {"height": heights})
    return Story("Halving", Scene((plot,), "plot"), {(): run})
'''
PROGRAM = """
import inspect
import gradviz
assert not hasattr(gradviz, "Halving")
import others
shown = gradviz.Halving(steps=2)
assert repr(shown) == "<Display: Halving, 3 steps>"
assert "After 2 halvings 2 is left." in shown.text(step=2)
assert "data-gradviz" in shown.html()
assert "Halving" in dir(gradviz)
assert list(inspect.signature(gradviz.Halving).parameters) == ["start", "steps"]
assert gradviz.Halving.__doc__ == "A number that is halved again and again."
from gradviz import Halving, story
print("told")
"""


def test_twenty_lines_make_a_story(tmp_path):
    assert len(PACKAGE.strip().splitlines()) <= 20
    (tmp_path / "others.py").write_text(PACKAGE)
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{textwrap.dedent(PROGRAM)}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "told", done.stderr


def test_a_name_that_is_taken_is_refused():
    def other():
        raise NotImplementedError

    with pytest.raises(ValueError, match="a story named 'Compare' is already registered by"):
        story("Compare")(other)
    assert story("Compare")(compare) is compare

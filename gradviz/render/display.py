"""What a story or a drawing is to its reader: something that shows, saves and prints itself."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradviz.render.page import image_html, output_html, whole_page
from gradviz.render.payload import payload
from gradviz.render.still import still_svg
from gradviz.render.text import drawing_text, step_text, transcript
from gradviz.stories.parts import Picture
from gradviz.stories.story import Story

if TYPE_CHECKING:
    from graphviz import Digraph
    from matplotlib.figure import Figure

WidgetMaker = Callable[["Display"], Any]
_makers: list[WidgetMaker] = []


def set_widget_maker(make: WidgetMaker) -> None:
    """Tell how a display becomes a live widget; this room knows none."""
    _makers[:] = [make]


class Display:
    """A story that shows itself in a notebook, and saves itself to a file.

    >>> from gradviz.stories.story import Frame, Run, Scene
    >>> shown = Display(Story("Two steps", Scene(()), {(): Run((Frame(("One.",)),) * 2)}))
    >>> shown
    <Display: Two steps, 2 steps>
    >>> print(shown.text(step=1))
    Step 1. One.
    """

    def __init__(self, story: Story, *, picture: str | None = None) -> None:
        self.story = story
        self.picture = picture
        """An SVG that another program drew, to be shown instead of our own."""

    def __repr__(self) -> str:
        count = max(len(run.frames) for run in self.story.runs.values())
        steps = "" if self.story.still else f", {count} step{'s' if count != 1 else ''}"
        return f"<Display: {self.story.title}{steps}>"

    def __str__(self) -> str:
        return self.text()

    def html(self) -> str:
        """The story as HTML that plays anywhere, with no kernel and no network."""
        return self._output

    @functools.cached_property
    def _output(self) -> str:
        return (
            output_html(self.story)
            if self.picture is None
            else image_html(self.story, self.picture)
        )

    def text(self, *, step: int | None = None) -> str:
        """The story in words, every step with its arithmetic; or one step of it."""
        return transcript(self.story) if step is None else step_text(self.story, step)

    def svg(self, *, step: int | None = None) -> str:
        """One step as a picture, the most telling one unless `step` is given."""
        return still_svg(self.story, step) if self.picture is None else self.picture

    def widget(self) -> Any:
        """The story as a live widget, whose traits other widgets can follow and set.

        These are `step`, `choices` (the values on the axes, by name), `tab`, and of a story that
        asks the `answers`, of which `score` is the sum.
        """
        if not _makers:
            raise RuntimeError(
                "no widget can be made of this story here: import gradviz first, which says how"
            )
        return _makers[0](self)

    def figure(self, *, step: int | None = None) -> Figure:
        """One step as a matplotlib figure, to restyle and to put into a paper or slides."""
        from gradviz.render.figure import frame_figure

        return frame_figure(self.story, step)

    def dot(self) -> Digraph:
        """The graph as a `graphviz.Digraph`."""
        from gradviz.render.dot import picture_dot

        return picture_dot(self.story)

    def save(self, path: str | Path, *, step: int | None = None) -> Path:
        """Save to a file, as its ending says: html, svg, txt, json, dot, pdf or png.

        Raises:
            ValueError: if the ending is none of these, or if a step is given for one that always
                holds the whole story.
        """
        path = Path(path)
        writer = _WRITERS.get(path.suffix.lower())
        if writer is None:
            known = ", ".join(_WRITERS)
            raise ValueError(
                f"cannot save a story as {path.name!r}: its name may end in {known}, so choose one"
            )
        if step is not None and path.suffix.lower() in _WHOLE:
            raise ValueError(
                f"{path.name!r} holds every step: leave out step={step}, and link to a step of a "
                f"page by adding #step={step} to its address"
            )
        writer(self, path, step)
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        text = drawing_text(self.story) if self.story.still else transcript(self.story)
        bundle = {"text/html": self.html(), "text/plain": text}
        chosen = {kind: told for kind, told in bundle.items() if not include or kind in include}
        return {kind: told for kind, told in chosen.items() if not exclude or kind not in exclude}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _save_html(shown: Display, path: Path, step: int | None) -> None:
    _write(path, whole_page(shown.story, output=shown.html()))


def _save_svg(shown: Display, path: Path, step: int | None) -> None:
    _write(path, shown.svg(step=step))


def _save_text(shown: Display, path: Path, step: int | None) -> None:
    _write(path, shown.text(step=step) + "\n")


def _save_json(shown: Display, path: Path, step: int | None) -> None:
    _write(path, json.dumps(payload(shown.story), ensure_ascii=False, indent=1) + "\n")


def _save_dot(shown: Display, path: Path, step: int | None) -> None:
    _write(path, shown.dot().source)


def _save_picture(shown: Display, path: Path, step: int | None) -> None:
    """A PDF or PNG is drawn by matplotlib from the same placed picture, or by Graphviz from DOT.

    Graphviz draws what it has laid out, and whatever shows a graph where matplotlib is missing.
    """
    graphs = [part for part in shown.story.scene.parts if isinstance(part, Picture)]
    if shown.picture is not None or (graphs and find_spec("matplotlib") is None):
        from gradviz.render.dot import run_dot

        path.write_bytes(run_dot(shown.dot().source, format=path.suffix[1:].lower()))
    else:
        shown.figure(step=step).savefig(path, dpi=192)


_WHOLE = (".html", ".json", ".dot", ".gv")
_WRITERS: dict[str, Callable[[Display, Path, int | None], None]] = {
    ".html": _save_html,
    ".svg": _save_svg,
    ".txt": _save_text,
    ".json": _save_json,
    ".dot": _save_dot,
    ".gv": _save_dot,
    ".pdf": _save_picture,
    ".png": _save_picture,
}

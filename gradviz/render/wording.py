"""Rich text with its references filled in: what a reader sees at one frame of a story."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradviz.render.measure import legible
from gradviz.stories import story as stories
from gradviz.stories.numbers import factor, figure, minus
from gradviz.stories.parts import Matrix, Ref, Rich, Run
from gradviz.stories.story import Axis, Frame, Story

Look = Callable[[Ref], str]
Styled = tuple[str, str]
_MISSING = object()
_ROWS = {"next": 1, "previous": -1}
_RAISED = str.maketrans("0123456789−-+nTi⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺ⁿᵀⁱᵀ")
_LOWERED = str.maketrans("0123456789ij", "₀₁₂₃₄₅₆₇₈₉ᵢⱼ")


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a story, at one place on its other axes."""

    story: Story
    place: tuple[int, ...]
    step: int

    @property
    def run(self) -> stories.Run:
        """The frames at this place on the axes."""
        return self.story.runs[self.place]

    @property
    def frame(self) -> Frame:
        """The frame itself."""
        return self.run.frames[self.step]

    @property
    def row(self) -> int:
        """The row of the columns that the frame stands at."""
        return self.step if self.frame.row is None else self.frame.row

    def column(self, name: str) -> Sequence[Any] | None:
        """A column of the run, or one that all runs share."""
        found = self.run.columns.get(name)
        return self.story.columns.get(name) if found is None else found

    def look(self, reference: Ref) -> str:
        """What is written where a reference stands."""
        return written(self.value(reference.name), reference.form)

    def value(self, name: str) -> Any:
        """The value of a name: of the frame, of a column, or of an axis."""
        if name in self.frame.values:
            return self.frame.values[name]
        found = self._cell(name, self.row)
        if found is _MISSING and "." in name:
            stem, word = name.rsplit(".", 1)
            found = self._cell(stem, self._row(stem, word))
        if found is _MISSING:
            found = self._axis(name)
        return found

    def _row(self, stem: str, word: str) -> int:
        column = self.column(stem) or ()
        return {"first": 0, "last": len(column) - 1}.get(word, self.row + _ROWS.get(word, 0))

    def _cell(self, name: str, row: int) -> Any:
        column = self.column(name)
        if column is None:
            return _MISSING
        return column[row] if 0 <= row < len(column) else None

    def _axis(self, name: str) -> Any:
        stem, _, word = name.partition(".")
        for part in self.story.scene.parts:
            if isinstance(part, Matrix) and part.id == stem:
                return _of_matrix(part, self.weights(part), word)
        indexes = iter(self.place)
        for axis in self.story.axes:
            index = 0 if axis.control == "weights" else next(indexes, axis.start)
            if axis.name == stem:
                return _on_axis(axis, index, word)
        return f"{{{name}}}"

    def weights(self, part: Matrix) -> tuple[float, ...]:
        """What multiplies the rows of a matrix, as the story starts."""
        for axis in self.story.axes:
            if axis.name == part.weights:
                return axis.values
        return (1.0,) * len(part.cells)


def _on_axis(axis: Axis, index: int, word: str) -> Any:
    if axis.control == "weights":
        return axis.values[int(word)] if word.isdigit() else _listed(axis.values)
    if axis.texts:
        return axis.texts[index]
    value = axis.values[index]
    return ("off", "on")[value] if isinstance(value, bool) else value


def _listed(values: Sequence[float]) -> str:
    return (
        "[" + ", ".join(f"{value:.4g}" + "." * float(value).is_integer() for value in values) + "]"
    )


def weighted_sums(part: Matrix, weights: Sequence[float]) -> list[float]:
    """What stands below a matrix: the rows, each times its weight, added up."""
    return [
        float(f"{sum(w * row[j] for w, row in zip(weights, part.cells, strict=True)):.9g}")
        for j in range(len(part.columns))
    ]


def _of_matrix(part: Matrix, weights: Sequence[float], word: str) -> Any:
    sums = weighted_sums(part, weights)
    if word == "print":
        whole = all(value.is_integer() for value in sums)
        texts = [f"{value:.0f}." if whole else f"{value:.4f}" for value in sums]
        wide = max(map(len, texts), default=0)
        return f"tensor([{', '.join(text.rjust(wide) for text in texts)}])"
    column, _, what = word.partition(".")
    if not column.isdigit() or int(column) >= len(sums):
        return f"{{{part.id}.{word}}}"
    if what != "terms":
        return sums[int(column)]
    pairs = zip(weights, part.cells, strict=True)
    return " + ".join(
        f"{written(w, 'signed' if k else '')} × {written(row[int(column)], 'signed')}"
        for k, (w, row) in enumerate(pairs)
    )


def moment(story: Story, step: int | None = None, place: tuple[int, ...] | None = None) -> Moment:
    """A frame of a story: the poster unless `step` names another.

    Raises:
        IndexError: if the story has no such step, or no such place on its axes.
    """
    if place is None:
        place = tuple(axis.start for axis in story.axes if axis.control != "weights")
        place = place if place in story.runs else next(iter(story.runs))
    if place not in story.runs:
        raise IndexError(f"the story has no place {place} on its axes: {_few(story.runs)}")
    count = len(story.runs[place].frames)
    wanted = story.poster if step is None else step
    if not -count <= wanted < count:
        raise IndexError(
            f"step {wanted} of a story with steps 0 to {count - 1}: choose one of these"
        )
    return Moment(story, place, wanted % count)


def _few(places: Mapping[tuple[int, ...], Any]) -> str:
    names = [str(place) for place in list(places)[:4]]
    return "it has " + ", ".join(names) + (", ..." if len(places) > 4 else "")


def written(value: Any, form: str = "") -> str:
    """A value as a reference writes it.

    >>> written(-0.5, "signed"), written(2.5, "fixed"), written(23820.0, "fixed"), written(None)
    ('(−0.5)', '2.500', '23820', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if form == "text":
        return minus(str(value))
    if form == "fixed" and 1e-4 <= abs(value) < 1e4:
        return minus(f"{value:#.4g}".rstrip("."))
    text = figure(float(value))
    return factor(text) if form == "signed" else text


def runs(rich: Rich, look: Look) -> list[Styled]:
    """Each run with its style, `""` for plain text; raised and lowered signs become plain.

    >>> runs(("x", ("sup", "2"), Ref("n", style="hot")), lambda reference: "4")
    [('', 'x'), ('', '²'), ('hot', '4')]
    """
    return [_run(run, look) for run in rich]


def _run(run: Run, look: Look) -> Styled:
    if isinstance(run, str):
        return "", legible(run)
    style, text = (run.style, look(run)) if isinstance(run, Ref) else run
    text = legible(text)
    if style == "sup":
        raised = text.translate(_RAISED)
        return "", f"^({text})" if raised == text else raised
    return ("", text.translate(_LOWERED)) if style == "sub" else (style, text)


def sentence(rich: Rich, look: Look) -> str:
    """The bare text, for those who hear it."""
    return "".join(" " if style == "br" else text for style, text in runs(rich, look))

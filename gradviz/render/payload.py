"""A story as the JSON that the player reads.

A frame is stored as what differs from the one before (key by key, a dict in a dict, null takes
a key away), with a whole one every `WHOLE`. What occurs more than once is stored once: captions
under `texts`, frames under `frames`, columns under `series`; a number stands in their place.
A story's variants share its pools.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradviz.render.bundle import pack
from gradviz.render.layout import place
from gradviz.render.measure import legible
from gradviz.stories.parts import Part, Picture, Ref
from gradviz.stories.story import Frame, Run, Story

WHOLE = 20
"""Every so many frames one is stored whole, so that a jump is short."""
LARGE = 4_000
"""Longer data travel deflated."""
_AS_IT_IS = frozenset((int, bool, type(None)))


def payload(story: Story) -> dict[str, Any]:
    """All that the player needs to know of a story, as plain data.

    >>> from gradviz.stories.story import Scene
    >>> still = Story("A title", Scene(()), {(): Run((Frame(("a ", ("code", "b")),),))})
    >>> payload(still)["runs"]
    {'': {'frames': [{'caption': ['a ', ['code', 'b']]}]}}
    """
    tellings = [_telling(one) for one in (story, *story.variants)]
    pools = _pool([telling["runs"] for telling in tellings])
    first, *others = tellings
    for other in others:
        _share_columns(first, other)
    return first | pools | ({"variants": others} if others else {})


def _share_columns(first: dict[str, Any], other: dict[str, Any]) -> None:
    """A variant has the columns of the first telling, unless it says otherwise."""
    own = other.pop("columns", {})
    if own != first.get("columns", {}):
        other["columns"] = own


def changes(story: Story, first: Story) -> dict[str, Any]:
    """What the player must hear of a story that is told anew: where `first` says something else.

    >>> from gradviz.stories.story import Axis, Scene
    >>> first = Story("A title", Scene(()), {(0,): Run((Frame(()),))}, (Axis("lr", (0.1,)),))
    >>> story = dataclasses.replace(first, axes=(Axis("lr", (0.2,)),))
    >>> changes(story, first)["axes"]
    [{'name': 'lr', 'values': [0.2]}]
    """
    telling = {"axes": [plain(axis) for axis in story.axes], "runs": _runs(story)}
    if story.columns is not first.columns and story.columns != first.columns:
        telling["columns"] = _columns(story.columns)
    return telling


def _telling(story: Story) -> dict[str, Any]:
    """A story without its variants, nothing pooled yet."""
    whole = {
        "gradviz": story.schema,
        "title": plain(story.title),
        "tab": plain(story.tab),
        "subtitle": plain(story.subtitle),
        "alt": plain(story.alt),
        "layout": story.scene.layout,
        "left": story.scene.left,
        "right": story.scene.right,
        "predict": story.predict,
        "still": story.still,
        "phases": [[phase.name, phase.start] for phase in story.phases],
        "parts": [_part(part, story.scene.areas) for part in story.scene.parts],
        "axes": [plain(axis) for axis in story.axes],
        "columns": _columns(story.columns),
        "record": plain(story.record),
        "runs": _runs(story),
    }
    empty = ("", 0, [], {}, False)
    return {key: value for key, value in whole.items() if key == "parts" or value not in empty}


def encode(data: Mapping[str, Any], *, packed: bool | None = None) -> str:
    r"""The payload as an expression of JavaScript that can stand inside a `<script>`.

    Large data become a string: deflated, in letters; `fill` and `play` take either.

    >>> encode({"title": "</script>"})
    '{"title":"<\\/script>"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if len(text) > LARGE if packed is None else packed:
        return f'"{pack(data)}"'
    return text.replace("</", "<\\/").replace("<!--", "\\u003c!--")


def plain(value: Any, digits: int = 9) -> Any:
    """Anything of a story as JSON: dataclasses without what is at its default.

    >>> plain(Ref("x", style="hot"))
    {'r': 'x', 's': 'hot'}
    >>> plain((1.0, float("nan"), 0.30000001192, {2: None}))
    [1, 'nan', 0.300000012, {'2': None}]
    """
    kind = type(value)
    if kind is str:
        return legible(value)
    if kind in _AS_IT_IS:
        return value
    if kind is float:
        return _number(value, digits)
    if kind is tuple or kind is list:
        return [plain(item, digits) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item, digits) for key, item in value.items()}
    if kind is Ref:
        short = {"r": value.name, "f": value.form, "s": value.style}
        return {key: text for key, text in short.items() if text}
    if dataclasses.is_dataclass(value):
        return _fields(value, digits)
    if isinstance(value, np.generic):
        return plain(value.item(), digits)
    return [plain(item, digits) for item in value]


def _number(value: float, digits: int) -> float | int | str:
    if not math.isfinite(value):
        return str(value)
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def _fields(value: Any, digits: int) -> dict[str, Any]:
    kept = {}
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        if not _is_default(item, field):
            kept[field.name] = plain(item, digits)
    return kept


def _is_default(item: Any, field: dataclasses.Field[Any]) -> bool:
    if field.default is not dataclasses.MISSING:
        return item is field.default or (
            type(item) is type(field.default) and item == field.default
        )
    return field.default_factory is dict and not item


def _part(part: Part, areas: Mapping[str, str]) -> dict[str, Any]:
    data = {"kind": part.kind} | plain(part)
    if isinstance(part, Picture):
        data |= _geometry(part)
    return data | ({"area": areas[part.id]} if part.id in areas else {})


def _geometry(picture: Picture) -> dict[str, Any]:
    """The cards and wires of a picture, each with the place that the layout gave it."""
    placed = place(picture)
    cards = {card.id: plain(card) for card in picture.cards}
    wires = {wire.id: plain(wire) for wire in picture.wires}
    return {
        "width": placed.width,
        "height": placed.height,
        "cards": [cards[at.id] | plain(at, 5) for at in placed.cards],
        "wires": [wires[at.id] | _wire(plain(at, 5)) for at in placed.wires],
    }


def _wire(at: dict[str, Any]) -> dict[str, Any]:
    """Where a wire stands; `label` is its text, so the place of the text is called `at`."""
    renamed = {"at" if key == "label" else key: value for key, value in at.items()}
    return {key: value for key, value in renamed.items() if key != "points" and value is not None}


def _columns(columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Four significant digits, rounded here once: the player prints what is stored."""
    known = {id(column): column for column in columns.values()}
    found = {at: plain(column, 4) for at, column in known.items()}
    return {name: found[id(column)] for name, column in columns.items()}


def _runs(story: Story) -> dict[str, Any]:
    known = _Known()
    return {",".join(map(str, place)): _run(run, known) for place, run in story.runs.items()}


class _Known:
    """Frames and what is in them as JSON; what many frames share is turned only once."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], Any] = {}
        self._kept: list[Any] = []
        """Keeps alive what was seen, for it is known by its address."""

    def plain(self, value: Any, digits: int = 9) -> Any:
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        key = (id(value), digits)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = (
                {str(name): self.plain(item, digits) for name, item in value.items()}
                if kind is dict
                else plain(value, digits)
            )
            self._kept.append(value)
        return found

    def frame(self, frame: Frame) -> dict[str, Any]:
        whole = {
            "caption": self.plain(frame.caption),
            "states": {part: self.plain(state) for part, state in frame.states.items()},
            "values": frame.values and plain(frame.values, 4),
            "question": plain(frame.question),
            "by_hand": frame.by_hand,
            "row": frame.row,
        }
        return {key: value for key, value in whole.items() if value not in (None, {}, "")}


def _run(run: Run, known: _Known) -> dict[str, Any]:
    whole = [known.frame(frame) for frame in run.frames]
    frames = [
        frame if number % WHOLE == 0 else _difference(whole[number - 1], frame)
        for number, frame in enumerate(whole)
    ]
    data = {"frames": frames, "columns": _columns(run.columns), "status": run.status}
    return {key: value for key, value in data.items() if value or key == "frames"}


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What must be merged into `old` to make it `new`.

    >>> _difference({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 4, "d": 3}})
    {'b': {'c': 4}, 'a': None}
    """
    found: dict[str, Any] = {}
    for key, value in new.items():
        before = old.get(key)
        if before is value or (type(before) is type(value) and before == value):
            continue
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            found[key] = _difference(before, value)
        else:
            found[key] = value
    return found | {key: None for key in old if key not in new and old[key] is not None}


def _pool(tellings: Sequence[dict[str, dict[str, Any]]]) -> dict[str, list[Any]]:
    """The pools of what occurs more than once in the runs, which are changed to refer to them."""
    runs = [run for telling in tellings for run in telling.values()]
    told = [frame for run in runs for frame in run["frames"] if "caption" in frame]
    texts = _Pool(frame["caption"] for frame in told)
    for frame in told:
        frame["caption"] = texts.short(frame["caption"])
    frames = _Pool(frame for run in runs for frame in run["frames"])
    series = _Pool(column for run in runs for column in run.get("columns", {}).values())
    for run in runs:
        run["frames"] = [frames.short(frame) for frame in run["frames"]]
        if "columns" in run:
            run["columns"] = {n: series.short(column) for n, column in run["columns"].items()}
    pools = {"texts": texts.items, "frames": frames.items, "series": series.items}
    return {name: items for name, items in pools.items() if items}


class _Pool:
    """Items that occur more than once, numbered in the order in which they are met."""

    def __init__(self, candidates: Any) -> None:
        self._counts = Counter(map(_key, candidates))
        self._numbers: dict[str, int] = {}
        self.items: list[Any] = []

    def short(self, item: Any) -> Any:
        """The item's number, or the item itself where it is used but once, or is tiny."""
        key = _key(item)
        if self._counts[key] < 2 or len(key) < 6:
            return item
        if key not in self._numbers:
            self._numbers[key] = len(self.items)
            self.items.append(item)
        return self._numbers[key]


_key = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

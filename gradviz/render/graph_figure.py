"""A placed graph drawn with matplotlib."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradviz.render.placed import Placed, PlacedCard, PlacedWire
from gradviz.render.sheet import token
from gradviz.render.wording import Moment, runs
from gradviz.stories.parts import Card, PartState, Picture, Wire

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Drawing

MONO, SANS = "DejaVu Sans Mono", "DejaVu Sans"
_PATH = re.compile(r"([MCVHLQ])([^MCVHLQ]*)")
_MARKS = {"active": "hot", "ask": "hot", "error": "hot", "done": "done"}


def draw_graph(
    drawing: Drawing, picture: Picture, placed: Placed, state: PartState, now: Moment
) -> None:
    """Draw every card and wire in the state that a frame gives it."""
    cards = {card.id: card for card in picture.cards}
    wires = {wire.id: wire for wire in picture.wires}
    card_states, wire_states = state.get("cards", {}), state.get("wires", {})
    for at in sorted(placed.cards, key=lambda at: not at.open):
        _draw_card(drawing, cards[at.id], at, card_states.get(at.id, {}))
    for at in placed.wires:
        _draw_wire(drawing, wires[at.id], at, wire_states.get(at.id, {}), now)


def _write(drawing: Drawing, x: float, y: float, text: str, size: float, **look: Any) -> None:
    told: dict[str, Any] = {"family": MONO, "color": token("ink"), "va": "baseline"} | look
    drawing.text(x, y, text.replace("$", r"\$"), fontsize=size * 0.92, zorder=4, **told)


def _box(drawing: Drawing, at: Sequence[float], radius: float, **look: Any) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y, width, height = at
    style = f"round,pad=0,rounding_size={min(radius, height / 2)}"
    drawing.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=style, **look))


def _draw_card(drawing: Drawing, card: Card, at: PlacedCard, state: PartState) -> None:
    frame = (at.x, at.y, at.width, at.height)
    if card.kind in ("ghost", "call"):
        if card.kind == "ghost":
            look = {"ec": token("idle"), "fc": "none", "ls": (0, (3, 3)), "lw": 1.0}
            _box(drawing, frame, 11, zorder=2, **look)
        middle = (at.x + at.width / 2, at.y + at.height / 2 + 4)
        _write(drawing, *middle, at.title, 11.5, ha="center", color=token("mut"))
        return
    mark = _MARKS.get(state.get("mark", ""), "")
    leaf = card.kind == "leaf"
    edge = token("hot" if mark == "hot" else "leaf" if leaf else mark or "idle")
    width = 2.2 if mark == "hot" else 1.8 if leaf else 1.5 if mark else 1.1
    ground = token("hot-bg" if mark == "hot" else "card")
    if card.kind == "fold":
        for shift in (10, 5):
            sheet = (at.x + shift, at.y + shift, at.width, at.height)
            _box(drawing, sheet, 12, fc=ground, ec=edge, lw=width, zorder=1)
    _box(
        drawing, frame, 12 if leaf else 8, fc=ground, ec=edge, lw=width, zorder=1 if at.open else 2
    )
    if card.count:
        spot = (at.x + at.width - 14, at.y + 20)
        _write(drawing, *spot, f"× {card.count}", 14, ha="right", weight="bold", family=SANS)
    if at.open:
        _write(drawing, at.x + 12, at.y + 17, at.title, 11, color=token("mut"))
        return
    _write_card(drawing, at, state, leaf)


def _write_card(drawing: Drawing, at: PlacedCard, state: PartState, leaf: bool) -> None:
    above, below = at.lines if leaf else (at.y + 18, at.y + 33)
    value = state.get("value", at.value)
    title = at.title if value is None else f"{at.title} = {value}"
    _write(drawing, at.x + 12, above, title, 13)
    subtitle = str(state.get("subtitle", at.subtitle))
    _write(drawing, at.x + 12, below, subtitle, 11, color=token("mut"))
    if at.pocket is not None:
        left = at.x + at.width - at.pocket_width
        middle, freed = left + at.pocket_width / 2, state.get("pocket") == "freed"
        drawing.plot([left, left], [at.y + 6, at.y + at.height - 6], color=token("hair"), zorder=3)
        word = "freed" if freed else "saved"
        look = {"ha": "center", "color": token("mut")}
        _write(drawing, middle, at.y + 16, word, 10.5, family=SANS, **look)
        _write(drawing, middle, at.y + 32, at.pocket, 12, **(look if freed else {"ha": "center"}))
    if leaf and at.grad is not None:
        _draw_grad(drawing, at, state)


def _draw_grad(drawing: Drawing, at: PlacedCard, state: PartState) -> None:
    left, top, width, height = at.grad or (at.x, at.y, 0.0, 0.0)
    level = float(state.get("level", 0) or 0)
    ground = token("leaf-bg") if level else token("card")
    frame = (left, top, width, height)
    _box(drawing, frame, 6, fc=ground, ec=token("leaf"), lw=1.1, zorder=3)
    look = {"ha": "center"}
    _write(drawing, left + width / 2, top + 13, ".grad", 10.5, color=token("mut"), **look)
    text = str(state.get("grad", "None"))
    weight = "normal" if text == "None" else "bold"
    size = 14 if len(text) < 8 else 11
    spot = (left + width / 2, top + height - 9)
    _write(drawing, *spot, text, size, weight=weight, family=SANS, **look)
    sockets = state.get("sockets", ())
    for place_, x in enumerate(at.sockets):
        mark = sockets[place_] if place_ < len(sockets) else ""
        ink = token({"full": "done", "hot": "hot"}.get(mark, "idle"))
        inside = ink if mark else token("card")
        drawing.plot([x], [at.y], "o", ms=8, mfc=inside, mec=ink, zorder=5)


def _draw_wire(drawing: Drawing, wire: Wire, at: PlacedWire, state: PartState, now: Moment) -> None:
    from matplotlib.patches import PathPatch, Polygon

    mark = _MARKS.get(state.get("mark", ""), "")
    dashed = wire.kind in ("ghost", "cut")
    ink = token("idle" if dashed else mark or "idle")
    width = 3.0 if wire.kind == "many" else 2.4 if mark == "hot" else 1.7 if mark else 1.1
    style = (0, (3, 3)) if dashed else "solid"
    drawing.add_patch(PathPatch(_path(at.d), fc="none", ec=ink, lw=width, ls=style, zorder=1.5))
    if at.arrow is not None:
        x, y, direction = at.arrow
        tip = {"d": ((-4.5, -8), (4.5, -8)), "u": ((-4.5, 8), (4.5, 8))}
        tip |= {"r": ((-8, -4.5), (-8, 4.5)), "l": ((8, -4.5), (8, 4.5))}
        (ax, ay), (bx, by) = tip[direction]
        points = [(x, y), (x + ax, y + ay), (x + bx, y + by)]
        drawing.add_patch(Polygon(points, closed=True, fc=ink, ec="none", zorder=4))
    if wire.label and at.label is not None:
        x, y, anchor = at.label
        look = {"ha": _side(anchor), "color": token("mut")}
        _write(drawing, x, y + 4, wire.label, 12, **look)
    _write_number(drawing, at, state, now)


def _write_number(drawing: Drawing, at: PlacedWire, state: PartState, now: Moment) -> None:
    if state.get("mark") == "done":
        short = state.get("short") or state.get("text") or ""
        text = (
            short if isinstance(short, str) else "".join(word for _, word in runs(short, now.look))
        )
        x, y, anchor = at.done
        look = {"ha": _side(anchor), "color": token("done-t"), "weight": "bold"}
        _write(drawing, x, y + 4.5, text, 13, family=SANS, **look)
    elif state.get("mark") and state.get("text"):
        text = "".join(word for _, word in runs(state["text"], now.look))
        frame = {"boxstyle": "round,pad=0.35", "fc": token("card"), "ec": token("hot")}
        x, y = at.pill
        _write(drawing, x, y, text, 12, family=SANS, ha="center", va="center", bbox=frame)


def _side(anchor: str) -> str:
    return {"start": "left", "end": "right"}.get(anchor, "center")


def _path(d: str) -> Any:
    from matplotlib.path import Path

    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for letter, rest in _PATH.findall(d):
        numbers = [float(text) for text in re.findall(r"-?[\d.]+", rest)]
        x, y = points[-1] if points else (0.0, 0.0)
        if letter == "V":
            numbers = [x, numbers[0]]
        elif letter == "H":
            numbers = [numbers[0], y]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        points += pairs
        code = {"M": Path.MOVETO, "C": Path.CURVE4, "Q": Path.CURVE3}.get(letter, Path.LINETO)
        codes += [int(code)] * len(pairs)
    return Path(points, codes)

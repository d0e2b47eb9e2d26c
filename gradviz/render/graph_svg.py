"""A placed picture as SVG, in the state that one frame gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.render.lettering import text_width
from gradviz.render.markup import element, escape
from gradviz.render.measure import SUBTITLE, TITLE, columns, width
from gradviz.render.paths import spell
from gradviz.render.placed import Placed, PlacedCard
from gradviz.render.wire_svg import State, draw_pill, draw_thumbnail, draw_wire, draw_wire_text
from gradviz.render.wording import Look
from gradviz.stories.parts import Card, Picture


def draw_picture(picture: Picture, placed: Placed, states: State, look: Look) -> str:
    """Wires, then cards, then what stands over both."""
    card_states, wire_states = states.get("cards", {}), states.get("wires", {})
    cards = {card.id: card for card in picture.cards}
    wires = {wire.id: wire for wire in picture.wires}
    open_cards = [at for at in placed.cards if at.open]
    closed = [at for at in placed.cards if not at.open]
    lines, over = [], []
    for at in placed.wires:
        state = wire_states.get(at.id, {})
        lines.append(draw_wire(wires[at.id], at, state))
        over.append(draw_wire_text(wires[at.id], at, state, look))
    drawn = [_card(cards[at.id], at, card_states.get(at.id, {}), look) for at in closed]
    for at in closed:
        meet = card_states.get(at.id, {}).get("meet")
        if meet:
            over.append(draw_pill(at.meet or (at.x + at.width / 2, at.y - 15), meet, None, look))
    holders = [_holder(cards[at.id], at, card_states.get(at.id, {})) for at in open_cards]
    return "".join([*holders, *lines, *drawn, *over])


def _mono(text: str, size: float, **attributes: Any) -> dict[str, Any]:
    """A mono text is held to the width that was reckoned for it, whatever font shows it."""
    return {"textLength": round(width(text, size)) or None} | attributes


_ROUND = {"leaf": 12.0, "ghost": 11.0, "fold": 12.0, "module": 12.0}


def _sheet(kind: str, at: PlacedCard, shift: float = 0.0) -> str:
    return element(
        "rect",
        class_="sheet",
        x=at.x + shift,
        y=at.y + shift,
        width=at.width,
        height=at.height,
        rx=_ROUND.get(kind, 8.0),
    )


def _classes(card: Card, state: State) -> str:
    mark, pocket = state.get("mark", ""), state.get("pocket", "")
    words = ["c", card.kind if card.kind in ("leaf", "ghost", "call") else "", mark, pocket]
    return " ".join(word for word in words if word and word not in ("saved", "waiting"))


def _tooltip(card: Card) -> list[str]:
    return [element("title", escape(card.tooltip))] if card.tooltip else []


def _holder(card: Card, at: PlacedCard, state: State) -> str:
    """A fold or a module that is open: sheets, its name, and room for its cards."""
    parts = _tooltip(card)
    if card.kind == "fold":
        parts += [_sheet("fold", at, 10.0), _sheet("fold", at, 5.0)]
    parts.append(_sheet("fold", at))
    if card.count and card.kind == "fold":
        parts.append(
            element("text", f"× {card.count}", class_="times", x=at.x + at.width - 16, y=at.y + 20)
        )
    if at.title:
        parts.append(element("text", escape(at.title), class_="kind", x=at.x + 12, y=at.y + 17))
    return element("g", *parts, class_=_classes(card, state))


def _card(card: Card, at: PlacedCard, state: State, look: Look) -> str:
    parts = _tooltip(card)
    if card.kind in ("ghost", "call"):
        if card.kind == "ghost":
            parts.append(_sheet("ghost", at))
        size = 11.5 if card.kind == "ghost" else 12.5
        middle = {"x": at.x + at.width / 2, "y": at.y + at.height / 2 + 4}
        parts.append(
            element("text", escape(at.title), class_="name", **_mono(at.title, size, **middle))
        )
        return element("g", *parts, class_=_classes(card, state))
    if state.get("mark") in ("active", "ask"):
        parts.append(_halo(card, at))
    if card.kind == "fold":
        parts += [_sheet("fold", at, 10.0), _sheet("fold", at, 5.0)]
    parts.append(_sheet(card.kind, at))
    leaf = card.kind == "leaf"
    parts += _titles(at, state, at.lines if leaf else (at.y + 18, at.y + 33))
    if card.count:
        parts.append(
            element("text", f"× {card.count}", class_="times", x=at.x + at.width - 12, y=at.y + 18)
        )
    if at.pocket is not None:
        parts += _pocket(at, state)
    if leaf:
        parts += _gradient(at, state)
    if state.get("mark") == "error":
        parts.append(_bang(at))
    return element("g", *parts, class_=_classes(card, state))


def _halo(card: Card, at: PlacedCard) -> str:
    rx = _ROUND.get(card.kind, 8.0) + 4
    return element(
        "rect",
        class_="halo",
        x=at.x - 4,
        y=at.y - 4,
        width=at.width + 8,
        height=at.height + 8,
        rx=rx,
    )


def _titles(at: PlacedCard, state: State, lines: tuple[float, float]) -> list[str]:
    value = state.get("value", at.value)
    whole = at.title if value is None else f"{at.title} = {value}"
    inner = escape(at.title)
    if value is not None:
        inner = element("tspan", inner) if columns(at.title) else ""
        inner += element("tspan", " = ", class_="is") + element(
            "tspan", escape(str(value)), class_="val"
        )
    title = element("text", inner, class_="name", **_mono(whole, TITLE, x=at.x + 12, y=lines[0]))
    subtitle = str(state.get("subtitle", at.subtitle))
    if not subtitle:
        return [title]
    place = {"x": at.x + 12, "y": lines[1]}
    return [
        title,
        element("text", escape(subtitle), class_="kind", **_mono(subtitle, SUBTITLE, **place)),
    ]


def _pocket(at: PlacedCard, state: State) -> list[str]:
    left, room = at.x + at.width - at.pocket_width, at.pocket_width
    freed = state.get("pocket") == "freed"
    ground = (
        spell("M", left, at.y + 2, "h", room - 8)
        + "a6 6 0 0 1 6 6"
        + spell("v", at.height - 16)
        + "a6 6 0 0 1-6 6"
        + spell("h", 8 - room, "z")
    )
    middle = left + room / 2
    text = at.pocket or ""
    return [
        element("path", class_="pk", d=ground),
        element("path", class_="div", d=spell("M", left, at.y + 6, "V", at.y + at.height - 6)),
        element("text", "freed" if freed else "saved", class_="pn", x=middle, y=at.y + 16),
        element("text", escape(text), class_="pv", **_mono(text, 12, x=middle, y=at.y + 32)),
    ]


def _gradient(at: PlacedCard, state: State) -> list[str]:
    left, top, room, high = at.grad or (at.x, at.y, 0.0, 0.0)
    middle, level = left + room / 2, float(state.get("level", 0) or 0)
    parts = []
    if level:
        box = {"x": left, "width": room, "rx": 6.0}
        parts.append(
            element("rect", class_="gf", y=top + high * (1 - level), height=high * level, **box)
        )
    parts.append(element("rect", class_="gb", x=left, y=top, width=room, height=high, rx=6.0))
    parts.append(element("text", ".grad", class_="gl", x=middle, y=top + 13))
    heat = state.get("heat")
    cells = draw_thumbnail(heat, 14, high - 22, room - 8) if heat is not None else None
    if cells:
        parts.append(cells[0](middle, top + 17 + (high - 21) / 2))
    else:
        parts.append(_grad_text(str(state.get("grad", "None")), middle, top + high - 9, room))
    sockets: Sequence[str] = state.get("sockets", ())
    edge = at.y
    for place, x in enumerate(at.sockets):
        mark = sockets[place] if place < len(sockets) else ""
        parts.append(element("circle", class_=f"so {mark}".strip(), cx=x, cy=edge, r=4.5))
    return parts


def _grad_text(text: str, x: float, y: float, room: float) -> str:
    size = 13.0 if text == "None" else 15.0 if len(text) <= 7 else 12.5
    wide = text_width(text, size, "" if text == "None" else "b")
    held = {"textLength": room - 8, "lengthAdjust": "spacingAndGlyphs"} if wide > room - 8 else {}
    smaller = "font-size:12.5px" if size == 12.5 else None
    look = "gv none" if text == "None" else "gv"
    return element("text", escape(text), class_=look, x=x, y=y, style=smaller, **held)


def _bang(at: PlacedCard) -> str:
    x, y = at.x + at.width, at.y
    return element("circle", class_="bang", cx=x, cy=y, r=9.0) + element(
        "path", class_="bangs", d=spell("M", x, y - 4.5, "v", 5.5, "M", x, y + 4, "v", 0.4)
    )

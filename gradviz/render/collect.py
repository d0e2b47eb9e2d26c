"""What stands on one level of a picture: blocks, and the lines between them."""

from __future__ import annotations

from collections.abc import Callable

from gradviz.render.blocks import Block, Group, make_ghost
from gradviz.render.measure import TITLE, Box, box, width
from gradviz.render.plan import Level, Line, Plan
from gradviz.stories.parts import Wire

PlaceInner = Callable[[Plan, str], Group]


def collect(plan: Plan, parent: str | None, place_inner: PlaceInner) -> Level:
    """The blocks of a level, what is in them already placed."""
    blocks, number = [], {}
    for card in plan.children.get(parent, []):
        if card.kind in ("ghost", "call"):
            continue
        number[card.id] = len(blocks)
        inner = None
        if card.kind in ("fold", "module") and plan.children.get(card.id):
            inner = place_inner(plan, card.id)
        size = box(card, tight=plan.tight, stacked=plan.stacked)
        if inner is not None:
            head = width(size.title, TITLE) + (56 if card.count else 24)
            size = Box(max(inner.width, head), inner.height, size.title, size.value, size.subtitle)
        blocks.append(Block(card, size, inner=inner))
    level = Level(plan, parent, blocks, number, [])
    for wire in plan.picture.wires:
        if wire.kind in ("ghost", "cut", "seed"):
            _add_attachment(level, wire)
        elif wire.kind != "loop":
            _add_line(level, wire)
    return level


def _add_attachment(level: Level, wire: Wire) -> None:
    source = level.plan.cards.get(wire.source)
    target = level.plan.cards.get(wire.target)
    if source is None or target is None:
        return
    if wire.kind == "seed":
        owner = level.number.get(wire.target)
        if owner is not None and source.kind == "call" and level.parent is None:
            level.blocks[owner].call = (wire, source, box(source))
        return
    if target.kind != "ghost" or wire.target in level.number:
        return
    parent = target.parent if target.parent in level.plan.cards else None
    owner_id = level.plan.member(wire.source, level.parent)
    if parent == level.parent and owner_id in level.number:
        ghost = make_ghost(target, wire, tight=level.plan.tight)
        level.blocks[level.number[owner_id]].ghosts.append(ghost)


def _add_line(level: Level, wire: Wire) -> None:
    ends = [level.plan.member(end, level.parent) for end in (wire.source, wire.target)]
    numbers = [level.number.get(end) if end is not None else None for end in ends]
    if numbers == [None, None] or numbers[0] == numbers[1]:
        return
    for side in (0, 1):
        if numbers[side] is None:
            numbers[side] = len(level.blocks)
            level.entries[len(level.blocks)] = wire.id
            level.blocks.append(Block(None, Box(4, 0, "")))
    level.lines.append(Line(wire, numbers[0] or 0, numbers[1] or 0))

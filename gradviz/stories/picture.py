"""From a planned graph to the cards and wires of its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gradviz.graph.model import Constant, Edge, Node, Saved, Value
from gradviz.stories.folding import Fold
from gradviz.stories.numbers import is_single, printed, shape_text
from gradviz.stories.parts import Card, Picture, Rich, Wire
from gradviz.stories.planning import Plan, Shown
from gradviz.stories.rich import compose
from gradviz.stories.turns import constant_text, title_of

LONGEST_VALUE = 12


def picture(
    made: Plan,
    *,
    steps: Mapping[int, int] | None = None,
    call: str = "",
    unfold: str = "fold=False",
) -> Picture:
    """The picture of a planned graph.

    `steps` says in which frame each node has its turn; `call` is the code that starts backward.
    """
    writer = _Writer(made, steps or {})
    if call:
        writer.start(call)
    for card, module in made.modules.items():
        writer.module(card, module.title, module.members)
    for card, fold in made.folds.items():
        writer.fold(card, fold)
    for node in made.graph.nodes:
        if made.card_of[node.id] not in writer.cards:
            writer.node(node)
    writer.wires()
    cards, wires = tuple(writer.cards.values()), tuple(writer.lines.values())
    note = _note(made, unfold)
    return Picture("graph", cards, wires, made.shown.forward, note, made.opened)


def _note(made: Plan, unfold: str) -> Rich:
    nodes = len(made.graph.nodes)
    if made.modules:
        return compose(
            "Modules are folded: {nodes} nodes shown as {cards}. `{unfold}` shows all of them.",
            {"nodes": nodes, "cards": len(set(made.card_of.values())), "unfold": unfold},
        )
    if made.folds:
        return compose(
            "Repetitions are folded: {nodes} nodes shown as {cards}. `{unfold}` shows all of them.",
            {
                "nodes": sum(fold.size for fold in made.folds.values()),
                "cards": sum(len(fold.blocks[0]) for fold in made.folds.values()),
                "unfold": unfold,
            },
        )
    return ()


class _Writer:
    """Writes cards and wires, each once."""

    def __init__(self, made: Plan, steps: Mapping[int, int]) -> None:
        self.plan, self.steps = made, steps
        self.nodes = {node.id: node for node in made.graph.nodes}
        self.cards: dict[str, Card] = {}
        self.lines: dict[str, Wire] = {}
        self.many: dict[str, int] = {}

    def start(self, call: str) -> None:
        self.cards["call"] = Card("call", "call", call, step=1)
        for place, root in enumerate(self.plan.graph.roots):
            name = f"seed{place or ''}"
            self.lines[name] = Wire(name, "call", self.plan.card_of[root], kind="seed")

    def module(self, name: str, title: str, members: tuple[int, ...]) -> None:
        first = min((self.steps[node] for node in members if node in self.steps), default=None)
        count = len(members)
        self.cards[name] = Card(
            name, "module", title, subtitle=f"{count} nodes", count=count, step=first
        )

    def fold(self, name: str, fold: Fold) -> None:
        self.cards[name] = Card(name, "fold", "", count=len(fold.blocks))
        for place in range(len(fold.blocks[0])):
            repeated = [self.nodes[block[place]] for block in fold.blocks]
            self._repeated(name, repeated)

    def _repeated(self, name: str, repeated: list[Node]) -> None:
        first, last = repeated[0], repeated[-1]
        card = self._card(first)
        if is_single(first.value) and is_single(last.value):
            card = replace(card, value=f"{printed(first.value)} … {printed(last.value)}")
        self.cards[card.id] = replace(card, parent=name)
        labels = [{c.slot: constant_text(c) for c in node.constants} for node in repeated]
        for constant in first.constants:
            known = [own.get(constant.slot, "·") for own in labels]
            texts = [text for text in known if text != "·"] or ["·"]
            text = texts[0] if len(set(texts)) == 1 else f"{texts[0]} … {texts[-1]}"
            self._ghost(first, constant, text, parent=name)
        for constant in last.constants:
            if constant.slot not in labels[0]:
                self._ghost(last, constant, constant_text(constant))

    def node(self, node: Node) -> None:
        card = self._card(node)
        self.cards[card.id] = card
        for constant in node.constants:
            self._ghost(node, constant, constant_text(constant))

    def _card(self, node: Node) -> Card:
        title, value = _headline(node, self.plan.shown)
        return Card(
            self.plan.card_of[node.id],
            "leaf" if node.kind == "leaf" else "op",
            title,
            value=value,
            subtitle=node.name,
            pocket=_pocket(node) if self.plan.shown.saved else None,
            tooltip=_tooltip(node),
            line=node.span.line if node.span else None,
            step=self.steps.get(node.id),
        )

    def _ghost(self, node: Node, constant: Constant, text: str, parent: str | None = None) -> None:
        source = self.plan.card_of[node.id]
        wire = f"n{node.id}-{constant.slot}"
        name = f"{wire}-ghost"
        why = "no gradient is wanted here (None in next_functions)"
        if constant.cut:
            why = f"{constant.cut.label}: no gradient goes this way"
        tooltip = f"{text}: {why}"
        self.cards[name] = Card(name, "ghost", text, tooltip=tooltip, parent=parent)
        self.lines[wire] = Wire(wire, source, name, slot=constant.slot, kind="ghost")
        if constant.cut and constant.cut.source in self.plan.card_of:
            origin = self.plan.card_of[constant.cut.source]
            cut = f"{name}-cut"
            self.lines[cut] = Wire(cut, name, origin, kind="cut", label=constant.cut.label)

    def wires(self) -> None:
        """All wires between cards; those that lead to one leaf from all repetitions are thick."""
        first_blocks = {node for fold in self.plan.folds.values() for node in fold.blocks[0]}
        for edge in self.plan.graph.edges:
            name = self.plan.wire(edge)
            if name is None or edge.target is None:
                continue
            self.many[name] = self.many.get(name, 0) + 1
            if name not in self.lines:
                source, target = self.plan.card_of[edge.source], self.plan.card_of[edge.target]
                loops = self._loops(edge, first_blocks)
                self.lines[name] = Wire(
                    name, source, target, edge.slot, kind="loop" if loops else "wire"
                )
        self._thicken()

    def _loops(self, edge: Edge, first_blocks: set[int]) -> bool:
        return edge.source in first_blocks and any(
            edge.source in fold.blocks[0] and edge.target in fold.blocks[1]
            for fold in self.plan.folds.values()
        )

    def _thicken(self) -> None:
        for name, count in self.many.items():
            wire = self.lines[name]
            inside = self.cards[wire.target].parent
            if (
                count > 1
                and wire.kind == "wire"
                and (inside is None or inside != self.cards[wire.source].parent)
            ):
                label = (
                    f"{count} wires meet"
                    if self.cards[wire.target].kind == "leaf"
                    else f"{count} wires"
                )
                self.lines[name] = replace(wire, kind="many", label=label)


def _headline(node: Node, shown: Shown) -> tuple[str, str | None]:
    """The title of a card, and its value where that is short enough."""
    title, value = title_of(node), node.value
    if value is None or node.outputs:
        return title, None
    if is_single(value) and shown.values:
        text = printed(value) + (" (changed since)" if value.changed else "")
        if len(printed(value)) <= LONGEST_VALUE:
            return title, text
    if shown.shapes and not is_single(value):
        return f"{title} {shape_text(value.shape)}", None
    return title, None


def _pocket(node: Node) -> str | None:
    """What a node has saved: `x = 3`, or only the names where there are more."""
    tensors = [saved for saved in node.saved if isinstance(saved.value, Value) or saved.freed]
    if not tensors:
        return None
    if len(tensors) == 1:
        return _saved_text(tensors[0])
    return ", ".join(dict.fromkeys(_saved_name(saved) for saved in tensors))


def _saved_text(saved: Saved) -> str:
    value = saved.value if isinstance(saved.value, Value) else None
    if value is None or not is_single(value):
        return _saved_name(saved)
    text = printed(value)
    long = f"{saved.label} = {text}" if saved.label and saved.label != text else text
    return long if len(long) <= LONGEST_VALUE else saved.label or text


def _saved_name(saved: Saved) -> str:
    if saved.label:
        return saved.label
    value = saved.value if isinstance(saved.value, Value) else None
    return printed(value) if is_single(value) else saved.name.removeprefix("_saved_")


def _tooltip(node: Node) -> str:
    parts = [node.name]
    if node.expression and (not node.names or node.expression != node.names[0]):
        parts.insert(0, node.expression)
    if len(node.names) > 1:
        parts.append("also called " + ", ".join(node.names[1:]))
    if node.value is not None:
        parts.append(f"{node.value.dtype} {shape_text(node.value.shape)}")
    parts += [f"saved {_saved_text(saved)}" for saved in node.saved]
    if node.module:
        parts.append(f"in {node.module}")
    return "; ".join(parts)

"""What stands on the stage of a backward story, and how it changes from frame to frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gradviz.graph.model import Edge, Node, Recording, Span, Value
from gradviz.stories.captions import Waiting
from gradviz.stories.matrices import heat
from gradviz.stories.numbers import as_float, is_single, printed
from gradviz.stories.parts import Rich
from gradviz.stories.planning import Plan
from gradviz.stories.sentences import WORDS
from gradviz.stories.stage_states import (
    State,
    first_grads,
    greatest_grads,
    incoming,
    lit,
    meeting,
    sender,
    wire_state,
)
from gradviz.stories.story import Frame
from gradviz.stories.turns import Delivery, Turn, title_of, value_text


class Stage:
    """The states of all cards, wires and notes; `frame` freezes them.

    States are never changed in place: frames share what stayed the same.
    """

    def __init__(self, plan: Plan, passes: Sequence[Recording]) -> None:
        self.plan = plan
        self.nodes = {node.id: node for node in plan.graph.nodes}
        self.frames: list[Frame] = []
        self.cards: dict[str, State] = {}
        self.wires: dict[str, State] = {}
        self.veiled: dict[str, State] = {}
        self.notes: dict[int, Rich] = {}
        self.steps: dict[int, int] = {}
        self.grads: dict[int, Value | None] = first_grads(plan.graph.nodes, passes)
        self.greatest = greatest_grads(passes)
        self.incoming = incoming(plan)
        self.expected: dict[int, int] = {}
        self.got: dict[int, int] = {}
        self.retain = False
        self.failed: int | None = None
        self.clear()

    def clear(self) -> None:
        """Everything waits again; what was freed stays freed, and `.grad` stays as it is."""
        freed = {
            card: {"pocket": "freed"}
            for card, state in self.cards.items()
            if state.get("pocket") in ("freed", "used")
        }
        self.wires, self.veiled = {}, {}
        self.cards = {} if self.retain else freed
        self.got = {}
        for node in self.nodes.values():
            card = self.plan.card_of[node.id]
            if node.kind == "leaf" and not card.startswith("m"):
                self._card(
                    card,
                    **self._grad_state(node.id),
                    sockets=[""] * len(self.incoming.get(card, ())),
                )
            elif node.freed:
                self._card(card, pocket="freed")

    def begin(self, recording: Recording) -> None:
        """A new pass: count how many gradients will arrive at each node."""
        self.retain = recording.retain_graph
        self.clear()
        ran = {step.node for step in recording.steps if step.node != recording.refused_at}
        self.expected = {}
        for edge in self.plan.graph.edges:
            if edge.target is not None and edge.source in ran:
                self.expected[edge.target] = self.expected.get(edge.target, 0) + 1

    def settle(self) -> None:
        """What was active is done: wires keep their number, pockets are freed."""
        self.wires |= self.veiled
        self.veiled = {}
        for name, state in list(self.wires.items()):
            if state.get("mark") != "done":
                self.wires[name] = {"mark": "done"} | {
                    k: v for k, v in state.items() if k == "short"
                }
        for name, state in list(self.cards.items()):
            if state.get("mark") == "active" or state.get("pocket") == "used":
                new = {k: v for k, v in state.items() if k not in ("meet", "mark")}
                if new.get("pocket") == "used":
                    new["pocket"] = "saved" if self.retain else "freed"
                self.cards[name] = new | {"mark": "done"}
            if "hot" in state.get("sockets", ()):
                self._card(name, sockets=["full" if s == "hot" else s for s in state["sockets"]])

    def seed(self, values: Sequence[Value | None]) -> None:
        """The call, and the first gradients on the roots."""
        self._card("call", mark="active")
        for place, value in enumerate(values):
            text = value_text(value) if value is not None else "1"
            self.wires[f"seed{place or ''}"] = {"mark": "active", "text": (text,), "short": text}

    def act(self, turn: Turn) -> None:
        """A node's turn: its card, its wires, its pocket; or a leaf's `.grad`."""
        card = self.plan.card_of[turn.node.id]
        if turn.node.kind == "leaf":
            self._fill(turn, card)
            return
        self._card(card, mark="active")
        if turn.node.saved:
            self._card(card, pocket="used")
        for delivery in turn.deliveries:
            self._send(turn, delivery)

    def ask(self, turn: Turn) -> None:
        """A question before a turn is told: on the wire, or in the `.grad` box."""
        card = self.plan.card_of[turn.node.id]
        self._card(card, mark="active")
        if turn.node.kind == "leaf":
            self._card(card, grad="?", level=0)
            return
        name = self.plan.wire(turn.deliveries[0].edge)
        if name is not None:
            arrived = value_text(turn.arrived)
            text: Rich = (arrived, ("op", " × "), "…", ("op", " = "), ("sent", "?"))
            if not turn.multiplies:
                text = (arrived, ("op", " → "), ("sent", "?"))
            self.wires[name] = {"mark": "ask", "text": text}

    def hide(self) -> None:
        """Before the forward half: only the leaves have a value."""
        for node in self.nodes.values():
            if node.kind != "leaf" and is_single(node.value):
                self._card(self.plan.card_of[node.id], value="…")

    def rise(self, node: Node, edges: Sequence[Edge]) -> None:
        """The forward half: a value has been computed, and its wires have carried it up."""
        card = self.plan.card_of[node.id]
        self._card(card, mark="active")
        self.cards[card] = {k: v for k, v in self.cards[card].items() if k != "value"}
        for edge in edges:
            name = self.plan.wire(edge)
            if name is not None and edge.target is not None:
                text = value_text(self.nodes[edge.target].value)
                self.wires[name] = {"mark": "active", "text": (text,), "short": text}

    def _send(self, turn: Turn, delivery: Delivery) -> None:
        target = delivery.target.id
        self.got[target] = self.got.get(target, 0) + 1
        name = self.plan.wire(delivery.edge)
        if name is None or delivery.value is None:
            return
        self.wires[name] = wire_state(turn, delivery)
        card = self.plan.card_of[target]
        if delivery.target.kind == "leaf" and card in self.incoming:
            sockets = list(self.cards[card]["sockets"])
            sockets[self.incoming[card].index(name)] = "hot"
            state: State = {"sockets": sockets}
            total = self.expected.get(target, 0)
            if total > 1:
                state["subtitle"] = WORDS["waiting"].format(count=self.got[target], all=total)
            self._card(card, **state)

    def _fill(self, turn: Turn, card: str) -> None:
        self.grads[turn.node.id] = turn.step.after
        state = self._grad_state(turn.node.id)
        if not card.startswith("m"):
            count = len(self.incoming.get(card, ()))
            state |= {"sockets": ["hot"] * count, "subtitle": turn.node.name}
            if turn.meeting:
                state["meet"] = meeting(turn)
                self._veil(card)
        self._card(card, mark="active", **state)

    def _veil(self, card: str) -> None:
        """Twin wires stand so close that the pill over the leaf covers their numbers."""
        for name in self.incoming.get(card, ()):
            twins = [other for other in self.incoming[card] if sender(other) == sender(name)]
            if len(twins) > 1 and name in self.wires:
                self.veiled[name] = self.wires[name]
                self.wires[name] = {"mark": "done"}

    def waiting(self, turn: Turn) -> list[Waiting]:
        """Who, among the targets of this turn, still waits for another path."""
        found: dict[int, Waiting] = {}
        for delivery in turn.deliveries:
            node = delivery.target
            got, total = self.got.get(node.id, 0), self.expected.get(node.id, 0)
            if 0 < got < total and node.id not in found:
                found[node.id] = (title_of(node, 14), got, total)
        return list(found.values())

    def refuse(self, node: int) -> None:
        """The node at which the pass was stopped."""
        self._card(self.plan.card_of[node], mark="error")

    def note(self, span: Span | None, text: Rich) -> None:
        """Write in the margin what a line has left behind."""
        if span is not None:
            self.notes = {**self.notes, span.line: text}

    def fail(self, span: Span | None, error: str) -> None:
        """Write in the margin that a line raised an error."""
        self.note(span, (error,))
        self.failed = span.line if span else None

    def frame(
        self,
        caption: Rich,
        *,
        equation: Mapping[str, Any] | None = None,
        rule: Mapping[str, Any] | None = None,
        span: Span | None = None,
        question: Mapping[str, Any] | None = None,
        by_hand: str = "",
    ) -> None:
        """Freeze the stage as it is now."""
        states: dict[str, Mapping[str, Any]] = {
            "graph": {"cards": dict(self.cards), "wires": dict(self.wires)}
        }
        if equation:
            states["equation"] = equation
        if rule:
            states["rule"] = rule
        if self.plan.graph.code:
            failed = {} if self.failed is None else {"error": self.failed}
            states["code"] = lit(span) | {"notes": dict(self.notes)} | failed
        self.frames.append(Frame(caption, states, question=question, by_hand=by_hand))

    def _card(self, card: str, **state: Any) -> None:
        self.cards[card] = {**self.cards.get(card, {}), **state}

    def _grad_state(self, node: int) -> State:
        value = self.grads.get(node)
        state: State = {"grad": printed(value)}
        if value is not None:
            state["level"] = self._level(node, value)
            if not is_single(value):
                state["heat"] = heat(value)
        return state

    def _level(self, node: int, value: Value) -> float:
        size, most = as_float(value), self.greatest.get(node, 0.0)
        if size is None or not most:
            return 1.0
        return round(min(1.0, max(0.06, abs(size) / most)), 3)

"""The passes of a backward story, step by step: at each the stage freezes a frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.graph.model import Graph, Node, Recording
from gradviz.stories.captions import caption, fitted, grads_text, listed, sentence
from gradviz.stories.equations import at_rest, computed, equation, totals
from gradviz.stories.numbers import is_single, ordinal
from gradviz.stories.parts import Rich
from gradviz.stories.phrases import (
    code_by_hand,
    count_of,
    equals,
    returned_text,
    risen,
    spoken,
    spoken_value,
    written_order,
)
from gradviz.stories.questions import Asked, open_equation, question, rule_asked
from gradviz.stories.rich import Field, compose
from gradviz.stories.rule_questions import veiled_equation, veiled_rule
from gradviz.stories.rules import rule
from gradviz.stories.sentences import WORDS
from gradviz.stories.stage import Stage
from gradviz.stories.story import Phase, Run
from gradviz.stories.turns import Turn, edges_by_source, expression_of, title_of, turns, value_text


def root_of(graph: Graph) -> Node:
    """The node on whose result backward is called."""
    return next(node for node in graph.nodes if node.id == graph.roots[0])


class Passes:
    """Goes through the passes and has the stage freeze a frame at every step."""

    def __init__(self, stage: Stage, passes: Sequence[Recording], predict: bool) -> None:
        self.stage, self.recordings, self.predict = stage, passes, predict
        self.graph = passes[0].graph
        self.root = title_of(root_of(self.graph))
        start, method, _ = passes[0].call.partition(".backward(")
        self.handle = start if method else self.root
        self.leaves = sorted(
            (node for node in self.graph.nodes if node.kind == "leaf"), key=written_order
        )
        self.asked = Asked()

    def run(self) -> Run:
        """The frames told so far."""
        return Run(tuple(self.stage.frames))

    def passes(self) -> list[Phase]:
        """All passes; more than one are named over the track of steps."""
        self._notes()
        phases = []
        for place, recording in enumerate(self.recordings, 1):
            start = len(self.stage.frames)
            if place == 1:
                self._idle(recording)
            self._pass(recording, place)
            phases.append(Phase(WORDS["pass"].format(place=ordinal(place)), start))
        return phases if len(phases) > 1 else []

    def rise(self) -> None:
        """The forward half: values rise from the leaves to the root."""
        self.stage.hide()
        edges = edges_by_source(self.graph)
        for node in reversed(self.graph.nodes):
            inputs = [
                self.stage.nodes[edge.target]
                for edge in edges.get(node.id, ())
                if edge.target is not None
            ]
            self.stage.settle()
            self.stage.rise(node, edges.get(node.id, ()))
            told = fitted(*risen(node, inputs))
            shown = computed(expression_of(node, 14), node.value)
            self.stage.frame(told, equation=shown, span=node.span)

    def _idle(self, recording: Recording) -> None:
        self.stage.begin(recording)
        root = root_of(self.graph)
        if recording.retain_graph and len(self.recordings) > 1:
            told = sentence("idle, retain")
        else:
            told = fitted(
                "idle",
                lambda longest: {
                    "root": title_of(root, longest),
                    "equals": equals(root.value),
                    "grads": self._idle_grads(longest),
                },
            )
        resting = {"formula": (WORDS["idle formula"],), "rows": []}
        self.stage.frame(told, equation=at_rest(), rule=resting, span=root.span)

    def _idle_grads(self, longest: int) -> Rich:
        grads = self.stage.grads
        names = [f"{title_of(leaf, longest)}.grad" for leaf in self.leaves]
        held = [
            name
            for name, leaf in zip(names, self.leaves, strict=True)
            if grads[leaf.id] is not None
        ]
        if held:
            return sentence("idle, grads hold", {"names": listed(held[:2])})
        if len(names) > 2:
            return (("code", ".grad"), " of all leaves is None")
        key = "idle, grads are None" if len(names) == 1 else "idle, more grads are None"
        return sentence(key, {"names": listed(names)})

    def _notes(self) -> None:
        for node in reversed(self.graph.nodes):
            if node.names and node.span and node.kind != "leaf":
                self.stage.note(node.span, (f"{node.names[0]}{equals(node.value)}",))

    def _pass(self, recording: Recording, place: int) -> None:
        self.stage.begin(recording)
        told = list(turns(recording))
        if recording.error is not None:
            self._refused(recording, told, place)
            return
        self._seed(recording)
        for turn in told:
            self._turn(turn, recording)
        self._end(recording, told, place)

    def _seed(self, recording: Recording) -> None:
        seed = recording.seeds[0] if recording.seeds else None
        if seed is None or (is_single(seed) and float(seed.numbers.reshape(-1)[0]) == 1):
            key = "seed"
        else:
            key = "seed, other" if is_single(seed) else "seed, tensor"
        told = fitted(
            key,
            lambda longest: {
                "call": self._call(recording.call, longest),
                "root": title_of(root_of(self.graph), longest),
                "seed": value_text(seed),
                "count": count_of(seed),
            },
        )
        self.stage.settle()
        self.stage.seed(recording.seeds)
        name = {"root": self.handle}
        rows = []
        if self.handle.isidentifier() and key == "seed":
            rows = [
                [WORDS["ran"], f"grad = torch.ones_like({self.handle})"],
                [WORDS["by hand"], f"g = torch.ones_like({self.handle})", True],
            ]
        state = {"formula": compose("∂*{root}*/∂*{root}* = 1", name) if rows else (), "rows": rows}
        self.stage.frame(told, equation=at_rest(), rule=state, span=recording.span)

    def _call(self, call: str, longest: int) -> str:
        """The call, its long name cut like the others."""
        return call if len(call) <= 2 * longest else call[len(self.handle) + 1 :]

    def _turn(self, turn: Turn, recording: Recording) -> None:
        stage = self.stage
        stage.settle()
        if self.predict:
            self._ask(turn)
        stage.act(turn)
        if turn.node.kind == "leaf":
            self._leaf_note(turn, recording)
        elif turn.node.retains_grad and turn.node.names:
            title = turn.node.names[0]
            stage.note(turn.node.span, (f"{title}.grad{equals(turn.arrived)}",))
        stage.steps.setdefault(turn.node.id, len(stage.frames))
        stage.frame(
            caption(turn, stage.waiting(turn)),
            equation=equation(turn),
            rule=rule(turn, self.handle),
            span=turn.node.span,
            by_hand=code_by_hand(turn, self.handle),
        )

    def _ask(self, turn: Turn) -> None:
        """Frames that show all but what is to be found: the rule, then the number."""
        about_rule = rule_asked(turn, self.asked)
        if about_rule is not None:
            self._question(turn, about_rule, veiled_equation(turn), veiled_rule(turn))
        about_number = question(turn, self.asked)
        if about_number is not None:
            shown = {"formula": rule(turn, self.handle)["formula"], "rows": []}
            self._question(turn, about_number, open_equation(turn), shown)

    def _question(
        self, turn: Turn, asked: dict[str, Any], shown: dict[str, Any], told: dict[str, Any]
    ) -> None:
        stage = self.stage
        before = stage.cards, stage.wires
        stage.cards, stage.wires = dict(stage.cards), dict(stage.wires)
        stage.ask(turn)
        stage.frame(asked["ask"], equation=shown, rule=told, span=turn.node.span, question=asked)
        stage.cards, stage.wires = before

    def _leaf_note(self, turn: Turn, recording: Recording) -> None:
        name = f"{title_of(turn.node, 14)}.grad"
        alone = len(self.leaves) == 1
        span = recording.span if alone else turn.node.span or recording.span
        self.stage.note(span, (name + equals(turn.step.after),))

    def _end(self, recording: Recording, told: Sequence[Turn], place: int) -> None:
        stage = self.stage
        stage.settle()
        last = place == len(self.recordings)
        anything_saved = any(node.saved for node in self.graph.nodes)
        if last:
            key = "done, retained" if recording.retain_graph else "done"
            key = key if anything_saved else "done, nothing saved"
        else:
            key = "rest, retained" if recording.retain_graph else "rest, freed"
        leaves = [turn for turn in told if turn.node.kind == "leaf"]
        filled = [
            (title_of(turn.node, 14), turn.step.before, turn.arrived, turn.step.after)
            for turn in sorted(leaves, key=lambda turn: written_order(turn.node))
        ]
        grads = grads_text([(title, after) for title, _, _, after in filled])
        told_end = sentence(key, {"grads": grads, "place": spoken(place)})
        if recording.returned is not None:
            told_end = sentence("done, returned", {"inputs": returned_text(recording.returned)})
        state = totals(filled)
        span = recording.span
        if not last:
            stage.clear()
            between = {} if recording.returned is not None else self._between(recording)
            stage.frame(told_end, equation=at_rest(), rule=between, span=span)
        else:
            rows = self._look() if recording.returned is None else []
            stage.frame(told_end, equation=state, rule={"formula": (), "rows": rows}, span=span)

    def _between(self, recording: Recording) -> dict[str, Any]:
        if recording.retain_graph:
            resets = [
                [WORDS["reset"], f"{title_of(leaf, 14)}.grad = None"] for leaf in self.leaves[:1]
            ]
            return {"formula": (WORDS["clear formula"],), "rows": resets}
        rows = [[WORDS["look"], f"{self.handle}.grad_fn.next_functions"]]
        return {"formula": (WORDS["freed formula"],), "rows": rows}

    def _look(self) -> list[list[Any]]:
        return [[WORDS["by hand"], f"{title_of(leaf)}.grad", True] for leaf in self.leaves[:2]]

    def _refused(self, recording: Recording, told: Sequence[Turn], place: int) -> None:
        stage = self.stage
        ran = [turn for turn in told if turn.node.id != recording.refused_at]
        grads = grads_text(
            [(title_of(leaf, 14), stage.grads[leaf.id]) for leaf in self.leaves], stay=True
        )
        stage.seed(recording.seeds)
        for turn in ran:
            stage.settle()
            stage.act(turn)
        if ran:
            fields = {"place": place, "call": recording.call}
            stage.frame(
                sentence("refused, start", fields),
                equation=equation(ran[-1]),
                rule=rule(ran[-1], self.handle),
                span=recording.span,
            )
        stage.settle()
        self._error(recording, grads, bool(ran))

    def _error(self, recording: Recording, grads: Rich, started: bool) -> None:
        stage = self.stage
        node = stage.nodes.get(recording.refused_at) if recording.refused_at is not None else None
        mend = []
        if node is not None:
            stage.refuse(node.id)
        if node is not None and "second time" in (recording.error or ""):
            key = "refused" if started else "refused, at once"
            saved = ", ".join(dict.fromkeys(s.label or spoken_value(s.value) for s in node.saved))
            fields: dict[str, Field] = {
                "title": title_of(node, 14),
                "saved": f"the {saved} it had saved",
                "grads": grads,
            }
            mend = [[WORDS["mend"], recording.call.replace("()", "(retain_graph=True)")]]
        else:
            key, fields = (
                "stopped",
                {"title": title_of(node, 14) if node else self.root, "grads": grads},
            )
        stage.fail(recording.span, "RuntimeError")
        stage.frame(
            sentence(key, fields),
            equation={"error": f"RuntimeError: {recording.error}"},
            rule={"formula": (), "rows": mend},
            span=recording.span,
        )

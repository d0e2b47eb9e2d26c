"""From what was heard of a backward pass to frozen steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradviz.graph.engines import engine_of
from gradviz.graph.listen import Listener, Turn
from gradviz.graph.model import Recording, Step, Value
from gradviz.graph.names import Names
from gradviz.graph.nodes import Contents
from gradviz.graph.read import graph_and_source
from gradviz.graph.rehearsal import freed_text
from gradviz.graph.slopes import slopes_of
from gradviz.graph.survey import Survey
from gradviz.graph.values import is_close, is_tensor, numbers_text, value_of
from gradviz.graph.watch import Tape

Arrival = tuple[int, int, Value]
"""Who sent it, from which slot, and what."""


class Session:
    """A graph, read once, in which backward may run several times."""

    def __init__(
        self, surveyed: Survey, contents: list[Contents], names: Names, tape: Tape | None
    ) -> None:
        self.survey = surveyed
        self.contents = contents
        self.graph, self.source = graph_and_source(surveyed, contents, names, tape)
        self.names = names
        self.engine = engine_of(surveyed.roots[0])
        self.seeds_at: dict[int, list[Value]] = {}
        self._slopes: dict[int, tuple[Value | None, ...]] = {}

    def written(self) -> list[Any]:
        """Every tensor whose `.grad` this pass may write, as far as it can be known."""
        leaves = self.survey.leaves
        variables = [
            f.variable for f, leaf in zip(self.survey.functions, leaves, strict=True) if leaf
        ]
        results = (*self.survey.roots, *self.names.tensors())
        return variables + [result for result in results if getattr(result, "retains_grad", False)]

    def listener(self, refuses: bool = False) -> Listener:
        """Something to hang on the nodes; it may refuse to pass nodes whose values are freed."""
        listener = Listener(self.survey)
        if refuses:
            listener.refuses = self._refuser()
        return listener

    def recording(
        self, listener: Listener, gradient: Any, retain_graph: bool, error: str | None
    ) -> Recording:
        """What was heard, as frozen data."""
        seeds = seeds_of(self.survey.roots, gradient)
        self.seeds_at = {}
        for root, seed in zip(self.survey.root_ids, seeds, strict=False):
            self.seeds_at.setdefault(root, []).append(seed)
        refused_at = next(reversed(listener.waiting), None) if error is not None else None
        if refused_at is not None:
            listener.turns.append(listener.waiting[refused_at])
        return Recording(
            graph=self.graph,
            seeds=seeds,
            steps=tuple(self._steps(listener.turns)),
            call=call_text(self.survey.roots, gradient, retain_graph, self.names),
            retain_graph=retain_graph,
            span=self.source.backward,
            error=error,
            refused_at=refused_at,
        )

    def _refuser(self) -> Any:
        text = freed_text(self.engine)

        def refuse(node: int) -> None:
            if self.contents[node].tensors or self.contents[node].freed:
                raise RuntimeError(text)

        return refuse

    def _steps(self, turns: list[Turn]) -> list[Step]:
        arrivals = _arrivals(self.survey, turns)
        with np.errstate(all="ignore"):
            return [self._step(turn, arrivals.get(turn.node, ())) for turn in turns]

    def _step(self, turn: Turn, came: Sequence[Arrival]) -> Step:
        many = len(came) > 1
        return Step(
            node=turn.node,
            received=turn.received,
            sent=turn.sent,
            slopes=self._slopes_at(turn),
            before=turn.before,
            after=turn.after,
            arrivals=tuple([(node, slot) for node, slot, _ in came]) if many else (),
            hooked=None if turn.unchanged else self._before_hooks(turn, came),
        )

    def _slopes_at(self, turn: Turn) -> tuple[Value | None, ...]:
        known = self._slopes.get(turn.node)
        if known is None:
            wanted = [link[0] is not None for link in self.survey.links[turn.node]]
            dtype = next((value.dtype for value in turn.received if value is not None), "float32")
            kept, name = self.contents[turn.node], self.survey.names[turn.node]
            known = self._slopes[turn.node] = slopes_of(name, kept, wanted, dtype)
        return known

    def _before_hooks(self, turn: Turn, came: Sequence[Arrival]) -> Value | None:
        """What came in, if it is something else than what the node was given in the end."""
        received = turn.received[0] if len(turn.received) == 1 else None
        parts = [value for _, _, value in came]
        parts += self.seeds_at.get(turn.node, ())
        if received is None or not parts or any(p.shape != received.shape for p in parts):
            return None
        if any(p.numbers.shape != received.numbers.shape for p in parts):  # one could not be read
            return None
        total = parts[0]
        if len(parts) > 1:
            numbers = sum(p.numbers for p in parts[1:]) + total.numbers
            total = replace(total, numbers=np.asarray(numbers))
        return None if is_close(total, received) else total


def call_text(roots: Sequence[Any], gradient: Any, retain_graph: bool, names: Names) -> str:
    """The call as a learner would write it: `y.backward(retain_graph=True)`."""
    labels = [
        names.label(root) or f"y{place + 1 if len(roots) > 1 else ''}"
        for place, root in enumerate(roots)
    ]
    arguments = ["retain_graph=True"] if retain_graph else []
    if len(roots) == 1:
        if gradient is not None:
            arguments.insert(0, _argument(gradient, names))
        return f"{labels[0]}.backward({', '.join(arguments)})"
    arguments.insert(0, f"({', '.join(labels)})")
    if gradient is not None:
        given = ", ".join("None" if one is None else _argument(one, names) for one in gradient)
        arguments.insert(1, f"({given})")
    return f"torch.autograd.backward({', '.join(arguments)})"


def _argument(gradient: Any, names: Names) -> str:
    if not is_tensor(gradient):
        return repr(gradient)
    value = value_of(gradient)
    return names.label(gradient) or (
        f"torch.tensor({numbers_text(value.numbers)})"
        if value.numbers.size <= 8 and value.whole
        else "gradient"
    )


def seeds_of(roots: Sequence[Any], gradient: Any) -> tuple[Value, ...]:
    """What backward starts with at each root: the gradient given, or the 1 that stands for it."""
    given = gradient if isinstance(gradient, list | tuple) else (gradient,) * len(roots)
    return tuple(
        value_of(one) if is_tensor(one) else _ones(value_of(root))
        for one, root in zip(given, roots, strict=False)
    )


def _ones(value: Value) -> Value:
    return replace(value, numbers=np.ones_like(value.numbers), range=None, changed=False)


def _arrivals(survey: Survey, turns: Sequence[Turn]) -> dict[int, list[Arrival]]:
    """By receiver, who sent what to it, in the order in which it was sent."""
    targets: list[list[int | None]] = [[] for _ in survey.functions]
    for edge in survey.edges:
        targets[edge.source].append(edge.target)
    arrivals: dict[int, list[Arrival]] = {}
    for turn in turns:
        for slot, value in enumerate(turn.sent):
            target = targets[turn.node][slot]
            if target is not None and value is not None:
                arrivals.setdefault(target, []).append((turn.node, slot, value))
    return arrivals

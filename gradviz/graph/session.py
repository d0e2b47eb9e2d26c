"""From what was heard of a backward pass to frozen steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradviz.graph.engines import engine_of
from gradviz.graph.listen import Listener, Turn, Values
from gradviz.graph.model import Recording, Step, Value, new_step
from gradviz.graph.names import Names
from gradviz.graph.nodes import Contents
from gradviz.graph.read import graph_and_source
from gradviz.graph.rehearsal import freed_text
from gradviz.graph.slopes import Slopes
from gradviz.graph.survey import Survey
from gradviz.graph.values import is_close, is_tensor, numbers_text, value_of
from gradviz.graph.watch import Tape


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
        self._slopes = Slopes(surveyed.names, contents)
        self._passed = False

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
        early, self._passed = self._early(), True
        return Listener(self.survey, early, self._refuser() if refuses else None)

    def recording(
        self, listener: Listener, gradient: Any, retain_graph: bool, error: str | None
    ) -> Recording:
        """What was heard, as frozen data."""
        seeds = seeds_of(self.survey.roots, gradient)
        self.seeds_at = {}
        for root, seed in zip(self.survey.root_ids, seeds, strict=False):
            self.seeds_at.setdefault(root, []).append(seed)
        refused = None if error is None else listener.refused()
        turns = listener.turns if refused is None else [*listener.turns, refused]
        return Recording(
            graph=self.graph,
            seeds=seeds,
            steps=tuple(self._steps(turns)),
            call=call_text(self.survey.roots, gradient, retain_graph, self.names),
            retain_graph=retain_graph,
            span=self.source.backward,
            error=error,
            refused_at=None if refused is None else refused.node,
        )

    def _early(self) -> frozenset[int]:
        """The nodes that may not come to their end: of code in Python, spoilt, perhaps freed."""
        nodes = self.graph.nodes
        if self._passed or getattr(self.engine, "is_anomaly_enabled", bool)():
            return frozenset(range(len(nodes)))
        return frozenset(
            node.id
            for node, kept in zip(nodes, self.contents, strict=True)
            if node.kind == "custom" or kept.freed or kept.modified
        )

    def _refuser(self) -> Any:
        text = freed_text(self.engine)

        def refuse(node: int) -> None:
            if self.contents[node].tensors or self.contents[node].freed:
                raise RuntimeError(text)

        return refuse

    def _steps(self, turns: list[Turn]) -> list[Step]:
        with np.errstate(all="ignore"):
            return [self._step(turn) for turn in turns]

    def _step(self, turn: Turn) -> Step:
        node, received, sent, before, after, came, unchanged = turn
        first = received[0] if received else None
        dtype = _dtype(received) if first is None else first.dtype
        return new_step(
            node,
            received,
            sent,
            self._slopes.at(node, self.survey.links[node], dtype),
            before,
            after,
            tuple([(one.sender, one.slot) for one in came]) if len(came) > 1 else (),
            None if unchanged else self._before_hooks(turn),
        )

    def _before_hooks(self, turn: Turn) -> Value | None:
        """What came in, if it is something else than what the node was given in the end."""
        received = turn.received[0] if len(turn.received) == 1 else None
        parts = [arrival.value for arrival in turn.came]
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


def _dtype(received: Values) -> str:
    return next((value.dtype for value in received if value is not None), "float32")


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

"""Write down a backward pass while the library's own engine runs it, as a rehearsal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.graph.collector import paused_collector
from gradviz.graph.engines import engine_of
from gradviz.graph.interpose import quiet
from gradviz.graph.listen import Listener
from gradviz.graph.model import Recording
from gradviz.graph.names import names_for
from gradviz.graph.nodes import SPENDING, read_contents, spending_class
from gradviz.graph.progress import LONG, Progress
from gradviz.graph.rehearsal import rehearsal
from gradviz.graph.session import Session
from gradviz.graph.survey import as_roots, survey
from gradviz.graph.values import is_tensor
from gradviz.graph.watch import Tape


def record(
    tensor: Any,
    gradient: Any = None,
    retain_graph: bool = False,
    *,
    inputs: Any = None,
    names: Any = None,
    tape: Tape | None = None,
) -> Recording:
    """Run `tensor.backward(gradient)` once under observation, and leave everything as it was.

    >>> import gradviz
    >>> x = gradviz.tensor(3.0, requires_grad=True)
    >>> recording = record(x * x)
    >>> [recording.graph.nodes[step.node].name for step in recording.steps]
    ['MulBackward0', 'AccumulateGrad']
    >>> float(recording.steps[-1].after.numbers), x.grad
    (6.0, None)

    A pass that the library refuses half-way, because values were freed or changed, is recorded as
    far as it went, with `error` and `refused_at`. Hooks of the learner's own do run.

    Raises:
        TypeError: if something else than a tensor was given.
        ValueError: if a tensor has no graph, or backward may run through it only once.
        RuntimeError: the library's own, if the pass could not begin.
    """
    known = names_for(names)
    return rehearse(tensor, gradient, retain_graph, inputs=inputs, names=known, tape=tape)[0]


def rehearse(
    tensor: Any,
    gradient: Any = None,
    retain_graph: bool = False,
    *,
    passes: int = 1,
    inputs: Any = None,
    names: Any = None,
    tape: Tape | None = None,
) -> tuple[Recording, ...]:
    """Run backward `passes` times in one rehearsal: `.grad` stays from one pass to the next.

    Without `retain_graph` the second pass is refused where the library would refuse it: the
    first pass must keep the graph whole, so that its freeing is told by rule.
    """
    roots = as_roots(tensor)
    known = names_for(names)
    with paused_collector(), quiet():
        surveyed = survey(roots)
        _check_unspent(surveyed.functions)
        contents = read_contents(surveyed)
        session = Session(surveyed, contents, known, tape)
        with rehearsal(session.written()):
            recordings: list[Recording] = []
            for number in range(passes):
                listener = session.listener(refuses=number > 0 and not retain_graph)
                error = _run(listener, tensor, gradient, inputs)
                recordings.append(session.recording(listener, gradient, retain_graph, error))
                if error is not None:
                    break
    return tuple(recordings)


def _check_unspent(functions: Sequence[Any]) -> None:
    """Refuse a rehearsal that would leave the real pass without its saved tensors."""
    examples = {type(function): function for function in functions}.values()
    kind = next((one for one in map(spending_class, examples) if one is not None), None)
    if kind is not None:
        raise ValueError(
            f"{kind.__name__} lets its saved tensors be looked at only once "
            f"({SPENDING}=True), and a rehearsal of backward would spend them: run the real "
            "backward() in a cell with %%gradviz above it instead"
        )


def _run(listener: Listener, tensor: Any, gradient: Any, inputs: Any) -> str | None:
    """Let the library's engine run; the text of its error, if it began and then refused."""
    try:
        nodes = len(listener.survey.functions)
        with listener.attached(), Progress("node", nodes) as progress:
            if nodes >= LONG:
                listener.tick = progress.tick
            if is_tensor(tensor):
                tensor.backward(gradient, retain_graph=True, inputs=inputs)
            else:
                engine = engine_of(listener.survey.roots[0])
                engine.autograd.backward(tensor, gradient, retain_graph=True, inputs=inputs)
    except RuntimeError as problem:
        if listener.refused() is None:
            raise
        return str(problem)
    return None

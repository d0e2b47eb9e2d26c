"""`BackwardStepper`: record a real backward pass, and tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradviz.graph.record import rehearse
from gradviz.graph.tracing import trace
from gradviz.graph.values import is_tensor
from gradviz.stories.backward import tell
from gradviz.stories.checks import check_steps
from gradviz.stories.story import Story, story

MOST_PASSES = 20


@story("BackwardStepper")
def step_backward(
    tensor: Any | Callable[..., Any],
    *inputs: Any,
    gradient: Any = None,
    retain_graph: bool = False,
    passes: int = 1,
    names: Any = None,
    predict: bool = False,
    forward: bool = False,
    fold: bool = True,
) -> Story:
    """Step through the backward pass of a tensor, or of a function of some inputs.

    The pass is a rehearsal: afterwards `.grad` and the graph are as they were before.

    Args:
        tensor: the tensor on which backward is called, or a function that computes it.
        *inputs: what the function is called with; a plain number becomes a tensor.
        gradient: the weight of each element, where the tensor has more than one.
        retain_graph: whether the nodes keep what they saved.
        passes: how often backward is called; the second time it adds to `.grad`, or is refused.
        names: names for tensors, where the caller's own variables are not to be used.
        predict: ask for each number before it is shown.
        forward: show how the values were computed first.
        fold: show repetitions once.

    Raises:
        TypeError: if the function returned something else than a tensor.
        ValueError: if the tensor has no graph, or for no passes or too many.
    """
    passes = check_steps(passes, "passes", MOST_PASSES)
    root, known, tape = computed(tensor, inputs)
    names = known if names is None else names
    recordings = rehearse(root, gradient, retain_graph, passes=passes, names=names, tape=tape)
    return tell(recordings, predict=predict, forward=forward, fold=fold)


def computed(tensor: Any, inputs: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """The root; of a function, which is run under a watch, also its names and the tape."""
    if is_tensor(tensor) or not callable(tensor):
        if inputs:
            raise TypeError(
                f"inputs were given, but {type(tensor).__name__} is no function: give a function "
                "and its inputs, or only the tensor"
            )
        return tensor, None, None
    traced = trace(tensor, *inputs)
    if not is_tensor(traced.output):
        name = getattr(tensor, "__name__", "the function")
        raise TypeError(
            f"{name} returned {type(traced.output).__name__}: it has to return the tensor on which "
            "backward is to be called"
        )
    return traced.output, traced.names, traced.tape

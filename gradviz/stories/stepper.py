"""`BackwardStepper`: record a real backward pass, and tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradviz.graph.record import rehearse
from gradviz.graph.values import is_tensor
from gradviz.stories.backward import tell
from gradviz.stories.story import Story, story


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
        *inputs: what the function is called with.
        gradient: the weight of each element, where the tensor has more than one.
        retain_graph: whether the nodes keep what they saved.
        passes: how often backward is called; the second time it adds to `.grad`, or is refused.
        names: names for tensors, where the caller's own variables are not to be used.
        predict: ask for each number before it is shown.
        forward: show how the values were computed first.
        fold: show repetitions once.

    Raises:
        TypeError: if the function returned something else than a tensor.
        ValueError: if the tensor has no graph.
    """
    root = _computed(tensor, inputs)
    recordings = rehearse(root, gradient, retain_graph, passes=passes, names=names)
    return tell(recordings, predict=predict, forward=forward, fold=fold)


def _computed(tensor: Any, inputs: tuple[Any, ...]) -> Any:
    if is_tensor(tensor) or not callable(tensor):
        if inputs:
            raise TypeError(
                f"inputs were given, but {type(tensor).__name__} is no function: give a function "
                "and its inputs, or only the tensor"
            )
        return tensor
    result = tensor(*inputs)
    if not is_tensor(result):
        name = getattr(tensor, "__name__", "the function")
        raise TypeError(
            f"{name} returned {type(result).__name__}: it has to return the tensor on which "
            "backward is to be called"
        )
    return result

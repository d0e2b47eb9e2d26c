"""The story of `.grad` in a loop: backward adds to it, and only `zero_()` empties it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from gradviz.graph.names import names_for
from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.accumulation_frames import Epoch, Loop, tell
from gradviz.stories.checks import (
    check_finite,
    check_function,
    check_listed,
    check_parameter,
    check_steps,
)
from gradviz.stories.purpose import tell_samples
from gradviz.stories.story import Story, story
from gradviz.stories.trap import tell_cells
from gradviz.stories.workbench import Bench, bench_for, function_text, tensor_code

MOST_EPOCHS = 12

Clear = Literal["zero_()", "zero_grad()", "None"]
CLEARS: tuple[Clear, ...] = ("zero_()", "zero_grad()", "None")


@story("GradientAccumulation")
def accumulate(
    function: Callable[..., Any] | None = None,
    *parameters: Any,
    epochs: int = 3,
    clear: Clear = "zero_()",
    samples: Sequence[Any] | None = None,
    names: Any = None,
) -> Story:
    """Run a training loop with and without emptying `.grad`, side by side.

    Args:
        function: computes a single number from the parameters; without one, `(w * 3).sum()`.
        *parameters: tensors, or numbers; the first one's `.grad` is shown.
        epochs: how often the loop runs.
        samples: with them the function is called as function(parameter, *sample), for each, and
            the story is how their gradients add up to that of the batch.
        clear: the line that is shown first: "zero_()", "zero_grad()" or "None".
        names: names for tensors, where the caller's own variables are not to be used.

    Raises:
        TypeError: if a parameter is no float, or the function returns no tensor.
        ValueError: if the function's result has no graph or is no single number.
    """
    epochs = check_steps(epochs, "epochs", MOST_EPOCHS)
    if clear not in CLEARS:
        raise ValueError(f'clear is {clear!r}: give "zero_()", "zero_grad()" or "None"')
    bench = bench_for(*parameters)
    if function is None:
        function = _three_times
    check_function(function)
    if not parameters:
        parameters = ([1.0, 1.0, 1.0],)
    shown = _names(parameters, names)
    for name, parameter in zip(shown, parameters, strict=True):
        check_parameter(parameter, name)
    if samples is not None:
        check_listed(samples, "samples")
        return tell_samples(bench, function, parameters[0], shown[0], samples)
    loops = [_loop(bench, function, parameters, shown, epochs, how) for how in CLEARS]
    beside = [tell_cells(bench, function, parameters, shown)]
    if function is _three_times:
        beside.append(tell_samples(bench, _squared_error, 3.0, "w", _SAMPLES))
    return tell(loops, CLEARS.index(clear), beside)


def _three_times(weights: Any) -> Any:
    return (weights * 3).sum()


def _squared_error(w: Any, x: Any, y: Any) -> Any:
    return (w * x - y) ** 2


_SAMPLES = ((1.0, 2.0), (2.0, 3.0), (0.5, 1.0), (1.5, 4.0))


def _names(parameters: Sequence[Any], given: Any) -> tuple[str, ...]:
    """The learner's names; where there are none, w, w2, w3."""
    known = names_for(given)
    found = []
    for place, parameter in enumerate(parameters):
        label = known.label(parameter) if is_tensor(parameter) else None
        found.append(label or ("weights" if place == 0 else f"w{place + 1}"))
    return tuple(found)


def _loop(
    bench: Bench,
    function: Callable[..., Any],
    parameters: Sequence[Any],
    names: Sequence[str],
    epochs: int,
    clear: Clear,
) -> Loop:
    name = names[0]
    cleared = {
        "zero_()": f"{name}.grad.zero_()",
        "zero_grad()": "optimizer.zero_grad()",
        "None": f"{name}.grad = None",
    }[clear]
    lines = (
        tensor_code(parameters[0], name),
        f"for epoch in range({epochs}):",
        f"    output = {function_text(function, names)}",
        "    output.backward()",
        f"    print({name}.grad)",
        f"    {cleared}",
    )
    entry, uniform = _entry(bench, function, parameters)
    runs = tuple(
        tuple(_epochs(bench, function, parameters, entry, epochs, clear if cleans else ""))
        for cleans in (False, True)
    )
    return Loop(name, entry, uniform, lines, clear, (runs[0], runs[1]))


def _entry(
    bench: Bench, function: Callable[..., Any], parameters: Sequence[Any]
) -> tuple[tuple[int, ...], bool]:
    """Which entry of the first parameter stands for it, and whether all entries are alike."""
    leaves = [bench.leaf(parameter) for parameter in parameters]
    bench.call(function, *leaves).backward()
    grad = numbers_of(leaves[0].grad) if leaves[0].grad is not None else np.zeros(1)
    check_finite(grad.reshape(-1).tolist(), "a gradient")
    if grad.ndim == 0:
        return (), True
    entry = np.unravel_index(int(np.abs(grad).argmax()), grad.shape)
    return tuple(int(place) for place in entry), bool((grad == grad.reshape(-1)[0]).all())


def _epochs(
    bench: Bench,
    function: Callable[..., Any],
    parameters: Sequence[Any],
    entry: tuple[int, ...],
    epochs: int,
    clear: str,
) -> list[Epoch]:
    leaves = [bench.leaf(parameter) for parameter in parameters]
    first = leaves[0]
    came: list[float] = []
    first.register_hook(lambda grad: came.append(_at(grad, entry)))
    found = []
    for _ in range(epochs):
        output = bench.call(function, *leaves)
        before = None if first.grad is None else _at(first.grad, entry)
        output.backward()
        if first.grad is None:
            raise ValueError(
                "the function does not depend on its first parameter: its .grad stays None"
            )
        after, printed = _at(first.grad, entry), str(first.grad)
        for leaf in leaves:
            _empty(leaf, clear)
        end = None if first.grad is None else _at(first.grad, entry)
        number = float(numbers_of(output).reshape(-1)[0])
        found.append(Epoch(number, before, came[-1], after, end, printed))
    return found


def _empty(leaf: Any, clear: str) -> None:
    if clear == "zero_()" and leaf.grad is not None:
        leaf.grad.zero_()
    elif clear:
        leaf.grad = None


def _at(tensor: Any, entry: tuple[int, ...]) -> float:
    return float(numbers_of(tensor)[entry])

"""The story of `gradient=`: backward multiplies a vector of weights with the Jacobian."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradviz.graph.names import names_for
from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.checks import check_finite, check_function, check_parameter
from gradviz.stories.loop_sentences import JACOBIAN
from gradviz.stories.numbers import figure, stored
from gradviz.stories.parts import Code, Matrix, Note, Ref, Rich
from gradviz.stories.rich import Field, compose
from gradviz.stories.story import Axis, Frame, Run, Scene, Story, story
from gradviz.stories.workbench import Bench, bench_for, function_text, tensor_code

LARGEST = 6
"""More inputs or outputs do not fit beside the code."""
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
WEIGHTS = "v"
COUNTED = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


@dataclass(frozen=True, slots=True)
class Example:
    """A function of a few numbers, its results and its Jacobian, as the engine gave them."""

    name: str
    lines: tuple[str, ...]
    inputs: tuple[float, ...]
    outputs: tuple[float, ...]
    jacobian: tuple[tuple[float, ...], ...]
    is_vector: bool
    note: Rich = ()
    tab: str = ""

    @property
    def shape(self) -> str:
        """What kind of Jacobian it is: "diagonal", "column" or "dense"."""
        if len(self.inputs) == 1:
            return "column"
        cells = np.array(self.jacobian)
        square = cells.shape[0] == cells.shape[1]
        return "diagonal" if square and not (cells - np.diag(np.diag(cells))).any() else "dense"


@story("VectorJacobian")
def multiply_jacobian(
    function: Callable[[Any], Any] | None = None, x: Any = None, *, names: Any = None
) -> Story:
    """See what `gradient=` means: weights for the results, and the sum that backward makes.

    Args:
        function: of one tensor; without one, three examples: element by element, a matrix
            product, and broadcasting.
        x: the tensor at which the Jacobian is taken.
        names: names for tensors, where the caller's own variables are not to be used.

    Raises:
        TypeError: if the function returns no tensor.
        ValueError: if there are more than 6 inputs or outputs.
    """
    if function is None:
        examples = _examples(bench_for(x))
        first, *others = (_tell(example) for example in examples)
        return replace(first, variants=tuple(others))
    if x is None:
        raise TypeError("x is missing: give the tensor at which the function is to be taken")
    check_parameter(x, "x")
    check_function(function)
    bench = bench_for(x)
    label = names_for(names).label(x) if is_tensor(x) else None
    name = label or "x"
    lines = (tensor_code(x, name), f"z = {function_text(function, (name,))}")
    return _tell(_example(bench, function, x, name, lines))


def _examples(bench: Bench) -> tuple[Example, ...]:
    tensor = bench.engine.tensor
    x = tensor([1.0, 2.0, 3.0])
    weights = tensor([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0], [2.0, 1.0, -2.0]])
    made = ("x = torch.tensor([1., 2., 3.],", "                 requires_grad=True)")
    matrix = (
        "A = torch.tensor([[1.,  2.,  0.],",
        "                  [0., -1.,  3.],",
        "                  [2.,  1., -2.]])",
    )
    copied = ("x = torch.tensor([1., 2., 3.])", "b = torch.tensor([2.], requires_grad=True)")
    return (
        _example(
            bench,
            lambda x: (x * 2 + 3) ** 2,
            x,
            "x",
            (*made, "z = (x*2 + 3)**2"),
            compose(JACOBIAN["note, diagonal"]),
            JACOBIAN["tab, diagonal"],
        ),
        _example(
            bench,
            lambda x: weights @ x,
            x,
            "x",
            (*made, *matrix, "z = A @ x"),
            compose(JACOBIAN["note, dense"]),
            JACOBIAN["tab, dense"],
        ),
        _example(
            bench,
            lambda b: x * b,
            tensor([2.0]),
            "b",
            (*copied, "z = x * b"),
            compose(JACOBIAN["note, column"]),
            JACOBIAN["tab, column"],
        ),
    )


def _example(
    bench: Bench,
    function: Callable[[Any], Any],
    x: Any,
    name: str,
    lines: tuple[str, ...],
    note: Rich = (),
    tab: str = "",
) -> Example:
    leaf = bench.leaf(x)
    result = _result(function, leaf)
    rows = []
    for place in range(math.prod(result.shape)):
        weights = np.zeros(math.prod(result.shape), dtype=np.float32)
        weights[place] = 1
        seed = bench.engine.tensor(weights.reshape(tuple(result.shape)).tolist())
        leaf.grad = None
        result.backward(gradient=seed.to(result.dtype), retain_graph=True)
        grad = np.zeros(1) if leaf.grad is None else numbers_of(leaf.grad)
        rows.append(tuple(float(cell) for cell in grad.reshape(-1)))
        check_finite(rows[-1], "a slope")
    return Example(
        name,
        lines,
        tuple(float(number) for number in numbers_of(leaf).reshape(-1)),
        tuple(float(number) for number in numbers_of(result).reshape(-1)),
        tuple(rows),
        len(leaf.shape) == 1,
        note,
        tab,
    )


def _result(function: Callable[[Any], Any], leaf: Any) -> Any:
    result = function(leaf)
    if not is_tensor(result):
        raise TypeError(
            f"the function returned {type(result).__name__}: it has to return a tensor, computed "
            "from its input"
        )
    if not result.requires_grad:
        raise ValueError(
            "the function returned a tensor without a graph: compute it from the input, without "
            "detach(), no_grad() or numpy in between"
        )
    for what, tensor in (("input", leaf), ("result", result)):
        if math.prod(tensor.shape) > LARGEST:
            raise ValueError(
                f"the {what} has {math.prod(tensor.shape)} elements: a Jacobian is shown of at "
                f"most {LARGEST}; take a part of it"
            )
    return result


def _tell(example: Example) -> Story:
    count, name = len(example.outputs), example.name
    rows = tuple(
        (_lowered("z", k, count), " = ", ("b", figure(z))) for k, z in enumerate(example.outputs)
    )
    columns = tuple(
        (("b", f"{_lowered(name, k, len(example.inputs))} = {figure(x)}"),)
        for k, x in enumerate(example.inputs)
    )
    matrix = Matrix(
        "J",
        tuple(tuple(stored(cell) or 0.0 for cell in row) for row in example.jacobian),
        rows,
        columns,
        WEIGHTS,
        head=compose(JACOBIAN["head"]),
        result=compose("__vᵀJ__ = `{name}.grad`", {"name": name}),
    )
    code = Code(
        "code",
        (*example.lines, "v = …", "z.backward(gradient=v)", f"print({name}.grad)"),
        visible=10,
    )
    parts = (matrix, code, Note("note", example.note))
    frames = tuple(_frame(example, column) for column in range(-1, len(example.inputs)))
    return Story(
        title="Vector × Jacobian",
        subtitle=compose(JACOBIAN["subtitle"]),
        alt=f"The Jacobian of z with respect to {name}, weights v at its rows, sums below it",
        scene=Scene(parts, "plot", {"J": "left", "code": "right", "note": "right"}),
        runs={(): Run(frames)},
        axes=(Axis(WEIGHTS, (1.0,) * count, control="weights", presets=_presets(count)),),
        poster=1,
        tab=example.tab,
    )


def _presets(count: int) -> tuple[tuple[str, tuple[float, ...]], ...]:
    only = (1.0, *(0.0,) * (count - 1))
    lesson = (0.1, 1.0, 0.001)
    presets = [("sum", (1.0,) * count), ("mean", (1 / count,) * count), ("only z₁", only)]
    return (*presets, ("0.1, 1, 0.001", lesson)) if count == 3 else tuple(presets)


def _lowered(name: str, place: int, count: int) -> str:
    return name + str(place + 1).translate(LOWERED) if count > 1 else name


def _frame(example: Example, column: int) -> Frame:
    place = len(example.lines)
    texts: dict[int, Rich] = {place: ("v = torch.tensor(", Ref("v.list", "text"), ")")}
    code: dict[str, Any] = {"texts": texts, "line": place + 1}
    if example.is_vector:
        code["below"] = {place + 2: (Ref("J.print", "text"),)}
    states = {"J": {"column": column} if column >= 0 else {}, "code": code}
    return Frame(_caption(example, column), states)


def _caption(example: Example, column: int) -> Rich:
    if column < 0:
        return compose(JACOBIAN[f"start, {example.shape}"], {"name": example.name})
    reached = [k for k, row in enumerate(example.jacobian) if row[column]]
    row = reached[0] if len(reached) == 1 else 0
    counts = len(example.inputs), len(example.outputs)
    fields: dict[str, Field] = {
        "name": _lowered(example.name, column, counts[0]),
        "z": _lowered("z", row, counts[1]),
        "weight": Ref(f"v.{row}"),
        "slope": figure(example.jacobian[row][column]),
        "sum": Ref(f"J.{column}"),
        "count": COUNTED.get(len(reached), str(len(reached))),
        "all": COUNTED.get(counts[1], str(counts[1])),
        "v": _lowered("v", row, counts[1]),
    }
    if not reached:
        return compose(JACOBIAN["none"], fields)
    if example.shape == "column" and counts[1] > 1:
        return compose(JACOBIAN["column"], fields)
    return compose(JACOBIAN["one" if len(reached) == 1 else "several"], fields)

"""Is a gradient true? Compare it with what small steps say.

>>> import gradviz as torch
>>> x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
>>> torch.autograd.gradcheck(torch.tanh, x)
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core import errors
from ..core.errors import warn
from ..core.modes import enable_grad, no_grad
from ..core.printing import Size
from ..core.tensor import Tensor, wrap
from . import grad as gradients


class GradcheckError(RuntimeError):
    """A gradient differs from what small steps say, or is not the same twice."""

    __module__ = "gradviz.autograd.gradcheck"


SINGLE = (
    "Input #{} requires gradient and is not a double precision floating point or complex. This "
    "check will likely fail if all the inputs are not of double precision floating point or "
    "complex. "
)
NOT_REENTRANT = (
    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple "
    "times gives different values, although analytical gradient matches numerical gradient."
    "The tolerance for nondeterminism was {}.\n\n"
    "NOTE: If your op relies on non-deterministic operations i.e., it is listed here:\n"
    "https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html\n"
    "this failure might be expected.\n\n"
    "If you are adding a new operator, please file an issue and then use one of the\n"
    "workarounds. The workaround depends on how your test invokes gradcheck/gradgradcheck.\n"
    "If the test\n"
    "- manually invokes gradcheck/gradgradcheck, then call gradcheck/gradgradcheck\n"
    "  with `nondet_tol=<tol>` as a keyword argument.\n"
    "- is OpInfo-based (e.g., in test_ops_gradients.py), then modify the OpInfo for the test\n"
    "  to have `gradcheck_nondet_tol=<tol>`.\n"
    "- is a Module test (e.g., in common_nn.py), then modify the corresponding\n"
    "  module_test entry to have `gradcheck_nondet_tol=<tol>`\n"
)
NONE_TRACKED = (
    "gradcheck expects at least one input tensor to require gradient, but none of them have "
    "requires_grad=True."
)
REPEATED = (
    "The {}th input has a dimension with stride 0. gradcheck only supports inputs that are "
    "non-overlapping to be able to compute the numerical gradients correctly. You should call "
    ".contiguous on the input before passing it to gradcheck."
)
CHANGED = (
    "Expected `func` to return outputs with the same {what} when inputs are perturbed on index "
    "{place} by {eps}, but got: {what}s {below} and {above}."
)


class Limits(NamedTuple):
    """The small step, and how much may differ."""

    eps: float
    atol: float
    rtol: float
    nondet_tol: float


def gradcheck(
    func: Callable,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
) -> bool:
    """Compare gradients with central differences: (f(x + eps) - f(x - eps)) / 2 eps.

    Args:
        func: takes the tensors, returns one tensor or a tuple of them.
        inputs: one tensor or a tuple; those that require grad are checked, best in float64.
        eps: the small step.
        atol: absolute tolerance.
        rtol: relative tolerance.
        raise_exception: whether a difference raises, or returns False.
        nondet_tol: how much two backward passes may differ.
        check_undefined_grad: accepted; gradients that never came are not tried.
        check_forward_ad: refused if true: there is no forward mode.
        check_backward_ad: whether to check anything.
        fast_mode: accepted; the whole Jacobian is compared all the same.

    Raises:
        GradcheckError: if they differ.
        ValueError: if no input requires grad.
    """
    if check_forward_ad:
        raise NotImplementedError(errors.out_of_scope("gradcheck(check_forward_ad=True)"))
    if not check_backward_ad:
        raise AssertionError(
            "Expected at least one of check_forward_ad or check_backward_ad to be True"
        )
    given = tuple(inputs) if isinstance(inputs, tuple | list) else (inputs,)
    tracked = [
        (number, each)
        for number, each in enumerate(given)
        if isinstance(each, Tensor) and each.requires_grad
    ]
    check_inputs(tracked)
    try:
        compare(func, given, tracked, Limits(eps, atol, rtol, nondet_tol))
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def check_inputs(tracked: list[tuple[int, Tensor]]) -> None:
    """Refuse what small steps cannot be made in."""
    if not tracked:
        raise ValueError(NONE_TRACKED)
    for number, each in tracked:
        if each._dtype != np.dtype(np.float64):
            warn(SINGLE.format(number))
        if 0 in each.stride() and each.numel() > 1:
            raise RuntimeError(REPEATED.format(number))


def gradgradcheck(
    func: Callable,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    fast_mode: bool = False,
) -> bool:
    """The same check of the gradients themselves, for second derivatives."""
    given = tuple(inputs) if isinstance(inputs, tuple | list) else (inputs,)
    outputs = results(func, given)
    if grad_outputs is None:
        draw = np.random.Generator(np.random.PCG64(0))
        starts = [
            wrap(np.asarray(draw.standard_normal(each._shape), each._dtype)) for each in outputs
        ]
    else:
        starts = [grad_outputs] if isinstance(grad_outputs, Tensor) else list(grad_outputs)
    starts = [each.detach().requires_grad_() for each in starts]

    def slopes(*values: Any) -> tuple[Tensor, ...]:
        own, vectors = values[: len(given)], values[len(given) :]
        found = gradients(
            results(func, own),
            [value for value in own if isinstance(value, Tensor) and value.requires_grad],
            vectors,
            create_graph=True,
            allow_unused=True,
        )
        return tuple(each for each in found if each is not None and each.requires_grad)

    return gradcheck(
        slopes,
        (*given, *starts),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
    )


def results(func: Callable, given: Sequence[Any]) -> list[Tensor]:
    """The outputs whose gradients can be asked for."""
    with enable_grad():
        outputs = func(*given)
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    return [each for each in outputs if isinstance(each, Tensor) and each._dtype.kind == "f"]


def compare(
    func: Callable, given: tuple, tracked: list[tuple[int, Tensor]], limits: Limits
) -> None:
    """Both Jacobians of every output by every input."""
    outputs = results(func, given)
    numerical = [by_steps(func, given, each, len(outputs), limits.eps) for _, each in tracked]
    if not any(output.requires_grad for output in outputs):
        if any(np.abs(matrix).max(initial=0) > limits.atol for per in numerical for matrix in per):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    wanted = [each for _, each in tracked]
    followed = [(place, each) for place, each in enumerate(outputs) if each.requires_grad]
    for place, output in followed:
        analytical = by_backward(output, wanted)
        again = by_backward(output, wanted)
        for column, (number, _) in enumerate(tracked):
            own, steps = analytical[column], numerical[column][place]
            if not np.allclose(own, again[column], rtol=0, atol=limits.nondet_tol):
                raise GradcheckError(NOT_REENTRANT.format(limits.nondet_tol))
            if not np.allclose(own, steps, rtol=limits.rtol, atol=limits.atol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {place} with respect to input {number},\n"
                    f"numerical:{wrap(steps)!r}\nanalytical:{wrap(own)!r}\n"
                )
    for _, output in followed:
        nothing = wrap(np.zeros(output._shape, output._dtype))
        found = gradients(output, wanted, nothing, retain_graph=True, allow_unused=True)
        if any(each is not None and each._shaped().any() for each in found):
            raise GradcheckError("backward not multiplied by grad_output")


def by_steps(
    func: Callable, given: tuple, moved: Tensor, count: int, eps: float
) -> list[np.ndarray]:
    """For each output, a matrix (input elements × output elements) of central differences."""
    memory = moved._array()
    rows: list[list[np.ndarray]] = [[] for _ in range(count)]
    for place in np.ndindex(memory.shape):
        kept = memory[place]
        memory[place] = kept + eps
        above = values(func, given)
        memory[place] = kept - eps
        below = values(func, given)
        memory[place] = kept
        for row, high, low in zip(rows, above, below, strict=True):
            check_alike(high, low, place, eps)
            row.append((high - low).reshape(-1) / (2 * eps))
    return [np.array(row).reshape(memory.size, -1) for row in rows]


def check_alike(high: np.ndarray, low: np.ndarray, place: tuple, eps: float) -> None:
    """Refuse a function whose results change their form as its inputs change."""
    if high.shape != low.shape:
        below, above = Size(low.shape), Size(high.shape)
        raise AssertionError(
            CHANGED.format(what="shape", place=place, eps=eps, below=below, above=above)
        )
    if high.dtype != low.dtype:
        below, above = f"torch.{low.dtype}", f"torch.{high.dtype}"
        raise AssertionError(
            CHANGED.format(what="dtype", place=place, eps=eps, below=below, above=above)
        )


def values(func: Callable, given: tuple) -> list[np.ndarray]:
    """The outputs as arrays."""
    with no_grad():
        return [np.array(each._shaped()) for each in results(func, given)]


def by_backward(output: Tensor, wanted: list[Tensor]) -> list[np.ndarray]:
    """For each input, the matrix (input elements × output elements) that backward gives."""
    columns: list[list[np.ndarray]] = [[] for _ in wanted]
    for place in range(output._value.size):
        start = np.zeros(output._value.size, output._dtype)
        start[place] = 1
        found = gradients(
            output, wanted, wrap(start.reshape(output._shape)), retain_graph=True, allow_unused=True
        )
        for column, own, input in zip(columns, found, wanted, strict=True):
            flat = np.zeros(input._shape, input._dtype) if own is None else own._shaped()
            column.append(np.array(flat).reshape(-1))
    return [
        np.array(column).reshape(-1, input._value.size).T
        for column, input in zip(columns, wanted, strict=True)
    ]

"""Random numbers as tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import dtypes, errors
from .creation import check_shape, creates
from .data import made
from .generator import Generator, default_generator
from .operands import shaped
from .tensor import Tensor

UNIFORM, NORMAL = "check_uniform_bounds", "normal_kernel_cpu"


def float_type(kind: np.dtype | None, kernel: str) -> np.dtype:
    """The type to draw in; PyTorch names the kernel that has no other."""
    kind = kind or dtypes.default_float
    if kind.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.scalar_name(kind)}'")
    return kind


def source(generator: Generator | None) -> Generator:
    """The generator that a call names, else the default one."""
    return generator or default_generator()


def uniform(size: tuple, kind: np.dtype | None, generator: Generator | None = None) -> np.ndarray:
    """Uniform draws in a shape."""
    count, kind = check_shape(size), float_type(kind, UNIFORM)
    return source(generator).fractions(count, kind).reshape(size)


def standard(size: tuple, kind: np.dtype | None, generator: Generator | None = None) -> np.ndarray:
    """Normally distributed draws in a shape."""
    count, kind = check_shape(size), float_type(kind, NORMAL)
    return source(generator).normals(count, kind).reshape(size)


@creates("tuple of ints size", drawn=True)
def rand(size: tuple, dtype: np.dtype | None, generator: Generator | None = None) -> np.ndarray:
    """Uniform draws from 0 up to, not including, 1.

    >>> rand(2, 3).shape
    torch.Size([2, 3])
    """
    return uniform(size, dtype, generator)


@creates("tuple of ints size", drawn=True)
def randn(size: tuple, dtype: np.dtype | None, generator: Generator | None = None) -> np.ndarray:
    """Normally distributed draws.

    >>> randn(3, requires_grad=True).requires_grad
    True
    """
    return standard(size, dtype, generator)


@creates("int high, tuple of ints size", "int low, int high, tuple of ints size", drawn=True)
def randint(
    high: int, size: tuple, dtype: np.dtype | None, low: int = 0, generator: Generator | None = None
) -> np.ndarray:
    """Whole numbers from low up to, not including, high.

    >>> randint(5, (2, 2)).dtype
    torch.int64
    """
    count = check_shape(size)
    return whole_draws(source(generator), low, high, count, dtype or dtypes.int64).reshape(size)


def whole_draws(source: Generator, low: int, high: int, count: int, kind: np.dtype) -> np.ndarray:
    """Whole numbers of a type, if the type reaches that far."""
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        for name, bound in (("from", low), ("to - 1", high - 1)):
            if not limits.min <= bound <= limits.max:
                raise RuntimeError(f"{name} is out of bounds for {dtypes.c_name(kind)}")
    return source.integers(low, high, count).astype(kind)


@creates("int n", drawn=True)
def randperm(n: int, dtype: np.dtype | None, generator: Generator | None = None) -> np.ndarray:
    """The numbers below n in random order.

    >>> sorted(randperm(3).tolist())
    [0, 1, 2]
    """
    check_shape((n,))
    return source(generator).permutation(n).astype(dtype or dtypes.int64)


@creates("Tensor input", like=True)
def rand_like(input: Tensor, dtype: np.dtype | None) -> np.ndarray:
    """Uniform draws in the shape and type of another tensor."""
    return uniform(input._shape, dtype or input._dtype)


@creates("Tensor input", like=True)
def randn_like(input: Tensor, dtype: np.dtype | None) -> np.ndarray:
    """Normally distributed draws in the shape and type of another tensor."""
    return standard(input._shape, dtype or input._dtype)


@creates("Tensor input, int high", "Tensor input, int low, int high", like=True)
def randint_like(input: Tensor, high: int, dtype: np.dtype | None, low: int = 0) -> np.ndarray:
    """Whole numbers in the shape and type of another tensor."""
    kind = dtype or input._dtype
    return whole_draws(source(None), low, high, input._value.size, kind).reshape(input._shape)


@creates(
    "Tensor mean, Tensor std",
    "Tensor mean, float std = 1",
    "float mean, Tensor std",
    "float mean, float std, tuple of ints size",
    drawn=True,
)
def normal(
    mean: Any,
    dtype: np.dtype | None,
    std: Any = 1.0,
    size: tuple | None = None,
    generator: Generator | None = None,
) -> np.ndarray:
    """Normally distributed draws, each with its own mean and deviation.

    >>> normal(0.0, 1.0, (2,)).shape
    torch.Size([2])
    """
    generator = source(generator)
    if size is not None:
        kind = float_type(dtype, NORMAL)
        return generator.normals(check_shape(size), kind, mean, check_deviation(std)).reshape(size)
    tensors = [each for each in (mean, std) if isinstance(each, Tensor)]
    kind = dtypes.result_dtype(*tensors)
    means, deviations = (np.asarray(shaped(each), kind) for each in (mean, std))
    if (deviations < 0).any():
        raise RuntimeError("normal expects all elements of std >= 0.0")
    if len(tensors) == 2 and means.shape != deviations.shape:
        raise RuntimeError(errors.not_broadcastable([each._shape for each in tensors]))
    shape = np.broadcast_shapes(means.shape, deviations.shape)
    return generator.normals(math.prod(shape), kind).reshape(shape) * deviations + means


def check_deviation(std: float) -> float:
    """The standard deviation itself, if it can be one."""
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    return std


def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None
) -> Tensor:
    """Ones with the given chances, zeros else.

    >>> bernoulli(rand(2), p=1.0)
    tensor([1., 1.])
    """
    kind = input._dtype
    if p is not None:
        drawn = source(generator).chances(check_probability(p), input._value.size)
        return made(drawn.astype(kind).reshape(input._shape))
    if kind.kind != "f":
        given = dtypes.scalar_name(kind)
        raise NotImplementedError(f"\"bernoulli_tensor_cpu_p_\" not implemented for '{given}'")
    chances = input._shaped()
    if not ((chances >= 0) & (chances <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message "
            "be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    return made((uniform(input._shape, kind, generator) < chances).astype(kind))


def check_probability(p: float) -> float:
    """The probability itself, if it can be one."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return p


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """The numbers of classes drawn by their weights, from a vector or each row of a matrix.

    >>> multinomial(rand(3) * 0 + 1, 3).sort().values
    tensor([0, 1, 2])
    """
    _check_weights(input, num_samples, replacement)
    draw = _with_replacement if replacement and num_samples > 1 else _without_replacement
    drawn = draw(np.atleast_2d(input._shaped()), num_samples, source(generator))
    return made(drawn.reshape((*input._shape[:-1], num_samples)))


def _check_weights(weights: Tensor, count: int, replacement: bool) -> None:
    if len(weights._shape) not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if weights._dtype.kind != "f":
        kind = dtypes.scalar_name(weights._dtype)
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {kind}"
        )
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > weights._shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    values = weights._shaped()
    if not (np.isfinite(values) & (values >= 0)).all():
        text = "probability tensor contains either `inf`, `nan` or element < 0"
        if replacement and count > 1:
            text = "invalid multinomial distribution (encountering probability entry < 0)"
        raise RuntimeError(text)
    if not (values.sum(-1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _with_replacement(rows: np.ndarray, count: int, source: Generator) -> np.ndarray:
    """Where uniform draws fall among the summed weights."""
    sums = np.add.accumulate(rows, 1, dtype=rows.dtype)
    sums /= sums[:, -1:]
    places = source.fractions(len(rows) * count, dtypes.float64).reshape(-1, count)
    pairs = zip(sums, places, strict=True)
    return np.array([np.searchsorted(row, drawn) for row, drawn in pairs], np.int64)


def _without_replacement(rows: np.ndarray, count: int, source: Generator) -> np.ndarray:
    """The largest of the weights, each divided by an exponential draw."""
    drawn = source.exponentials(rows.size).astype(rows.dtype).reshape(rows.shape)
    return np.argsort(-(rows / drawn), 1, kind="stable")[:, :count].astype(np.int64)

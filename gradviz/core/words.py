"""The words that rules may use, on numpy values; under create_graph each means the op of its name.

They know that a one-element value may be a numpy scalar without its shape.
"""

from __future__ import annotations

import math

import numpy as np

from .dims import axes
from .meanings import on_tensors, silent, twins, vocabulary
from .names import ops
from .numbers import marked

ndarray, add_reduce = np.ndarray, np.add.reduce
sqrt, sign, maximum, minimum = np.sqrt, np.sign, np.maximum, np.minimum
abs = np.abs
zero, one = np.array(0, np.float32), np.array(1, np.float32)
single, single_zero, single_one = np.float32, np.float32(0), np.float32(1)
wide_one = np.array(1, np.float64)

PRINTED_WHOLE = 1000
float32, float64 = np.dtype("float32"), np.dtype("float64")


def rounded_once(function):
    """A function as PyTorch rounds it.

    PyTorch's code for vectors is right to the last bit almost always; numpy's, in single precision,
    often is not. So what is small enough to be printed whole is computed in double precision, one
    number by the module `math`, which is three times as fast; it has errors where numpy has nan.
    """
    of_number = getattr(math, function.__name__.replace("arc", "a"))

    def apply(value):
        if value.__class__ is ndarray:
            if value.dtype is float32 and value.size <= PRINTED_WHOLE:
                return function(value.astype(float64)).astype(float32)
            return function(value if value.dtype.kind == "f" else value.astype(float64))
        if value.__class__ is single:
            try:
                return single_one * of_number(value)
            except (ValueError, OverflowError):
                pass
        return value.__class__(function(float(value)))

    apply.__name__ = apply.__qualname__ = function.__name__
    return apply


exp, exp2, expm1 = rounded_once(np.exp), rounded_once(np.exp2), rounded_once(np.expm1)
log, log2, log10, log1p = (rounded_once(each) for each in (np.log, np.log2, np.log10, np.log1p))
sin, cos, tan = rounded_once(np.sin), rounded_once(np.cos), rounded_once(np.tan)
asin, acos, atan = (rounded_once(each) for each in (np.arcsin, np.arccos, np.arctan))
sinh, cosh, tanh = rounded_once(np.sinh), rounded_once(np.cosh), rounded_once(np.tanh)
asinh, acosh, atanh = (rounded_once(each) for each in (np.arcsinh, np.arccosh, np.arctanh))


def number(value):
    return value


@on_tensors
def number(value):  # noqa: F811
    return marked(value)


def atan2(value, other):
    """The angle, rounded as the functions above."""
    if value.__class__ is ndarray and value.size > PRINTED_WHOLE:
        return np.arctan2(value, other)
    wide = np.arctan2(np.asarray(value, float64), other)
    return wide.astype(value.dtype)


def reciprocal(value):
    return 1 / value


def one_minus(value):
    return 1 - value


@on_tensors
def one_minus(value):  # noqa: F811
    from .tensor import wrap

    return ops.minus(wrap(np.ones((), value._dtype)), value)


def sigmoid(value):
    if value.__class__ is ndarray and value.dtype is one.dtype:
        return one / (one + exp(-value))  # an array and a Python number would take twice as long
    return 1 / (1 + exp(-value))


def one_minus_square(value):
    """1 - value², rounded once, as PyTorch's fused instruction does: near 1 the rest is small."""
    if value.__class__ is ndarray and value.size > PRINTED_WHOLE:
        return 1 - value * value
    if value.__class__ is ndarray:
        wide = value.astype(float64)
        np.multiply(wide, wide, wide)
        return np.subtract(wide_one, wide, wide).astype(value.dtype)
    wide = float(value)
    return value.__class__(1 - wide * wide)


@on_tensors
def one_minus_square(value):  # noqa: F811
    return 1 - value * value


def total(value):
    return add_reduce(value, None)


@on_tensors
def total(value):  # noqa: F811
    return ops.sum_all(value)


def mm(left, right):
    return left.dot(right)  # `@` takes twice as long


def t(matrix):
    return matrix.T


def pow(value, exponent):
    # numpy's `x ** 1` takes 540 ns
    return value if exponent.__class__ is int and exponent == 1 else value**exponent


@on_tensors
def pow(value, exponent):  # noqa: F811
    return ops.pow_scalar(value, exponent) if exponent else ops.pow_zero(value, exponent)


def unsqueeze(value, dim):
    shape = value.shape
    return value.reshape(
        (*shape[:dim], 1, *shape[dim:])
    )  # `np.expand_dims` takes four times as long


def view(value, shape):
    return value.reshape(shape)


@on_tensors
def view(value, shape):  # noqa: F811
    return ops.reshape(value, shape)


def reshape(value, shape):
    return value.reshape(shape)


def numel(value):
    return value.size


def to(value, dtype):
    return value if value.dtype is dtype else value.astype(dtype)


def expand(value, shape):
    """Repeat to a larger shape, in no memory of its own; `broadcast_to` takes 5 times as long."""
    if value.__class__ is not ndarray:
        for size in shape:
            if size != 1:
                return ndarray(shape, value.dtype, value, 0, (0,) * len(shape))
        return value
    if not value.flags.c_contiguous:
        return np.broadcast_to(value, shape)
    extra = len(shape) - value.ndim
    steps = [0 if own == 1 else step for own, step in zip(value.shape, value.strides, strict=True)]
    return ndarray(shape, value.dtype, value, 0, (*(0,) * extra, *steps))


def repeated(value, shape):
    """Repeat to a larger shape, in memory of its own."""
    full = np.empty(shape, value.dtype)
    full[...] = value
    return full if full.size != 1 else full.reshape(())[()]


@on_tensors
def repeated(value, shape):  # noqa: F811
    return ops.expand(value, shape)


def sum_to_size(grad, shape):
    """Undo broadcasting: sum over the dimensions that the operand did not have."""
    if grad.__class__ is not ndarray or grad.shape == shape:
        return grad
    extra = grad.ndim - len(shape)
    if extra == 1 and grad.shape[1:] == shape:
        return add_reduce(grad, 0)
    axes = tuple(range(extra)) + tuple(
        i + extra for i, size in enumerate(shape) if size == 1 and grad.shape[i + extra] != 1
    )
    return add_reduce(grad, axes, None, None, True).reshape(shape)


def stack(values, dim):
    return np.stack(values, dim)


# -------------------------------------------------------------------------- along dimensions


def sum_dim(value, dim, keepdim=False):
    return add_reduce(value, axes(dim, value.ndim), keepdims=keepdim)


def mean_dim(value, dim, keepdim=False):
    chosen = axes(dim, value.ndim)
    count = 1
    for place in chosen:
        count *= value.shape[place]
    # through arrays, so that a division by no elements gives nan, not an exception
    return add_reduce(value, chosen, keepdims=keepdim) / np.asarray(count, value.dtype)


def held(array):
    """An array that a rule was given beside its tensors."""
    return array


@on_tensors
def held(array):  # noqa: F811
    from .tensor import wrap

    return wrap(array)


def mean_all(value):
    return mean_dim(value, ())


@on_tensors
def mean_all(value):  # noqa: F811
    return ops.mean(value)


def log_sum_exp(value, dim, keepdim=False):
    """The logarithm of the summed exponentials, safe for large values."""
    chosen = axes(dim, value.ndim)
    top = np.maximum.reduce(value, chosen, keepdims=True, initial=-math.inf)
    top = where(np.isfinite(top), top, zero.astype(value.dtype))
    summed = log(add_reduce(exp(value - top), chosen, keepdims=True)) + top
    return summed if keepdim else summed.squeeze(chosen)


def cumsum(value, dim):
    return np.add.accumulate(value, dim) if value.ndim else value.copy()


def flip(value, dims):
    return np.flip(value, dims).copy() if value.ndim else value


def masked_fill(value, mask, number):
    return where(mask, np.asarray(number, value.dtype), value)


def equal_count(mask, dim, grad):
    """How many are True along the dimensions, one wide, in the type of a gradient."""
    return add_reduce(mask, axes(dim, mask.ndim), keepdims=True).astype(grad.dtype)


@on_tensors
def equal_count(mask, dim, grad):  # noqa: F811
    return ops.sum_dim(ops.to_copy(mask, grad._dtype), dim, True)


# ------------------------------------------------------------------------------------ matrices


def bmm(left, right):
    return np.matmul(left, right)


def matmul(left, right):
    return np.matmul(left, right)


def mv(matrix, vector):
    return matrix.dot(vector)


def transpose(value, first, second):
    return value.swapaxes(first, second)


# --------------------------------------------------------------------------------- elements


def where(condition, value, other):
    if other is zero and value.__class__ is not ndarray and condition.__class__ is np.bool_:
        return value if condition else value.__class__(0)
    if other is zero and value.__class__ is ndarray and value.size > MANY:
        return masked(value, condition)
    chosen = np.where(condition, value, other)
    return chosen if chosen.ndim else chosen[()]


MANY = 500  # from here on the bits of numbers are masked faster than numpy chooses
BITS = {2: np.dtype(np.int16), 4: np.dtype(np.int32), 8: np.dtype(np.int64)}


def masked(value, condition):
    """The value where a condition holds; elsewhere 0, also of what is infinite or negative."""
    bits = BITS[value.itemsize]
    return (value.view(bits) & np.negative(condition.astype(bits))).view(value.dtype)


def sgn(value):
    """The sign; that of what is no number is 0, as PyTorch has it."""
    signs = np.sign(value)
    total = add_reduce(signs, None)
    return signs if total == total else where(signs == signs, signs, zero.astype(signs.dtype))


def zeros_like(value):
    return np.zeros(value.shape, value.dtype) if value.__class__ is ndarray else value.__class__(0)


@on_tensors
def zeros_like(value):  # noqa: F811
    from .tensor import wrap

    return wrap(np.zeros(value._shape, value._dtype))


def rsqrt(value):
    return 1 / sqrt(value)


erf_of = np.frompyfunc(math.erf, 1, 1)


def erf(value):
    if value.__class__ is not ndarray:
        return value.__class__(math.erf(value))
    return np.asarray(erf_of(value), value.dtype)


def refuse_zeros(value, other):
    """Whole numbers have no infinity to answer with."""
    if value.dtype.kind in "iub" and np.asarray(other).dtype.kind in "iub" and not np.all(other):
        raise RuntimeError("ZeroDivisionError")


def divided(value, other, rounding_mode):
    """A quotient rounded down ("floor") or towards zero ("trunc")."""
    refuse_zeros(value, other)
    if rounding_mode == "floor":
        return np.floor_divide(value, other)
    quotient = np.trunc(value / other)
    return quotient if value.dtype.kind == "f" else quotient.astype(value.dtype)


@on_tensors
def divided(value, other, rounding_mode):  # noqa: F811
    return ops.div(value, other, rounding_mode=rounding_mode)


def called_quietly(function, *values):
    """A function's value, without numpy's warnings of infinity and NaN."""
    return function(*values)


twins["zero"] = 0.0
vocabulary |= globals()
called_quietly = silent(called_quietly)  # the last line: it sees the names that stand above

"""Random numbers: after the same seed, the very draws of PyTorch's CPU generator."""

from __future__ import annotations

import math
import os
import struct
from typing import Any, cast

import numpy as np

from . import dtypes, errors
from .arguments import bind, signature, type_name
from .creation import check_shape, creates
from .data import made
from .device import cpu, device, device_of
from .tensor import Tensor

UNTOLD_SEED = 67280421310721  # a new Generator starts here
WORDS = 624  # the generator's state
STATE = struct.Struct(f"<QiiQ{WORDS}Q3di4xf?3x")  # torch's layout of `get_state`


class Generator:
    """A source of random numbers; `manual_seed` makes it repeat itself.

    >>> Generator().manual_seed(1).initial_seed()
    1
    """

    __slots__ = ("_bits", "_next_normal", "_seed")
    __module__ = "gradviz"

    def __init__(self, device: Any = "cpu") -> None:
        device_of(device)
        self.manual_seed(UNTOLD_SEED)

    @property
    def device(self) -> device:
        """Where it draws: the CPU."""
        return cpu

    def manual_seed(self, seed: int) -> Generator:
        """Start over from a seed."""
        if not isinstance(seed, int | np.integer):
            raise RuntimeError(f"manual_seed expected a long, but got {type_name(seed)}")
        self._seed = _unsigned(int(seed))
        self._bits = np.random.MT19937()
        start = np.random.RandomState(self._seed & 0xFFFFFFFF)
        self._bits.state = cast(Any, start.get_state(legacy=False))
        self._next_normal: float | None = None
        return self

    def seed(self) -> int:
        """Start over from a seed that nobody knows, and return it."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def initial_seed(self) -> int:
        """The seed of the last start."""
        return self._seed

    # -------------------------------------------------------------------------- the state

    def get_state(self) -> Tensor:
        """The whole state as bytes, in PyTorch's own layout."""
        state = self._bits.state["state"]
        place, key = state["pos"], state["key"].tolist()
        normal = self._next_normal
        packed = STATE.pack(
            self._seed, WORDS + 1 - place, 1, place % WORDS, *key,
            0.0, normal or 0.0, 0.0, normal is not None, 0.0, False,
        )  # fmt: skip
        return made(np.frombuffer(packed, np.uint8).copy())

    def set_state(self, new_state: Tensor) -> Generator:
        """Return to a state that `get_state` gave."""
        if not isinstance(new_state, Tensor):
            raise TypeError(f"expected a torch.ByteTensor, but got {type_name(new_state)}")
        if new_state._dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        packed = new_state._array().tobytes()
        if len(packed) != STATE.size:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE.size} but found the input RNG "
                f"state size to be {len(packed)}"
            )
        seed, left, _, _, *words, _, normal, _, is_kept, _, _ = STATE.unpack(packed)
        self.manual_seed(seed)
        key = np.array(words, np.uint32)
        self._bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": key, "pos": WORDS + 1 - left},
        }
        self._next_normal = normal if is_kept else None
        return self

    # -------------------------------------------------------------------------- the draws

    def _long(self, count: int) -> np.ndarray:
        pairs = self._bits.random_raw(2 * count)
        return (pairs[0::2] << np.uint64(32)) | pairs[1::2]

    def fractions(self, count: int, dtype: np.dtype) -> np.ndarray:
        """Numbers from 0 up to, not including, 1."""
        if dtype == dtypes.float64:
            return (self._long(count) & np.uint64(2**53 - 1)) * 2.0**-53
        return ((self._bits.random_raw(count) & 0xFFFFFF) * 2.0**-24).astype(dtype)

    def normals(
        self, count: int, dtype: np.dtype, mean: float = 0.0, std: float = 1.0
    ) -> np.ndarray:
        """Normally distributed numbers; from 16 on PyTorch draws them in blocks."""
        if count < 16:
            return self.single_normals(count, dtype, mean, std)
        wide = dtypes.float64 if dtype == dtypes.float64 else dtypes.float32
        whole = count // 16 * 16
        drawn = np.empty(count, wide)
        drawn[:whole] = _normal_blocks(self.fractions(whole, wide), mean, std)
        if dtype != dtypes.float16:
            self._bits.random_raw((count - whole) * wide.itemsize // 4)  # drawn, and never used
        if whole < count:  # the last block overlaps the one before
            drawn[-16:] = _normal_blocks(self.fractions(16, wide), mean, std)
        return drawn.astype(dtype, copy=False)

    def single_normals(self, count: int, dtype: np.dtype, mean: float, std: float) -> np.ndarray:
        """The same one by one: drawn in pairs, the second kept for the next call."""
        values = [] if self._next_normal is None or not count else [self._next_normal]
        pairs = (count - len(values) + 1) // 2
        drawn = iter(self.fractions(2 * pairs, dtypes.float64).tolist())
        for turn, fall in zip(drawn, drawn, strict=True):
            radius, angle = math.sqrt(-2 * math.log1p(-fall)), 2 * math.pi * turn
            values += radius * math.cos(angle), radius * math.sin(angle)
        if count:
            self._next_normal = values.pop() if len(values) > count else None
        return np.array([value * std + mean for value in values]).astype(dtype)

    def integers(self, low: int, high: int, count: int) -> np.ndarray:
        """Whole numbers from low up to, not including, high."""
        span = high - low
        drawn = self._long(count) if span >= 2**28 else self._bits.random_raw(count)
        return (drawn % np.uint64(span)).astype(np.int64) + low

    def permutation(self, count: int) -> np.ndarray:
        """The numbers below count, shuffled."""
        order = list(range(count))
        drawn = self._bits.random_raw(max(count - 1, 0))
        for place, step in enumerate((drawn % np.arange(count, 1, -1, dtype=np.uint64)).tolist()):
            order[place], order[place + step] = order[place + step], order[place]
        return np.array(order, np.int64)

    def chances(self, probability: float, count: int) -> np.ndarray:
        """True with this probability, as `bernoulli_` and dropout draw it."""
        return self.fractions(count, dtypes.float64) < probability


def _unsigned(seed: int) -> int:
    if not -(2**63) <= seed < 2**64:
        raise ValueError("Overflow when unpacking long long")
    return seed % 2**64


def _normal_blocks(drawn: np.ndarray, mean: float, std: float) -> np.ndarray:
    """Box and Muller's transform of blocks of 16: 8 radii, 8 angles."""
    blocks = drawn.reshape(-1, 2, 8)
    radius = np.sqrt(-2 * np.log(1 - blocks[:, 0]))
    angle = drawn.dtype.type(2 * math.pi) * blocks[:, 1]
    pairs = np.stack((radius * np.cos(angle), radius * np.sin(angle)), 1)
    return (pairs * drawn.dtype.type(std) + drawn.dtype.type(mean)).reshape(-1)


_default: Generator | None = None


def default_generator() -> Generator:
    """The generator that every draw uses unless another is given."""
    global _default
    if _default is None:
        _default = Generator()
        _default.seed()
    return _default


# ----------------------------------------------------------------------- seeds and states


def manual_seed(seed: Any) -> Generator:
    """Make the draws that follow repeatable, and the same as PyTorch's.

    >>> first = manual_seed(0), rand(1)
    >>> again = manual_seed(0), rand(1)
    >>> bool(first[1] == again[1])
    True
    """
    return default_generator().manual_seed(int(seed))


def seed() -> int:
    """Start the default generator over from a seed that nobody knows."""
    return default_generator().seed()


def initial_seed() -> int:
    """The seed of the default generator's last start."""
    return default_generator().initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator."""
    return default_generator().get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Bring the default generator to a state."""
    default_generator().set_state(new_state)


# ---------------------------------------------------------------------------- new tensors

UNIFORM, NORMAL = "check_uniform_bounds", "normal_kernel_cpu"


def float_type(kind: np.dtype | None, kernel: str) -> np.dtype:
    """The type to draw in; PyTorch names the kernel that has no other."""
    kind = kind or dtypes.default_float
    if kind.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.scalar_name(kind)}'")
    return kind


def _source(generator: Generator | None) -> Generator:
    return generator or _default or default_generator()


def source(chosen: dict[str, Any]) -> Generator:
    """The generator that the arguments of a call name, else the default one."""
    return _source(chosen.get("generator"))


def read_method(
    name: str, texts: str | tuple[str, ...], given: tuple, named: dict
) -> dict[str, Any]:
    """The arguments of a method that has parameters such as `from`, which Python cannot declare."""
    ways = [signature(text) for text in ([texts] if isinstance(texts, str) else texts)]
    return bind(name, ways, given, named)


@creates("tuple of ints size", drawn=True)
def rand(size: tuple, dtype: np.dtype | None, generator: Generator | None = None) -> np.ndarray:
    """Uniform draws from 0 up to, not including, 1.

    >>> rand(2, 3).shape
    torch.Size([2, 3])
    """
    count, kind = check_shape(size), float_type(dtype, UNIFORM)
    return _source(generator).fractions(count, kind).reshape(size)


@creates("tuple of ints size", drawn=True)
def randn(size: tuple, dtype: np.dtype | None, generator: Generator | None = None) -> np.ndarray:
    """Normally distributed draws.

    >>> randn(3, requires_grad=True).requires_grad
    True
    """
    count, kind = check_shape(size), float_type(dtype, NORMAL)
    return _source(generator).normals(count, kind).reshape(size)


@creates("int high, tuple of ints size", "int low, int high, tuple of ints size", drawn=True)
def randint(
    high: int,
    size: tuple,
    dtype: np.dtype | None,
    low: int = 0,
    generator: Generator | None = None,
) -> np.ndarray:
    """Whole numbers from low up to, not including, high.

    >>> randint(5, (2, 2)).dtype
    torch.int64
    """
    count = check_shape(size)
    return whole_draws(_source(generator), low, high, count, dtype or dtypes.int64).reshape(size)


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
    return _source(generator).permutation(n).astype(dtype or dtypes.int64)


@creates("Tensor input", like=True)
def rand_like(input: Tensor, dtype: np.dtype | None) -> np.ndarray:
    """Uniform draws in the shape and type of another tensor."""
    kind = float_type(dtype or input._dtype, UNIFORM)
    return _source(None).fractions(input._value.size, kind).reshape(input._shape)


@creates("Tensor input", like=True)
def randn_like(input: Tensor, dtype: np.dtype | None) -> np.ndarray:
    """Normally distributed draws in the shape and type of another tensor."""
    kind = float_type(dtype or input._dtype, NORMAL)
    return _source(None).normals(input._value.size, kind).reshape(input._shape)


@creates("Tensor input, int high", "Tensor input, int low, int high", like=True)
def randint_like(input: Tensor, high: int, dtype: np.dtype | None, low: int = 0) -> np.ndarray:
    """Whole numbers in the shape and type of another tensor."""
    kind = dtype or input._dtype
    return whole_draws(_source(None), low, high, input._value.size, kind).reshape(input._shape)


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
    source = _source(generator)
    if size is not None:
        kind = float_type(dtype, NORMAL)
        return source.normals(check_shape(size), kind, mean, check_deviation(std)).reshape(size)
    tensors = [each for each in (mean, std) if isinstance(each, Tensor)]
    kind = dtypes.result_dtype(*tensors)
    means, deviations = (np.asarray(number_or_array(each), kind) for each in (mean, std))
    if (deviations < 0).any():
        raise RuntimeError("normal expects all elements of std >= 0.0")
    if len(tensors) == 2 and means.shape != deviations.shape:
        raise RuntimeError(errors.not_broadcastable([each._shape for each in tensors]))
    shape = np.broadcast_shapes(means.shape, deviations.shape)
    return source.normals(math.prod(shape), kind).reshape(shape) * deviations + means


def number_or_array(value: Any) -> Any:
    """What a tensor holds; a number as it is."""
    return value._shaped() if isinstance(value, Tensor) else value


def check_deviation(std: float) -> float:
    """The standard deviation itself, if it can be one."""
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    return std


@creates("Tensor input", "Tensor input, float p", drawn=True)
def bernoulli(
    input: Tensor,
    dtype: np.dtype | None,
    p: float | None = None,
    generator: Generator | None = None,
) -> np.ndarray:
    """Ones with the given chances, zeros else.

    >>> bernoulli(rand(2), p=1.0)
    tensor([1., 1.])
    """
    source, kind = _source(generator), input._dtype
    if p is not None:
        return (
            source.chances(check_probability(p), input._value.size)
            .astype(kind)
            .reshape(input._shape)
        )
    if kind.kind != "f":
        given = dtypes.scalar_name(kind)
        raise NotImplementedError(f"\"bernoulli_tensor_cpu_p_\" not implemented for '{given}'")
    chances = input._shaped()
    if not ((chances >= 0) & (chances <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message "
            "be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    return (source.fractions(input._value.size, kind).reshape(input._shape) < chances).astype(kind)


def check_probability(p: float) -> float:
    """The probability itself, if it can be one."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return p

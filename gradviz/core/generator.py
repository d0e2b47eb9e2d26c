"""The generator: after the same seed, the very draws of PyTorch's CPU generator."""

from __future__ import annotations

import math
import os
import struct
from functools import cache
from typing import Any, cast

import numpy as np

from . import dtypes
from .arguments import type_name
from .data import made
from .device import cpu, device, device_of
from .tensor import Tensor

UNTOLD_SEED = 67280421310721  # a new Generator starts here
WORDS = 624  # the generator's state
STATE = struct.Struct(f"<QiiQ{WORDS}Q3di4xf?3x")  # torch's layout of `get_state`


class Generator:
    """A source of random numbers; `manual_seed` makes it repeat itself.

    >>> import gradviz as torch
    >>> torch.Generator().manual_seed(1).initial_seed()
    1
    """

    __slots__ = ("_bits", "_next_normal", "_seed")
    __module__ = "gradviz._C"

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
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        self._seed = int(seed) % 2**64
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
        state = {"key": np.array(words, np.uint32), "pos": WORDS + 1 - left}
        self._bits.state = cast(Any, {"bit_generator": "MT19937", "state": state})
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

    def exponentials(self, count: int) -> np.ndarray:
        """Waiting times of mean 1."""
        return -np.log1p(-self.fractions(count, dtypes.float64))

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


def _normal_blocks(drawn: np.ndarray, mean: float, std: float) -> np.ndarray:
    """Box and Muller's transform of blocks of 16: 8 radii, 8 angles."""
    blocks = drawn.reshape(-1, 2, 8)
    radius = np.sqrt(-2 * np.log(1 - blocks[:, 0]))
    angle = drawn.dtype.type(2 * math.pi) * blocks[:, 1]
    pairs = np.stack((radius * np.cos(angle), radius * np.sin(angle)), 1)
    return (pairs * drawn.dtype.type(std) + drawn.dtype.type(mean)).reshape(-1)


@cache
def default_generator() -> Generator:
    """The generator that every draw uses unless another is given."""
    made = Generator()
    made.seed()
    return made

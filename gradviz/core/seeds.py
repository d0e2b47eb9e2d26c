"""Seeds and states of the default generator: what `torch.random` holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import generator
from .tensor import Tensor

default_generator = generator.default_generator()


def manual_seed(seed: Any) -> generator.Generator:
    """Make the draws that follow repeatable, and the same as PyTorch's.

    >>> import gradviz as torch
    >>> first = torch.manual_seed(0), torch.rand(1)
    >>> again = torch.manual_seed(0), torch.rand(1)
    >>> bool(first[1] == again[1])
    True
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the default generator over from a seed that nobody knows."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator's last start."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Bring the default generator to a state."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[None]:
    """Within it draws may be made that those after it do not notice.

    >>> import gradviz as torch
    >>> first = torch.manual_seed(0), torch.rand(1)
    >>> generator = torch.manual_seed(0)
    >>> with torch.random.fork_rng():
    ...     noise = torch.rand(3)
    >>> bool(torch.rand(1) == first[1])
    True
    """
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)

"""Seeds and states of the default generator: what `torch.random` holds."""

from __future__ import annotations

from typing import Any

from . import generator
from .random import get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]
default_generator = generator.default_generator()


class fork_rng:
    """Within it draws may be made that those after it do not notice.

    >>> import gradviz as torch
    >>> first = torch.manual_seed(0), torch.rand(1)
    >>> generator = torch.manual_seed(0)
    >>> with torch.random.fork_rng():
    ...     noise = torch.rand(3)
    >>> bool(torch.rand(1) == first[1])
    True
    """

    def __init__(self, devices: Any = None, enabled: bool = True) -> None:
        self.enabled = enabled

    def __enter__(self) -> None:
        self.state = get_rng_state()

    def __exit__(self, *_: object) -> None:
        if self.enabled:
            set_rng_state(self.state)

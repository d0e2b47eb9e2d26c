"""What a node means, by its name: plain data that the small torch writes and the face brings.

An entry is a dict: `op` (`mul`), `inputs` (`("self", "other")`, in the order of the slots),
`parameters`, `pattern` (`{self} * {other}`), `kind` (elementwise, linear, other) and `rules`, by
input: `{"line": "grad * other", "needs": ("other",), "slope": function of a dict, or None}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

Entry = Mapping[str, Any]

_entries: Mapping[str, Entry] = {}


def install(entries: Mapping[str, Entry]) -> None:
    """Explain nodes by these entries from now on."""
    global _entries
    _entries = entries


def entry(node_name: str) -> Entry:
    """The entry of a node by its name; a general one for a name that nobody has explained.

    >>> entry("StftBackward0")["op"], entry("StftBackward0")["rules"]
    ('stft', {})
    """
    known = _entries.get(node_name)
    return _general(node_name) if known is None else known


def is_explained(node_name: str) -> bool:
    """Whether the catalogue has an entry of its own for this node."""
    return node_name in _entries


def op_name(node_name: str) -> str:
    """The op that a node's name speaks of, as a learner would call it.

    >>> op_name("NllLossBackward0"), op_name("MulBackward0"), op_name("MyOwnBackward")
    ('nll_loss', 'mul', 'my_own')
    """
    bare = re.sub(r"Backward\w*$", "", node_name) or node_name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare).lower()


@lru_cache(maxsize=512)
def _general(node_name: str) -> Entry:
    return {
        "op": op_name(node_name),
        "inputs": (),
        "parameters": (),
        "pattern": None,
        "kind": "other",
        "rules": {},
    }

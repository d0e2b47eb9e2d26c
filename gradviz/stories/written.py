"""Code that a learner is shown, run as if she had written it.

Its lines are known to whoever looks for the source of a node, and it stands in no module of ours,
so a graph made by it is told in its own words.
"""

from __future__ import annotations

import linecache
from types import CodeType
from typing import Any


def written(title: str, *lines: str) -> CodeType:
    """The code of these lines, whose text can be found again.

    >>> scope = run(written("doubling", "y = 2 * x"), x=3)
    >>> scope["y"]
    6
    """
    text = "".join(f"{line}\n" for line in lines)
    file = f"<{title}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return compile(text, file, "exec")


def run(code: CodeType, **variables: Any) -> dict[str, Any]:
    """The variables after the code has run."""
    scope: dict[str, Any] = {"__name__": "__main__", **variables}
    exec(code, scope)
    return scope

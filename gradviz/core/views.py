"""Views: results that share the memory of the tensor they were made from."""

from __future__ import annotations

from typing import Any


class View:
    """What a view knows of where it comes from."""

    __slots__ = ("base", "moment", "several")

    def refresh(self, tensor: Any) -> None:
        """Make the node of a view anew if its base was written in place."""


def view_of(source: Any, result: Any, op: Any, given: tuple, number: int | None = None) -> None:
    """Note that a result is a view of `source`."""
    above = getattr(source, "_view", None)
    view = result._view = View()
    view.base = source if above is None else above.base
    view.several = number
    result._version = source._shared_version()

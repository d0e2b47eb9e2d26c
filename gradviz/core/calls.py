"""Calls read as PyTorch reads them: the quick way first, its signatures only where that fails."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import CO_VARARGS
from typing import Any

from .arguments import bind, signature
from .tensor import Tensor


def called(*texts: str) -> Callable:
    """Let a function of a tensor be called in PyTorch's ways, and refuse in its words.

    A call that Python understands costs nothing more. One that it does not is read again by the
    signatures, written without the tensor: keywords under numpy's names are understood, and what
    fits none is refused as PyTorch does.

    >>> @called("int dim0, int dim1")
    ... def transpose(self, dim0, dim1):
    ...     return dim0, dim1
    >>> transpose(Tensor(), dim0=0, dim1=1)
    (0, 1)
    >>> transpose(Tensor(), 0)
    Traceback (most recent call last):
    TypeError: transpose() missing 1 required positional arguments: "dim1"
    """

    def decorate(function: Callable) -> Callable:
        spreads = bool(function.__code__.co_flags & CO_VARARGS)  # `view(2, 3)`

        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            try:
                if named:
                    return function(*given, **named)
                return function(*given)
            except (TypeError, AttributeError):
                values = understood(call.__name__, texts, given, named)
                own, self = values.pop("input")
                if own and values == named and not spreads:
                    raise  # the call was right, so it is the computation that failed
                return function(self, *values.values()) if spreads else function(self, **values)

        return call

    return decorate


def understood(name: str, texts: tuple[str, ...], given: tuple, named: dict) -> dict[str, Any]:
    """The arguments by their right names, `input` with whether it alone came without a name."""
    if given and isinstance(given[0], Tensor):
        ways = [signature(f"({text})") for text in texts]
        return bind(name, ways, given[1:], named) | {"input": (len(given) == 1, given[0])}
    ways = [signature(f"(Tensor input, {text})" if text else "(Tensor input)") for text in texts]
    values = bind(name, ways, given, named)
    return values | {"input": (False, values["input"])}

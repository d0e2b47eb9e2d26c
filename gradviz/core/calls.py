"""Calls read as PyTorch reads them: the quick way first, its signatures only where that fails."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from inspect import CO_VARARGS
from typing import Any

from .arguments import MISSING, bind, signature
from .errors import is_own
from .plan import symbol_of
from .tensor import Tensor, tensor_classes


def called(*texts: str, out: bool = False) -> Callable:
    """Let a function of a tensor be called in PyTorch's ways, and refuse in its words.

    A call that Python understands costs nothing more. One that it does not is read again by the
    signatures, written without the tensor: keywords under numpy's names are understood, and what
    fits none is refused as PyTorch does. With `out` the function, not the method, writes into a
    tensor where one is given.

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
        shown: Any = reading(function, ways(texts, "function", out))
        shown.as_method = reading(function, ways(texts, "method"))
        return shown

    return decorate


def reading(function: Any, texts: list[str]) -> Callable:
    """The function, its arguments read again by the signatures where a call fails."""
    spreads = bool(function.__code__.co_flags & CO_VARARGS)  # `view(2, 3)`
    of_tensor = all(text.replace("(old ", "(").startswith("(Tensor input") for text in texts)

    @wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        try:
            if of_tensor and given and given[0].__class__ not in tensor_classes:
                raise TypeError  # which the function may not notice
            result = function(*given, **named) if named else function(*given)
        except Exception as error:
            name = name_in_call(call.__name__)
            self, values = understood(name, texts, given, named)
            out = values.pop("out", None)
            misread = isinstance(error, TypeError | AttributeError)
            if not misread or (len(given) == 1 and values == named and not spreads):
                raise  # the call was right, so it is the computation that failed
            result = function(self, *values.values()) if spreads else function(self, **values)
            if out is not None:
                from .outs import written_out

                return written_out(name, out, result)
        if result is NotImplemented:  # as an operator has it
            understood(name_in_call(call.__name__), texts, given, named)
        return result

    return call


def ways(texts: tuple[str, ...], kind: str, out: bool = False) -> list[str]:
    """The signatures of the function or of the method, from those written without the tensor.

    A text that begins with "torch" is the whole signature of the function alone; "old" means that
    it is not spoken of any more.

    >>> ways(("Tensor other", "torch Number self, Tensor other"), "function", out=True)
    ['(Tensor input, Tensor other, *, Tensor out = None)', '(Number self, Tensor other)']
    """
    found = []
    for text in texts:
        parts = text.removeprefix("old ").split(", ") if text else []
        if text.startswith("torch "):
            if kind == "function":
                found.append(f"({text.removeprefix('torch ')})")
            continue
        if kind == "function":
            parts = ["Tensor input", *parts, *["*"] * (out and "*" not in parts)]
            parts += ["Tensor out = None"] * out
        found.append(f"({'old ' * text.startswith('old ')}{', '.join(parts)})")
    return found


def understood(
    name: str, texts: list[str], given: tuple, named: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """The tensor, and the other arguments by their right names."""
    if "input" not in signature(texts[0]).names:
        return given[0], bind(name, texts, given[1:], named)
    values = bind(name, texts, given, named)
    first = next(each for each in ("input", "self", *values) if each in values)
    return values.pop(first), values


def misuse_of(op: Any, given: dict[str, Any]) -> TypeError | None:
    """What torch says of a call of an op, if it is the arguments that are wrong.

    Args:
        op: the op.
        given: the local names of the compiled function that was called.
    """
    kinds = op.plan.kinds
    is_method = op.shown and "out" not in given and isinstance(given[next(iter(kinds))], Tensor)
    places = {name: "input" if name == "self" else name for name in kinds}
    text = ", ".join(described(op, name) for name in [*kinds][1:])
    texts = ways(op.usage or (text,), "method" if is_method else "function", "out" in given)
    values = {places[name]: given[name] for name in kinds if given[name] is not MISSING}
    if given.get("out") is not None:
        values["out"] = given["out"]
    in_order = []
    for place in places.values():  # what comes after a gap was given by its name
        if place not in values:
            break
        in_order.append(values.pop(place))
    name = name_in_call(compiled_name().removesuffix("_of"))
    try:
        understood(name, texts, (*in_order, *given.get("more_", ())), values)
    except TypeError as error:
        return error
    return None


def described(op: Any, name: str) -> str:
    """A parameter of an op as a signature tells it."""
    number = "Number or " * (symbol_of(op.plan.forward) is not None)
    kinds = {"Tensor": f"{number}Tensor", "list": "tuple of Tensors", "Scalar": "object"}
    kind = kinds[op.plan.kinds[name]]
    return f"{kind}{'?' * (name in op.plan.optional)} {name}"


def compiled_name() -> str:
    """The name under which the compiled function was called that asks for this."""
    frame: Any = sys._getframe(1)
    while frame.f_globals.get("__name__", "") is not None:
        frame = frame.f_back
    return frame.f_code.co_name


def name_in_call(name: str) -> str:
    """The name of a function as it was called: with a line behind it, if it writes in place."""
    frame: Any = sys._getframe(1)
    while frame is not None and is_own(frame.f_globals.get("__name__", "")):
        if frame.f_code.co_name == name + "_":
            return name + "_"
        frame = frame.f_back
    return name

"""Modules made of a function of `torch.nn.functional` and the options that it is called with."""

from __future__ import annotations

from inspect import Parameter, Signature
from types import FunctionType
from typing import Any, ClassVar

from . import functional
from .module import Module

REQUIRED: Any = Parameter.empty


class Optioned(Module):
    """A module that keeps the options of a function, and calls the function with them."""

    function: ClassVar[str]
    __signature__: ClassVar[Signature]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self._keep(self._bound(args, kwargs))

    def _bound(self, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
        """All options by name, those that were given and those that were not."""
        try:
            given = self.__signature__.bind(*args, **kwargs)
        except TypeError as error:
            text = refusal(self.__signature__, args, kwargs) or str(error)
            raise TypeError(f"{type(self).__name__}.__init__() {text}") from None
        given.apply_defaults()
        return given.arguments

    def _keep(self, options: dict[str, Any]) -> None:
        vars(self).update(options)

    def _options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__signature__.parameters}

    def _compute(self, *given: Any, **options: Any) -> Any:
        return getattr(functional, self.function)(*given, **options)


def refusal(signature: Signature, args: tuple, kwargs: dict[str, Any]) -> str | None:
    """What Python says of a call with too many or too few arguments; None if it is another fault.

    >>> options = Signature([Parameter("a", Parameter.POSITIONAL_OR_KEYWORD)])
    >>> refusal(options, (), {}), refusal(options, (1, 2), {})
    ("missing 1 required positional argument: 'a'", 'takes 2 positional arguments but 3 were given')
    """
    options = signature.parameters.values()
    places = [each for each in options if each.kind is not Parameter.KEYWORD_ONLY]
    if len(args) > len(places):
        least = 1 + sum(each.default is REQUIRED for each in places)
        most = 1 + len(places)
        span = f"{most}" if least == most else f"from {least} to {most}"
        plural = "" if most == 1 else "s"
        return f"takes {span} positional argument{plural} but {1 + len(args)} were given"
    lacking = [
        repr(each.name)
        for each in places[len(args) :]
        if each.default is REQUIRED and each.name not in kwargs
    ]
    if not lacking:
        return None
    plural = "" if len(lacking) == 1 else "s"
    return f"missing {len(lacking)} required positional argument{plural}: " + " and ".join(lacking)


def made(
    base: type[Optioned],
    name: str,
    function: str,
    tells: str,
    options: dict[str, Any],
    only_by_name: bool = False,
) -> Any:
    """Make a module of a function and its options, in the order in which they may be given."""
    kind = Parameter.KEYWORD_ONLY if only_by_name else Parameter.POSITIONAL_OR_KEYWORD
    places = [Parameter(option, kind, default=value) for option, value in options.items()]
    forward: Any = base.forward  # a copy of its own, which errors call by the module's name
    own = FunctionType(forward.__code__, forward.__globals__, closure=forward.__closure__)
    own.__qualname__, own.__doc__ = f"{name}.forward", forward.__doc__
    body = {
        "forward": own,
        "function": function,
        "__signature__": Signature(places),
        "__module__": base.__module__,
        "__doc__": tells,
    }
    return type(name, (base,), body)

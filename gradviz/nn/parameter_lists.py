"""Parameters in a list or by name, as a module of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import index
from typing import Any

from gradviz.core.tensor import Tensor

from .module import Module
from .parameter import Parameter, type_name


class Collection(Module):
    """What the list and the dict share: values by name; tensors among them become parameters."""

    def __init__(self) -> None:
        super().__init__()
        vars(self)["_names"] = {}  # in order; the values are attributes

    def _keep(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        self._names[name] = None
        setattr(self, name, value)

    def _drop(self, name: str) -> None:
        del self._names[name]
        delattr(self, name)

    def __len__(self) -> int:
        return len(self._names)

    def __call__(self, *inputs: Any, **named: Any) -> None:
        """Refuse: there is nothing to compute."""
        raise RuntimeError(f"{type(self).__name__} should not be called.")

    def extra_repr(self) -> str:
        """A line for each value."""
        return "\n".join([f"  ({name}): {self._told(getattr(self, name))}" for name in self._names])

    def _told(self, value: Any) -> str:
        if not isinstance(value, Tensor):
            return f"Object of type: {type(value).__name__}"
        what = "Parameter" if isinstance(value, Parameter) else "Tensor"
        size = "x".join(map(str, value.shape))
        return f"{what} containing: [{self._type_told(value)} of size {size}]"

    def _type_told(self, value: Tensor) -> str:
        return type_name(value)


class ParameterList(Collection):
    """A list of parameters.

    >>> from gradviz import ones
    >>> [name for name, _ in ParameterList([ones(1), ones(2)]).named_parameters()]
    ['0', '1']
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend(() if values is None else values)

    def _name(self, place: int) -> str:
        number, count = index(place), len(self)
        if not -count <= number < count:
            raise IndexError(f"index {number} is out of range")
        return str(number % count)

    def append(self, value: Any) -> ParameterList:
        """Add a parameter; a plain tensor becomes one."""
        self._keep(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> ParameterList:
        """Add parameters."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            kind = type(values).__name__
            raise TypeError(
                f"ParameterList.extend should be called with an iterable, but got {kind}"
            )
        for value in values:
            self.append(value)
        return self

    __iadd__ = extend

    def __iter__(self) -> Iterator[Any]:
        return iter([getattr(self, name) for name in self._names])

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return type(self)(list(self)[place])
        return getattr(self, self._name(place))

    def __setitem__(self, place: int, value: Any) -> None:
        self._keep(self._name(place), value)

    def _type_told(self, value: Tensor) -> str:
        return str(value.dtype)


class ParameterDict(Collection):
    """Parameters by name.

    >>> from gradviz import ones
    >>> ParameterDict({"left": ones(1)})["left"]
    Parameter containing:
    tensor([1.], requires_grad=True)
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self.update({} if parameters is None else parameters)

    def update(self, parameters: Any) -> None:
        """Add parameters by name."""
        if not isinstance(parameters, Iterable):
            kind = type(parameters).__name__
            raise TypeError(
                "ParametersDict.update should be called with an iterable of key/value pairs, "
                f"but got {kind}"
            )
        named = isinstance(parameters, Mapping | ParameterDict)
        for name, value in parameters.items() if named else parameters:  # type: ignore[union-attr]
            self[name] = value

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def __setitem__(self, name: str, value: Any) -> None:
        self._keep(name, value)

    def __delitem__(self, name: str) -> None:
        self._drop(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._names.keys()

    def values(self) -> Iterable[Any]:
        """The parameters."""
        return [getattr(self, name) for name in self._names]

    def items(self) -> Iterable[tuple[str, Any]]:
        """The names with their parameters."""
        return [(name, getattr(self, name)) for name in self._names]

    def get(self, name: str, default: Any = None) -> Any:
        """The parameter of a name, or something else if there is none."""
        return getattr(self, name) if name in self._names else default

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The parameter of a name, which is added if there is none."""
        if name not in self:
            self[name] = default
        return self[name]

    def pop(self, name: str) -> Any:
        """Take a parameter out."""
        value = self[name]
        del self[name]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last parameter out, with its name."""
        name = next(reversed(self._names))
        return name, self.pop(name)

    def clear(self) -> None:
        """Take all parameters out."""
        for name in list(self._names):
            self._drop(name)

    def copy(self) -> ParameterDict:
        """The same parameters in another dict."""
        return ParameterDict(self)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dict that gives one value to several names."""
        return ParameterDict(dict.fromkeys(keys, default))

    def __or__(self, other: ParameterDict) -> ParameterDict:
        both = self.copy()
        both.update(other)
        return both

    def __ior__(self, other: ParameterDict) -> ParameterDict:
        self.update(other)
        return self

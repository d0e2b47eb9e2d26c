"""Modules that hold modules: in a row, in a list, by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from operator import index
from typing import Any

from gradviz.core.tensor import Tensor

from .module import Module, bracketed
from .parameter import Parameter


class Numbered(Module):
    """Modules known by their numbers: what `Sequential` and `ModuleList` share."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return self._of(list(self)[place])
        return self._modules[self._key(place)]

    def __setitem__(self, place: int, module: Module) -> None:
        setattr(self, self._key(place), module)

    def __delitem__(self, place: Any) -> None:
        kept = list(self)
        del kept[place]
        self._renumber(kept)

    def _of(self, modules: list[Module]) -> Numbered:
        raise NotImplementedError

    def _renumber(self, modules: Iterable[Module]) -> None:
        self._modules.clear()
        for number, module in enumerate(modules):
            self.add_module(str(number), module)

    def _key(self, place: Any) -> str:
        number, count = index(place), len(self)
        if not -count <= number < count:
            raise IndexError(f"index {number} is out of range")
        return list(self._modules)[number]

    def append(self, module: Module) -> Any:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Any:
        """Add modules at the end."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, place: int, module: Module) -> Any:
        """Add a module before another."""
        modules = list(self)
        modules.insert(place, module)
        self._renumber(modules)
        return self

    def pop(self, place: int = -1) -> Module:
        """Take a module out."""
        module = self[place]
        del self[place]
        return module


class Sequential(Numbered):
    """Modules in a row: each is given what the one before it computed.

    >>> from gradviz.nn import Identity
    >>> Sequential(Identity(), Identity())(5)
    5
    """

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], OrderedDict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            self.extend(modules)

    def _of(self, modules: list[Module]) -> Sequential:
        return type(self)(*modules)

    def forward(self, input: Any) -> Any:
        """Pass the input through all modules."""
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(Numbered):
    """A list of modules whose parameters are those of the list."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def _of(self, modules: list[Module]) -> ModuleList:
        return type(self)(modules)

    def __iadd__(self, modules: Iterable[Module]) -> ModuleList:
        return self.extend(modules)

    def __add__(self, modules: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *modules])

    def __repr__(self) -> str:
        runs: list[list[Any]] = []  # first number, last number, text
        for number, module in enumerate(self):
            text = repr(module)
            if runs and runs[-1][2] == text:
                runs[-1][1] = number
            else:
                runs.append([number, number, text])
        lines = []
        for first, last, text in runs:
            span = f"({first})" if first == last else f"({first}-{last})"
            times = "" if first == last else f"{last - first + 1} x "
            lines.append(f"{span}: {times}" + text.replace("\n", "\n  "))
        return self._get_name() + bracketed([], lines)


class ModuleDict(Module):
    """Modules by name, whose parameters are those of the dict."""

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def update(self, modules: Any) -> None:
        """Add modules by name."""
        for name, module in dict(modules).items():
            self[name] = module

    def __getitem__(self, name: str) -> Module:
        return self._modules[name]

    def __setitem__(self, name: str, module: Module) -> None:
        self.add_module(name, module)

    def __delitem__(self, name: str) -> None:
        del self._modules[name]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, name: str) -> bool:
        return name in self._modules

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """The names with their modules."""
        return self._modules.items()


class ParameterList(Module):
    """A list of parameters."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend(values or ())

    def append(self, value: Any) -> ParameterList:
        """Add a parameter; a plain tensor becomes one."""
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        self.register_parameter(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> ParameterList:
        """Add parameters."""
        for value in values:
            self.append(value)
        return self

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return type(self)(list(self)[place])
        return list(self)[place]

    def __repr__(self) -> str:
        lines = [
            f"({number}): Parameter containing: [{param.dtype} of size "
            f"{'x'.join(map(str, param.shape))}]"
            for number, param in enumerate(self)
        ]
        return f"{self._get_name()}(\n" + "".join(f"    {line}\n" for line in lines) + ")"

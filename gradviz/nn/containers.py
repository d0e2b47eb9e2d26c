"""Modules that hold modules: in a row, in a list, by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from operator import index
from typing import Any

from .module import Module, bracketed


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
        for module in list(modules):
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

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):  # which keep their names
            return type(self)(OrderedDict(list(self._modules.items())[place]))
        return super().__getitem__(place)

    def insert(self, place: int, module: Module) -> Sequential:
        """Add a module before another."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        if not -len(self) <= place <= len(self):
            raise IndexError(f"Index out of range: {place}")
        return super().insert(place, module)

    def __add__(self, other: Sequential) -> Sequential:
        if not isinstance(other, Sequential):
            kind = type(other)
            raise ValueError(
                f"add operator supports only objects of Sequential class, but {kind} is given."
            )
        return Sequential(*self, *other)

    def __iadd__(self, other: Sequential) -> Sequential:
        return self.extend((self + other)[len(self) :])

    def __mul__(self, times: int) -> Sequential:
        return Sequential(*self._repeated(times))

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Sequential:
        return self.extend(self._repeated(times)[len(self) :])

    def _repeated(self, times: int) -> list[Module]:
        if not isinstance(times, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(times)}")
        if times <= 0:
            raise ValueError(f"Non-positive multiplication factor {times} for {type(self)}")
        return list(self) * times

    def forward(self, input: Any) -> Any:
        """Pass the input through all modules."""
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(Numbered):
    """A list of modules whose parameters are those of the list."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(() if modules is None else modules)

    def _of(self, modules: list[Module]) -> ModuleList:
        return type(self)(modules)

    def extend(self, modules: Iterable[Module]) -> ModuleList:
        """Add modules at the end."""
        if not isinstance(modules, Iterable):
            kind = type(modules).__name__
            raise TypeError(f"ModuleList.extend should be called with an iterable, but got {kind}")
        return super().extend(modules)

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
        self.update({} if modules is None else modules)

    def update(self, modules: Any) -> None:
        """Add modules by name."""
        if not isinstance(modules, Iterable):
            kind = type(modules).__name__
            raise TypeError(
                "ModuleDict.update should be called with an iterable of key/value pairs, "
                f"but got {kind}"
            )
        named = isinstance(modules, Mapping | ModuleDict)
        for number, pair in enumerate(modules.items() if named else modules):
            if not isinstance(pair, Iterable):
                kind = type(pair).__name__
                raise TypeError(
                    f"ModuleDict update sequence element #{number} should be Iterable; is{kind}"
                )
            name, module = pair
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

    def pop(self, name: str) -> Module:
        """Take a module out."""
        module = self[name]
        del self[name]
        return module

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """The names with their modules."""
        return self._modules.items()

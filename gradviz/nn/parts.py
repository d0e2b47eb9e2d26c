"""What a module consists of: parameters, buffers and modules, by name and by path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradviz.core.tensor import Tensor

from .parameter import Buffer, Parameter, type_name

KINDS = ("_parameters", "_buffers", "_modules")
PARAMETER = "(torch.nn.Parameter or None expected)"
MODULE = "(torch.nn.Module or None expected)"
BUFFER = "(torch.nn.Buffer, torch.Tensor or None expected)"


def _set_member(
    members: dict, name: str, value: Any, kind: type | None, what: str, expected: str
) -> None:
    if value is not None and not (kind and isinstance(value, kind)):
        raise TypeError(f"cannot assign '{type_name(value)}' as {what} '{name}' {expected}")
    members[name] = value


def _forget(own: dict, name: str, but: str) -> None:
    """Take a name out of everywhere but one kind, where it keeps its place."""
    own.pop(name, None)
    for kind in KINDS:
        if kind != but:
            own[kind].pop(name, None)


def attribute_error(owner: Any, name: str) -> AttributeError:
    """What Python says of a name that an object does not have."""
    return AttributeError(f"'{type(owner).__name__}' object has no attribute '{name}'")


class Parts:
    """The members of a module: assigned like attributes, listed by what they are."""

    def __init__(self) -> None:
        own = vars(self)
        for kind in KINDS:
            own[kind] = {}
        own["_passing"] = set()  # names of buffers that are not saved

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for kind in KINDS:
            if kind in own and name in own[kind]:
                return own[kind][name]
        raise attribute_error(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        own = vars(self)
        if isinstance(value, Parameter):
            self._place("_parameters", name, value, "parameters")
        elif name in own.get("_parameters", ()):
            _set_member(own["_parameters"], name, value, None, "parameter", PARAMETER)
        elif isinstance(value, Parts):
            self._place("_modules", name, value, "module")
        elif isinstance(value, Buffer):
            _forget(own, name, "_buffers")
            self.register_buffer(name, value, value.persistent)
        elif name in own.get("_modules", ()):
            _set_member(own["_modules"], name, value, None, "child module", MODULE)
        elif name in own.get("_buffers", ()):
            _set_member(own["_buffers"], name, value, Tensor, "buffer", BUFFER)
        else:
            object.__setattr__(self, name, value)

    def _place(self, kind: str, name: str, value: Any, what: str) -> None:
        own = vars(self)
        if kind not in own:
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")
        _forget(own, name, kind)
        own[kind][name] = value

    def __delattr__(self, name: str) -> None:
        for kind in KINDS:
            if name in vars(self)[kind]:
                del vars(self)[kind][name]
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        members = [name for kind in KINDS for name in vars(self)[kind]]
        return sorted({*object.__dir__(self), *members})

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter, or a name for none."""
        self._check_name("parameter", name, "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type_name(param)}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that is saved with the module but not trained."""
        self._check_name("buffer", name, "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type_name(tensor)}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        if not persistent:
            self._passing.add(name)

    def add_module(self, name: str, module: Parts | None) -> None:
        """Add a module to this one."""
        if module is not None and not isinstance(module, Parts):
            raise TypeError(f"{type_name(module)} is not a Module subclass")
        self._check_name("module", name, "_modules")
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, what: str, name: str, kind: str) -> None:
        if kind not in vars(self):
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {type(name).__name__}")
        if "." in name:
            got = f", got: {name}" if what == "module" else ""
            raise KeyError(f'{what} name can\'t contain "."{got}')
        if not name:
            raise KeyError(f'{what} name can\'t be empty string ""')
        if hasattr(self, name) and name not in vars(self)[kind]:
            raise KeyError(f"attribute '{name}' already exists")

    # ------------------------------------------------------------------------- going through

    def named_modules(
        self, memo: set | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parts]]:
        """This module and all modules in it, with their paths."""
        seen = set() if memo is None else memo
        if self in seen:
            return
        if remove_duplicate:
            seen.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(seen, path, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Parts]:
        """This module and all modules in it."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Parts]]:
        """The modules directly in this one, with their names."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Parts]:
        """The modules directly in this one."""
        for _, module in self.named_children():
            yield module

    def _named_members(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, member in getattr(module, kind).items():
                if member is not None and member not in seen:
                    if remove_duplicate:
                        seen.add(member)
                    yield (f"{path}.{name}" if path else name), member

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters, with their paths."""
        yield from self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters."""
        for _, param in self.named_parameters(recurse=recurse):
            yield param

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers, with their paths."""
        yield from self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Parts:
        """The module at a path such as "body.0"."""
        found = self
        for name in filter(None, target.split(".")):
            if not hasattr(found, name):
                raise AttributeError(f"{type(found).__name__} has no attribute `{name}`")
            found = getattr(found, name)
            if not isinstance(found, Parts):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return found

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as "body.0.weight"."""
        _, name, param = self._at(target)
        if not isinstance(param, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return param

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path such as "body.0.running_mean"."""
        module, name, buffer = self._at(target)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return buffer

    def _at(self, target: str) -> tuple[Parts, str, Any]:
        """The module that a path leads to, and its member's name and value."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        return module, name, getattr(module, name)

    def set_submodule(self, target: str, module: Parts, strict: bool = False) -> None:
        """Put a module at a path such as "body.0"."""
        if not target:
            raise ValueError("Cannot set the submodule without a target name!")
        path, _, name = target.rpartition(".")
        if not isinstance(module, Parts):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{type(parent).__name__} has no attribute `{name}`")
        setattr(parent, name, module)

"""Saving what a module has learnt, and loading it again."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gradviz.core.modes import no_grad
from gradviz.core.tensor import Tensor

from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module

EXTRA = "_extra_state"
NO_EXTRA_STATE = (
    "Reached a code path in Module.{}_extra_state() that should never be called. Please file an "
    "issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this "
    "bug."
)


class IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """The names that a state lacks, and those that it has too many."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        lacking, beyond = self
        return f"_IncompatibleKeys(missing_keys={lacking}, unexpected_keys={beyond})"


def _members(module: Module) -> Iterator[tuple[str, dict]]:
    """The names of what a module itself saves, each with where it is kept."""
    for name, param in module._parameters.items():
        if param is not None:
            yield name, module._parameters
    for name, buffer in module._buffers.items():
        if buffer is not None and name not in module._passing:
            yield name, module._buffers


def _parts(module: Module, prefix: str) -> Iterator[tuple[Module, str]]:
    """The modules directly in a module, with what their names begin with."""
    for name, part in module._modules.items():
        if part is not None:
            yield part, f"{prefix}{name}."


def state_of(module: Module, destination: Any, prefix: str, keep_vars: bool) -> Any:
    """All parameters and saved buffers by their paths, detached unless they are to be kept."""
    if destination is None:
        destination = OrderedDict()
        destination._metadata = OrderedDict()
    metadata = {"version": module._version}
    if hasattr(destination, "_metadata"):
        destination._metadata[prefix[:-1]] = metadata
    for hook in module._state_dict_pre_hooks.values():
        hook(module, prefix, keep_vars)
    for name, members in _members(module):
        destination[prefix + name] = members[name] if keep_vars else members[name].detach()
    if _has_extra_state(module):
        destination[prefix + EXTRA] = module.get_extra_state()
    for part, start in _parts(module, prefix):
        state_of(part, destination, start, keep_vars)
    for hook in module._state_dict_hooks.values():
        hook(module, destination, prefix, metadata)
    return destination


def _has_extra_state(module: Module) -> bool:
    return type(module).get_extra_state.__module__ != "gradviz.nn.module"


def load(module: Module, state: Any, strict: bool, assign: bool) -> IncompatibleKeys:
    """Copy a state into a module, or say in one error all that does not fit."""
    if not isinstance(state, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state)}.")
    loading = Loading(OrderedDict(state), getattr(state, "_metadata", {}), strict, assign)
    loading.load(module, "")
    problems = _key_problems(loading.missing, loading.unexpected) if strict else []
    problems += loading.problems
    if problems:
        lines = "\n\t".join(problems)
        kind = type(module).__name__
        raise RuntimeError(f"Error(s) in loading state_dict for {kind}:\n\t{lines}")
    return IncompatibleKeys(loading.missing, loading.unexpected)


class Loading:
    """One state on its way into a module and all modules in it."""

    def __init__(self, state: dict, metadata: Any, strict: bool, assign: bool) -> None:
        self.state, self.metadata, self.strict, self.assign = state, metadata, strict, assign
        self.missing: list[str] = []
        self.unexpected: list[str] = []
        self.problems: list[str] = []

    def load(self, module: Module, prefix: str) -> None:
        """Load a module and then its parts, with their hooks."""
        told = self.strict, self.missing, self.unexpected, self.problems
        for hook in module._load_state_dict_pre_hooks.values():
            hook(module, self.state, prefix, self.metadata.get(prefix[:-1], {}), *told)
        module._complete(self.state, prefix, self.metadata.get(prefix[:-1], {}).get("version"))
        self._own(module, prefix)
        for part, start in _parts(module, prefix):
            self.load(part, start)
        for hook in module._load_state_dict_post_hooks.values():
            hook(module, IncompatibleKeys(self.missing, self.unexpected))

    def _own(self, module: Module, prefix: str) -> None:
        places = dict(_members(module))
        for name, members in places.items():
            path = prefix + name
            if path in self.state:
                self.problems += _put(members, name, path, self.state[path], self.assign)
            else:
                self.missing.append(path)
        if _has_extra_state(module):
            if prefix + EXTRA in self.state:
                module.set_extra_state(self.state[prefix + EXTRA])
            else:
                self.missing.append(prefix + EXTRA)
            places[EXTRA] = {}
        for path in self.state:
            if path.startswith(prefix):
                first, dot, _ = path[len(prefix) :].partition(".")
                if first not in (module._modules if dot else places):
                    self.unexpected.append(path)


def _key_problems(missing: list[str], unexpected: list[str]) -> list[str]:
    problems = []
    for what, keys in (("Missing", missing), ("Unexpected", unexpected)):
        if keys:
            listed = ", ".join(f'"{key}"' for key in keys)
            problems.append(f"{what} key(s) in state_dict: {listed}. ")
    return problems


def _put(members: dict, name: str, path: str, value: Any, assign: bool) -> list[str]:
    own = members[name]
    if not isinstance(value, Tensor):
        return [
            f'While copying the parameter named "{path}", expected torch.Tensor or Tensor-like '
            f"object from checkpoint but received {type(value)}"
        ]
    if value.shape != own.shape:
        return [
            f"size mismatch for {path}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {own.shape}."
        ]
    if assign:
        is_param = isinstance(own, Parameter) and not isinstance(value, Parameter)
        members[name] = Parameter(value, own.requires_grad) if is_param else value
    else:
        with no_grad():
            own.copy_(value)
    return []

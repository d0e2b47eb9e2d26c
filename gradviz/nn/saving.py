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


class IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """The names that a state lacks, and those that it has too many."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        lacking, beyond = self
        return f"_IncompatibleKeys(missing_keys={lacking}, unexpected_keys={beyond})"


def _saved(module: Module) -> Iterator[tuple[str, dict, str]]:
    """The paths of everything that is saved, each with where it is kept."""
    for path, part in module.named_modules(remove_duplicate=False):
        start = f"{path}." if path else ""
        for name, param in part._parameters.items():
            if param is not None:
                yield start + name, part._parameters, name
        for name, buffer in part._buffers.items():
            if buffer is not None and name not in part._passing:
                yield start + name, part._buffers, name


def state_of(module: Module, prefix: str, keep_vars: bool) -> OrderedDict[str, Any]:
    """All parameters and saved buffers by their paths, detached unless they are to be kept."""
    state: OrderedDict[str, Any] = OrderedDict()
    for path, members, name in _saved(module):
        state[prefix + path] = members[name] if keep_vars else members[name].detach()
    return state


def load(module: Module, state: Any, strict: bool, assign: bool) -> IncompatibleKeys:
    """Copy a state into a module, or say in one error all that does not fit."""
    if not isinstance(state, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state)}.")
    places = {path: (members, name) for path, members, name in _saved(module)}
    missing = [path for path in places if path not in state]
    unexpected = [path for path in state if path not in places]
    problems = _key_problems(missing, unexpected) if strict else []
    for path, (members, name) in places.items():
        if path in state:
            problems += _put(members, name, path, state[path], assign)
    if problems:
        lines = "\n\t".join(problems)
        kind = type(module).__name__
        raise RuntimeError(f"Error(s) in loading state_dict for {kind}:\n\t{lines}")
    return IncompatibleKeys(missing, unexpected)


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

"""What all optimizers share: groups of parameters, memories, `step` and `zero_grad`."""

from __future__ import annotations

import copy
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import numpy as np

from gradviz.core import dtypes
from gradviz.core.meanings import silent
from gradviz.core.modes import enable_grad
from gradviz.core.tensor import Tensor, settled, wrap

from .hooked import Hooked

DUPLICATES = (
    "optimizer contains a parameter group with duplicate parameters; in future, this will cause an "
    "error; see github.com/pytorch/pytorch/issues/40967 for more information"
)


class Optimizer(Hooked):
    """The base of all optimizers. A kind of optimizer says in `update` what one step does.

    >>> class Descent(Optimizer):
    ...     def update(self, value, grad, memory, group):
    ...         return value - group["lr"] * grad
    """

    def __init_subclass__(cls) -> None:
        """Let the optimizers of this room diverge without numpy's warnings, as PyTorch's do."""
        if "update" in vars(cls):
            cls.update = silent(cls.update)

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        if isinstance(params, Tensor):
            kind = f"torch.{dtypes.scalar_name(params._dtype)}Tensor"
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {kind}"
            )
        self._hooks = {}
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled and copied: hooks are not."""
        return {name: getattr(self, name) for name in ("defaults", "state", "param_groups")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _hooks={})

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for number, group in enumerate(self.param_groups):
            shown = sorted(key for key in group if key != "params")
            lines = "".join(f"    {key}: {group[key]}\n" for key in shown)
            text += f"\nParameter Group {number}\n{lines}"
        return text + ")"

    # ----------------------------------------------------------------------- the groups

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Let more parameters be trained, with options of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params, names = _listed(param_group["params"])
        param_group = {**param_group, "params": params}
        if names:
            param_group["param_names"] = names
        for param in params:
            _check(param)
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        if len(set(params)) != len(params):
            warnings.warn(DUPLICATES, UserWarning, stacklevel=3)
        before = set(chain.from_iterable(group["params"] for group in self.param_groups))
        if not before.isdisjoint(params):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    # ------------------------------------------------------------------------- a step

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient; return what the closure computes."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        update, state = self.update, self.state
        for group in self.param_groups:
            for param in group["params"]:
                if param._grad is not None:
                    value = param._value
                    grad = _beside(value, param._grad._value)
                    memory = Memory(state[param], param._shape)
                    write(param, update(value, grad, memory, group))
        return loss

    def update(self, value: Any, grad: Any, memory: Memory, group: dict[str, Any]) -> Any:
        """The new value of one parameter, as numpy; `memory` is the parameter's own."""
        raise NotImplementedError(f'{type(self).__name__} says neither "step" nor "update"')

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or fill them with zeros."""
        for group in self.param_groups:
            for param in group["params"]:
                if set_to_none:
                    param.grad = None  # the public way, so that a watch sees it
                elif param._grad is not None:
                    if param._grad._node is not None:
                        param._grad.detach_()
                    param._grad.zero_()

    # ------------------------------------------------------------------------ the state

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on later: parameters are counted, not stored."""
        self._call("before state")
        order = _numbers(self.param_groups)
        groups = []
        for group in self.param_groups:
            numbers = [order[param] for param in group["params"]]
            kept = {key: each for key, each in group.items() if key != "params"}
            groups.append({**kept, "params": numbers})
        state = {order[param]: memory for param, memory in self.state.items() if memory}
        return self._call("after state", {"state": state, "param_groups": groups})

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        state_dict = self._call("before load", dict(state_dict))
        given, groups = copy.deepcopy(state_dict["param_groups"]), self.param_groups
        if len(given) != len(groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(
            len(new["params"]) != len(old["params"]) for new, old in zip(given, groups, strict=True)
        ):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of "
                "optimizer's group"
            )
        numbers = chain.from_iterable(group["params"] for group in given)
        params = list(chain.from_iterable(group["params"] for group in groups))
        by_number = dict(zip(numbers, params, strict=True))
        self.state = defaultdict(dict)
        for number, memory in state_dict["state"].items():
            self.state[by_number[number]] = {
                name: _own(each, name, by_number[number]) for name, each in memory.items()
            }
        for new, old in zip(given, groups, strict=True):
            old.update({key: each for key, each in new.items() if key != "params"})
        self._call("after load")


def _numbers(groups: list[dict[str, Any]]) -> dict[Tensor, int]:
    order: dict[Tensor, int] = {}
    for param in chain.from_iterable(group["params"] for group in groups):
        order.setdefault(param, len(order))
    return order


def _own(kept: Any, name: str, param: Tensor) -> Any:
    """A loaded memory in the type of its parameter; the count of steps keeps its own."""
    if not isinstance(kept, Tensor):
        return copy.deepcopy(kept)
    kind = kept._dtype if name == "step" else param._dtype
    if kept._dtype is kind:
        return kept
    value, shape = settled(np.array(kept._shaped(), kind))
    return wrap(value, shape)


def _listed(params: Any) -> tuple[list[Tensor], list[str]]:
    """The parameters of a group in order, and their names if they came with names."""
    if isinstance(params, Tensor):
        return [params], []
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of "
            "tensors in sets will change between runs. Please use a list instead."
        )
    params = list(params)
    named = [each for each in params if isinstance(each, tuple)]
    if not named:
        return params, []
    if len(named) != len(params):
        raise ValueError(
            "all optimizer params should be with/without names. Some param names are missing"
        )
    return [param for _, param in named], [name for name, _ in named]


def _check(param: Any) -> None:
    if not isinstance(param, Tensor):
        given = type(param).__name__
        raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {given}")
    if not param.is_leaf:
        raise ValueError("can't optimize a non-leaf Tensor")


def refuse_unless(condition: bool, what: str, given: Any) -> None:
    """Raise PyTorch's error for an option out of range."""
    if not condition:
        raise ValueError(f"Invalid {what}: {given}")


def options(
    differentiable: bool, foreach: bool | None = None, fused: bool | None = None
) -> dict[str, bool]:
    """The option that cannot be chosen, as groups keep it; two others must not be both."""
    if foreach and fused:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    if differentiable:
        raise NotImplementedError(
            "gradviz steps outside the graph and has no differentiable=True; its drawing and "
            "stepping tools take real torch tensors"
        )
    return {"differentiable": False}


# ------------------------------------------------------------------- values and memories


def number(option: Any) -> float:
    """A number that may have been given as a tensor."""
    return option.item() if isinstance(option, Tensor) else option


def rate(given: Any) -> float:
    """A learning rate as a number."""
    if isinstance(given, Tensor) and given.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    return number(given)


def _beside(value: Any, grad: Any) -> Any:
    """The gradient as a numpy scalar where the value is one."""
    if value.__class__ is not np.ndarray and grad.__class__ is np.ndarray:
        return grad.reshape(())[()]
    return grad


def write(tensor: Tensor, value: Any) -> None:
    """Put a computed value into a tensor's own memory."""
    if tensor._value.__class__ is np.ndarray:
        tensor._value[...] = value
    else:
        tensor._value = tensor._value.__class__(value)
    tensor._shared_version().bump()


class Memory:
    """What an optimizer remembers of one parameter: tensors by name, read and written as numpy."""

    __slots__ = ("kept", "shape")

    def __init__(self, kept: dict[str, Any], shape: tuple[int, ...]) -> None:
        self.kept, self.shape = kept, shape

    def recall(self, name: str, otherwise: Any = None) -> Any:
        """What is remembered under a name."""
        found = self.kept.get(name)
        return otherwise if found is None else found._value

    def keep(self, name: str, value: Any) -> Any:
        """Remember a value, and return it."""
        found = self.kept.get(name)
        if found is None:
            own = value.copy() if value.__class__ is np.ndarray else value
            self.kept[name] = wrap(own, self.shape)
        else:
            write(found, value)
        return value

    def count(self) -> int:
        """Count one more step."""
        found = self.kept.get("step")
        if found is None:
            found = self.kept["step"] = wrap(np.float32(0))
        write(found, found._value + 1)
        return int(found._value)


Params = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]

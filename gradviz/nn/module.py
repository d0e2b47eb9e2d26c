"""The base of all networks: it knows its parameters, its buffers and the modules in it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from gradviz.core.dtypes import dtype
from gradviz.core.hooks import RemovableHandle
from gradviz.core.tensor import Tensor

from . import saving
from .parameter import Parameter, type_name

KINDS = ("_parameters", "_buffers", "_modules")


class Module:
    """A part of a network. Say what it consists of in `__init__`, and what it does in `forward`.

    >>> class Twice(Module):
    ...     def forward(self, x):
    ...         return 2 * x
    >>> Twice()(21)
    42
    """

    training: bool

    def __init__(self) -> None:
        fresh = vars(self)
        fresh["training"] = True
        for kind in KINDS:
            fresh[kind] = {}
        fresh["_passing"] = set()  # names of buffers that are not saved
        fresh["_forward_hooks"] = OrderedDict()
        fresh["_forward_pre_hooks"] = OrderedDict()

    def forward(self, *inputs: Any) -> Any:
        """What the module computes."""
        kind = type(self).__name__
        raise NotImplementedError(f'Module [{kind}] is missing the required "forward" function')

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Compute `forward`, with the hooks before and after it."""
        if not self._forward_hooks and not self._forward_pre_hooks:
            return self.forward(*inputs, **named)
        for hook, with_kwargs in list(self._forward_pre_hooks.values()):
            changed = hook(self, inputs, named) if with_kwargs else hook(self, inputs)
            if with_kwargs and changed is not None:
                inputs, named = changed
            elif changed is not None:
                inputs = changed if isinstance(changed, tuple) else (changed,)
        result = self.forward(*inputs, **named)
        for hook, with_kwargs in list(self._forward_hooks.values()):
            changed = hook(self, inputs, named, result) if with_kwargs else hook(self, inputs, result)
            if changed is not None:
                result = changed
        return result

    # ------------------------------------------------------------------ what it consists of

    def __getattr__(self, name: str) -> Any:
        for kind in KINDS:
            members = vars(self).get(kind, ())
            if name in members:
                return members[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        own = vars(self)
        if isinstance(value, Parameter | Module):
            kind = "_parameters" if isinstance(value, Parameter) else "_modules"
            if kind not in own:
                what = "parameters" if kind == "_parameters" else "module"
                raise AttributeError(f"cannot assign {what} before Module.__init__() call")
            _forget(own, name)
            own[kind][name] = value
        elif name in own.get("_parameters", ()):
            _set_member(own["_parameters"], name, value, None, "parameter", PARAMETER)
        elif name in own.get("_modules", ()):
            _set_member(own["_modules"], name, value, None, "child module", MODULE)
        elif name in own.get("_buffers", ()):
            _set_member(own["_buffers"], name, value, Tensor, "buffer", BUFFER)
        else:
            object.__setattr__(self, name, value)

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

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a module to this one."""
        if module is not None and not isinstance(module, Module):
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
            raise KeyError(f'{what} name can\'t contain "."')
        if not name:
            raise KeyError(f'{what} name can\'t be empty string ""')
        if hasattr(self, name) and name not in vars(self)[kind]:
            raise KeyError(f"attribute '{name}' already exists")

    # ------------------------------------------------------------------------- going through

    def named_modules(
        self, memo: set | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
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

    def modules(self) -> Iterator[Module]:
        """This module and all modules in it."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly in this one, with their names."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules directly in this one."""
        return (module for _, module in self.named_children())

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
            for name, member in vars(module)[kind].items():
                if member is not None and member not in seen:
                    if remove_duplicate:
                        seen.add(member)
                    yield (f"{path}.{name}" if path else name), member

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters, with their paths."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters."""
        return (param for _, param in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers, with their paths."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """The module at a path such as "body.0"."""
        found = self
        for name in filter(None, target.split(".")):
            if not hasattr(found, name):
                raise AttributeError(f"{type(found).__name__} has no attribute `{name}`")
            found = getattr(found, name)
            if not isinstance(found, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return found

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as "body.0.weight"."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        param = getattr(module, name)
        if not isinstance(param, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return param

    # ------------------------------------------------------------------- changing everything

    def apply(self, fn: Callable[[Module], Any]) -> Module:
        """Call a function on every module in this one, innermost first."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Module:
        """Switch training on or off: dropout looks at it."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Module:
        """Switch training off."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Let all parameters require gradients, or none."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for param in self.parameters():
            if param.grad is not None and not set_to_none:
                param.grad.detach_().zero_()
            else:
                param.grad = None

    def _apply(self, change: Callable[[Tensor], Tensor]) -> Module:
        for _, param in self.named_parameters():
            param.data = change(param.data)
            if param.grad is not None:
                grad, param.grad = param.grad, None
                param.grad = change(grad.detach())
        for module in self.modules():
            buffers = module._buffers
            buffers.update({k: change(v) for k, v in buffers.items() if v is not None})
        return self

    def to(self, *args: Any, **kwargs: Any) -> Module:
        """Change the type of all floating point parameters and buffers."""
        wanted = [each for each in (*args, *kwargs.values()) if isinstance(each, dtype)]
        if wanted and not wanted[0].is_floating_point:
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                f"dtype={wanted[0]}"
            )
        return self._apply(
            lambda each: each.to(*args, **kwargs) if each.is_floating_point() else each
        )

    def _as_floats(self, name: str) -> Module:
        return self._apply(
            lambda each: getattr(each, name)() if each.is_floating_point() else each
        )

    def double(self) -> Module:
        """Make all floating point parameters and buffers float64."""
        return self._as_floats("double")

    def float(self) -> Module:
        """Make all floating point parameters and buffers float32."""
        return self._as_floats("float")

    def half(self) -> Module:
        """Make all floating point parameters and buffers float16."""
        return self._as_floats("half")

    def cpu(self) -> Module:
        """The module itself: everything lives on the CPU."""
        return self

    # ------------------------------------------------------------------------------- hooks

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, inputs)` before every forward; it may return other inputs."""
        return _hooked(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, inputs, result)` after every forward; it may return another result."""
        return _hooked(self._forward_hooks, (hook, with_kwargs), prepend)

    # ------------------------------------------------------------------------ saving, print

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> OrderedDict[str, Any]:
        """All parameters and saved buffers by their paths."""
        return saving.state_of(self, prefix, keep_vars)

    def load_state_dict(
        self, state_dict: Any, strict: bool = True, assign: bool = False
    ) -> saving.IncompatibleKeys:
        """Copy values that `state_dict` gave into the parameters and buffers."""
        return saving.load(self, state_dict, strict, assign)

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What the print shows between the brackets."""
        return ""

    def __repr__(self) -> str:
        lines = [line for line in self.extra_repr().split("\n") if line]
        inside = [f"({name}): " + _indented(repr(each)) for name, each in self._modules.items()]
        return self._get_name() + bracketed(lines, inside)


PARAMETER = "(torch.nn.Parameter or None expected)"
MODULE = "(torch.nn.Module or None expected)"
BUFFER = "(torch.nn.Buffer, torch.Tensor or None expected)"


def _set_member(
    members: dict, name: str, value: Any, kind: type | None, what: str, expected: str
) -> None:
    if value is not None and not (kind and isinstance(value, kind)):
        raise TypeError(f"cannot assign '{type_name(value)}' as {what} '{name}' {expected}")
    members[name] = value


def _forget(own: dict, name: str) -> None:
    own.pop(name, None)
    for kind in KINDS:
        own[kind].pop(name, None)


def _hooked(hooks: OrderedDict, entry: tuple, first: bool) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = entry
    if first:
        hooks.move_to_end(handle.id, last=False)
    return handle


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def bracketed(lines: list[str], inside: list[str]) -> str:
    """What follows a module's name in print: its own words, then one line for each part."""
    if len(lines) == 1 and not inside:
        return f"({lines[0]})"
    parts = lines + inside
    return "(\n  " + "\n  ".join(parts) + "\n)" if parts else "()"

"""The base of all networks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, cast

from gradviz.core.dtypes import dtype
from gradviz.core.hooks import RemovableHandle
from gradviz.core.tensor import Tensor

from . import saving
from .parts import Parts


class Module(Parts):
    """A part of a network. Say what it consists of in `__init__`, and what it does in `forward`.

    >>> class Twice(Module):
    ...     def forward(self, x):
    ...         return 2 * x
    >>> Twice()(21)
    42
    """

    training: bool

    def __init__(self) -> None:
        super().__init__()
        own = vars(self)
        own["training"] = True
        own["_forward_hooks"], own["_forward_pre_hooks"] = OrderedDict(), OrderedDict()

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
            changed = (
                hook(self, inputs, named, result) if with_kwargs else hook(self, inputs, result)
            )
            if changed is not None:
                result = changed
        return result

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
        return self._apply(lambda each: getattr(each, name)() if each.is_floating_point() else each)

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


def _hooked(hooks: OrderedDict, entry: tuple, first: bool) -> RemovableHandle:
    handle = RemovableHandle(cast(Any, hooks))
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

"""The base of all networks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from gradviz.core.dtypes import dtype
from gradviz.core.tensor import Tensor

from . import saving
from .hooked import Hooked
from .parts import Parts


class Module(Hooked):
    """A part of a network. Say what it consists of in `__init__`, and what it does in `forward`.

    >>> class Twice(Module):
    ...     def forward(self, x):
    ...         return 2 * x
    >>> Twice()(21)
    42
    """

    training: bool
    dump_patches = False
    _version = 1  # of the form in which a state is saved

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            kind = f"{type(self).__name__}.__init__()"
            if kwargs:
                raise TypeError(f"{kind} got an unexpected keyword argument '{next(iter(kwargs))}'")
            raise TypeError(f"{kind} takes 1 positional argument but {len(args) + 1} were given")
        super().__init__()
        vars(self)["training"] = True

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

    def type(self, dst_type: Any) -> Module:
        """Make all parameters and buffers tensors of a type."""
        return self._apply(lambda each: each.type(dst_type))

    def cpu(self) -> Module:
        """The module itself: everything lives on the CPU."""
        return self

    # ------------------------------------------------------------------------ saving, print

    def state_dict(
        self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> OrderedDict[str, Any]:
        """All parameters and saved buffers by their paths."""
        return saving.state_of(self, destination, prefix, keep_vars)

    def _complete(self, state: Any, prefix: str, version: int | None) -> None:
        """Add to a state that is to be loaded what older forms of it did not hold."""

    def get_extra_state(self) -> Any:
        """What else is saved; to be written by you, together with `set_extra_state`."""
        raise RuntimeError(saving.NO_EXTRA_STATE.format("get"))

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave."""
        raise RuntimeError(saving.NO_EXTRA_STATE.format("set"))

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


for _base in (Hooked, Parts):  # a learner knows one class, and reads its name in messages
    for _member in vars(_base).values():
        if callable(_member) and hasattr(_member, "__qualname__"):
            _member.__qualname__ = f"Module.{_member.__name__}"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def bracketed(lines: list[str], inside: list[str]) -> str:
    """What follows a module's name in print: its own words, then one line for each part."""
    if len(lines) == 1 and not inside:
        return f"({lines[0]})"
    parts = lines + inside
    return "(\n  " + "\n  ".join(parts) + "\n)" if parts else "()"

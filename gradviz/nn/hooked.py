"""Hooks of modules: functions that are called before and after what a module does."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, cast

from gradviz.core.errors import warn
from gradviz.core.hooks import RemovableHandle

from .parts import Parts, attribute_error

CALLED = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks")
SILENCED = (
    "module forward hook with ``always_call=True`` raised an exception that was silenced as "
    "another error was raised in forward: "
)
SAVED = ("_state_dict_pre_hooks", "_state_dict_hooks")
LOADED = ("_load_state_dict_pre_hooks", "_load_state_dict_post_hooks")


class Hooked(Parts):
    """What registers the hooks of a module, and calls those of `forward` and of backward."""

    def __init__(self) -> None:
        super().__init__()
        own = vars(self)
        for name in (*CALLED, *SAVED, *LOADED):
            own[name] = OrderedDict()

    def forward(self, *inputs: Any) -> Any:
        """What the module computes."""
        kind = type(self).__name__
        raise NotImplementedError(f'Module [{kind}] is missing the required "forward" function')

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Compute `forward`, with the hooks before and after it."""
        own = self.__dict__
        try:
            hooked = (
                own["_backward_hooks"]
                or own["_backward_pre_hooks"]
                or own["_forward_hooks"]
                or own["_forward_pre_hooks"]
            )
        except KeyError as error:  # the module's own __init__ did not call that of Module
            raise attribute_error(self, error.args[0]) from None
        return self._call_with_hooks(inputs, named) if hooked else self.forward(*inputs, **named)

    def _call_with_hooks(self, inputs: tuple, named: dict) -> Any:
        inputs, named = self._before_forward(inputs, named)
        listening = None
        if self._backward_hooks or self._backward_pre_hooks:
            from .backward_hooks import BackwardHooks

            hooks, pre_hooks = self._backward_hooks.values(), self._backward_pre_hooks.values()
            listening = BackwardHooks(cast(Any, self), [*hooks], [*pre_hooks])
            inputs = listening.mark_inputs(inputs)
        called: set[int] = set()
        result = None
        try:
            result = self.forward(*inputs, **named)
            result = self._after_forward(inputs, named, result, called)
        except Exception:
            self._after_failure(inputs, named, result, called)
            raise
        return result if listening is None else listening.mark_result(result)

    def _before_forward(self, inputs: tuple, named: dict) -> tuple[tuple, dict]:
        for hook, with_kwargs in list(self._forward_pre_hooks.values()):
            changed = hook(self, inputs, named) if with_kwargs else hook(self, inputs)
            if changed is None:
                continue
            if not with_kwargs:
                inputs = changed if isinstance(changed, tuple) else (changed,)
            elif isinstance(changed, tuple) and len(changed) == 2:
                inputs, named = changed
            else:
                raise RuntimeError(
                    "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but "
                    f"got {changed}."
                )
        return inputs, named

    def _after_forward(self, inputs: tuple, named: dict, result: Any, called: set[int]) -> Any:
        for number, (hook, with_kwargs, _) in list(self._forward_hooks.items()):
            called.add(number)
            given = (inputs, named, result) if with_kwargs else (inputs, result)
            changed = hook(self, *given)
            if changed is not None:
                result = changed
        return result

    def _after_failure(self, inputs: tuple, named: dict, result: Any, called: set[int]) -> None:
        """Call the hooks that are called always, if they were not yet."""
        for number, (hook, with_kwargs, always) in list(self._forward_hooks.items()):
            if always and number not in called:
                given = (inputs, named, result) if with_kwargs else (inputs, result)
                try:
                    hook(self, *given)
                except Exception as error:
                    warn(f"{SILENCED}{error}")

    # -------------------------------------------------------------------------- registering

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, inputs)` before every forward; it may return other inputs."""
        return _added(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Callable,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call `hook(module, inputs, result)` after every forward; it may return another result."""
        return _added(self._forward_hooks, (hook, with_kwargs, always_call), prepend)

    def register_full_backward_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, grad_output)` when a gradient arrives; it may return another."""
        return _added(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when gradients leave the inputs."""
        return _added(self._backward_hooks, hook, prepend)

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before `state_dict` reads this module."""
        return _added(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, metadata)` when this module has been read."""
        return _added(self._state_dict_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call a hook before this module is loaded; it may change the state it is given.

        It is given the module, the state, the module's prefix in it, its metadata, `strict`, and
        the lists of missing keys, unexpected keys and errors, to which it may add.
        """
        return _added(self._load_state_dict_pre_hooks, hook)

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` when this module has been loaded."""
        return _added(self._load_state_dict_post_hooks, hook)


def _added(hooks: OrderedDict, hook: Any, first: bool = False) -> RemovableHandle:
    handle = RemovableHandle(cast(Any, hooks))
    hooks[handle.id] = hook
    if first:
        hooks.move_to_end(handle.id, last=False)
    return handle

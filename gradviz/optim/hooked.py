"""Hooks of optimizers: functions that are called around a step, and around saving and loading."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from gradviz.core.hooks import RemovableHandle


class Hooked:
    """What registers the hooks of an optimizer; none cost anything until there are some."""

    has_stepped = False  # known only while somebody watches
    _hooks: dict[str, OrderedDict]

    def watch_steps(self) -> None:
        """From now on, notice steps: a schedule wants to know of them, or a hook."""
        if "step" not in vars(self):
            vars(self)["step"] = partial(watched_step, self)

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step; it may return others."""
        self.watch_steps()
        return self._added("before step", hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        self.watch_steps()
        return self._added("after step", hook)

    def register_state_dict_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` before the state is read."""
        return self._added("before state", hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state)` when it has been read; it may return another."""
        return self._added("after state", hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state)` before a state is loaded; it may return another."""
        return self._added("before load", hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable, prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` when a state has been loaded."""
        return self._added("after load", hook, prepend)

    def _added(self, moment: str, hook: Callable, first: bool = False) -> RemovableHandle:
        hooks = self._hooks.setdefault(moment, OrderedDict())
        handle = RemovableHandle(cast(Any, hooks))
        hooks[handle.id] = hook
        if first:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def _call(self, moment: str, *given: Any) -> Any:
        """Call the hooks of a moment; what they return replaces the last thing they are given."""
        for hook in list(self._hooks.get(moment, {}).values()):
            changed = hook(self, *given)
            if changed is not None and given:
                given = (*given[:-1], changed)
        return given[-1] if given else None


def watched_step(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
    """A step with the hooks before and after it."""
    args = (optimizer, *args)
    step = type(optimizer).step
    for hook in list(optimizer._hooks.get("before step", {}).values()):
        changed = hook(optimizer, args, kwargs)
        if changed is not None:
            if not isinstance(changed, tuple) or len(changed) != 2:
                raise RuntimeError(
                    f"{step} must return None or a tuple of (new_args, new_kwargs), but got "
                    f"{changed}."
                )
            args, kwargs = changed
    result = step(*args, **kwargs)
    optimizer.has_stepped = True
    for hook in list(optimizer._hooks.get("after step", {}).values()):
        hook(optimizer, args, kwargs)
    return result

"""Hear every call of a library's functions and methods, as the learner makes them.

Of real PyTorch by the `TorchFunctionMode` that it has for this; of our own tensors by standing,
for the time being, before their methods and the module's functions. Either way only the outermost
call is heard: what a function calls inside is its own business.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache, wraps
from inspect import unwrap
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Protocol

from gradviz.graph.awaited import awaiting
from gradviz.graph.calls import ATTRIBUTES

UNHEARD = frozenset(
    {"__new__", "__init__", "__init_subclass__", "__getattribute__", "__repr__", "__hash__"}
    | {"__format__", "__len__", "__dir__", "__iter__", "__reduce_ex__", "__setattr__", "__str__"}
    | {"size", "dim", "numel", "register_hook", "stride", "is_contiguous", "element_size"}
    | {"register_post_accumulate_grad_hook", "retain_grad", "data_ptr", "is_floating_point"}
)
LENS = ("gradviz._lens", "gradviz.graph", "gradviz.stories", "gradviz.render", "gradviz.widgets")
_MISSING = object()


class Observer(Protocol):
    """Who wants to hear calls."""

    def before(self, name: str, args: tuple, kwargs: dict) -> None:
        """A call is about to be made."""

    def after(self, name: str, args: tuple, kwargs: dict, result: Any) -> None:
        """The call has returned `result`."""

    def failed(self, name: str, error: BaseException) -> None:
        """The call has raised."""


class _Thread(threading.local):
    quiet = 0
    inside = 0


_thread = _Thread()
_observers: list[Observer] = []
_undo: list[tuple[Any, str, Any]] = []


@contextmanager
def quiet() -> Iterator[None]:
    """Calls made meanwhile are the lens's own, and not heard."""
    _thread.quiet += 1
    try:
        yield
    finally:
        _thread.quiet -= 1


@contextmanager
def hearing(observer: Observer) -> Iterator[None]:
    """Tell `observer` of every call to either library while this lasts."""
    with ExitStack() as stack:

        def hear_torch(torch: ModuleType) -> None:
            stack.enter_context(_torch_mode(torch)(observer))

        torch = sys.modules.get("torch")
        if torch is None:
            stack.enter_context(awaiting("torch", hear_torch))
        elif hasattr(torch, "overrides"):
            hear_torch(torch)
        if hasattr(sys.modules.get("gradviz"), "Tensor"):
            stack.enter_context(_before_our_own(observer))
        yield


def plain_name(name: str) -> str:
    """The word for a call: `mul` for `__rmul__`, `add_` for `__iadd__`.

    >>> [plain_name(name) for name in ("__mul__", "__rsub__", "__iadd__", "__setitem__", "relu")]
    ['mul', 'sub', 'add_', 'setitem', 'relu']
    """
    if not (name.startswith("__") and name.endswith("__")):
        return name
    word = name[2:-2]
    if word in _IN_PLACE:
        return word[1:] + "_"
    return _OTHER_WORDS.get(word, word[1:] if word in _REVERSED else word)


_IN_PLACE = frozenset({"iadd", "isub", "imul", "itruediv", "ipow", "ifloordiv", "imod", "idiv"})
_REVERSED = frozenset({"radd", "rsub", "rmul", "rtruediv", "rpow", "rfloordiv", "rmod", "rmatmul"})
_OTHER_WORDS = {"truediv": "div", "rtruediv": "div", "rdiv": "div", "itruediv": "div_"}


def _told(
    observers: Sequence[Observer], name: str, call: Callable, args: tuple, kwargs: dict
) -> Any:
    __tracebackhide__ = True  # a traceback in a notebook is to show the learner's lines
    _tell("before", observers, name, args, kwargs)
    try:
        result = call(*args, **kwargs)
    except BaseException as error:
        _tell("failed", observers, name, error)
        raise
    if result is not NotImplemented:
        _tell("after", observers, name, args, kwargs, result)
    return result


def _tell(what: str, observers: Sequence[Observer], *told: Any) -> None:
    _thread.quiet += 1
    try:
        for observer in observers:
            getattr(observer, what)(*told)
    finally:
        _thread.quiet -= 1


@lru_cache(maxsize=1)
def _torch_mode(torch: ModuleType) -> type:
    class Mode(torch.overrides.TorchFunctionMode):  # type: ignore[name-defined]
        def __init__(self, observer: Observer) -> None:
            super().__init__()
            self.observer = observer

        def __torch_function__(
            self, call: Any, types: Any, args: tuple = (), kwargs: dict | None = None
        ) -> Any:
            __tracebackhide__ = True
            name = None if _thread.quiet else _torch_name(call)
            if name is None:
                return call(*args, **(kwargs or {}))
            return _told((self.observer,), name, call, args, kwargs or {})

    return Mode


def _torch_name(call: Any) -> str | None:
    name = getattr(call, "__name__", "")
    if name in {"__get__", "__set__", "__delete__"}:
        attribute = getattr(getattr(call, "__self__", None), "__name__", "")
        if name == "__get__":
            return attribute if attribute in ATTRIBUTES else None
        return attribute + "="
    if name in UNHEARD or (name.startswith("_") and not name.startswith("__")):
        return None
    return plain_name(name) or None


@contextmanager
def _before_our_own(observer: Observer) -> Iterator[None]:
    if not _observers:
        _stand_before()
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)
        if not _observers:
            while _undo:
                _put(*_undo.pop())


def _stand_before() -> None:
    tensor = sys.modules["gradviz"].Tensor
    for name, member in list(vars(tensor).items()):
        if name in UNHEARD or (name.startswith("_") and not name.startswith("__")):
            continue
        if isinstance(member, FunctionType | BuiltinFunctionType):
            _replace(tensor, name, member, _heard(plain_name(name), member))
        elif isinstance(member, property) and (name in ATTRIBUTES or name == "grad"):
            _replace(tensor, name, member, _heard_attribute(name, member))
    gradviz = sys.modules["gradviz"]
    for module in (gradviz, gradviz.nn.functional):
        for name, member in _functions(module):
            _replace(module, name, vars(module).get(name, _MISSING), _heard(name, member))
    for name in ("grad", "backward"):
        member = getattr(gradviz.autograd, name)
        _replace(gradviz.autograd, name, member, _heard(name, member))


@lru_cache(maxsize=4)
def _functions(module: ModuleType) -> list[tuple[str, Any]]:
    """The functions of the small torch in a module, those not yet asked for as well."""
    found = []
    for name in dir(module):
        member = None if name.startswith("_") or name in UNHEARD else getattr(module, name, None)
        if isinstance(member, FunctionType | BuiltinFunctionType) and not _is_lens(member):
            found.append((name, member))
    return found


def _is_lens(function: Any) -> bool:
    """Whether a function is a tool of this half of the house: `draw`, `watch`, a story."""
    around = getattr(unwrap(function), "__globals__", {})
    return str(around.get("__name__")).startswith(LENS)


def _replace(owner: Any, name: str, own: Any, other: Any) -> None:
    _undo.append((owner, name, own))
    setattr(owner, name, other)


def _put(owner: Any, name: str, own: Any) -> None:
    """Put back what stood there, or take away what stood there only for the watch."""
    if own is _MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, own)


@lru_cache(maxsize=4096)
def _heard(name: str, call: Callable) -> Callable:
    @wraps(call)
    def heard(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if _thread.quiet or _thread.inside:
            return call(*args, **kwargs)
        return _outermost(name, call, args, kwargs)

    return heard


def _heard_attribute(name: str, own: property) -> property:
    read = own.fget if name == "grad" else _heard(name, own.fget)  # type: ignore[arg-type]
    write = None if own.fset is None else _heard(name + "=", own.fset)
    return property(read, write, own.fdel, own.__doc__)


def _outermost(name: str, call: Callable, args: tuple, kwargs: dict) -> Any:
    __tracebackhide__ = True
    _thread.inside += 1
    try:
        return _told(tuple(_observers), name, call, args, kwargs)
    finally:
        _thread.inside -= 1

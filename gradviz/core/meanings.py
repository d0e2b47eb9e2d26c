"""What the words of a rule mean: functions of numpy values below, ops on tensors above.

A rule is written once. The engine runs it on numpy values; for `create_graph=True` the same code
is bound to other globals, where each word is the op of its name or what `on_tensors` says.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from .numbers import marked

vocabulary: dict[str, Any] = {}  # the words that any rule may use: see `words.py`
twins: dict[str, Callable] = {}  # what a word means on tensors, where no op bears its name
added: dict[str, Callable] = {}  # words that stand beside the ops that use them


def word(function: Any) -> Callable:
    """Make a function, or what an op does, a word that rules may use.

    On tensors it is the op of its name; where there is none, its own words mean ops there.
    """
    if isinstance(function, type):
        name, function = function.name, function.forward  # type: ignore[attr-defined]
    else:
        name = function.__name__
    added[name] = function
    return function


def on_tensors(function: Callable) -> Callable:
    """Say what a word of this name means on tensors, where no op bears its name.

    In the file where this stands the name keeps meaning the word on numpy values.
    """
    name = function.__name__
    twins[name] = function
    return added.get(name) or function.__globals__.get(name, function)


def names_in(code: CodeType) -> set[str]:
    """The global names that a piece of code looks up, with those of the functions inside it."""
    inner = [names_in(part) for part in code.co_consts if part.__class__ is CodeType]
    return set(code.co_names).union(*inner)


def is_word(name: str, value: Any) -> bool:
    """Whether a name of an ops file is a word, by what it stands for there."""
    if name in twins and vocabulary.get(name) is value:
        return True
    return callable(value) and (vocabulary.get(name) is value or added.get(name) is value)


def bound_to_tensors(function: FunctionType, ops: Any) -> Callable:
    """The same code, its words meaning the functions on tensors, its numbers those of a rule."""
    from . import ops as families

    families.read_all()
    known = {}
    for name in names_in(function.__code__):
        value = function.__globals__.get(name, known)
        if value is known:
            continue  # an attribute, or a builtin
        known[name] = tensor_meaning(name, value, ops) if is_word(name, value) else value
    code = function.__code__
    code = code.replace(co_consts=tuple([marked(value) for value in code.co_consts]))
    bound = FunctionType(
        code, known, function.__name__, function.__defaults__, function.__closure__
    )
    bound.__kwdefaults__ = function.__kwdefaults__
    return bound


def tensor_meaning(name: str, value: Any, ops: Any) -> Callable:
    """What one word means on tensors."""
    if name in twins:
        return twins[name]
    found = getattr(ops, name, None)
    if found is None and name in added:
        found = twins[name] = bound_to_tensors(value, ops)
    if found is None:
        raise LookupError(f"the word {name!r} means nothing on tensors: declare an op of that name")
    return found


QUIET = "gradviz.core.ops.", "gradviz.core.words", "gradviz.core.placing", "gradviz.core.views"
quiet_globals: dict[int, dict] = {}


def silent(function: Callable) -> Callable:
    """The same code in a module without a name, and all that it calls.

    Python drops a warning that comes from no module, so numpy says nothing of infinity and NaN.
    """
    if function.__class__ is not FunctionType or not function.__module__.startswith("gradviz."):
        return function
    around = function.__globals__
    quiet = quiet_globals.get(id(around))
    if quiet is None:
        quiet = quiet_globals[id(around)] = around | {"__name__": None}
        for name, value in around.items():
            if value.__class__ is FunctionType and str(value.__module__).startswith(QUIET):
                quiet[name] = silent(value)
    bound = FunctionType(
        function.__code__, quiet, function.__name__, function.__defaults__, function.__closure__
    )
    bound.__kwdefaults__ = function.__kwdefaults__
    return bound

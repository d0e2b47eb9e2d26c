"""Modes as decorators: a function, a generator or a class that runs within a context."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from inspect import isclass, isgeneratorfunction
from typing import Any

from .errors import warn

CLASSES = (
    "Decorating classes is deprecated and will be disabled in future versions. You should only "
    "decorate functions or methods. To preserve the current behavior of class decoration, you can "
    "directly decorate the `__init__` method and nothing else."
)


def context_decorator(make_context: Callable, function: Callable) -> Callable:
    """A function that runs inside a context made for each call.

    >>> from contextlib import nullcontext
    >>> context_decorator(nullcontext, len)("four")
    4
    """
    if isgeneratorfunction(function):
        return _decorated_generator(make_context, function)
    if isclass(function):
        warn(CLASSES, FutureWarning)

    def decorate_context(*args: Any, **kwargs: Any) -> Any:
        with make_context():
            return function(*args, **kwargs)

    return decorate_context if isclass(function) else functools.wraps(function)(decorate_context)


def _decorated_generator(make_context: Callable, function: Callable) -> Callable:
    """A generator that runs inside the context, and leaves it wherever it yields."""

    @functools.wraps(function)
    def generator_context(*args: Any, **kwargs: Any) -> Generator:
        generator = function(*args, **kwargs)
        resume, given = generator.send, None
        while True:
            try:
                with make_context():
                    sent = resume(given)
            except StopIteration as end:
                return end.value
            try:
                resume, given = generator.send, (yield sent)
            except GeneratorExit:
                with make_context():
                    generator.close()
                raise
            except BaseException as error:
                resume, given = generator.throw, error

    return generator_context

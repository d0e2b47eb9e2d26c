"""The face of the lens: what learners call, and what the small torch tells the lens about nodes.

Only here do the two halves of the house meet.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradviz import stories
from gradviz.core.catalogue import catalogue
from gradviz.core.printing import array_text
from gradviz.graph import catalogue as explained
from gradviz.graph import values
from gradviz.graph.read import read
from gradviz.render import display, dot
from gradviz.render.display import Display
from gradviz.stories import drawing
from gradviz.stories.planning import Shown
from gradviz.stories.story import Teller, tellers

if TYPE_CHECKING:
    from graphviz import Digraph

LAYOUTS = ("gradviz", "dot")
TOOLS = {
    "record": "gradviz.graph.record",
    "watch": "gradviz.graph.watch",
    "ledger": "gradviz.graph.ledger",
    "why": "gradviz.graph.why",
    "explain": "gradviz.graph.explain",
    "nudge": "gradviz.graph.nudge",
    "story": "gradviz.stories.story",
}
"""Functions that are shown as they stand."""
EXTENSION = ("load_ipython_extension", "unload_ipython_extension")
"""What IPython looks for at `%load_ext gradviz`."""

explained.install(catalogue())
values.install_printer(array_text)


def _as_widget(shown: Display) -> Any:
    return importlib.import_module("gradviz.widgets.widget").StoryWidget(shown.story)


display.set_widget_maker(_as_widget)


def draw(
    *tensors: Any,
    names: Any = None,
    values: bool = True,
    shapes: bool = True,
    saved: bool = True,
    forward: bool = False,
    fold: bool = True,
    code: bool = False,
    tape: Any = None,
    layout: str = "gradviz",
) -> Display:
    """Draw the graph behind a tensor, ours or PyTorch's, with the learner's own names.

    Args:
        *tensors: one tensor with a graph, or several, drawn as one.
        names: a dict or a module that names the tensors; the caller's variables by default.
        values: show the value of each result.
        shapes: show shapes where a value is too large.
        saved: show what each node keeps for backward.
        forward: draw it as the formula reads, inputs above; else as backward runs.
        fold: show repetitions once; a click, Enter or Space opens what is folded.
        code: show the lines that made the graph.
        tape: what `watch()` wrote down while the graph was made.
        layout: "gradviz", or "dot" for Graphviz's.

    Returns:
        A Display: it shows itself in a notebook, and has `.save()`, `.svg()`, `.text()`.

    Raises:
        TypeError: if something else than a tensor was given.
        ValueError: if a tensor has no graph, for an unknown layout, or for more than 2000 cards.

    >>> import gradviz as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> draw(y)
    <Display: draw(y)>
    """
    if layout not in LAYOUTS:
        raise ValueError(f"unknown layout: {layout!r} (must be one of {list(LAYOUTS)})")
    if not tensors:
        raise TypeError("draw() needs a tensor: the result of a computation, such as draw(loss)")
    given = tensors[0] if len(tensors) == 1 else tensors
    graph = read(given, names, tape=tape)
    story = drawing.tell(graph, Shown(values, shapes, saved, forward, fold), code=code)
    return Display(story, picture=dot.dot_svg(story) if layout == "dot" else None)


def make_dot(
    var: Any,
    params: Any = None,
    show_attrs: bool = False,
    show_saved: bool = False,
    max_attr_chars: int = 50,
) -> Digraph:
    """The graph behind a tensor as a `graphviz.Digraph`, with torchviz's arguments.

    Args:
        var: a tensor with a graph, or a tuple of them.
        params: names for the leaves, a dict or what `dict(model.named_parameters())` gives.
        show_attrs: show the numbers that nodes keep.
        show_saved: show the tensors that nodes keep; sets `show_attrs`.
        max_attr_chars: where a shown attribute is cut.

    >>> import gradviz as torch
    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> print(make_dot(x * x, params={"x": x}).source.splitlines()[0])
    digraph ...
    """
    graph = read(var, params)
    return dot.make_dot(
        graph, show_attrs=show_attrs, show_saved=show_saved, max_attr_chars=max_attr_chars
    )


def find(name: str) -> Any:
    """What the face shows under a name, or None."""
    if name in ("draw", "make_dot", "Display"):
        return globals()[name]
    if name in TOOLS:
        return getattr(importlib.import_module(TOOLS[name]), name)
    if name in EXTENSION:
        return getattr(importlib.import_module("gradviz._notebook"), name)
    teller = all_tellers().get(name)
    return None if teller is None else telling(teller)


def names() -> list[str]:
    """All names that the lens shows."""
    return ["draw", "make_dot", "Display", *TOOLS, *all_tellers()]


def all_tellers() -> dict[str, Teller]:
    """The registered stories; a file in `stories` is found by standing there."""
    _load_stories()
    return dict(tellers())


@functools.cache
def _load_stories() -> None:
    for module in pkgutil.iter_modules(stories.__path__):
        importlib.import_module(f"{stories.__name__}.{module.name}")


def bare(signature: inspect.Signature) -> inspect.Signature:
    """A signature without its types, as one would say it.

    >>> bare(inspect.signature(make_dot))
    <Signature (var, params=None, show_attrs=False, show_saved=False, max_attr_chars=50)>
    """
    untyped = [
        each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()
    ]
    return inspect.Signature(untyped)


@functools.cache
def telling(teller: Teller) -> Callable[..., Display]:
    """The public callable of a story: it tells, and shows."""
    told = inspect.signature(teller.tell)

    @functools.wraps(teller.tell)
    def show(*args: Any, **options: Any) -> Display:
        try:
            told.bind(*args, **options)
        except TypeError as error:
            raise TypeError(f"{teller.name}(): {error}; call {teller.name}{bare(told)}") from None
        return Display(teller.tell(*args, **options))

    show.__name__ = show.__qualname__ = teller.name
    show.__module__ = "gradviz"
    show.__signature__ = told.replace(return_annotation=Display)  # type: ignore[attr-defined]
    return show

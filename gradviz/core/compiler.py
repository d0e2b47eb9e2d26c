"""The compiler: what the declarations in `ops/` become. For the curious; no op needs reading this.

It writes each op's functions as source text when the op is first called, because CPython is
fastest on straight lines that are not shared between ops. To see what it wrote:

    >>> from gradviz.core import compiler
    >>> from gradviz.core.op import ops
    >>> import gradviz as torch
    >>> y = torch.tensor(1.0, requires_grad=True).tanh()
    >>> print(compiler.source(ops.tanh.op))
    def TanhBackward0_backward(node, grad, keep):
        result = node.result
    ...
"""

from __future__ import annotations

import linecache
import threading
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from . import (
    backward_templates,
    inplace,
    node,
    numbers,
    operands,
    packing,
    saved,
    templates,
    views,
)
from .arguments import MISSING
from .modes import room
from .node import FREED, Node, NodeType, Output
from .plan import Plan
from .tensor import (
    Tensor,
    float32,
    float64,
    linked_classes,
    ndarray,
    new_tensor,
    next_number,
    settled,
    tensor_classes,
    wrap,
)

if TYPE_CHECKING:
    from .op import Op

room |= {
    "Tensor": Tensor,
    "new_tensor": new_tensor, "ndarray": ndarray, "array": np.array,
    "float32": float32, "float64": float64,
    "single": float32.type, "FREED": FREED,
    "next_number": next_number, "tensor_classes": tensor_classes, "Output": Output, "wrap": wrap,
    "settled": settled, "constant": operands.constant, "combined": operands.combined,
    "fit": operands.fit, "unfit": operands.unfit, "misused": operands.misused,
    "misuse": operands.misuse, "otherwise": operands.otherwise,
    "shaped": operands.shaped,
    "zeros": operands.zeros, "zeros_graph": operands.zeros_graph, "Packed": packing.Packed,
    "arrange": packing.arrange, "opened": packing.opened,
    "spread": node.spread, "link": node.link, "small": node.small,
    "freed": node.freed, "check_saved": node.check_saved, "modified": node.modified,
    "number_types": numbers.number_types,
    "numbered": numbers.numbered,
    "marked": numbers.marked, "named": operands.named, "view_of": views.view_of,
    "store": inplace.store, "write": inplace.write,
    "linked": linked_classes,
    "BY_HAND": node.BY_HAND,
    "__name__": None,  # so numpy's warnings come from no module, and Python drops them
}  # fmt: skip


# ------------------------------------------------------------------ functions that compile later


def sleeping(op: type[Op], part: str, name: str) -> Any:
    """A function that is compiled when it is first called.

    It stays the same object, so whoever imported it or made a method of it has the fast one from
    then on: only its code is exchanged.
    """
    function: Any = FunctionType(asleep.__code__, room, name)
    function.__qualname__ = name
    function.__kwdefaults__ = {"wake_": partial(wake, op, part, function)}
    function.op, function.__doc__, function.__module__ = op, op.__doc__, "gradviz"
    return function


def asleep(*args: Any, wake_: Callable, **kwargs: Any) -> Any:
    """The code of a function before its first call."""
    return wake_()(*args, **kwargs)


def wake(op: type[Op], part: str, function: Any) -> Any:
    """Compile one part of an op into a function."""
    with waking:
        if function.__code__ is not asleep.__code__:
            return function  # another thread was first
        plan = planned(op)
        prepare(plan)
        made: Any = emit(plan, part, WRITERS[part](plan))
        own = plan.forward if plan.written and part != "backward_graph" else made
        name = function.__name__
        function.__defaults__ = own.__defaults__
        if part != "backward_graph":  # what is missing is noticed only where a call fails
            defaults, count = own.__defaults__ or (), made.__code__.co_argcount
            function.__defaults__ = (MISSING,) * (count - len(defaults)) + defaults
        named = (own.__kwdefaults__ or {}) | (made.__kwdefaults__ or {})
        function.__kwdefaults__ |= named
        function.__code__ = made.__code__.replace(co_name=name, co_qualname=name)
        function.__kwdefaults__ = named
        return function


waking = threading.RLock()


def planned(op: type[Op]) -> Plan:
    """The plan of an op, made once."""
    plan = vars(op).get("plan")
    if plan is None:
        plan = Plan(op)
        op.plan = plan  # type: ignore[attr-defined]
    return plan


def source(op: type[Op]) -> str:
    """All the text that was written for an op so far."""
    return "\n".join(planned(op).texts.values())


def writing(function: Callable, name: str, some: bool) -> Callable:
    """The in-place form of a composed function; `some`: it changes some elements only."""
    write = partial(inplace.write_some, name + "_") if some else inplace.write

    def in_place(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return write(self, function, *args, **kwargs)

    in_place.__name__ = in_place.__qualname__ = name + "_"
    in_place.__code__ = in_place.__code__.replace(co_name=name + "_")
    return in_place


def emit(plan: Plan, part: str, text: str) -> Any:
    """Compile a text into the room."""
    plan.texts[part] = text
    filename = f"<{plan.key} {part}>"
    linecache.cache[filename] = len(text), None, text.splitlines(True), filename
    exec(compile(text, filename, "exec"), room)  # tracebacks show these lines
    return room[f"{plan.key}_{part}"]


def prepare(plan: Plan) -> None:
    """Make the node class, with the functions that every node needs."""
    if f"new_{plan.key}" in room or not plan.recorded:
        return
    parts = {
        "_backward": emit(plan, "backward", backward_templates.backward_text(plan, graph=False)),
        "next_functions": node.fixed(
            "next_functions",
            emit(plan, "next_functions", backward_templates.next_functions_text(plan)),
        ),
        "_edges": emit(plan, "edges", backward_templates.edges_text(plan)),
    }
    room[plan.key] = node_class(plan, parts)
    room[f"new_{plan.key}"] = node.maker(room[plan.key])


WRITERS: dict[str, Callable[[Plan], str]] = {
    "forward": partial(templates.forward_text, part="forward"),
    "function": partial(templates.forward_text, part="function"),
    "operator": partial(templates.forward_text, part="operator"),
    "in_place": templates.in_place_text,
    "backward_graph": backward_templates.backward_graph_text,
}


# -------------------------------------------------------------------------- the node class


def node_class(plan: Plan, parts: dict[str, Any]) -> type[Node]:
    """The class of an op's nodes: slots for edges and saved names, `_saved_name` to look."""
    op = plan.op
    slots = [*plan.edge_names, *plan.saved, *(["targets_"] if plan.broadcasts else [])]
    members: dict[str, Any] = parts | {
        "__slots__": slots,
        "__module__": "builtins",
        "op": op,
        "saves": tuple(plan.saved),
        "_backward_graph": sleeping(op, "backward_graph", f"{plan.key}_backward_graph"),
    }
    if plan.op.outputs is not None:
        members["outputs"] = None
    for name in plan.saved:
        if shown := saved.shown_name(plan, name):
            members["_saved_" + shown] = property(saved.saved_reader(plan, name))
            if plan.is_tensor(name) or name in plan.results or name in packing.HOLDING:
                members["_raw_saved_" + shown] = property(saved.raw_reader(plan, name))
    members |= {name: getattr(op, name) for name in dir(op) if name.startswith("_saved_")}
    return NodeType(op.node_name, (Node,), members)

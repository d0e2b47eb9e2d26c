"""Where tracking ends: which call did it, and in what way."""

from __future__ import annotations

from typing import Any, Protocol

from gradviz.graph.calls import Call
from gradviz.graph.engines import engine_of
from gradviz.graph.model import CutKind
from gradviz.graph.values import dtype_name

COPIES = frozenset({"tensor", "as_tensor", "from_numpy", "asarray", "new_tensor", "FloatTensor"})
LEAVING = frozenset({"numpy", "array", "item", "tolist", "float", "int", "index", "bool"})
COMPARISONS = frozenset(
    {"gt", "lt", "ge", "le", "eq", "ne", "isclose", "logical_and", "logical_or", "logical_not"}
    | {"argmax", "argmin", "argsort", "isnan", "isfinite", "isinf", "greater", "less"}
)
FLOATING = ("float", "bfloat", "complex", "half", "double")
FARTHEST = 8
"""Through so many calls without a gradient a cut is looked for."""


class Calls(Protocol):
    """Whatever can give a call by its number: a tape."""

    def call(self, number: int | None) -> Call | None:
        """The call of that number, if it is still kept."""


def cut_by(name: str, tensors: list[Any], results: list[Any], result: Any) -> CutKind | None:
    """How the call ended tracking, if an operand was tracked and no result is."""
    if not any(one.requires_grad for one in tensors) or any(one.requires_grad for one in results):
        return None
    if name in {"detach", "detach_"}:
        return "detach"
    if name == "data":
        return "data"
    if name in COPIES:
        return "copy"
    if name == "grad":
        return "create_graph"
    if name in LEAVING or is_array(result):
        return "numpy"
    if not results:
        return None
    if name in COMPARISONS:
        return "comparison"
    if not any(dtype_name(one.dtype).startswith(FLOATING) for one in results):
        return "integer"
    engine = engine_of(results[0])
    if engine.is_grad_enabled():
        return None
    inference = getattr(engine, "is_inference_mode_enabled", None)
    return "inference" if inference is not None and inference() else "no_grad"


def is_array(thing: Any) -> bool:
    """Whether it is an array of numpy."""
    return type(thing).__module__ == "numpy" and hasattr(thing, "__array_interface__")


def find_cut(tape: Calls | None, call: Call) -> Call | None:
    """The call that ended tracking on the way to `call`, itself included; the nearest one."""
    waiting = [(call, 0)]
    seen: set[int] = set()
    while waiting and tape is not None:
        one, far = waiting.pop(0)
        if one.cut is not None:
            return one
        seen.add(one.id)
        for operand in one.operands if far < FARTHEST else ():
            maker = tape.call(operand.made_by)
            if maker is not None and maker.id not in seen:
                waiting.append((maker, far + 1))
    return None


def cut_label(call: Call) -> str:
    """The word that stands at the scissors: `detach()`, `no_grad()`, `.data`."""
    if call.cut in {"no_grad", "inference"}:
        return "no_grad()" if call.cut == "no_grad" else "inference_mode()"
    if call.cut == "data":
        return ".data"
    if call.cut == "copy":
        return f"torch.{call.name}(…)"
    return f"{call.name}()"

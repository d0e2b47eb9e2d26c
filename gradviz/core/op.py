"""What an op is: one declaration, from which everything else follows.

    class Mul(Elementwise, operators="*"):
        forward = operator.mul
        def grad_self(grad, other): return grad * other
        def grad_other(grad, self): return grad * self

This is the function `mul`, the methods `mul` and `mul_`, `*` and `*=`, the node class
`MulBackward0`, its edges, its `_saved_self` and `_saved_other`, and the line that the stepper
shows. How to read a declaration:

* A parameter annotated `Tensor` is a tensor; it has an edge in the graph if there is a rule for it.
  `list[Tensor]` is several, each with an edge. `Scalar` is anything else: a number, a dim, a shape.
  A `forward` that is a ready-made function takes one `Tensor` for each rule, in order.
* `grad_self` is the gradient for `self`, made from `grad`, the gradient of the result (`grads`, a
  list, where the op has several outputs). The other names it takes decide what is saved: an input,
  `result` or the name of an output, `self_sym_sizes` (the shape of self), `self_sym_numel`,
  `self_sym_strides`, `self_options` (its type). A name is saved only if a rule that uses it will
  run.
* A class made from that of another op has its rules too, and changes what it says itself.
* Rules are plain numpy. For `create_graph=True` the same code runs on tensors: each word that it
  calls (`exp`, `mm`, `expand`: see `words.py`) then means the op of that name.

A family of ops imports from here all that declarations are made of.

`compiler.py` writes the functions of an op at its first call; nothing about an op is said there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from . import compiler
from .calls import called
from .meanings import on_tensors as on_tensors
from .meanings import word as word
from .names import ops
from .tensor import Tensor
from .tensor import wrap as wrap

many = "many"  # outputs=many: as many as the forward function returns


class Scalar:
    """Marks a parameter that is no tensor: a number, a dim, a shape."""


faces: dict[str, dict[str, Callable]] = {
    "torch": {}
}  # "torch", "nn.functional", ...: name -> function
declared: list[type[Op]] = []
SYMBOLS = {
    "+": "__add__ __radd__", "-": "__sub__", "*": "__mul__ __rmul__", "/": "__truediv__",
    "//": "__floordiv__", "%": "__mod__", "**": "__pow__", "@": "__matmul__", "-x": "__neg__",
    "+x": "__pos__", "abs": "__abs__", "~": "__invert__", "&": "__and__ __rand__",
    "|": "__or__ __ror__", "^": "__xor__ __rxor__", "==": "__eq__", "!=": "__ne__",
    "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__", "[]": "__getitem__",
    "2-x": "__rsub__", "2/x": "__rtruediv__", "2**x": "__rpow__", "2//x": "__rfloordiv__",
    "2%x": "__rmod__", "y@x": "__rmatmul__", "<<": "__lshift__", ">>": "__rshift__",
    "2<<x": "__rlshift__", "2>>x": "__rrshift__",
}  # fmt: skip
WRITING = {"+": "__iadd__", "-": "__isub__", "*": "__imul__", "/": "__itruediv__",
           "**": "__ipow__", "//": "__ifloordiv__", "%": "__imod__", "&": "__iand__",
           "|": "__ior__", "^": "__ixor__"}  # fmt: skip


class Op:
    """An operation on arrays of their true shape; subclass it to declare one."""

    elementwise = False
    rules: ClassVar[dict[str, Callable]] = {}
    name: str
    pattern: str | None = None  # how the op is written as an expression, where that is not plain
    usage: tuple[str, ...] = ()  # torch's signatures of the method, where it has several
    shown_as = ""  # saved names that torch calls otherwise, or does not show: "result=inverse dim="
    check: Callable | None = None  # refuses operands by their types, before anything is computed

    def __init_subclass__(
        cls,
        *,
        name: str | None = None,
        node: str | None = None,
        face: str = "torch",
        method: bool = True,
        hidden: bool = False,
        operators: str = "",
        in_place: bool | None = None,
        view: bool = False,
        outputs: Any = None,
        floating: bool = False,
        bare: bool = False,
        abstract: bool = False,
    ) -> None:
        """Read a declaration.

        Args:
            name: the function's name; by default the class's in snake_case.
            node: the node's name; by default the class's with `Backward0`.
            face: where it is shown: "torch", "nn.functional", both with a space between, or "".
            method: whether tensors have it as a method.
            hidden: whether it is neither, because other functions choose it.
            operators: the operators that mean it, as in `SYMBOLS`.
            in_place: whether there is a method `name_`; by default for element-wise ops with rules.
            view: whether the result shares the memory of the first parameter.
            outputs: names of several outputs ("values indices"), or `many`.
            floating: whether whole numbers are made floats first, as `exp` and `/` do.
            bare: whether the rules take a one-element gradient as a numpy scalar without shape.
            abstract: whether this declares no op but a kind of ops.
        """
        own = {key[5:]: rule for key, rule in vars(cls).items() if key.startswith("grad_")}
        cls.rules = {**cls.rules, **own}
        if abstract:
            return
        cls.name = name or snake_case(cls.__name__)
        cls.node_name = node or cls.__name__ + "Backward0"
        cls.view, cls.floating = view, floating
        cls.bare = bare or cls.elementwise
        cls.outputs = outputs.split() if outputs and outputs is not many else outputs
        face, method = ("", False) if hidden else (face, method)
        cls.shown = method
        declared.append(cls)
        cls.function = compiler.sleeping(cls, "forward", cls.name)
        setattr(ops, cls.name, cls.function)
        writing = None
        if (cls.elementwise and cls.rules and in_place is not False) or in_place:
            writing = compiler.sleeping(cls, "in_place", cls.name + "_")
            setattr(ops, cls.name + "_", writing)
        operator: Any = compiler.sleeping(cls, "operator", cls.name) if operators else None
        show(cls.name, shown_form(cls, cls.name) if face else cls.function, face, method, writing)
        for symbol in operators.split():
            bind_operator(symbol, operator, writing)


def one_node(node: str, **rules: Callable) -> Callable:
    """Say that torch differentiates a rule as one node, when the gradient itself has a graph.

    Args:
        node: the name of that node.
        rules: the gradients of the rule with respect to what it saved, by name; each takes `grad`,
            and then `grad_output` (the gradient that the rule was given) and the rule's own names.
            The gradient with respect to `grad_output` is the rule itself where it is element-wise.
    """

    def mark(rule: Callable) -> Callable:
        rule.one_node = node, rules  # type: ignore[attr-defined]
        return rule

    return mark


def shown_form(op: type[Op], name: str) -> Callable:
    """An op under a name of its own: the function that learners find, and with it the method."""
    shown = compiler.sleeping(op, "function", name)
    shown.as_method = compiler.sleeping(op, "forward", name) if name != op.name else op.function
    return shown


def snake_case(name: str) -> str:
    """A class's name as a function's: `MaskedFill` is `masked_fill`."""
    if name[1:].islower():
        return name.lower()
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Elementwise(Op, abstract=True):
    """An operation that broadcasts; gradients are summed back to each input's shape."""

    elementwise = True


def show(
    name: str, function: Callable, face: str, method: bool, writing: Callable | None = None
) -> None:
    """Put a function where learners find it."""
    for place in face.split():
        faces.setdefault(place, {})[name] = function
    if method:
        setattr(Tensor, name, getattr(function, "as_method", function))
        if writing is not None:
            setattr(Tensor, name + "_", writing)
    if writing is not None and "torch" in face.split():
        faces["torch"].setdefault(name + "_", writing)


def bind_operator(symbol: str, function: Callable, writing: Callable | None) -> None:
    """Let an operator of tensors mean a function."""
    for special in SYMBOLS[symbol].split():
        setattr(Tensor, special, function)
    if writing is not None and symbol in WRITING:
        setattr(Tensor, WRITING[symbol], writing)


def composed(
    *given: Any,
    out: bool = False,
    name: str | None = None,
    also: str = "",
    face: str = "torch",
    method: bool = True,
    hidden: bool = False,
    operators: str = "",
    in_place: bool | str = False,
) -> Any:
    """Show a plain function that chooses or chains ops, as `matmul` does, in the same places.

    Args:
        given: the function, which calls ops as `ops.mm(a, b)`; or, for a decorator, the ways to
            call it as PyTorch writes them, without the tensor: "int dim0, int dim1" (`calls.py`).
        out: whether the function, not the method, may write into a tensor that is given.
        name: its name, by default its own.
        also: other names for the same function, with spaces between.
        face: where it is shown, as for an op.
        method: whether tensors have it as a method.
        hidden: whether it is neither, but called by other functions.
        operators: the operators that mean it.
        in_place: whether there is a method `name_`, which writes into its first argument; "some":
            it writes some elements and leaves the others.
    """

    def place(function: Callable) -> Callable:
        if given and function is not given[0]:
            function = called(*given, out=out)(function)
        own = name or function.__name__
        if not hasattr(ops, function.__name__):
            function.__name__ = function.__qualname__ = own
        method_form = getattr(function, "as_method", function)
        method_form.__name__ = function.__name__
        writing = compiler.writing(method_form, own, in_place == "some") if in_place else None
        op = getattr(function, "op", None)
        for each in [own, *also.split()]:
            setattr(ops, each, function)
            if writing is not None:
                if op is not None:
                    writing = compiler.sleeping(op, "in_place", each + "_")
                setattr(ops, each + "_", writing)
            if not hidden:
                show(each, function if op is None else shown_form(op, each), face, method, writing)
        for symbol in operators.split():  # which step back for operands that they do not know
            bind_operator(symbol, getattr(function, "__wrapped__", function), writing)
        return function

    return place(given[0]) if given and callable(given[0]) else place


functional = composed(face="nn.functional", method=False)
"""Shows a function in `nn.functional` alone."""

"""What every story that runs a loop needs: the engine, fresh leaves, the text of a function."""

from __future__ import annotations

import ast
import copy
import importlib
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np

from gradviz.graph.engines import engine_of
from gradviz.graph.values import is_tensor, numbers_of
from gradviz.stories.checks import check_scalar
from gradviz.stories.formula import parsed
from gradviz.stories.notation import render
from gradviz.stories.parts import Rich
from gradviz.stories.rich import joined, plain

LONGEST_LINE = 44


@dataclass(frozen=True, slots=True)
class Bench:
    """The library that a loop runs on."""

    engine: Any

    def leaf(self, start: Any) -> Any:
        """A new tensor with the same values that requires a gradient."""
        if is_tensor(start):
            return start.detach().clone().requires_grad_(True)
        return self.engine.tensor(start, requires_grad=True)

    def call(self, function: Callable[..., Any], *inputs: Any) -> Any:
        """The function's result, if backward can start from it.

        Raises:
            TypeError: if it is no tensor.
            ValueError: if it has no graph, or more than one element.
        """
        result = function(*inputs)
        check_scalar(result, f"{function_name(function)} returned")
        return result


def bench_for(*things: Any) -> Bench:
    """The engine of the first tensor given; plain numbers become tensors of ours."""
    for thing in things:
        if is_tensor(thing):
            return Bench(engine_of(thing))
    return Bench(importlib.import_module("gradviz"))


def as_number(tensor: Any) -> float:
    """The one element of a tensor."""
    return float(tensor.item())


def function_name(function: Callable[..., Any]) -> str:
    """What to call a function: its name, or `the function` where it has none."""
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else "the function"


def function_tree(function: Callable[..., Any]) -> ast.expr | None:
    """The one expression that a function returns, where its source can be read."""
    return _found(function)[0]


def _found(function: Callable[..., Any]) -> tuple[ast.expr | None, str]:
    """The expression, and the text in which it stands."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None, ""
    text, module = _module_of(code)
    return _expression(module, code), text


def _expression(module: ast.Module, code: CodeType) -> ast.expr | None:
    for node in ast.walk(module):
        if isinstance(node, ast.Lambda) and _is_code_of(node, code):
            return node.body
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            last = node.body[-1]
            single = all(isinstance(one, ast.Expr | ast.Return) for one in node.body)
            if single and isinstance(last, ast.Return) and node.lineno <= code.co_firstlineno + 9:
                return last.value
    return None


def _module_of(code: CodeType) -> tuple[str, ast.Module]:
    """The file of a function; in a notebook, the cell."""
    text = "".join(linecache.getlines(code.co_filename))
    try:
        return text, ast.parse(text)
    except SyntaxError:
        return "", ast.Module([], [])


def _is_code_of(node: ast.Lambda, code: CodeType) -> bool:
    names = [argument.arg for argument in node.args.args]
    same_names = names == list(code.co_varnames[: code.co_argcount])
    if code.co_name != "<lambda>" or not same_names:
        return False
    starts = {(at[0], at[2]) for at in code.co_positions() if at[2] is not None}
    parts = (part for part in ast.walk(node.body) if isinstance(part, ast.expr))
    return any((part.lineno, part.col_offset) in starts for part in parts)


def function_text(function: Callable[..., Any], inputs: Sequence[str]) -> str:
    """A function as code over the names of its inputs: its body, or a call of it.

    >>> function_text(max, ("x",))
    'max(x)'
    """
    called = function_name(function)
    call = f"{'f' if called == 'the function' else called}({', '.join(inputs)})"
    tree, source = _found(function)
    if tree is None:
        return call
    tree, own = _by_entries(function, tree, inputs)
    written = ast.get_source_segment(source, tree) or ""
    if own != list(inputs) or "\n" in written:
        written = ast.unparse(_Renamed(dict(zip(own, inputs, strict=False))).visit(tree))
    return written if 0 < len(written) <= LONGEST_LINE else call


def _by_entries(
    function: Callable[..., Any], tree: ast.expr, inputs: Sequence[str]
) -> tuple[ast.expr, list[str]]:
    """The names in a function; the entries of its one vector, `p[0]`, get names of their own."""
    own = list(function.__code__.co_varnames[: function.__code__.co_argcount])
    if len(own) != 1 or len(inputs) < 2:
        return tree, own
    names = [f"{own[0]}_{place}" for place in range(len(inputs))]
    return _Entries(own[0], names).visit(copy.deepcopy(tree)), names


class _Entries(ast.NodeTransformer):
    def __init__(self, vector: str, names: Sequence[str]) -> None:
        self.entries = {f"{vector}[{place}]": name for place, name in enumerate(names)}

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        name = self.entries.get(ast.unparse(node))
        return self.generic_visit(node) if name is None else ast.Name(name)


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(self.names.get(node.id, node.id))


def function_formula(function: Callable[..., Any], inputs: Sequence[str], head: str) -> Rich:
    """A function as mathematics, *f*(*x*) = 3*x*² + 2*x* − 1.2; () where its source is unknown."""
    tree = function_tree(function)
    if tree is None:
        return ()
    tree, own = _by_entries(function, tree, inputs)
    names = {name: ("i", shown) for name, shown in zip(own, inputs, strict=False)}
    told = render(tree, names)
    readable = not any(isinstance(run, tuple) and run[0] == "code" for run in told)
    if not readable or len(plain(told)) > LONGEST_LINE or parsed(ast.unparse(tree)) is None:
        return ()
    return joined([("i", head), "(", *commas(inputs), ") = ", *told])


def commas(names: Sequence[str]) -> Rich:
    """Variables, separated by commas."""
    return joined(
        run for place, name in enumerate(names) for run in (", " if place else "", ("i", name))
    )


def tensor_code(tensor: Any, name: str) -> str:
    """The line that makes a leaf with these values.

    >>> tensor_code(3.0, "x")
    'x = torch.tensor(3., requires_grad=True)'
    """
    numbers = numbers_of(tensor) if is_tensor(tensor) else np.asarray(tensor, dtype=float)
    if numbers.ndim and numbers.size > 1 and (numbers == 1).all():
        made = f"torch.ones({', '.join(map(str, numbers.shape))}"
    elif numbers.size <= 4:
        made = f"torch.tensor({_literal(numbers.tolist())}"
    else:
        made = "torch.tensor(…"
    return f"{name} = {made}, requires_grad=True)"


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    text = f"{value:.4g}"
    return text if any(sign in text for sign in ".en") else f"{text}."

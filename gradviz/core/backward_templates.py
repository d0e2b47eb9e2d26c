# ruff: noqa: E501 - a line of compiled code may be long
"""The text of what a node does: run its rules, on numpy values or on tensors, and name its edges."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from . import meanings, names, operands
from .modes import room
from .packing import HOLDING
from .plan import Plan, arguments, defined, written_out

IN_SHAPE = (
    "(grad[number] if grad[number].__class__ is ndarray else array(grad[number]).reshape(shape))"
)


def backward_text(plan: Plan, graph: bool) -> str:
    """Both backward forms, from the same rules: on numpy values, and (`graph`) on tensors."""
    name = f"{plan.key}_backward{'_graph' * graph}"
    if plan.refused:
        own = plan.op.name.removesuffix("_number").removesuffix("_tensor")
        if own.startswith("backward_of_"):
            own = own.removeprefix("backward_of_").removesuffix("_of") + "_backward"
        text = f"derivative for aten::{own} is not implemented"
        return defined(name, ["node", "grad", "keep"], [f"raise RuntimeError({text!r})"])
    lines = []
    if not plan.op.bare and not graph and plan.op.outputs is None:
        lines.append(
            "if grad.__class__ is not ndarray: grad = array(grad).reshape(node.result_shape)"
        )
    for saved in plan.saved:
        lines += read_lines(plan, saved, graph)
    frees = [each for each in plan.saved if plan.is_tensor(each) or each in plan.results]
    if frees:
        lines.append(f"if not keep: {' = '.join(f'node.{each}' for each in frees)} = FREED")
    if plan.op.outputs is not None:
        arrived = "grad[number]" if graph or plan.op.bare else IN_SHAPE
        lines += [
            f"grads = [{arrived} if number in grad else zeros{'_graph' * graph}(shape, grad) for number, shape in enumerate(node.result_shape)]"
        ]
    lines += result_lines(plan, graph)
    return defined(name, ["node", "grad", "keep"], lines)


def read_lines(plan: Plan, name: str, graph: bool) -> list[str]:
    """Read one saved name, and make sure that it still is what it was."""
    if name in plan.results:
        return result_read_lines(plan, name, graph)
    lines = [f"{name} = node.{name}"]
    if not plan.is_tensor(name):
        held = f"if {name}.__class__ is not int: {name} = opened(node, {name!r}, keep)"
        return [*lines, held] if name in HOLDING else lines
    value = [] if graph else [f"    {name} = {name}._value"]
    if value and not plan.op.elementwise:
        value = [
            f"    {name} = {name}._value if {name}._value.__class__ is ndarray else {name}._shaped()"
        ]
    lines += [
        f"kind_ = {name}.__class__",
        "if kind_ is Tensor or kind_ in tensor_classes:",
        f"    version_ = {name}._written",
        f"    if version_ is not None and version_.stamp > node.sequence: check_saved({name}, version_, node.sequence)",
        *value,
        f"elif {name} is FREED: freed()",
        f"elif kind_ is Packed: {name} = {name}.unpacked(){'' if graph else '._value' if plan.op.elementwise else '._shaped()'}",
    ]
    if plan.broadcasts and not graph:
        lines.append(
            f"elif grad.__class__ is ndarray and {name} is not None: {name} = constant({name}, grad.dtype)"
        )
    return lines


def result_read_lines(plan: Plan, name: str, graph: bool) -> list[str]:
    """The same for a result: the node keeps its bare value."""
    number = plan.results.index(name)
    shape = "node.result_shape" if plan.op.outputs is None else f"node.result_shape[{number}]"
    lines = [
        f"{name} = node.{name}",
        f"if {name} is FREED: freed()",
        "version_ = node.result_version",
        "if version_ is not None and version_[0].stamp > version_[1]:"
        f" modified(version_[1], version_[0], wrap({name}, {shape}), node)",
    ]
    if graph:
        made_by = (
            "node"
            if plan.op.outputs is None
            else f"Output(node, {number}) if {name}.dtype.kind == 'f' else None"
        )
        known = "node" if plan.op.outputs is None else ""
        unpacked, wrapped = f".unpacked({known})", f"wrap({name}, {shape}, {made_by})"
    else:
        unpacked = "._value" if plan.op.elementwise else "._shaped()"
        unpacked, wrapped = ".unpacked()" + unpacked, name
        if not plan.op.elementwise:
            lines.append(
                f"if {name}.__class__ is not ndarray and {name}.__class__ is not Packed: {name} = array({name}).reshape({shape})"
            )
    lines.append(f"{name} = {name}{unpacked} if {name}.__class__ is Packed else {wrapped}")
    return (
        lines
        if graph
        else [*lines[:-1], f"if {name}.__class__ is Packed: {name} = {name}{unpacked}"]
    )


def rule_text(plan: Plan, tensor: str, graph: bool) -> str:
    """The call of one rule."""
    rule, given = (
        plan.op.rules[tensor],
        ["grad" if plan.op.outputs is None else "grads", *plan.uses[tensor]],
    )
    if graph:
        room[f"{plan.key}_rule_{tensor}_graph"] = rule_on_tensors(plan, rule)
        numbered = plan.kinds if not hasattr(rule, "one_node") else {}
        marked = [f"marked({name})" if numbered.get(name) == "Scalar" else name for name in given]
        return f"{plan.key}_rule_{tensor}_graph({', '.join(marked)})"
    call = written_out(rule, f"{plan.key}_rule_{tensor}", given)
    if room.get(f"{plan.key}_rule_{tensor}_arrays"):
        arrays = f"{plan.key}_rule_{tensor}_arrays({', '.join(given)})"
        return f"({arrays} if grad.__class__ is ndarray and grad.dtype is float32 else {call})"
    return call


def rule_on_tensors(plan: Plan, rule: Any) -> Callable:
    """A rule for `create_graph=True`: its words mean ops, its numbers torch's overloads for numbers."""
    if hasattr(rule, "one_node"):
        return node_of_rule(plan, rule).function
    return meanings.bound_to_tensors(rule, names.ops)


def node_of_rule(plan: Plan, rule: Any) -> Any:
    """The op that a rule is, where torch makes one node of it (see `op.one_node`)."""
    from .op import Elementwise, Op

    node_name, rules = rule.one_node
    forward = renamed(rule, grad="grad_output", result="output")
    tensors = {"grad_output", "output", *plan.tensors}
    forward.__annotations__ = {
        name: "Tensor" if name in tensors else "Scalar" for name in arguments(forward)
    }
    kind: Any = Elementwise if plan.op.elementwise else Op
    members: dict[str, Any] = {"forward": forward}
    for name, given in ({"grad_output": rule} | rules).items():
        own_rule: Any = renamed(given, result="output")
        if given is rule:  # which is one node again
            own_rule.one_node = rule.one_node
        members[f"grad_{'output' if name == 'result' else name}"] = own_rule
    own = f"backward_of_{plan.op.name}"
    return type(kind)(own, (kind,), members, name=own, node=node_name, hidden=True, in_place=False)


def renamed(rule: Any, **names: str) -> FunctionType:
    """The same function, some of its parameters under other names."""
    code = rule.__code__
    code = code.replace(co_varnames=tuple(names.get(name, name) for name in code.co_varnames))
    return FunctionType(code, rule.__globals__, rule.__name__, rule.__defaults__, rule.__closure__)


def result_lines(plan: Plan, graph: bool) -> list[str]:
    """Run the rules and return edge, gradient, edge, gradient."""
    calls = [rule_text(plan, tensor, graph) for tensor in plan.edges]
    if plan.lists:
        return [f"return spread(node.edges_, {calls[0]}, node.sequence)"]
    if len(calls) == 1 and not plan.broadcasts:
        return [f"return node.edge0, {calls[0]}, None, None"]
    lines = ["targets_ = node.targets_"] if plan.broadcasts else []
    fits = []
    # torch's rules run by the alphabet, which a graph shows: what is made last goes back first
    in_order = sorted(enumerate(plan.edges), key=lambda edge: edge[1] if graph else "")
    for i, tensor in in_order:
        lines += [
            f"edge{i} = node.edge{i}",
            f"if edge{i} is None: grad{i} = None",
            "else:",
            f"    grad{i} = {calls[i]}",
        ]
        if plan.broadcasts:
            fitted = f"fit{'_graph' * graph}(grad{i}, targets_[{plan.tensors.index(tensor)}])"
            wanted = "targets_ is not None and keep is not BY_HAND"
            if graph:  # what belongs to the engine comes when all rules have run
                fits.append(f"if edge{i} is not None and {wanted}: grad{i} = {fitted}")
            else:
                lines.append(f"    if {wanted}: grad{i} = {fitted}")
    lines += sorted(fits)
    if len(calls) == 1:
        return [*lines, "return edge0, grad0, None, None"]
    if len(calls) == 2:
        return [*lines, "return edge0, grad0, edge1, grad1"]
    edges, grads = ([f"{word}{i}" for i in range(len(calls))] for word in ("edge", "grad"))
    return [*lines, f"return spread([{', '.join(edges)}], [{', '.join(grads)}], node.sequence)"]


def backward_graph_text(plan: Plan) -> str:
    """The form on tensors, written when `create_graph=True` first needs it."""
    room["fit_graph"] = operands.fit_graph
    return backward_text(plan, graph=True)


def next_functions_text(plan: Plan) -> str:
    """One property for each class: to walk a graph is to read this, and shared code would be slower."""
    if plan.lists:
        lines = ["return tuple([link(edge) for edge in node.edges_])"]
    elif plan.refused:  # torch gives it edges only to what requires grad
        edges = "".join(f"node.{edge}, " for edge in plan.edge_names)
        lines = [f"return tuple([link(edge) for edge in ({edges}) if edge is not None])"]
    else:
        pairs = [
            f"link({edge}) if {edge}.__class__ in linked else ({edge}, 0)"
            for edge in plan.edge_names
        ]
        lines = [f"{edge} = node.{edge}" for edge in plan.edge_names] + [
            f"return ({', '.join(pairs)},)"
        ]
    return defined(f"{plan.key}_next_functions", ["node"], lines)


def edges_text(plan: Plan) -> str:
    """What a node sends to, as the engine knows it."""
    edges = (
        "node.edges_"
        if plan.lists
        else f"({', '.join('node.' + edge for edge in plan.edge_names)},)"
    )
    return defined(f"{plan.key}_edges", ["node"], [f"return {edges}"])

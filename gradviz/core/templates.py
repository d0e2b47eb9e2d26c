# ruff: noqa: E501 - a line of compiled code may be long
"""The text of compiled functions. What it reads like: `print(gradviz.core.compiler.source(op))`.

Here is what an op does forward and in place; `backward_templates.py` has what its node does. Names
of their own end in `_`, so that they never meet the names of an op's parameters.
"""

from __future__ import annotations

from .plan import Plan, defined, indented, symbol_of, written_out

# --------------------------------------------------------------------------------- forward


def forward_text(plan: Plan, part: str) -> str:
    """What an op does forward: as a method ("forward"), a function, or an operator.

    A function can also write into `out`; an operator steps back for operands that it does not know;
    of the others, arguments that are too many or wrong are noticed, to be refused.
    """
    otherwise = f"return misused({plan.key}_op, locals())"
    if part == "operator":
        otherwise = "return NotImplemented"
    lines = value_lines(plan, otherwise)
    if plan.op.elementwise and len(plan.tensors) == 2 and not plan.numbers:
        lines.insert(0, f"if {plan.tensors[1]}.__class__ not in tensor_classes: {otherwise}")
    rare = {"forward": "more_", "function": "more_ or out is not None"}.get(part)
    if rare and (plan.op.shown or part == "function"):
        lines.insert(0, f"if {rare}: return otherwise({plan.key}_op, locals())")
    if plan.op.outputs is not None:
        lines += several_lines(plan)
    else:
        lines += single_lines(plan)
    names = signature(plan, part)
    if part == "function" and names[0] == "self":  # torch's functions call it so
        names[0] = "input"
        lines.insert(0, "self = input")
    return defined(f"{plan.key}_{part}", names, lines)


def signature(plan: Plan, part: str) -> list[str]:
    """The parameters, with the star before the keyword-only ones."""
    names, code = list(plan.kinds), plan.forward.__code__ if plan.written else None
    place = code.co_argcount if code else len(names)
    if part == "function" or (part != "operator" and plan.op.shown):
        return [*names[:place], "*more_", *names[place:], *["out=None"] * (part == "function")]
    return [*names[:place], *["*"] * (place < len(names)), *names[place:]]


def value_lines(plan: Plan, otherwise: str) -> list[str]:
    """From the parameters to `value`, `shape`, `dtype`, and `targets` where gradients must be fitted."""
    first = plan.tensors[0] if plan.tensors else ""
    if not plan.op.elementwise:
        return array_value_lines(plan)
    if not plan.recorded and len(plan.tensors) == len(plan.kinds) == 2 and not plan.op.check:
        return compared_lines(plan, first, plan.tensors[1], otherwise)
    if not plan.recorded or len(plan.tensors) > 2:
        return [*stranger_lines(plan, otherwise), *combined_lines(plan)]
    if len(plan.tensors) == 1:
        values = [f"{name}._value" if name == first else name for name in plan.kinds]
        checked = [name for name in plan.kinds if name != first and plan.op.check]
        no_bool = "".join(f" and {name}.__class__ is not bool" for name in checked)
        return [
            f"if {first}.__class__ is not Tensor and {first}.__class__ not in tensor_classes: {otherwise}",
            f"dtype_ = {first}._dtype",
            f"if (dtype_ is float32 or dtype_ is float64){no_bool}:",
            f"    value_ = {apply_text(plan, values)}; shape_ = {first}._shape",
            "else:",
            *indented(combined_lines(plan)),
        ]
    return binary_lines(plan, first, plan.tensors[1], otherwise)


def binary_lines(plan: Plan, first: str, other: str, otherwise: str) -> list[str]:
    """Two operands; the second may be a number."""

    def apply(left: str, right: str) -> str:
        values = {first: left, other: right}
        return apply_text(plan, [values.get(name, name) for name in plan.kinds])

    general = indented(combined_lines(plan), 2)
    return f"""\
if {first}.__class__ is not Tensor and {first}.__class__ not in tensor_classes: {otherwise}
kind_ = {other}.__class__; dtype_ = {first}._dtype
if kind_ is float or kind_ is int:
    {other}_lives = False; targets_ = None
    if dtype_ is float32 or dtype_ is float64:
        value_ = {first}._value; shape_ = {first}._shape
        value_ = {apply("value_", f"constant({other}, dtype_)")} if value_.__class__ is ndarray else {apply("value_", other)}
    else:
{chr(10).join(general)}
elif kind_ is Tensor or kind_ in tensor_classes:
    shape_ = {first}._shape; {other}_lives = {other}._requires_grad
    if shape_ == {other}._shape and dtype_ is {other}._dtype and (dtype_ is float32 or dtype_ is float64):
        value_ = {apply(f"{first}._value", f"{other}._value")}; targets_ = None
    elif dtype_ is {other}._dtype and (dtype_ is float32 or dtype_ is float64):
        try: value_, shape_ = settled({apply(f"{first}._shaped()", f"{other}._shaped()")})
        except ValueError: raise unfit({first}, {other}) from None
        targets_ = (({first}._shape, dtype_), ({other}._shape, dtype_))
    else:
{chr(10).join(general)}
elif kind_ in number_types:
    return numbered({plan.key}_op, ({", ".join(plan.kinds)},))
else: {otherwise}""".splitlines()


def compared_lines(plan: Plan, first: str, other: str, otherwise: str) -> list[str]:
    """Two operands and no gradient, as in `x > 0`: what has no shape of its own gets it again."""
    values = apply_text(plan, [f"{first}._value", "other_"])
    return f"""\
{chr(10).join(stranger_lines(plan, otherwise))}
if {first}.__class__ is not Tensor and {first}.__class__ not in tensor_classes: {otherwise}
shape_ = {first}._shape; dtype_ = {first}._dtype; other_ = None
if dtype_ is float32 or dtype_ is float64:
    if kind_ is float or kind_ is int: other_ = {other} if {first}._value.__class__ is not ndarray else constant({other}, dtype_)
    elif kind_ in tensor_classes and {other}._dtype is dtype_ and {other}._shape == shape_: other_ = {other}._value
if other_ is not None:
    value_, own_ = settled({values}); dtype_ = value_.dtype
    if value_.__class__ is ndarray and own_ != shape_: value_ = value_.reshape(shape_)
else:
{chr(10).join(indented(combined_lines(plan)))}""".splitlines()


def stranger_lines(plan: Plan, otherwise: str) -> list[str]:
    """What happens to an operand that is neither a tensor nor a number, as in `x == None`."""
    if len(plan.tensors) == 1:
        return [
            f"if {plan.tensors[0]}.__class__ is not Tensor and {plan.tensors[0]}.__class__ not in tensor_classes: {otherwise}"
        ]
    if len(plan.tensors) != 2:
        return []
    return [
        f"kind_ = {plan.tensors[1]}.__class__",
        "if kind_ not in tensor_classes and kind_ is not float and kind_ is not int"
        f" and kind_ not in number_types: {otherwise}",
    ]


def combined_lines(plan: Plan) -> list[str]:
    """All the hard cases: other types, other shapes, more operands."""
    return [
        f"value_, shape_, dtype_, targets_ = combined({plan.key}_plan, ({', '.join(plan.kinds)},))"
    ]


def array_value_lines(plan: Plan) -> list[str]:
    """Arrays of their true shape; a failed call is looked at again, so that a right one costs no more."""
    tried = array_lines(plan)
    refusal = f"    raise misuse({plan.key}_op, locals()) or error from None"
    lines = ["try:", *indented(tried), "except (TypeError, AttributeError) as error:", refusal]
    if plan.op.outputs is not None:
        return lines
    if plan.op.view:
        return [*lines, "shape_ = value_.shape; dtype_ = value_.dtype"]
    return [
        *lines,
        "if value_.__class__ is single: shape_ = ()",
        "elif value_.__class__ is ndarray and value_.size != 1: shape_ = value_.shape",
        "else: value_, shape_ = settled(value_)",
        "dtype_ = value_.dtype",
    ]


def array_lines(plan: Plan) -> list[str]:
    """From the parameters to `value`, for an op on arrays."""
    lines = []
    for name in plan.tensors:
        if plan.kinds[name] == "list":
            lines.append(f"{name}_value = [tensor._shaped() for tensor in {name}]")
            continue
        shaped = (
            f"{name}._array()" if plan.op.view else f"array({name}_value).reshape({name}._shape)"
        )
        lines.append(
            f"{name}_value = {name}._value"
            + (f" if {name} is not None else None" if may_be_none(plan, name) else "")
        )
        guard = f" and {name} is not None" if may_be_none(plan, name) else ""
        lines.append(f"if {name}_value.__class__ is not ndarray{guard}: {name}_value = {shaped}")
    values = [name + "_value" if name in plan.tensors else name for name in plan.kinds]
    return [*lines, f"value_ = {apply_text(plan, values)}"]


def may_be_none(plan: Plan, name: str) -> bool:
    """Whether a tensor parameter has None as its default."""
    code, defaults = plan.forward.__code__, plan.forward.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    return name in names[len(names) - len(defaults) :]


def apply_text(plan: Plan, values: list[str]) -> str:
    """The call of the forward function, keyword-only parameters by their name."""
    if plan.written and plan.forward.__code__.co_kwonlyargcount:
        count = plan.forward.__code__.co_argcount
        values = values[:count] + [f"{name}={name}" for name in list(plan.kinds)[count:]]
    return written_out(plan.forward, f"{plan.key}_apply", values)


def single_lines(plan: Plan) -> list[str]:
    """From the value to the one result."""
    lines = ["y_ = new_tensor(); y_._value = value_; y_._shape = shape_; y_._dtype = dtype_"]
    record = ["y_._node = node_; y_._requires_grad = True"]
    none = "y_._node = None; y_._requires_grad = False"
    if plan.recorded:
        lines += lives_lines(plan)
        lines += [f"if {lives_text(plan)} and (not special or recording()):"]
        lines += [*indented([*record_lines(plan), *record]), f"else: {none}"]
    else:
        lines += [none]
    lines.append("y_._grad = y_._written = y_._accumulator = y_._view = None")
    if plan.op.view:
        given = "".join(f"{name}, " for name in [*plan.kinds][1:])
        lines.append(f"view_of({plan.tensors[0]}, y_, {plan.key}_op, ({given}))")
    if plan.recorded:
        lines.append(f"if watchful: arrange(y_, {plan.key}_op)")
    return [*lines, "return y_"]


def several_lines(plan: Plan) -> list[str]:
    """From the values to several results."""
    lines = [*lives_lines(plan), "node_ = None"]
    if plan.recorded:
        lines += [
            f"if {lives_text(plan)} and (not special or recording()):",
            *indented(record_lines(plan)),
        ]
    given = ", ".join(plan.kinds)
    return [*lines, f"return named({plan.key}_plan, value_, node_, ({given},))"]


def lives_lines(plan: Plan) -> list[str]:
    """Which inputs require grad, where there are several."""
    if plan.lists or len(plan.edges) < 2:
        return []
    known = plan.tensors[1] if plan.broadcasts and len(plan.tensors) == 2 else None
    lines = []
    for name in plan.edges:
        if name == known:
            continue
        guard = (
            f"{name} is not None and "
            if not plan.op.elementwise and may_be_none(plan, name)
            else ""
        )
        if plan.op.elementwise and len(plan.tensors) > 2:
            guard = f"{name}.__class__ in tensor_classes and "
        lines.append(f"{name}_lives = {guard}{name}._requires_grad")
    return lines


def lives_text(plan: Plan) -> str:
    """Whether anything requires grad."""
    if plan.lists:
        return f"any([tensor._requires_grad for tensor in {plan.edges[0]}])"
    if len(plan.edges) == 1:
        return f"{plan.edges[0]}._requires_grad"
    return "(" + " or ".join(f"{name}_lives" for name in plan.edges) + ")"


def record_lines(plan: Plan) -> list[str]:
    """Make the node: its edges, and what its rules will need."""
    key = plan.key
    keep = "value_ if value_.__class__ is not ndarray or value_.size <= 1000 else None"
    if plan.op.view or not plan.op.elementwise:  # a small part must not keep a large memory
        keep = "value_ if (value_.base is None and value_.size <= 1000) or value_.base.__class__ is ndarray and value_.base.size <= 1000 else small(value_)"
    lines = [f"node_ = new_{key}(); node_.sequence = next_number(); node_.result_version = None"]
    if plan.op.outputs is None:
        lines.append(f"node_.result_shape = shape_; node_.remembered = {keep}")
    else:
        lines.append(
            "node_.result_shape = [part.shape for part in value_]; node_.remembered = None"
        )
    if plan.lists:
        lines.append(
            f"node_.edges_ = [(tensor._node or tensor) if tensor._requires_grad else None for tensor in {plan.edges[0]}]"
        )
    for edge, name in zip(plan.edge_names, plan.edges, strict=False) if not plan.lists else ():
        only = f" if {name}_lives else None" if len(plan.edges) > 1 else ""
        lines.append(f"node_.{edge} = {name}._node or {name}{only}")
    lines += [save_line(plan, name) for name in plan.saved]
    if plan.broadcasts:
        lines.append("node_.targets_ = targets_")
    return lines


SUFFIXES = {"_sym_sizes": "._shape", "_sym_strides": "._value.strides", "_options": "._dtype"}


def save_line(plan: Plan, name: str) -> str:
    """Keep one name for the rules; an input only if a rule that runs needs it."""
    if name in plan.results:
        value = "value_" if plan.op.outputs is None else f"value_[{plan.results.index(name)}]"
        return f"node_.{name} = {value}"
    for suffix, attribute in SUFFIXES.items():
        if name.endswith(suffix):
            of = name.removesuffix(suffix)
            if plan.kinds[of] == "list":
                return f"node_.{name} = [tensor{attribute} for tensor in {of}]"
            return f"node_.{name} = {of}{attribute}"
    if name.endswith("_sym_numel"):
        return f"node_.{name} = {name.removesuffix('_sym_numel')}._value.size"
    needing = plan.needing(name)
    if plan.is_tensor(name) and len(plan.edges) > 1 and len(needing) < len(plan.edges):
        return f"node_.{name} = {name} if {' or '.join(f'{tensor}_lives' for tensor in needing)} else None"
    return f"node_.{name} = {name}"


# -------------------------------------------------------------------------------- in place


def in_place_text(plan: Plan) -> str:
    """`x.mul_(y)`: the value is written into x's memory, and x moves to the new node."""
    first, *others = plan.kinds
    symbol = symbol_of(plan.forward) if plan.recorded else None  # `<` has no `<=` that writes
    given = "".join(f", {name}" for name in others)
    lives = [f"{first}._requires_grad"] + [
        f"{name}.__class__ in tensor_classes and {name}._requires_grad" for name in others
    ]
    lines = [f"if more_: misused({plan.key}_op, locals())"] if plan.op.shown else []
    lines += [
        f"if ({' or '.join(lives)}) and (not special or recording()): return write({first}, {plan.key}_again{given})",
    ]
    if not symbol or len(others) != 1:
        lines.append(f"return store({first}, {plan.key}_again({', '.join(plan.kinds)}))")
    else:
        lines += unrecorded_lines(symbol, first, others[0], f"{plan.key}_again")
    return defined(f"{plan.key}_in_place", signature(plan, "in_place"), lines)


def unrecorded_lines(symbol: str, first: str, other: str, out: str) -> list[str]:
    """The fast way of the operators, where nothing is recorded and all types are float32."""
    return f"""\
value = {first}._value; kind = {other}.__class__
if {first}._dtype is not float32: return store({first}, {out}({first}, {other}))
if kind is float or kind is int: right = constant({other}, float32) if value.__class__ is ndarray else {other}
elif kind not in tensor_classes: return store({first}, {out}({first}, {other}))
elif {other}._written is not None and {other}._written is {first}._written: return write({first}, {out}, {other})
elif {other}._dtype is float32 and {other}._shape == {first}._shape: right = {other}._value
else: return store({first}, {out}({first}, {other}))
if value.__class__ is not ndarray:
    if right.__class__ is ndarray: return store({first}, {out}({first}, {other}))
    {first}._value = value {symbol} right
else:
    try:
        if value.size < 64: value[...] = value {symbol} right
        else: value {symbol}= right
    except ValueError: return store({first}, {out}({first}, {other}))  # elements on one another
version = {first}._written
if version is None or {first}._node is not None: version = {first}._shared_version()
version.bump()
return {first}""".splitlines()

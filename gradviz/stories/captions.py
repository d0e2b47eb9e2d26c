"""Which sentence tells a turn, and what is filled into it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from gradviz.graph.model import Value
from gradviz.stories.formula import numbers_only, product_text, slope_tree
from gradviz.stories.numbers import is_single, number, shape_text
from gradviz.stories.parts import Rich, Run
from gradviz.stories.rich import Field, compose, hot, joined, plain
from gradviz.stories.sentences import (
    BOTH,
    COUNTED,
    FAMILIES,
    LONGEST,
    PLACES,
    SENTENCES,
    SHARES,
)
from gradviz.stories.turns import (
    Delivery,
    Turn,
    constant_name,
    expression_of,
    saved_numbers,
    title_of,
    value_text,
)

Waiting = tuple[str, int, int]
"""A leaf's title, how many paths have arrived at it, and how many will."""

_SHORT = 14


def sentence(key: str, fields: Mapping[str, Field] | None = None) -> Rich:
    """One of the sentences, filled in."""
    return compose(SENTENCES[key], fields)


def fitted(key: str, fields: Callable[[int], Mapping[str, Field]]) -> Rich:
    """A sentence whose names are cut as short as it takes to keep it short."""
    told: Rich = ()
    for longest in (30, _SHORT, 9):
        told = sentence(key, fields(longest))
        if len(plain(told)) <= LONGEST:
            break
    return told


def caption(turn: Turn, waiting: Iterable[Waiting] = ()) -> Rich:
    """The sentence of one turn, with what else is to be said as far as there is room."""
    for longest in (30, _SHORT, 9):
        told = _told(turn, longest)
        if len(plain(told)) <= LONGEST:
            break
    prefix = _prefix(turn)
    if prefix and len(plain(prefix)) + len(plain(told)) <= LONGEST:
        told = joined([*prefix, *told])
    elif turn.step.hooked is not None and prefix:
        told = prefix
    for tail in _tails(turn, waiting):
        longer = _with_tail(told, tail)
        if len(plain(longer)) <= LONGEST:
            told = longer
    return told


def listed(names: Iterable[str]) -> Rich:
    """Names in code, joined by commas and `and`."""
    names = list(names)
    runs: list[Run] = []
    for place, name in enumerate(names):
        runs += ["" if place == 0 else " and " if place == len(names) - 1 else ", ", ("code", name)]
    return joined(runs)


def grads_text(grads: Sequence[tuple[str, Value | None]], *, stay: bool = False) -> Rich:
    """What `.grad` of the leaves is now: x.grad = 22."""
    state = "stays" if stay else "is"
    if len(grads) > 2 or len({title for title, _ in grads}) < len(grads):
        return sentence(f"grad {state}, many", {"count": len(grads)})
    if any(value is not None and not is_single(value) for _, value in grads):
        names = listed(f"{title}.grad" for title, _ in grads)
        verb = "are" if len(grads) > 1 else "is"
        return sentence(f"grad {state}, tensor", {"names": names, "verb": verb})
    parts = [
        sentence(f"grad {state}", {"title": title, "value": value_text(value)})
        for title, value in grads
    ]
    return joined(
        run for place, part in enumerate(parts) for run in (" and " if place else "", *part)
    )


def _told(turn: Turn, longest: int) -> Rich:
    if turn.node.kind == "leaf":
        return _leaf(turn, longest)
    fields = _fields(turn, longest)
    return compose(_template(turn, fields), fields)


def _leaf(turn: Turn, longest: int) -> Rich:
    step = turn.step
    state = "again" if step.before is not None else "met" if len(step.arrivals) > 1 else "first"
    in_numbers = is_single(turn.arrived)
    if state == "met" and in_numbers and len(turn.meeting) not in (2, 3):
        state = "met, many"
    fields = {
        "title": title_of(turn.node, longest),
        "count": len(step.arrivals),
        "Both": BOTH.get(len(step.arrivals), f"All {len(step.arrivals)}"),
        "sum": " + ".join(turn.meeting),
        "arrived": value_text(turn.arrived),
        "before": value_text(step.before),
        "after": value_text(step.after),
    }
    told = sentence(f"leaf, {state}" + ("" if in_numbers else ", tensor"), fields)
    if state == "met" and in_numbers and len(plain(told)) > LONGEST:
        return sentence("leaf, met, many", fields)
    return told


def _template(turn: Turn, fields: Mapping[str, Field]) -> str:
    if turn.node.kind == "custom":
        return SENTENCES["custom" if len(turn.deliveries) == 1 else "custom, several"]
    for key in _keys(turn, fields):
        template = SENTENCES.get(key)
        if template is not None and all(f"{{{name}}}" not in template for name in _missing(fields)):
            return template
    return SENTENCES["other" if len(turn.deliveries) < 2 else "other, several"]


def _missing(fields: Mapping[str, Field]) -> list[str]:
    return [name for name, value in fields.items() if value in ("", ())]


def _keys(turn: Turn, fields: Mapping[str, Field]) -> list[str]:
    """The situations a turn is in, the most telling first."""
    op, several = turn.op, ", several" if len(turn.deliveries) > 1 else ""
    if turn.multiplies:
        kind = "number" if turn.in_numbers else "tensor"
        if kind == "tensor" and fields["copied"]:
            rows = [f"{op} tensor, rows"] if fields["by rows"] else []
            return [*rows, f"{op} tensor, copies", "tensor, copies"]
        if several and len({(d.target.id, d.edge.port) for d in turn.deliveries}) == 1:
            return [f"{op} {kind}, twice", f"{kind}, twice", f"{kind}{several}"]
        return [f"{op} {kind}{several}", f"{kind}{several}"]
    family = FAMILIES.get(op, op)
    if family == "shape" and "matmul" in title_of(turn.node):
        family = "shape, matmul"
    named = [f"{family}, {delivery.input}" for delivery in turn.deliveries[:1] if not several]
    in_numbers = [] if is_single(turn.arrived) else [f"{family}, tensor"]
    together = [family] if not several or family in ("join", "split", "best", "part") else []
    return [f"{family}{several}", *named, *in_numbers, *together]


def _fields(turn: Turn, longest: int) -> dict[str, Field]:
    first = turn.deliveries[0] if turn.deliveries else None
    arrived = value_text(turn.arrived)
    fields: dict[str, Field] = {
        "title": title_of(turn.node, longest),
        "expression": _powered(turn, longest),
        "arrived": arrived,
        "inputs": len(turn.deliveries),
        "target": title_of(first.target, longest) if first else "",
        "second": _second(turn, longest),
        "sent": value_text(first.value) if first else "None",
        "sents": " and ".join(dict.fromkeys(value_text(d.value) for d in turn.deliveries)),
        "slope": value_text(first.slope) if first and first.slope else "",
        "times": COUNTED[min(len(turn.deliveries), 4)],
        "product": _product(turn, first),
        "products": _products(turn),
        "at": saved_numbers(turn.node).get("self", ""),
        "worked": _worked(turn, first),
    }
    return fields | _copies(turn, longest) | _shares(turn, first)


def _powered(turn: Turn, longest: int) -> str:
    """The expression, where it shows the power that the sentence speaks of."""
    expression = expression_of(turn.node, longest)
    shows = any(sign in expression for sign in ("**", "pow", "square"))
    return expression if shows else title_of(turn.node, longest)


def _second(turn: Turn, longest: int) -> str:
    if len(turn.deliveries) > 1:
        return title_of(turn.deliveries[1].target, longest)
    return constant_name(turn.node.constants[0]) if turn.node.constants else ""


def _product(turn: Turn, first: Delivery | None) -> str:
    if first is None:
        return ""
    if first.slope is not None and is_single(first.slope):
        return product_text(value_text(turn.arrived), number(first.slope), value_text(first.value))
    if turn.op == "Mm" and turn.arrived is not None and first.value is not None:
        arrived, sent = turn.arrived.shape, first.value.shape
        factors = [arrived, (arrived[1], sent[1])]
        if first.input == "mat2":
            factors = [(sent[0], arrived[0]), arrived]
        return f"{shape_text(factors[0])} @ {shape_text(factors[1])} → {shape_text(sent)}"
    return ""


def _products(turn: Turn) -> Rich:
    if not (turn.multiplies and turn.in_numbers):
        return ()
    texts = dict.fromkeys(_product(turn, delivery) for delivery in turn.deliveries)
    return joined(
        run for place, text in enumerate(texts) for run in (", " if place else "", *hot(text))
    )


def _worked(turn: Turn, first: Delivery | None) -> Rich:
    tree = slope_tree(first.line) if first and first.line else None
    return () if tree is None else numbers_only(tree, saved_numbers(turn.node))


def _copies(turn: Turn, longest: int) -> dict[str, Field]:
    for delivery in turn.deliveries:
        if delivery.copies > 1 and delivery.value is not None and turn.arrived is not None:
            wide = turn.arrived.shape
            rows = len(wide) == 2 and delivery.value.shape in (wide[1:], (1, *wide[1:]))
            copied = title_of(delivery.target, longest)
            return {"copied": copied, "count": delivery.copies, "by rows": "yes" if rows else ""}
    return {"copied": "", "by rows": ""}


def _shares(turn: Turn, first: Delivery | None) -> dict[str, Field]:
    """How many numbers a sum or a mean took together."""
    if first is None or first.value is None or turn.arrived is None or turn.multiplies:
        return {"count": ""} if first is None or not turn.multiplies else {}
    few, many = math.prod(turn.arrived.shape), math.prod(first.value.shape)
    count = max(few, many) // max(1, min(few, many))
    fields: dict[str, Field] = {"count": count, "share": SHARES.get(count, f"1/{count}")}
    if turn.op == "Mean" and is_single(turn.arrived) and first.value.numbers.size:
        flat = first.value.numbers.reshape(-1)[:1]
        each = Value((), first.value.dtype, flat.reshape(()))
        fields["division"] = f"{number(turn.arrived)} ÷ {count} = {number(each)}"
    return fields


def _prefix(turn: Turn) -> Rich:
    step = turn.step
    if step.hooked is not None:
        change = (value_text(step.hooked), value_text(turn.arrived))
        return sentence(
            "hook", {"title": title_of(turn.node), "before": change[0], "after": change[1]}
        )
    if turn.node.kind != "leaf" and turn.meeting:
        return sentence(
            "meeting",
            {
                "count": BOTH.get(len(turn.meeting), f"All {len(turn.meeting)}"),
                "title": title_of(turn.node),
                "sum": " + ".join(turn.meeting),
                "arrived": value_text(turn.arrived),
            },
        )
    return ()


def _tails(turn: Turn, waiting: Iterable[Waiting]) -> Iterable[Rich]:
    for target, arrived, total in waiting:
        if arrived < total:
            place = PLACES.get(arrived + 1, f"{arrived + 1}th")
            yield sentence("tail, waits", {"target": target, "place": place})
    if turn.node.retains_grad:
        yield sentence("tail, retains", {"title": title_of(turn.node)})
    if turn.node.constants and turn.op in ("Add", "Sub", "Rsub", "Mm") and turn.deliveries:
        name = constant_name(turn.node.constants[0])
        name = name.replace("the ", "the constant ", 1) if name.startswith("the ") else name
        told: Field = ("code", name) if name.isidentifier() else name
        yield sentence("tail, constant", {"constant": (told,)})


def _with_tail(told: Rich, tail: Rich) -> Rich:
    last = told[-1]
    if isinstance(last, str) and last.endswith("."):
        return joined([*told[:-1], last[:-1], *tail, "."])
    return joined([*told, *tail])

"""Small stories written by hand, so that the player is tested without the rooms that tell them."""

from __future__ import annotations

from gradviz.stories.parts import (
    Axes,
    Card,
    Code,
    Equation,
    Heat,
    Mark,
    Matrix,
    Note,
    Output,
    Picture,
    Ref,
    Rule,
    Stacks,
    Table,
    Wire,
)
from gradviz.stories.story import Axis, Frame, Phase, Run, Scene, Story

LINES = ("x = torch.tensor(3., requires_grad=True)", "y = 4*x", "y.backward()")


def picture(tooltip: str = "") -> Picture:
    """y.backward(), then y = 4*x, then x."""
    cards = (
        Card("call", "call", "y.backward()"),
        Card("y", "op", "y", "12", "MulBackward0", pocket="4", tooltip=tooltip, line=1, step=2),
        Card("four", "ghost", "4"),
        Card("x", "leaf", "x", "3", "AccumulateGrad", line=0, step=3),
    )
    wires = (
        Wire("seed", "call", "y", kind="seed"),
        Wire("y-x", "y", "x"),
        Wire("y-four", "y", "four", slot=1, kind="ghost"),
    )
    return Picture("graph", cards, wires)


def drawn(**marks: str) -> dict[str, dict[str, str]]:
    return {name: {"mark": mark} for name, mark in marks.items()}


def stepper(*, predict: bool = False, tooltip: str = "") -> Story:
    """One backward pass through y = 4*x at x = 3, and one number asked for in it."""
    seed = {"mark": "done", "short": "1"}
    active = {"mark": "active", "text": ("1 × 4 = ", ("sent", "4")), "short": "4"}
    row = {
        "cells": ["1", {"op": "×"}, "4", {"op": "="}, {"sent": "4"}],
        "to": ("→ ", ("code", "x")),
    }
    empty = {"cells": ["1", {"op": "×"}, "?", {"op": "="}, {"sent": "?"}], "to": ("→ x",)}
    filled = {"mark": "active", "grad": "4", "level": 1.0, "sockets": ["hot"]}
    asking = {
        "ask": ("What does it send?",),
        "answer": 4.0,
        "text": "4",
        "hints": [[12.0, ("12 is the ", ("b", "value"), ".")]],
        "otherwise": ("Multiply.",),
        "right": ("1 × 4.",),
    }
    code = {"line": 1, "from": 4, "to": 7, "notes": {1: ("y = 12",)}}
    frames = [
        Frame((("code", "y"), " = 12 has been computed."), {"code": {"line": 1}}),
        Frame(
            ("It starts with a ", ("hot", "1"), "."),
            {
                "graph": {
                    "cards": drawn(call="active"),
                    "wires": {"seed": {**seed, "mark": "active", "text": ("1",)}},
                },
                "code": {"line": 2},
            },
        ),
    ]
    if predict:
        ask = {
            "cards": drawn(y="active"),
            "wires": {"seed": seed, "y-x": {"mark": "ask", "text": ("1 × … = ?",)}},
        }
        states = {"graph": ask, "equation": {"rows": [empty]}, "code": code}
        frames.append(Frame(("What does it send?",), states, question=asking))
    frames += [
        Frame(
            (("code", "4*x"), " sends ", ("hot", "1 × 4 = 4"), "."),
            {
                "graph": {
                    "cards": drawn(y="active") | {"x": {"sockets": ["hot"]}},
                    "wires": {"seed": seed, "y-x": active},
                },
                "equation": {"heads": ["arrived", "local slope", "sent"], "rows": [row]},
                "rule": {
                    "formula": (("i", "z"), " = ", ("i", "a"), " · ", ("i", "b")),
                    "rows": [["by hand", "y.grad_fn(g)", True]],
                },
                "code": code,
            },
            by_hand="y.grad_fn(g)",
        ),
        Frame(
            (
                ("code", "x.grad"),
                ", which was None, becomes ",
                ("hot", "4"),
                ", and this sentence is long enough for a second line of the caption.",
            ),
            {
                "graph": {
                    "cards": drawn(y="done") | {"x": filled},
                    "wires": {"seed": seed, "y-x": {"mark": "done", "short": "4"}},
                },
                "code": {"line": 0, "notes": {1: ("y = 12",), 2: ("x.grad = 4",)}},
            },
        ),
    ]
    parts = (picture(tooltip), Equation("equation"), Rule("rule"), Code("code", LINES))
    return Story(
        "Backward through y = 4*x",
        Scene(parts),
        {(): Run(tuple(frames))},
        alt="y to x",
        predict=predict,
    )


def chain(length: int, steps: int) -> Story:
    """A long chain of nodes, active one after the other."""
    cards = tuple(
        Card(f"n{k}", "op", f"h{k}", "0.5", "TanhBackward0", pocket="h", step=k % steps)
        for k in range(length)
    )
    wires = tuple(Wire(f"w{k}", f"n{k}", f"n{k + 1}") for k in range(length - 1))
    frames = []
    for step in range(steps):
        marks = {f"n{k}": {"mark": "done"} for k in range(step)} | {f"n{step}": {"mark": "active"}}
        sent = {f"w{k}": {"mark": "done", "short": "0.5"} for k in range(min(step, length - 1))}
        frames.append(Frame((f"Step {step}.",), {"graph": {"cards": marks, "wires": sent}}))
    return Story(
        "A chain",
        Scene((Picture("graph", cards, wires),)),
        {(): Run(tuple(frames))},
        phases=(Phase("first", 0), Phase("second", steps // 2)),
    )


def descent() -> Story:
    """Gradient descent on x², with a slider, a switch, and columns that frames refer to."""
    runs = {}
    for place, rate in enumerate((0.1, 0.4, 1.1)):
        x = [2.0]
        while len(x) < 21:
            x.append(x[-1] - rate * 2 * x[-1])
        columns = {"x": x, "f": [value**2 for value in x], "slope": [2 * value for value in x]}
        told = (
            "f falls from ",
            Ref("f"),
            " to ",
            Ref("f.next", style="hot"),
            " at ",
            Ref("learning rate"),
            ".",
        )
        frames = tuple(Frame(told, {"code": {"line": 1, "notes": {1: (Ref("x"),)}}}) for _ in x[1:])
        for switch in (0, 1):
            runs[place, switch] = Run(frames, columns, "too large" if rate > 1 else "")
    data = {"x": "x", "y": "f"}
    marks = (
        Mark("curve", "line", data={"x": "grid", "y": "square"}),
        Mark("trail", "dots", "done", data, until="step"),
        Mark(
            "tangent", "tangent", "hot", {**data, "slope": "slope"}, label=("slope ", Ref("slope"))
        ),
        Mark("step", "arrow", "hot", {"x": "x"}, label=("step",)),
        Mark("next", "ring", "hot", data),
        Mark("now", "ball", "hot", data, title="SGD"),
        Mark("best", "rule", "leaf", {"y": 0.0}, label=("best 0",)),
    )
    loss = (Mark("loss", "line", "done", {"y": "f"}, until="step"),)
    parts = (
        Axes("plot", "x", "f(x)", (-3.0, 3.0, -3.0, 9.0), marks),
        Code("code", ("y = f(x)", "x -= lr * x.grad")),
        Table("table", (("name",), ("value",)), align="lr"),
        Axes(
            "loss",
            "",
            "loss over steps",
            (0.0, 20.0, 1e-4, 10.0),
            loss,
            height=98,
            log=True,
            drag=True,
        ),
    )
    axes = (Axis("learning rate", (0.1, 0.4, 1.1)), Axis("zero_()", (False, True), 1, "switch"))
    grid = [k / 4 - 3 for k in range(25)]
    shared = {"grid": grid, "square": [value**2 for value in grid]}
    return Story(
        "Gradient descent", Scene(parts, "plot"), runs, axes, ("f(x) = x²",), columns=shared
    )


def jacobian() -> Story:
    """A matrix with weights, which the player sums."""
    cells = ((1.0, 2.0, 0.0), (0.0, -1.0, 3.0), (2.0, 1.0, -2.0))
    rows = tuple((f"z{k} = {k}",) for k in range(3))
    columns = tuple((f"x{k} = {k}",) for k in range(3))
    matrix = Matrix("m", cells, rows, columns, "v", ("the weights",), ("vᵀJ",))
    told = tuple(
        Frame(("The parts add up to ", Ref(f"m.{k}", style="hot"), "."), {"m": {"column": k}})
        for k in range(3)
    )
    axis = Axis("v", (1.0, 1.0, 1.0), control="weights", presets=(("only z", (1.0, 0.0, 0.0)),))
    note = Note("note", ("printed: ", Ref("m.print")))
    return Story(
        "Vector times Jacobian",
        Scene((matrix, note), "plot"),
        {(): Run((Frame(("Move v.",)), *told))},
        (axis,),
    )


def ledger() -> Story:
    """Stacks in two panels, a cell, printed output; and a stepper as the other variant."""
    names = ("epoch 1", "epoch 2")
    stacks = tuple(
        Stacks(name, names, 9.0, "each", (name,), (0.0, 3.0, 6.0)) for name in ("without", "with")
    )
    cell = Code("cell", ("y.backward()",), cell=True)
    columns = [{"blocks": [[3, "+3"], [3, "+3"]], "sum": ("3 + 3 = 6",), "mark": "active"}]
    states = {
        "without": {"columns": columns, "note": (".grad = 6",), "chosen": True},
        "cell": {"prompt": "In [2]:", "run": None, "output": ("tensor(6.)",), "now": True},
        "out": {"lines": [("tensor(3.)",), ("tensor(6.)",)]},
    }
    first = {"cell": {"prompt": "In [ ]:", "run": 1}}
    parts = (cell, Output("out"), *stacks)
    areas = {"cell": "left", "out": "left", "without": "right/a", "with": "right/b"}
    frames = (Frame(("Nothing yet.",), first), Frame(("It adds up.",), states))
    other = Story(
        "The other",
        Scene((Note("n", ("Another.",)),), "plot"),
        {(): Run((Frame(("Other.",)),) * 2)},
        tab="other",
    )
    return Story(
        "Accumulation",
        Scene(parts, "plot", areas, left=300),
        {(): Run(frames)},
        tab="loop",
        variants=(other,),
    )


def matrices() -> Story:
    """A step whose terms are matrices, and a wire that carries one."""
    heat = Heat(((0.5, -1.0), (0.0, 2.0)), (2, 2))
    cell = {
        "cells": heat.cells,
        "texts": [["0.5", "−1"], ["0", "2"]],
        "head": "arrived",
        "shape": "(2, 2)",
    }
    row = {
        "cells": [
            {"matrix": cell},
            {"op": "="},
            {"matrix": {**cell, "head": "to x", "sent": True}},
        ],
        "to": (),
    }
    wire = {"mark": "active", "text": ("(2, 2)",), "short": "(2, 2)", "heat": heat}
    leaf = {"mark": "active", "heat": heat, "level": 1.0}
    states = {"graph": {"cards": {"x": leaf}, "wires": {"y-x": wire}}, "equation": {"rows": [row]}}
    frames = (Frame(("Nothing yet.",)), Frame(("A matrix.",), states))
    return Story("A matrix", Scene((picture(), Equation("equation"))), {(): Run(frames)})


ALL = {
    "stepper": stepper,
    "asked": lambda: stepper(predict=True),
    "chain": lambda: chain(30, 20),
    "descent": descent,
    "jacobian": jacobian,
    "ledger": ledger,
    "matrices": matrices,
}

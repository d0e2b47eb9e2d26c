"""The frames of a fit: the curve of each step, its equation, its row of numbers, its sentence."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from typing import Any

from gradviz.stories.descent_grid import RATE
from gradviz.stories.fitting import Best, Fit, Job, floor_of
from gradviz.stories.formula import numbers_only
from gradviz.stories.loop_sentences import FIT
from gradviz.stories.numbers import figure, minus
from gradviz.stories.parts import Ref, Rich
from gradviz.stories.rich import Field, compose, plain, raised
from gradviz.stories.story import Frame
from gradviz.stories.workbench import function_tree


def frames_of(
    found: Fit, job: Job, best: Best, shows: bool, loss: Mapping[str, Any]
) -> Iterator[Frame]:
    """A frame for each step that was kept, with its residuals or without.

    `loss` is the state of the plot of the loss, the same in all of them.
    """
    tree = _written_out(found, job)
    rows = [_row(row, best, place) for place, row in enumerate(found.rows)]
    for k in range(len(found.step)):
        sizes = [abs(grad) for grad in found.grads[k]]
        largest = sizes.index(max(sizes)) if all(map(math.isfinite, sizes)) else 0
        last = k == len(found.step) - 1
        marks: dict[str, Any] = {"equation": {"label": _equation(tree, found, k)}}
        if not shows:
            marks |= {"stems": {"hidden": True}, "said": {"hidden": True}}
        states: Mapping[str, Any] = {
            "fit": {"marks": marks},
            "code": {"notes": {2: (Ref("loss"),)}} | ({} if last else {"line": 4}),
            "numbers": {"rows": rows, "lit": largest, "hot": [2, 3]},
        } | ({"loss": loss} if loss else {})
        yield Frame(_caption(found, job, best, k, largest), states)


def _row(row: str, best: Best, place: int) -> list[Rich]:
    numbers = [(Ref(f"{name} {row}", "fixed"),) for name in ("value", "grad", "move")]
    known: list[Rich] = (
        [(minus(f"{best[0][place]:.4f}".replace("-0.0000", "0.0000")),)] if best else []
    )
    return [(("b", row),), *numbers, *known]


def _written_out(found: Fit, job: Job) -> tuple[ast.expr, list[str]] | None:
    """The model's expression and what it calls its parameters, where they are few."""
    tree = function_tree(job.model) if job.takes_parameters else None
    single = len(found.rows) == len(job.names) and len(found.rows) <= 4
    if tree is None or not single:
        return None
    return tree, list(job.model.__code__.co_varnames[1 : job.model.__code__.co_argcount])


def _equation(known: tuple[ast.expr, list[str]] | None, found: Fit, k: int) -> Rich:
    """The model with the numbers of this step in it."""
    if known is None:
        return ()
    tree, own = known
    numbers = [minus(f"{number:.3f}") for number in found.values[k]]
    told = plain(raised(numbers_only(tree, dict(zip(own, numbers, strict=False)))))
    return ("y = " + told.replace("+ −", "− ").replace(" · ", " ").replace("\u2009", " "),)


def _caption(found: Fit, job: Job, best: Best, k: int, largest: int) -> Rich:
    row, last = found.rows[largest], k == len(found.step) - 1
    fields: dict[str, Field] = {
        "name": row,
        "loss": Ref("loss"),
        "loss_first": Ref("loss.first"),
        "grad": Ref(f"grad {row}"),
        "factor": Ref(f"grad {row}", "signed"),
        "move": Ref(f"move {row}"),
        "rate": Ref(RATE),
        "optimizer": job.optimizer,
        "step": Ref("step"),
        "towards": "",
        "floor": "",
    }
    floor = floor_of(best, found)
    if floor is not None:
        names = ", ".join(job.names) if len(job.names) <= 4 else "parameters"
        fields["floor"] = compose(FIT["floor"], {"names": names, "best": figure(floor)})
    if best:
        fields["towards"] = compose(FIT["towards"], {"best": figure(best[0][largest])})
    if last:
        return compose(FIT[found.end if k or found.end == "end" else "no number"], fields)
    if k == 0:
        return compose(FIT["start"], fields)
    is_near = floor is not None and 0 < found.loss[k] <= 1.5 * floor
    slow = is_near and job.optimizer == "SGD"
    return compose(FIT["slow" if slow else kind_of("step", found, job)], fields)


def kind_of(key: str, found: Fit, job: Job) -> str:
    """The key of what is said of single numbers, of whole tensors, or of another optimiser."""
    if not found.single:
        return f"{key}, long"
    return key if job.optimizer == "SGD" else f"{key}, other"

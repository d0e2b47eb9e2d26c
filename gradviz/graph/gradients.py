"""Why `.grad` is None, or is the number that it is."""

from __future__ import annotations

from typing import Any

from gradviz.graph.answers import KEEPS, Answer, Case, name_of, reaches
from gradviz.graph.calls import Call
from gradviz.graph.nodes import Reader
from gradviz.graph.reasons import CURES, SENTENCES
from gradviz.graph.survey import is_leaf, survey
from gradviz.graph.values import in_words, value_of
from gradviz.graph.watch import Tape, call_of


def missing(case: Case) -> Answer:
    """Why a leaf has no gradient."""
    question = f"Why is {case.name}.grad None?"
    if case.tape is None or case.number is None:
        return _missing_unwatched(case, question)
    tape = case.tape
    uses = [call for call in tape.calls if case.number in {o.made_by for o in call.operands}]
    passes = [call for call in tape.calls if call.name == "backward"]
    uses = [call for call in uses if call.name not in {"backward", "grad="}]
    if not uses:
        sentence = f"Nothing was computed from {case.name} while the watch was on."
        return Answer(question, "not used", sentence, f"compute something from {case.name}.")
    reached = [call for call in passes if reaches(tape, call, case.number)]
    if reached:
        return _set_back(case, question, reached[-1])
    cut = _cut_after(tape, case.number)
    if cut is not None and cut.cut is not None:
        sentence = SENTENCES[cut.cut].format(label=cut.label)
        return Answer(question, cut.cut, sentence, CURES[cut.cut], cut.line)
    if passes:
        sentence = f"backward() was called on a tensor that was not computed from {case.name}."
        cure = (
            f"call backward() on what was computed from {case.name}, such as {name_of(uses[-1])}."
        )
        return Answer(question, "not reached", sentence, cure, passes[-1].line)
    return _not_called(case, question, name_of(uses[-1]))


def _not_called(case: Case, question: str, result: str) -> Answer:
    sentence = f"{result} was computed from {case.name}, and no backward() has been called on it."
    cure = f"call backward() on {result}, or on what you compute from it."
    return Answer(question, "not called", sentence, cure)


def _set_back(case: Case, question: str, last: Call) -> Answer:
    tape = case.tape
    later = [c for c in (tape.calls if tape else ()) if c.id > last.id and c.name == "grad="]
    line = next((c.line for c in later if case.number in {o.made_by for o in c.operands}), None)
    sentence = f"backward() did fill {case.name}.grad, and afterwards it was set to None."
    cure = (
        f"look at {case.name}.grad before zero_grad(); since PyTorch 2 zero_grad() leaves None, "
        "not zeros."
    )
    return Answer(question, "set back", sentence, cure, line)


def _missing_unwatched(case: Case, question: str) -> Answer:
    for one in case.names.tensors():
        if one.grad_fn is not None and _is_below(case.tensor, one):
            label = case.names.label(one) or "the result"
            if not _has_run(one):
                return _not_called(case, question, label)
            return _set_back_unwatched(case, question, label)
    sentence = f"None of your variables now holds a result that has {case.name} in its graph."
    remaining = (
        f"backward() has not been called on anything computed from {case.name}",
        "detach(), no_grad(), .data or a copy came in between",
        f"{case.name} was made again after backward(), so that the gradient is in the old one",
        f"{case.name}.grad was set back to None, as zero_grad() does",
    )
    return Answer(question, "unknown", sentence, case.telling, remaining=remaining)


def _set_back_unwatched(case: Case, question: str, label: str) -> Answer:
    sentence = (
        f"backward() has run through {label}, which was computed from {case.name}; so "
        f"{case.name}.grad was set to None afterwards."
    )
    return Answer(question, "set back", sentence, f"look at {case.name}.grad before zero_grad().")


def _is_below(leaf: Any, result: Any) -> bool:
    surveyed = survey((result,))
    return any(is_leaf(f) and f.variable is leaf for f in surveyed.functions)


def _has_run(result: Any) -> bool:
    reader = Reader()
    return any(reader.contents(function).freed for function in survey((result,)).functions)


def _cut_after(tape: Tape, number: int) -> Call | None:
    """The first call that ended tracking on the way on from a tensor."""
    family = {number}
    for call in tape.calls:
        if family & {operand.made_by for operand in call.operands}:
            inside = call.cut == "no_grad" and _is_adopted(tape, call)
            if call.cut is not None and call.cut != "numpy" and not inside:
                return call
            family.add(call.id)
    return None


def _is_adopted(tape: Tape, cut: Call) -> bool:
    """Whether what came of it is tracked later on: it was made inside of a Function's forward."""
    family = {cut.id}
    for call in tape.calls:
        for operand in call.operands:
            if operand.made_by in family:
                if operand.requires_grad:
                    return True
                family.add(call.id)
    return False


# ------------------------------------------------------------------------- results, and numbers


def result(case: Case) -> Answer:
    """Why a result keeps no gradient."""
    if case.tensor.retains_grad:
        return _retained(case)
    question = f"Why is {case.name}.grad None?"
    told = call_of(case.tensor.grad_fn)
    line = None if told is None else told[0].line
    node = type(case.tensor.grad_fn).__name__
    sentence = KEEPS.format(name=case.name) + f"computed, by {node}."
    if line is not None and line.whole.startswith(f"{case.name} = {case.name} "):
        cure = f"with torch.no_grad(): {case.name} -= …  changes the leaf instead of replacing it."
        return Answer(question, "rebound", sentence, cure, line)
    cure = f"call {case.name}.retain_grad() before backward(), or look at the leaves' .grad."
    return Answer(question, "no leaf", sentence, cure, line)


def _retained(case: Case) -> Answer:
    question = f"Why is {case.name}.grad {_grad_text(case)}?"
    if case.tensor.grad is None:
        sentence = f"{case.name} retains its gradient, and no backward has come through it since."
        return Answer(question, "not yet", sentence, "call backward() on the final result.")
    sentence = f"{case.name} retains its gradient: it is the sum of all that came through it."
    return Answer(question, "sum", sentence, f"set {case.name}.grad = None before each backward.")


def present(case: Case) -> Answer:
    """Why a gradient is the number that it is."""
    question = f"Why is {case.name}.grad {_grad_text(case)}?"
    cure = (
        f"write {case.name}.grad = None, or optimizer.zero_grad(), before backward(); "
        f"with gradviz.ledger({case.name}) as book: shows every addition."
    )
    if case.tape is None or case.number is None:
        sentence = (
            "backward() adds to .grad. If backward ran more often than you think (a cell run "
            "again, a loop), it holds the sum; the number alone does not tell how many there were."
        )
        return Answer(question, "unknown", sentence, cure)
    since = _passes_since_reset(case.tape, case.number)
    if len(since) > 1:
        sentence = f"{len(since)} backward passes have each added to it, and nothing set it back."
        return Answer(question, "sum", sentence, cure, since[-1].line)
    sentence = "One backward pass has written it" + (", in this watch." if since else ".")
    return Answer(question, "one pass", sentence, cure, since[-1].line if since else None)


def _passes_since_reset(tape: Tape, number: int) -> list[Call]:
    since: list[Call] = []
    for call in tape.calls:
        if call.name == "backward" and reaches(tape, call, number):
            since.append(call)
        elif call.name in {"grad=", "zero_"} and number in {o.made_by for o in call.operands}:
            since = []
    return since


def _grad_text(case: Case) -> str:
    return "None" if case.tensor.grad is None else in_words(value_of(case.tensor.grad))

"""Why is this `.grad` None, why does backward refuse, why is this number twice what I expect?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from gradviz.graph.calls import Call, Line
from gradviz.graph.interpose import quiet
from gradviz.graph.names import Names, names_for
from gradviz.graph.nodes import Reader
from gradviz.graph.reasons import CURES, SENTENCES
from gradviz.graph.survey import is_leaf, survey
from gradviz.graph.told import find_cut
from gradviz.graph.values import in_words, is_tensor, value_of
from gradviz.graph.watch import Tape, call_of, latest_tape

Cause = Literal[
    "never asked", "no_grad", "inference", "detach", "data", "copy", "numpy", "integer",
    "comparison", "create_graph", "not called", "not used", "not reached", "set back",
    "no leaf", "rebound", "not yet", "sum", "one pass", "unknown",
]  # fmt: skip

TELLING = (
    "run the code under a watch and ask again:  with gradviz.watch() as tape: …  then "
    "gradviz.why({name}, tape=tape)"
)
KEEPS = 'Only leaves (what you made yourself with requires_grad=True) keep a .grad; "{name}" was '


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What is the matter, since which line, and what to write instead."""

    question: str
    cause: Cause
    sentence: str
    cure: str
    line: Line | None = None
    remaining: tuple[str, ...] = ()
    """Where nobody watched: the causes that cannot be told apart any more."""

    def text(self) -> str:
        """The answer in words."""
        parts = [self.question, self.sentence]
        if self.line is not None:
            parts.append(f"The line: {self.line.place}: {self.line.whole}")
        parts += [f"It may be: {one}" for one in self.remaining]
        return "\n".join([*parts, f"What to do: {self.cure}"])

    def __repr__(self) -> str:
        return self.text()


def why(tensor: Any, *, tape: Tape | None = None, names: Any = None) -> Answer:
    """Why `.grad` of this tensor is what it is, or why `backward()` refuses it.

    >>> import gradviz
    >>> x = gradviz.tensor(3.0, requires_grad=True)
    >>> with gradviz.no_grad():
    ...     y = x * x
    >>> why(y, names={"y": y}).cause
    'unknown'

    Under a watch the cause and its line are known; without one, what is left is told.

    Raises:
        TypeError: if something else than a tensor was given.
    """
    if not is_tensor(tensor):
        raise TypeError(
            f"why() was given {type(tensor).__name__}: give the tensor itself, as in why(x), "
            "and not its .grad"
        )
    known = names_for(names)
    case = _Case(tensor, known.label(tensor) or "this tensor", tape or latest_tape(), known)
    with quiet():
        if not tensor.requires_grad:
            return _refused(case)
        if not tensor.is_leaf:
            return _result(case)
        return _missing(case) if tensor.grad is None else _present(case)


@dataclass(frozen=True, slots=True)
class _Case:
    tensor: Any
    name: str
    tape: Tape | None
    names: Names

    @property
    def number(self) -> int | None:
        return None if self.tape is None else self.tape.number_of(self.tensor)

    @property
    def telling(self) -> str:
        return TELLING.format(name=self.name)


# ------------------------------------------------------------- it has no graph: backward refuses


def _refused(case: _Case) -> Answer:
    question = (
        f"Why does {case.name}.backward() say that element 0 of tensors does not require grad "
        "and does not have a grad_fn?"
    )
    owner = _whose_grad(case)
    if owner is not None:
        sentence = f"It is {owner}.grad, and backward made it without a graph of its own."
        return Answer(question, "create_graph", sentence, CURES["create_graph"])
    maker = None if case.tape is None else case.tape.maker_of(case.tensor)
    if maker is None:
        return _unwatched(case, question)
    found = find_cut(case.tape, maker)
    if found is None or found.cut is None:
        return _never_asked(case, question, maker)
    sentence = SENTENCES[found.cut].format(label=found.label)
    return Answer(question, found.cut, sentence, CURES[found.cut], found.line)


def _whose_grad(case: _Case) -> str | None:
    """The name of the leaf whose `.grad` this tensor is."""
    for one in case.names.tensors():
        if one.requires_grad and one.is_leaf and one.grad is case.tensor:
            return case.names.label(one)
    return None


def _never_asked(case: _Case, question: str, maker: Call) -> Answer:
    sources = list(_sources(case.tape, maker))
    first = next((call for call in sources if call.result_name), None) or maker
    who = first.result_name or case.name
    sentence = f"Nothing that went into it was made with requires_grad=True; {who} was not."
    cure = f"write {who} = torch.tensor(…, requires_grad=True), and compute {case.name} again."
    return Answer(question, "never asked", sentence, cure, first.line)


def _sources(tape: Tape | None, call: Call) -> Iterator[Call]:
    """The calls at the beginning of everything that went into `call`."""
    waiting, seen = [call], {call.id}
    while waiting and tape is not None:
        one = waiting.pop(0)
        makers = [tape.call(operand.made_by) for operand in one.operands]
        if not one.operands:
            yield one
        for maker in makers:
            if maker is not None and maker.id not in seen:
                seen.add(maker.id)
                waiting.append(maker)


def _unwatched(case: _Case, question: str) -> Answer:
    """What the tensor itself still tells when nobody watched."""
    kind = str(case.tensor.dtype)
    shared = _shares_memory(case)
    if kind.endswith("bool"):
        sentence = SENTENCES["comparison"].format(label=f"what made {case.name}")
        return Answer(question, "comparison", sentence, CURES["comparison"])
    if "int" in kind:
        sentence = f"{case.name} holds whole numbers ({kind}), and those have no slope."
        return Answer(question, "integer", sentence, CURES["integer"])
    if shared is not None:
        sentence = f"{case.name} shares its memory with {shared}; of the two {shared} is tracked."
        return Answer(
            question, "detach", sentence, CURES["detach"],
            remaining=(f"{case.name} = {shared}.detach()", f"{case.name} = {shared}.data"),
        )  # fmt: skip
    sentence = "Nobody watched while it was computed, and several causes leave the same tensor."
    remaining = (
        "nothing that went into it had requires_grad=True",
        "it was computed inside of torch.no_grad()",
        "it was copied by torch.tensor(t), or by way of numpy or .item()",
        "detach() or .data came before it",
        "it was computed from an argmax, a comparison or whole numbers",
    )
    return Answer(question, "unknown", sentence, case.telling, remaining=remaining)


def _shares_memory(case: _Case) -> str | None:
    place = _address(case.tensor)
    for one in case.names.tensors():
        if one is not case.tensor and one.requires_grad and place and _address(one) == place:
            return case.names.label(one)
    return None


def _address(tensor: Any) -> int | None:
    """Where the numbers are, for tensors that keep them in memory of their own."""
    if tensor.numel() < 2:
        return _small_address(tensor)
    try:
        return tensor.detach().numpy().__array_interface__["data"][0]
    except (TypeError, RuntimeError):
        return None


def _small_address(tensor: Any) -> int | None:
    pointer = getattr(tensor, "data_ptr", None)
    return None if pointer is None else pointer()


# -------------------------------------------------------------------- a leaf without a gradient


def _missing(case: _Case) -> Answer:
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
    reached = [call for call in passes if _reaches(tape, call, case.number)]
    if reached:
        return _set_back(case, question, reached[-1])
    cut = _cut_after(tape, case.number)
    if cut is not None and cut.cut is not None:
        sentence = SENTENCES[cut.cut].format(label=cut.label)
        return Answer(question, cut.cut, sentence, CURES[cut.cut], cut.line)
    if passes:
        sentence = f"backward() was called on a tensor that was not computed from {case.name}."
        cure = f"call backward() on what was computed from {case.name}, such as {_label(uses[-1])}."
        return Answer(question, "not reached", sentence, cure, passes[-1].line)
    return _not_called(case, question, _label(uses[-1]))


def _not_called(case: _Case, question: str, result: str) -> Answer:
    sentence = f"{result} was computed from {case.name}, and no backward() has been called on it."
    cure = f"call backward() on {result}, or on what you compute from it."
    return Answer(question, "not called", sentence, cure)


def _set_back(case: _Case, question: str, last: Call) -> Answer:
    tape = case.tape
    later = [c for c in (tape.calls if tape else ()) if c.id > last.id and c.name == "grad="]
    line = next((c.line for c in later if case.number in {o.made_by for o in c.operands}), None)
    sentence = f"backward() did fill {case.name}.grad, and afterwards it was set to None."
    cure = (
        f"look at {case.name}.grad before zero_grad(); since PyTorch 2 zero_grad() leaves None, "
        "not zeros."
    )
    return Answer(question, "set back", sentence, cure, line)


def _missing_unwatched(case: _Case, question: str) -> Answer:
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


def _set_back_unwatched(case: _Case, question: str, label: str) -> Answer:
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


def _reaches(tape: Tape, backward: Call, number: int) -> bool:
    """Whether a gradient found its way from a backward to the tensor of that number."""
    waiting = [o.made_by for o in backward.operands[:1]]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one == number:
            return True
        call = tape.call(one)
        if call is not None and one not in seen and call.requires_grad:
            waiting += [o.made_by for o in call.operands if o.requires_grad]
        seen.add(one)
    return False


def _cut_after(tape: Tape, number: int) -> Call | None:
    """The first call that ended tracking on the way on from a tensor."""
    family = {number}
    for call in tape.calls:
        if family & {operand.made_by for operand in call.operands}:
            if call.cut is not None and call.cut != "numpy":
                return call
            family.add(call.id)
    return None


# ------------------------------------------------------------------------- results, and numbers


def _result(case: _Case) -> Answer:
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


def _retained(case: _Case) -> Answer:
    question = f"Why is {case.name}.grad {_grad_text(case)}?"
    if case.tensor.grad is None:
        sentence = f"{case.name} retains its gradient, and no backward has come through it since."
        return Answer(question, "not yet", sentence, "call backward() on the final result.")
    sentence = f"{case.name} retains its gradient: it is the sum of all that came through it."
    return Answer(question, "sum", sentence, f"set {case.name}.grad = None before each backward.")


def _present(case: _Case) -> Answer:
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
        if call.name == "backward" and _reaches(tape, call, number):
            since.append(call)
        elif call.name in {"grad=", "zero_"} and number in {o.made_by for o in call.operands}:
            since = []
    return since


def _grad_text(case: _Case) -> str:
    return "None" if case.tensor.grad is None else in_words(value_of(case.tensor.grad))


def _label(call: Call) -> str:
    return call.result_name or call.label

"""Why is this `.grad` None, why does backward refuse, why is this number twice what I expect?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gradviz.graph import gradients
from gradviz.graph.answers import Answer, Case
from gradviz.graph.calls import Call
from gradviz.graph.cuts import LEAVING, find_cut
from gradviz.graph.interpose import quiet
from gradviz.graph.names import names_for
from gradviz.graph.reasons import CURES, SENTENCES
from gradviz.graph.values import is_tensor
from gradviz.graph.watch import Tape, latest_tape


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
    case = Case(tensor, known.label(tensor) or "this tensor", tape or latest_tape(), known)
    with quiet():
        if not tensor.requires_grad:
            return _refused(case)
        if not tensor.is_leaf:
            return gradients.result(case)
        return gradients.missing(case) if tensor.grad is None else gradients.present(case)


def _refused(case: Case) -> Answer:
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


def _whose_grad(case: Case) -> str | None:
    """The name of the leaf whose `.grad` this tensor is."""
    for one in case.names.tensors():
        if one.requires_grad and one.is_leaf and one.grad is case.tensor:
            return case.names.label(one)
    return None


def _never_asked(case: Case, question: str, maker: Call) -> Answer:
    sources = list(_sources(case.tape, maker))
    left = next((one for source in sources if (one := _left_before(case.tape, source))), None)
    if left is not None:
        sentence = SENTENCES["numpy"].format(label=left.label)
        return Answer(question, "numpy", sentence, CURES["numpy"], left.line)
    first = next((call for call in sources if call.result_name), None) or maker
    who = first.result_name or case.name
    sentence = f"Nothing that went into it was made with requires_grad=True; {who} was not."
    cure = f"write {who} = torch.tensor(…, requires_grad=True), and compute {case.name} again."
    return Answer(question, "never asked", sentence, cure, first.line)


def _left_before(tape: Tape | None, source: Call) -> Call | None:
    """The call whose plain numbers a new tensor was made of, as far as the code says so."""
    for call in reversed(tape.calls if tape is not None else ()):
        if call.id < source.id and call.line and source.line and _leaves(tape, call):
            is_same = (call.line.file, call.line.line) == (source.line.file, source.line.line)
            name = call.result_name or _given_to(call.line.whole)
            if is_same or (name and re.search(rf"\b{re.escape(name)}\b", source.line.code)):
                return call
    return None


def _leaves(tape: Tape | None, call: Call) -> bool:
    """Whether numbers left the library here that came from a tracked tensor, detached or not."""
    return call.cut == "numpy" or (call.name in LEAVING and find_cut(tape, call) is not None)


def _given_to(line: str) -> str | None:
    """The variable that the line of a call is about: what the call left went through more."""
    found = re.match(r"(\w+)\s*=(?!=)", line)
    return None if found is None else found[1]


def _sources(tape: Tape | None, call: Call) -> Iterator[Call]:
    """The calls at the beginning of all that went into `call`: their inputs no call has made."""
    waiting, seen = [call], {call.id}
    while waiting and tape is not None:
        one = waiting.pop(0)
        makers = [tape.call(operand.made_by) for operand in one.operands]
        if not one.operands or None in makers:
            yield one
        for maker in makers:
            if maker is not None and maker.id not in seen:
                seen.add(maker.id)
                waiting.append(maker)


def _unwatched(case: Case, question: str) -> Answer:
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


def _shares_memory(case: Case) -> str | None:
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

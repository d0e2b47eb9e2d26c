"""What `predict=True` asks: the right answer is right on both engines, and the wrong ones are not."""

import math

import pytest

from gradviz.graph.record import rehearse
from gradviz.stories.backward import tell
from gradviz.stories.mistakes import ANY, SENTENCES, SLOPES
from gradviz.stories.rich import plain

OPS = {
    "Add": lambda x, y: x + y,
    "Sub": lambda x, y: x - y,
    "Rsub": lambda x, y: 3 - x,
    "Neg": lambda x, y: -x,
    "Mul": lambda x, y: x * y,
    "Div": lambda x, y: x / y,
    "Pow": lambda x, y: x**3,
    "Exp": lambda x, y: x.exp(),
    "Log": lambda x, y: x.log(),
    "Sqrt": lambda x, y: x.sqrt(),
    "Sin": lambda x, y: x.sin(),
    "Cos": lambda x, y: x.cos(),
    "Tanh": lambda x, y: x.tanh(),
    "Sigmoid": lambda x, y: x.sigmoid(),
    "Relu": lambda x, y: x.relu(),
    "Abs": lambda x, y: (-x).abs(),
    "Reciprocal": lambda x, y: x.reciprocal(),
    "Sum": lambda x, y: x.expand(3).sum(),
    "Mean": lambda x, y: x.expand(3).mean(),
    "Mm": lambda x, y: (x.expand(2, 2).mm(y.expand(2, 2))).sum(),
    "View": lambda x, y: x.expand(4).clone().view(2, 2).sum(),
    "Reshape": lambda x, y: x.expand(4).clone().view(2, 2).sum(),
}


def asked(engine, name, x, y):
    """The questions about rules in the pass of one op, with the turn's own numbers."""
    x, y = engine.tensor(x, requires_grad=True), engine.tensor(y, requires_grad=True)
    recordings = rehearse(OPS[name](x, y), names={"x": x, "y": y})
    frames = tell(recordings, predict=True).runs[()].frames
    found = [frame.question for frame in frames if frame.question and frame.question["choices"]]
    return recordings[0], found


@pytest.mark.parametrize("name", sorted(OPS))
def test_each_op_is_asked_for_its_rule_among_three(engine, name):
    _, (question, *_) = asked(engine, name, 0.7, 1.6)
    texts = [plain(choice) for choice in question["choices"]]
    assert len(set(texts)) == 3
    assert question["text"] == texts[int(question["answer"])]
    assert {number for number, _ in question["hints"]} == {0.0, 1.0, 2.0} - {question["answer"]}


@pytest.mark.parametrize("name", sorted(SLOPES))
@pytest.mark.parametrize(("x", "y"), [(0.7, 1.6), (0.3, 2.3)])
def test_no_mistake_is_the_slope(engine, name, x, y):
    """The wrong rules that are offered, worked out in numbers, are not what the engine used."""
    recording, (question, *_) = asked(engine, name, x, y)
    nodes = {node.id: node.name.partition("Backward")[0] for node in recording.graph.nodes}
    step = next(step for step in recording.steps if nodes[step.node] == name)
    slope = float(next(one for one in step.slopes if one is not None).numbers)
    source = -x if name == "Abs" else x
    known = {"x": source, "y": y, "n": 3, "z": OPS[name](engine.tensor(x), engine.tensor(y)).item()}
    offered = [plain(choice) for choice in question["choices"]]
    wrong = 0
    for expression, _ in (*SLOPES[name], *ANY):
        number = eval(expression, {"exp": math.exp, "cos": math.cos, "sin": math.sin}, known)
        wrong += not math.isclose(number, slope, rel_tol=1e-4)
    assert wrong >= 2
    for expression, _ in SLOPES[name][:2]:
        number = eval(expression, {"exp": math.exp, "cos": math.cos, "sin": math.sin}, known)
        if math.isclose(number, slope, rel_tol=1e-4):
            assert name in ("Sub", "Relu", "Abs"), (expression, offered)


def test_every_sentence_of_a_rule_is_written():
    from gradviz.stories import sentences

    for keys in SENTENCES.values():
        assert all(f"rule, {key}" in sentences.SENTENCES for key in keys)
    for mistakes in (*SLOPES.values(), ANY):
        assert all(f"rule, {reason}" in sentences.SENTENCES for _, reason in mistakes)


def test_each_kind_is_asked_once_and_before_its_number(engine):
    x = engine.tensor(3.0, requires_grad=True)
    story = tell(rehearse(3 * x**2 + 4 * x + 2, names={"x": x}), predict=True)
    frames = story.runs[()].frames
    kinds = [
        "rule" if frame.question["choices"] else "number" for frame in frames if frame.question
    ]
    assert kinds == ["rule", "number"] * 3 + ["number"]
    rule = next(frame for frame in frames if frame.question and frame.question["choices"])
    shown = plain(rule.states["rule"]["formula"])
    assert "∂" not in shown


def test_matrices_are_asked_for_their_rule_too(engine):
    engine.manual_seed(0)
    x, w = engine.randn(2, 3), engine.randn(3, 2, requires_grad=True)
    story = tell(rehearse((x @ w).mean(), names={"w": w}), predict=True)
    asked_for = [frame.question["text"] for frame in story.runs[()].frames if frame.question]
    assert asked_for == [
        "each element receives its share: what arrived divided by their number",
        "the other matrix, transposed, on its own side",
    ]

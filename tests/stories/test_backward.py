"""The story of a backward pass, on both engines, every number against the engine's own."""

import re

import numpy as np
import pytest

from gradviz.graph.record import record, rehearse
from gradviz.stories.backward import tell
from gradviz.stories.parts import Code, Picture
from gradviz.stories.rich import plain
from gradviz.stories.sentences import LONGEST
from gradviz.stories.stepper import step_backward


def words(frame):
    return plain(frame.caption)


def frames(story):
    return story.runs[()].frames


def polynomial(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = 3 * x**2 + 4 * x + 2
    return x, y


def told(engine, *, passes=1, retain_graph=False, predict=False, forward=False):
    x = engine.tensor(3.0, requires_grad=True)
    y = 3 * x**2 + 4 * x + 2
    recordings = rehearse(y, None, retain_graph, passes=passes)
    assert x.grad is None
    return tell(recordings, predict=predict, forward=forward)


def told_layer(engine):
    (w, b), loss = layer(engine)
    story = tell(record(loss))
    assert w.grad is None
    assert b.grad is None
    return story


def layer(engine):
    engine.manual_seed(0)
    x = engine.tensor([[1.0, 0, 2], [0, 1, 1], [2, 1, 0], [1, 1, 1]])
    w = engine.randn(3, 2, requires_grad=True)
    b = engine.randn(2, requires_grad=True)
    z = engine.mm(x, w) + b
    loss = (z * z).mean()
    return (w, b), loss


def picture(story):
    return next(part for part in story.scene.parts if isinstance(part, Picture))


def test_a_frame_for_idle_seed_each_step_and_the_end(engine):
    story = told(engine)
    assert len(frames(story)) == 3 + 6
    assert words(frames(story)[0]) == (
        "y = 41 has been computed; nothing has flowed back yet, so x.grad is None."
    )
    assert words(frames(story)[1]).startswith("y.backward() starts with a 1 on y")


def test_the_captions_carry_the_arithmetic(engine):
    captions = [words(frame) for frame in frames(told(engine))]
    assert any(
        "grows 4 times as fast as x, so it sends 1 × 4 = 4; x waits" in text for text in captions
    )
    assert any(text.endswith("is 2 · 3 = 6, so it sends 3 × 6 = 18.") for text in captions)
    assert "becomes 22" in captions[-2]
    assert captions[-1].startswith("Done: x.grad = 22.")


def test_the_last_number_is_what_backward_writes(engine):
    x, y = polynomial(engine)
    story = step_backward(y)
    y.backward()
    assert f"x.grad = {x.grad.item():g}." in words(frames(story)[-1])


def test_equation_and_rule_of_a_product(engine):
    for frame in frames(told(engine)):
        rule = frame.states["rule"]
        if ["ran", "return grad * other"] in rule["rows"]:
            assert plain(rule["formula"]).startswith("z = a · b")
            row = frame.states["equation"]["rows"][0]
            assert row["cells"][2] in ("3", "4")
            assert plain(row["below"]) == f"b = {row['cells'][2]}"
            return
    pytest.fail("no frame shows the rule of a product")


def test_a_leaf_by_hand_only_reads(engine):
    leaf_frame = frames(told(engine))[-2]
    assert leaf_frame.by_hand == "x.grad"
    assert ["by hand", "x.grad", True] in leaf_frame.states["rule"]["rows"]


def test_what_by_hand_says_gives_what_was_sent(engine):
    x, y = polynomial(engine)
    story = tell(record(y, retain_graph=True))
    tried = 0
    for frame in frames(story):
        calls = frame.by_hand.splitlines()
        if len(calls) != 2:
            continue
        scope = {"torch": engine, "y": y, "x": x}
        exec(calls[0], scope)
        got = eval(calls[1], scope)
        first = got[0] if isinstance(got, tuple) else got
        sent = frame.states["equation"]["rows"][0]["cells"][-1]["sent"]
        assert f"{first.item():g}" == sent.replace("−", "-")
        tried += 1
    assert tried == 5


def test_pockets_are_emptied_when_their_node_has_run(engine):
    story = told(engine)
    cards = {card.id: card for card in picture(story).cards}
    holders = [name for name, card in cards.items() if card.pocket]
    for name in holders:
        seen = [
            frame.states["graph"]["cards"].get(name, {}).get("pocket", "saved")
            for frame in frames(story)
        ]
        step = cards[name].step
        assert seen[step] == "used"
        assert set(seen[:step]) == {"saved"}
        assert set(seen[step + 1 :]) == {"freed"}
    kept = told(engine, retain_graph=True)
    last = frames(kept)[-1].states["graph"]["cards"]
    assert "freed" not in {state.get("pocket") for state in last.values()}


def test_sockets_fill_one_by_one_and_paths_meet(engine):
    story = told(engine)
    leaf = next(card.id for card in picture(story).cards if card.kind == "leaf")
    states = [frame.states["graph"]["cards"][leaf] for frame in frames(story)]
    counts = [sum(socket != "" for socket in state["sockets"]) for state in states]
    assert counts == sorted(counts)
    assert counts[-1] == 2
    assert "1 of 2 arrived" in {state.get("subtitle") for state in states}
    assert plain(states[-2]["meet"]) in ("4 + 18 = 22", "18 + 4 = 22")
    assert [state["grad"] for state in states[-3:]] == ["None", "22", "22"]


def test_a_second_pass_adds_and_a_third_is_refused(engine):
    story = told(engine, retain_graph=True, passes=2)
    assert [phase.name for phase in story.phases] == ["1st pass", "2nd pass"]
    again = "x.grad still held 22 from before, and backward adds: 22 + 22 = 44."
    assert any(again in words(frame) for frame in frames(story))
    leaf = next(card.id for card in picture(story).cards if card.kind == "leaf")
    levels = [frame.states["graph"]["cards"][leaf].get("level", 0) for frame in frames(story)]
    assert levels[-1] == 1
    assert 0.5 in levels


def test_a_refused_pass_shows_the_error_and_the_mend(engine):
    x, y = polynomial(engine)
    story = tell(rehearse(y, passes=2, names={"x": x, "y": y}))
    last = frames(story)[-1]
    assert "which is freed" in words(last)
    assert "x.grad stays 22" in words(last)
    assert last.states["rule"]["rows"] == [["mend", "y.backward(retain_graph=True)"]]
    marks = [state.get("mark") for state in last.states["graph"]["cards"].values()]
    assert marks.count("error") == 1
    y.backward()
    with pytest.raises(RuntimeError) as refused:
        y.backward()
    assert last.states["equation"]["error"] == f"RuntimeError: {refused.value}"


def test_matrices_show_the_numbers_that_torch_prints(engine):
    (w, b), loss = layer(engine)
    story = tell(record(loss))
    loss.backward()
    shown = {}
    for frame in frames(story):
        for row in frame.states["equation"]["rows"]:
            cell = row["cells"][-1]
            if (
                isinstance(cell, dict)
                and "matrix" in cell
                and "grad after" in cell["matrix"]["head"]
            ):
                shown[cell["matrix"]["head"]] = cell["matrix"]
    for name, tensor in (("w", w), ("b", b)):
        matrix = shown[f"{name}.grad after"]
        texts = re.findall(
            r"-?\d+\.\d*", str(tensor.grad).partition("]")[0] if name == "b" else str(tensor.grad)
        )
        flat = [text.replace("−", "-") for row in matrix["texts"] for text in row]
        assert flat == texts
        assert matrix["shape"] == str(tuple(tensor.shape))
        assert np.allclose(
            np.array(matrix["cells"]).reshape(tensor.shape), tensor.grad.numpy(), rtol=1e-3
        )


def test_broadcasting_is_told_as_a_sum_over_the_rows(engine):
    story = told_layer(engine)
    summed = "b was added to all 4 rows, so its 4 row gradients are summed into one"
    assert any(summed in words(frame) for frame in frames(story))
    rows = [row for frame in frames(story) for row in frame.states["rule"]["rows"]]
    assert ["ran", "return grad  # then, to b's shape: grad.sum(0)"] in rows


def test_the_gradient_of_a_matrix_product_is_told_in_shapes(engine):
    captions = " ".join(words(frame) for frame in frames(told_layer(engine)))
    assert "(3, 4) @ (4, 2) → (3, 2)" in captions


def test_mean_and_sum_share_out(engine):
    x = engine.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    captions = " ".join(words(frame) for frame in frames(tell(record((2 * x).mean()))))
    mean = "A mean over 6 numbers hands each of them a sixth of what arrived: 1 ÷ 6 = 0.1667."
    assert mean in captions
    captions = " ".join(words(frame) for frame in frames(tell(record((2 * x).sum()))))
    assert "A sum over 6 numbers hands what arrived to each of them: 6 copies of 1." in captions


def test_a_non_scalar_root_starts_with_its_weights(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    q = 3 * x**2
    story = tell(record(q, engine.tensor([1.0, 0.5])))
    assert "one weight for each of the 2 elements of q" in words(frames(story)[1])
    q.backward(engine.tensor([1.0, 0.5]))
    leaf = frames(story)[-2].states["equation"]["rows"][0]["cells"][-1]["matrix"]
    assert [float(text) for text in leaf["texts"][0]] == x.grad.tolist()


def test_a_hook_is_shown_as_the_change_it_makes(engine):
    x = engine.tensor(2.0, requires_grad=True)
    h = 3 * x
    h.register_hook(lambda grad: grad * 10)
    captions = " ".join(words(frame) for frame in frames(tell(record(h * 1.0))))
    assert "A hook changes what arrives at h: 1 → 10." in captions


def test_a_tensor_that_retains_its_gradient_says_so(engine):
    x = engine.tensor(2.0, requires_grad=True)
    h = 3 * x
    h.retain_grad()
    captions = " ".join(words(frame) for frame in frames(tell(record(h * h))))
    assert "h.grad keeps what arrived" in captions


def test_a_shared_node_waits_for_all_its_paths(engine):
    x = engine.tensor(2.0, requires_grad=True)
    h = 3 * x
    captions = [words(frame) for frame in frames(tell(record(h * h + h)))]
    assert any("paths meet at h" in text for text in captions)


def test_captions_are_short(engine):
    a_rather_long_name_for_a_weight = engine.tensor(2.0, requires_grad=True)
    another_rather_long_name = (a_rather_long_name_for_a_weight * 3) ** 2
    one_more_name_that_is_long = another_rather_long_name * a_rather_long_name_for_a_weight
    for tensor in (polynomial(engine)[1], layer(engine)[1], one_more_name_that_is_long):
        for frame in frames(tell(record(tensor))):
            assert len(words(frame)) <= LONGEST, words(frame)


def test_the_forward_half_comes_first(engine):
    story = told(engine, forward=True)
    assert [phase.name for phase in story.phases] == ["forward", "backward"]
    start = story.phases[1].start
    assert words(frames(story)[0]).startswith("x = 3 is a leaf")
    assert words(frames(story)[start]).startswith("y = 41 has been computed")


def test_questions_name_what_a_wrong_number_is(engine):
    story = told(engine, predict=True)
    assert story.predict
    asked = [frame.question for frame in frames(story) if frame.question]
    product = next(q for q in asked if "4*x" in plain(q["ask"]) or q["answer"] == 4)
    hints = {guess: plain(told) for guess, told in product["hints"]}
    assert product["answer"] == 4
    assert "is what arrived" in hints[1.0]
    assert "is the value of x" in hints[3.0]
    leaf = asked[-1]
    assert leaf["answer"] == 22
    assert "paths add" in {guess: plain(told) for guess, told in leaf["hints"]}[18.0]
    for q in asked:
        assert all(abs(guess - q["answer"]) > q["tolerance"] for guess, _ in q["hints"])


def test_every_product_that_is_told_is_one(engine):
    x = engine.tensor(0.7, requires_grad=True)
    y = engine.tensor(-1.3, requires_grad=True)
    out = (x * y).exp() * x**3 - y * 2.5
    pattern = re.compile(r"(−?\d+\.?\d*) × \(?(−?\d+\.?\d*)\)? = (−?\d+\.?\d*)")
    found = 0
    for frame in frames(tell(record(out))):
        for texts in pattern.findall(words(frame)):
            first, second, product = (float(text.replace("−", "-")) for text in texts)
            assert abs(first * second - product) < 2e-3 * max(1, abs(product))
            found += 1
    assert found >= 4


def test_notes_stand_from_the_moment_they_are_true(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = 3 * x**2
    story = tell(record(y))
    code = next((part for part in story.scene.parts if isinstance(part, Code)), None)
    assert code is not None
    notes = [frame.states["code"]["notes"] for frame in frames(story)]
    written = [" ".join(plain(note) for note in here.values()) for here in notes]
    assert "y = 27" in written[0]
    assert "x.grad" not in written[0]
    assert "x.grad = 18" in written[-1]


def test_a_long_graph_is_told_step_by_step(engine):
    x = engine.tensor(0.5, requires_grad=True)
    h = x
    for _ in range(60):
        h = h * x
    recording = record(h)
    story = tell(recording)
    assert len(frames(story)) == 3 + len(recording.steps)
    assert len(picture(story).cards) < 24
    assert "Repetitions are folded" in plain(picture(story).note)


def test_a_function_is_run_for_the_learner(engine):
    x = engine.tensor(3.0, requires_grad=True)
    story = step_backward(lambda value: value * value, x)
    assert "x.grad = 6" in words(frames(story)[-1])
    assert x.grad is None


def test_bad_input_is_told_in_a_sentence(engine):
    x = engine.tensor(3.0, requires_grad=True)
    with pytest.raises(TypeError, match="has to return the tensor"):
        step_backward(lambda value: 3, x)
    with pytest.raises(TypeError, match="is no function"):
        step_backward(x * x, x)
    with pytest.raises(ValueError, match="no backward pass"):
        tell([])


def test_numbers_follow_the_way_the_learner_prints(engine):
    import gradviz

    x = engine.tensor(1 / 3, requires_grad=True)
    y = x * x
    assert x.grad is None
    try:
        assert "0.1111" in words(frames(tell(record(y)))[0])
        gradviz.set_printoptions(precision=2)
        assert "0.11 " in words(frames(tell(record(y)))[0])
    finally:
        gradviz.set_printoptions(profile="default")


def test_a_long_vector_stays_within_its_column(engine):
    x = engine.linspace(-2, 2, 60).requires_grad_(True)
    story = tell(rehearse((x**2).reshape(60, 1).mean(), names={"x": x}))
    for frame in frames(story):
        for row in frame.states.get("equation", {}).get("rows", ()):
            terms = [
                cell["matrix"]
                for cell in row["cells"]
                if isinstance(cell, dict) and "matrix" in cell
            ]
            for term in terms:
                assert len(term["cells"]) <= 4
                assert all(len(cells) <= 8 for cells in term["cells"])
            assert sum(len(term["shape"]) for term in terms) <= 60
            assert all("…" not in term["shape"] for term in terms if not term["sent"])


def test_a_power_in_a_head_is_raised(engine):
    x = engine.linspace(1, 2, 3).requires_grad_(True)
    story = tell(rehearse((x**3).sum(), names={"x": x}))
    heads = [
        cell["matrix"]["head"]
        for frame in frames(story)
        for row in frame.states["equation"].get("rows", ())
        for cell in row["cells"]
        if isinstance(cell, dict) and "matrix" in cell
    ]
    assert "n\u2009aⁿ⁻¹" in heads

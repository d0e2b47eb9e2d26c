import pytest

from gradviz.graph.nudge import nudge


def test_every_value_changes_by_gradient_times_change(engine):
    def f(x):
        square = x**2
        return 3 * square + 4 * x

    told = nudge(f, engine.tensor(3.0), 1e-2)
    assert [row.label for row in told.rows] == [
        "square = x**2",
        "3 * square",
        "4 * x",
        "3 * square + 4 * x",
    ]
    for row in told.rows:
        assert float(row.change.numbers) == pytest.approx(float(row.foretold.numbers), rel=1e-2)
    assert float(told.gradient.numbers) == 22
    assert float(told.measured.numbers) == pytest.approx(22, rel=1e-6)
    assert told.agrees
    assert "backward says 22" in repr(told)


def test_each_element_is_checked(engine):
    told = nudge(lambda x: (x.exp() * x).sum(), engine.tensor([0.5, 1.0, -2.0]))
    assert told.gradient.shape == told.measured.shape == (3,)
    assert told.agrees


def test_any_of_several_inputs_may_be_nudged(engine):
    told = nudge(lambda x, w: x * w, (engine.tensor(2.0), engine.tensor(5.0)), which=1)
    assert (told.name, float(told.gradient.numbers)) == ("w", 2.0)


def test_a_wrong_gradient_is_found_out(engine):
    class Wrong(engine.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * x

        @staticmethod
        def backward(ctx, grad):
            return grad * 7

    told = nudge(Wrong.apply, engine.tensor(3.0))
    assert not told.agrees
    assert "They do not agree." in told.text()


def test_the_input_is_left_alone(engine):
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    nudge(lambda t: (t * t).sum(), x)
    assert x.grad is None
    assert x.tolist() == [1.0, 2.0]


def test_bad_input_is_refused_in_a_sentence(engine):
    with pytest.raises(TypeError, match="cannot be called"):
        nudge(engine.tensor(1.0), 3.0)
    with pytest.raises(ValueError, match="step is 0"):
        nudge(lambda x: x, engine.tensor(1.0), 0)
    with pytest.raises(ValueError, match="autograd has recorded"):
        nudge(lambda x: x.detach() * 2, engine.tensor(1.0))
    with pytest.raises(TypeError, match="neither a tensor nor a number"):
        nudge(lambda x: x, "3")
    with pytest.raises(ValueError, match="counted from 0"):
        nudge(lambda x: x, engine.tensor(1.0), which=3)


def test_all_elements_of_a_large_input_are_moved_together(engine):
    calls = []

    def f(x):
        calls.append(1)
        return (x * x).sum()

    told = nudge(f, engine.ones(5000))
    assert (told.agrees, told.together, len(calls)) == (True, True, 4)
    assert float(told.gradient.numbers) == 10_000
    assert "the gradients sum to 10000" in told.text()

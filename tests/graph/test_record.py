import numpy as np
import pytest

from gradviz.graph.read import read
from gradviz.graph.record import record, rehearse


def numbers(value):
    return None if value is None else value.numbers.tolist()


def turns(recording):
    """(name, received, sent) of each step."""
    nodes = recording.graph.nodes
    return [
        (nodes[s.node].name, [*map(numbers, s.received)], [*map(numbers, s.sent)])
        for s in recording.steps
    ]


def leaf_step(recording, name):
    nodes = recording.graph.nodes
    return next(s for s in recording.steps if name in nodes[s.node].names)


def test_what_arrived_and_what_was_sent_is_written_down(engine):
    a = engine.tensor([2.0, 3.0], requires_grad=True)
    b = engine.tensor([6.0, 4.0], requires_grad=True)
    q = 3 * a**3 - b**2
    recording = record(q, engine.ones(2))
    assert turns(recording) == [
        ("SubBackward0", [[1, 1]], [[1, 1], [-1, -1]]),
        ("PowBackward0", [[-1, -1]], [[-12, -8]]),
        ("AccumulateGrad", [[-12, -8]], []),
        ("MulBackward0", [[1, 1]], [[3, 3], None]),
        ("PowBackward0", [[3, 3]], [[36, 81]]),
        ("AccumulateGrad", [[36, 81]], []),
    ]
    assert recording.call == "q.backward(torch.tensor([1., 1.]))"
    assert numbers(recording.seeds[0]) == [1, 1]


def test_grad_fills_in_at_the_leaf_and_is_put_back(engine):
    x = engine.tensor(3.0, requires_grad=True)
    (x * 2).backward()
    own, version = x.grad, x.grad._version
    step = leaf_step(record(x * x), "x")
    assert (numbers(step.before), numbers(step.after)) == (2.0, 8.0)
    assert x.grad is own
    assert (float(own), own._version) == (2.0, version)


def test_paths_that_meet_are_told_by_their_senders(engine):
    x = engine.tensor(3.0, requires_grad=True)
    recording = record(3 * x**2 + 4 * x + 2)
    step = leaf_step(recording, "x")
    senders = {recording.graph.nodes[node].name for node, _ in step.arrivals}
    assert senders == {"PowBackward0", "MulBackward0"}
    assert len(step.arrivals) == 2
    assert numbers(step.received[0]) == 22
    assert all(not s.arrivals for s in recording.steps if s is not step)


def test_the_graph_can_still_be_used(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x.exp() * x
    record(y)
    y.backward()
    assert x.grad is not None
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


def test_no_hook_of_ours_is_left(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x
    first = record(y)
    assert len(record(y).steps) == len(first.steps)
    y.backward()
    assert len(first.steps) == 2


def test_a_hook_that_changes_the_gradient_is_shown(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * 2
    y.register_hook(lambda grad: grad * 10)
    x.register_hook(lambda grad: grad + 1)
    z = y * 5
    recording = record(z)
    at_x = leaf_step(recording, "x")
    assert (numbers(at_x.hooked), numbers(at_x.received[0])) == (100.0, 101.0)
    at_y = leaf_step(recording, "y")
    assert (numbers(at_y.hooked), numbers(at_y.received[0])) == (5.0, 50.0)
    assert recording.steps[0].hooked is None


def test_a_hook_on_the_root_is_shown(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * 2
    y.register_hook(lambda grad: grad * 10)
    assert numbers(record(y).steps[0].hooked) == 1.0


def test_a_retained_gradient_is_put_back(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * 2
    y.retain_grad()
    z = y * 5
    record(z)
    assert y.grad is None
    z.backward()
    assert float(y.grad) == 5.0


def test_everything_is_as_before_after_an_exception_of_a_hook(engine):
    x = engine.tensor(3.0, requires_grad=True)
    w = engine.tensor(2.0, requires_grad=True)
    (x * 2).backward()
    own = x.grad
    y = w * (x * 2)

    def fail(grad):
        raise KeyError("mine")

    handle = w.register_hook(fail)
    with pytest.raises(KeyError, match="mine"):
        record(y)
    assert x.grad is own
    assert float(own) == 2.0
    assert w.grad is None
    handle.remove()
    assert len(record(y).steps) == 4


def test_a_pass_over_freed_values_is_recorded_as_far_as_it_goes(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = x * x + 2
    y.backward()
    with pytest.raises(RuntimeError) as refused:
        y.backward()
    recording = record(y)
    assert recording.error == str(refused.value)
    assert recording.graph.nodes[recording.refused_at].name == "MulBackward0"
    assert [name for name, *_ in turns(recording)] == ["AddBackward0", "MulBackward0"]
    assert float(x.grad) == 6.0


def test_a_pass_over_changed_values_is_recorded_with_the_librarys_words(engine):
    x = engine.tensor([3.0], requires_grad=True)
    y = x.exp()
    z = y.sum()
    y.detach().add_(1)
    recording = record(z)
    assert "modified by an inplace operation" in recording.error
    assert recording.graph.nodes[recording.refused_at].name == "ExpBackward0"


def test_a_pass_that_cannot_begin_raises_the_librarys_own_error(engine):
    x = engine.tensor([3.0, 1.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar"):
        record(x * 2)


def test_a_second_pass_adds_to_the_first(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y = 3 * x**2 + 4 * x + 2
    passes = rehearse(y, retain_graph=True, passes=3)
    steps = [leaf_step(recording, "x") for recording in passes]
    assert [(numbers(s.before), numbers(s.after)) for s in steps] == [
        (None, 22),
        (22, 44),
        (44, 66),
    ]
    assert x.grad is None


def test_a_second_pass_without_retain_graph_is_refused_where_the_library_refuses(engine):
    def program():
        x = engine.tensor(3.0, requires_grad=True)
        return 3 * x**2 + 4 * x + 2

    y = program()
    rehearsed = rehearse(y, passes=3)
    assert len(rehearsed) == 2
    y = program()
    y.backward()
    real = record(y)
    told = rehearsed[1]
    assert (told.error, told.refused_at, turns(told)) == (real.error, real.refused_at, turns(real))


def test_what_saved_nothing_may_run_twice(engine):
    x = engine.tensor(3.0, requires_grad=True)
    assert [r.error for r in rehearse(x + 1, passes=2)] == [None, None]


def test_several_outputs_of_a_node_arrive_each_at_its_place(engine):
    x = engine.tensor([1.0, 2.0, 3.0], requires_grad=True)
    first, second, _ = x.unbind()
    recording = record(first * second)
    step = recording.steps[1]
    assert numbers(step.received[0]) == 2.0
    assert numbers(step.received[1]) == 1.0
    assert numbers(recording.steps[-1].after) == [2.0, 1.0, 0.0]


def test_several_roots_run_in_one_pass(engine):
    x = engine.tensor(3.0, requires_grad=True)
    y, z = x * 2, x.exp()
    recording = record((y, z), (None, engine.tensor(0.0)))
    assert numbers(leaf_step(recording, "x").after) == 2.0
    assert recording.call == "torch.autograd.backward((y, z), (None, torch.tensor(0.)))"
    assert [numbers(seed) for seed in recording.seeds] == [1.0, 0.0]


def test_only_the_inputs_asked_for_are_filled(engine):
    x = engine.tensor(3.0, requires_grad=True)
    w = engine.tensor(2.0, requires_grad=True)
    recording = record(x * w, inputs=[w])
    names = [recording.graph.nodes[s.node].names for s in recording.steps]
    assert ("w",) in names
    assert ("x",) not in names


def test_random_state_is_untouched(engine):
    engine.manual_seed(0)
    x = engine.randn(3, requires_grad=True)
    record((x * x).sum())
    drawn = engine.randn(2).tolist()
    engine.manual_seed(0)
    engine.randn(3)
    assert engine.randn(2).tolist() == drawn


def test_the_sum_of_broadcasting_is_made_by_the_engine(engine):
    m = engine.ones(4, 2, requires_grad=True)
    b = engine.ones(2, requires_grad=True)
    recording = record((m + b).sum())
    assert numbers(leaf_step(recording, "b").received[0]) == [4.0, 4.0]


def test_nothing_is_sent_to_a_none_slot(engine):
    x = engine.tensor([3.0], requires_grad=True)
    k = engine.tensor([1.0])
    recording = record(engine.cat((x, k)).sum())
    assert turns(recording)[1] == ("CatBackward0", [[1.0, 1.0]], [[1.0], None])


def test_a_chain_of_ten_thousand_is_recorded(engine):
    y = engine.tensor(1.0, requires_grad=True)
    for _ in range(10_000):
        y = y * 1.0
    recording = record(y)
    assert len(recording.steps) == 10_001
    assert numbers(recording.steps[-1].after) == 1.0


def test_large_gradients_are_sampled(engine):
    x = engine.ones(300, 300, requires_grad=True)
    recording = record((x * 2).sum())
    kept = [v for s in recording.steps for v in (*s.received, *s.sent, s.after) if v is not None]
    assert max(v.numbers.size for v in kept) <= 64
    assert leaf_step(recording, "x").after.range == (2.0, 2.0, 2.0)


def test_a_custom_function_takes_its_turn(engine):
    class Double(engine.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * 2

    x = engine.tensor(3.0, requires_grad=True)
    assert turns(record(Double.apply(x)))[0] == ("DoubleBackward", [1.0], [2.0])


def test_a_second_derivative_is_recorded(engine):
    x = engine.tensor(3.0, requires_grad=True)
    (slope,) = engine.autograd.grad(x**3, x, create_graph=True)
    assert numbers(leaf_step(record(slope), "x").after) == 18.0


def test_recordings_hold_no_tensor(engine):
    x = engine.tensor(3.0, requires_grad=True)
    recording = record(x * x)
    assert isinstance(recording.steps[0].received[0].numbers, np.ndarray)


def test_what_a_function_may_look_at_once_is_left_for_it(engine):
    class Square(engine.autograd.Function):
        clear_saved_tensors_on_access = True

        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 2 * x * grad

    x = engine.tensor(3.0, requires_grad=True)
    y = Square.apply(x)
    assert [saved.name for saved in read(y).nodes[0].saved] == ["saved_tensors[0]"]
    with pytest.raises(ValueError, match=r"Square lets its saved tensors be looked at only once"):
        record(y)
    y.backward()
    assert x.grad == 6.0

import itertools

import numpy as np
import pytest

import gradviz

pytestmark = pytest.mark.torch

DESCENTS = [
    {
        "momentum": momentum,
        "dampening": dampening,
        "nesterov": nesterov,
        "weight_decay": decay,
        "maximize": up,
    }
    for momentum, dampening, nesterov, decay, up in itertools.product(
        (0, 0.9), (0, 0.1), (False, True), (0, 0.01), (False, True)
    )
    if not nesterov or (momentum and not dampening)
]
ADAMS = [
    {"amsgrad": largest, "weight_decay": decay, "maximize": up, "decoupled_weight_decay": apart}
    for largest, decay, up, apart in itertools.product(
        (False, True), (0, 0.01), (False, True), (False, True)
    )
]
KINDS = [
    *(("SGD", {"lr": 0.05, **options}) for options in DESCENTS),
    *(("Adam", {"lr": 0.05, **options}) for options in ADAMS),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "betas": (0.5, 0.6), "eps": 1e-3}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1}),
    (
        "Adagrad",
        {"lr": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.2, "maximize": True},
    ),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "centered": True, "momentum": 0.5, "weight_decay": 0.1}),
]
START = np.random.default_rng(1).normal(size=(2, 3))


def trained(torch, kind, options, values, type_name, steps=12):
    x = torch.tensor(values, dtype=getattr(torch, type_name), requires_grad=True)
    optimizer = getattr(torch.optim, kind)([x], **options)
    for _ in range(steps):
        optimizer.zero_grad()
        (x * x - x).sum().backward()
        optimizer.step()
    return x, optimizer


@pytest.mark.parametrize("type_name", ["float32", "float64"])
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_many_steps_give_the_numbers_of_torch(kind, options, type_name):
    torch = pytest.importorskip("torch")
    tolerance = 1e-5 if type_name == "float32" else 1e-12
    for values in (START[0, 0], START[:1, 0], START):
        (x, ours), (y, theirs) = (
            trained(each, kind, options, values, type_name) for each in (gradviz, torch)
        )
        np.testing.assert_allclose(x.tolist(), y.tolist(), tolerance, tolerance)
        our_state, their_state = ours.state_dict(), theirs.state_dict()
        assert our_state["param_groups"] == their_state["param_groups"]
        assert our_state["state"].keys() == their_state["state"].keys()
        for number, memory in their_state["state"].items():
            assert our_state["state"][number].keys() == memory.keys()
            for name, kept in memory.items():
                mine = our_state["state"][number][name]
                assert (str(mine.dtype), mine.shape) == (str(kept.dtype), kept.shape)
                np.testing.assert_allclose(mine.tolist(), kept.tolist(), tolerance * 10, tolerance)
        assert repr(ours) == repr(theirs)


SETUP = "x = torch.tensor([1., 2.], requires_grad=True); y = torch.tensor(3., requires_grad=True); "
LINES = r"""
torch.optim.SGD([], lr=.1)
torch.optim.SGD([x], lr=-1)
torch.optim.SGD([x])
torch.optim.SGD([x], lr=.1, momentum=-1)
torch.optim.SGD([x], lr=.1, weight_decay=-1)
torch.optim.SGD([x], lr=.1, nesterov=True)
torch.optim.SGD([x], lr=.1, nesterov=True, momentum=.9, dampening=.1)
torch.optim.SGD(x, lr=.1)
torch.optim.SGD([x * 2], lr=.1)
torch.optim.SGD([3], lr=.1)
torch.optim.SGD([x, x], lr=.1)
torch.optim.SGD([{'params': [x], 'lr': .5}, {'params': y}], lr=.1)
torch.optim.SGD([{'params': [x], 'foo': .5}], lr=.1).param_groups
torch.optim.SGD([{'params': [x]}, {'params': [x]}], lr=.1)
torch.optim.SGD([{'params': {x}}], lr=.1)
torch.optim.SGD({x}, lr=.1)
torch.optim.SGD([{'lr': .1}], lr=.1)
torch.optim.SGD((p for p in [x, y]), lr=.1)
torch.optim.SGD([('a', x), ('b', y)], lr=.1).state_dict()
torch.optim.SGD([('a', x), y], lr=.1)
torch.optim.SGD([x], lr=torch.tensor(.5))
torch.optim.SGD([x], .1, .9)
torch.optim.SGD([x], lr=.1, foo=2)
torch.optim.SGD()
torch.optim.SGD(None, lr=.1)
torch.optim.SGD([torch.ones(2)], lr=.1).step()
torch.optim.SGD([x], lr=.1).add_param_group(3)
torch.optim.SGD([x], lr=.1).add_param_group({'params': [x]})
torch.optim.SGD([x], lr=.1).add_param_group({'params': [y], 'lr': 3})
torch.optim.SGD([x], lr=.1).load_state_dict({'state': {}, 'param_groups': []})
torch.optim.SGD([x], lr=.1).load_state_dict({'state': {}, 'param_groups': [{'params': [0, 1]}]})
torch.optim.SGD([x], lr=.1).step(lambda: x.sum())
torch.optim.SGD([x], lr=.1).state[x]
torch.optim.SGD([x], lr=.1).foo
torch.optim.Adam([x], lr=-1)
torch.optim.Adam([x], eps=-1)
torch.optim.Adam([x], betas=(1., .9))
torch.optim.Adam([x], betas=(.9, 1.))
torch.optim.Adam([x], weight_decay=-1)
torch.optim.Adam([x], lr=.1, betas=3)
torch.optim.Adam([x], lr=.1)
torch.optim.AdamW([x], weight_decay=-1)
torch.optim.RMSprop([x], alpha=-1)
torch.optim.Adagrad([x], lr_decay=-1)
x.grad = torch.ones(2); o = torch.optim.SGD([x], lr=.1); v = x._version; o.step(); x, x._version - v
x.grad = torch.ones(2); o = torch.optim.SGD([x], lr=.1); o.zero_grad(); x.grad
x.grad = torch.ones(2); o = torch.optim.SGD([x], lr=.1); o.zero_grad(set_to_none=False); x.grad
x.grad = torch.ones(2); w = x.detach(); o = torch.optim.SGD([x], lr=.5); o.step(); w
""".strip().splitlines()


@pytest.mark.parametrize("code", LINES)
def test_calls_answer_as_in_torch(code, same_answer):
    same_answer(SETUP + code)


@pytest.mark.parametrize(
    "make",
    [
        lambda s, o: s.StepLR(o, 3, 0.5),
        lambda s, o: s.MultiStepLR(o, [2, 5], 0.1),
        lambda s, o: s.ExponentialLR(o, 0.9),
        lambda s, o: s.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
        lambda s, o: s.CosineAnnealingLR(o, 8, 0.01),
    ],
)
def test_schedules_follow_those_of_torch(make):
    torch = pytest.importorskip("torch")
    rates = []
    for each in (gradviz, torch):
        x = each.tensor([1.0], requires_grad=True)
        optimizer = each.optim.SGD([x], lr=0.5)
        schedule = make(each.optim.lr_scheduler, optimizer)
        rates.append([])
        for _ in range(10):
            rates[-1].append(schedule.get_last_lr()[0])
            optimizer.step()
            schedule.step()
    np.testing.assert_allclose(*rates, rtol=1e-9)


def test_training_goes_on_from_a_saved_state():
    whole, _ = trained(gradviz, "Adam", {"lr": 0.1}, START, "float32", 10)
    x, before = trained(gradviz, "Adam", {"lr": 0.1}, START, "float32", 6)
    after = gradviz.optim.Adam([x], lr=0.7)
    after.load_state_dict(before.state_dict())
    for _ in range(4):
        after.zero_grad()
        (x * x - x).sum().backward()
        after.step()
    assert x.tolist() == whole.tolist()


def test_an_optimizer_of_ones_own_says_only_what_a_step_is():
    class Signs(gradviz.optim.Optimizer):
        def update(self, value, grad, memory, group):
            return value - group["lr"] * np.sign(grad)

    x = gradviz.tensor([3.0, -2.0], requires_grad=True)
    (x * x).sum().backward()
    Signs([x], {"lr": 0.5}).step()
    assert x.tolist() == [2.5, -1.5]

"""What a declaration says, and what follows from it."""

import numpy as np
import pytest

import gradviz as torch
from gradviz.core.meanings import word
from gradviz.core.op import Elementwise, Op, Scalar, composed, declared, faces, ops
from gradviz.core.tensor import Tensor
from gradviz.core.words import zeros_like


@pytest.fixture(autouse=True)
def forgotten():
    """What a test declares is gone afterwards."""
    before = len(declared), dict(faces["torch"]), set(vars(Tensor)), set(vars(ops))
    yield
    del declared[before[0] :]
    faces["torch"].clear()
    faces["torch"].update(before[1])
    for place, names in ((Tensor, before[2]), (ops, before[3])):
        for name in set(vars(place)) - names:
            delattr(place, name)


def test_a_variant_has_the_rules_of_the_op_it_comes_from():
    class Doubled(Elementwise, hidden=True):
        def forward(self):
            return self + self

        def grad_self(grad):
            return 2 * grad

    class DoubledAgain(Doubled, node="OtherBackward7", hidden=True):
        """The same under another name."""

    x = torch.tensor(3.0, requires_grad=True)
    y = ops.doubled_again(x)
    y.backward()
    assert (y.grad_fn.name(), y.item(), x.grad.item()) == ("OtherBackward7", 6.0, 2.0)


def test_an_abstract_kind_gives_its_rule_and_declares_no_op():
    class Level(Elementwise, abstract=True):
        def grad_self(grad):
            return zeros_like(grad)

    class Steps(Level, hidden=True):
        def forward(self):
            return np.floor(self)

    x = torch.tensor(3.5, requires_grad=True)
    ops.steps(x).backward()
    assert x.grad.item() == 0.0
    assert Steps in declared
    assert Level not in declared


def test_what_an_op_does_is_a_word_on_numbers_and_an_op_on_tensors():
    global turned  # a rule finds its words in its module

    class Turned(Op, hidden=True):
        def forward(self: Tensor, times: Scalar):
            return np.roll(self, times)

        def grad_self(grad, times):
            return turned(grad, -times)

    turned = word(Turned)
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    loss = (ops.turned(x, 1) ** 2 * torch.tensor([1.0, 10.0, 100.0])).sum()
    (slope,) = torch.autograd.grad(loss, x, create_graph=True)
    assert slope.tolist() == [20.0, 400.0, 6.0]
    assert slope.grad_fn.name() == "TurnedBackward0"


def test_a_hidden_op_stands_nowhere_but_among_the_ops():
    class Secret(Elementwise, hidden=True):
        def forward(self):
            return self

        def grad_self(grad):
            return grad

    assert hasattr(ops, "secret")
    assert not hasattr(torch, "secret")
    assert not hasattr(torch.ones(1), "secret")


def test_a_composed_function_is_called_in_the_ways_that_stand_above_it():
    @composed("int dim, bool keepdim = False", name="lengthened", out=True)
    def longer(self, dim, keepdim=False):
        return ops.unsqueeze(self, dim)

    x = torch.ones(2)
    assert x.lengthened(axis=0).shape == (1, 2)
    with pytest.raises(TypeError, match=r"lengthened\(\): argument 'dim' .* must be int, not str"):
        x.lengthened("a")
    given = torch.zeros(1, 2)
    assert torch.lengthened(x, 0, out=given) is given

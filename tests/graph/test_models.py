"""Graphs of real models, as PyTorch's users have them, are read, recorded and watched."""

import time

import pytest

from gradviz.graph.read import read
from gradviz.graph.record import record
from gradviz.graph.watch import watch

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")


def mlp():
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    return model, torch.nn.functional.mse_loss(model(torch.randn(5, 8)), torch.zeros(5, 1))


def lstm():
    model = torch.nn.LSTMCell(4, 6)
    state = torch.zeros(2, 6), torch.zeros(2, 6)
    for _ in range(20):
        state = model(torch.randn(2, 4), state)
    return model, state[0].sum()


def transformer():
    model = torch.nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    return model, model(torch.randn(2, 5, 16)).mean()


class Residual(torch.nn.Module):
    def __init__(self):
        super().__init__()
        blocks = [torch.nn.Conv2d(4, 4, 3, padding=1) for _ in range(100)]
        self.blocks = torch.nn.ModuleList(blocks)
        self.norm = torch.nn.BatchNorm2d(4)

    def forward(self, x):
        for block in self.blocks:
            x = x + self.norm(block(x)).relu()
        return x.mean()


def resnet():
    model = Residual()
    return model, model(torch.randn(1, 4, 6, 6))


def custom():
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, grad):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * grad

    model = torch.nn.Linear(3, 3)
    return model, Cube.apply(model(torch.ones(3))).sum()


def double():
    model = torch.nn.Linear(3, 1)
    x = torch.ones(3, requires_grad=True)
    (slope,) = torch.autograd.grad(model(x).tanh().sum(), x, create_graph=True)
    return model, (slope**2).sum()


MODELS = [mlp, lstm, transformer, resnet, custom, double]


@pytest.mark.parametrize("make", MODELS)
def test_a_real_model_is_recorded_as_its_backward_runs(make):
    torch.manual_seed(0)
    model, loss = make()
    start = time.process_time()
    recording = record(loss, names={"model": model})
    assert time.process_time() - start < 2
    assert recording.error is None
    assert all(p.grad is None for p in model.parameters())
    loss.backward()
    nodes = recording.graph.nodes
    told = {name: s.after for s in recording.steps for name in nodes[s.node].names}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            value = told[f"model.{name}"]
            assert value.shape == tuple(parameter.shape)
            if value.whole:
                assert torch.equal(torch.from_numpy(value.numbers), parameter.grad)


@pytest.mark.parametrize("make", MODELS)
def test_a_real_model_is_watched(make):
    torch.manual_seed(0)
    with watch() as tape:
        model, loss = make()
    graph = read(loss, tape=tape)
    assert graph.nodes
    assert tape.calls
    assert model is not None
    told = sum(1 for node in graph.nodes if node.span is not None)
    assert told >= len([n for n in graph.nodes if n.kind == "op"]) // 2


def test_the_modules_of_a_stack_are_told():
    torch.manual_seed(0)
    with watch():
        model, loss = resnet()
    assert model.training
    modules = {node.module for node in read(loss).nodes}
    assert {"model", "model.blocks.0", "model.blocks.99", "model.norm"} <= modules


def test_subclasses_views_and_odd_dtypes_do_not_raise():
    x = torch.ones(3, dtype=torch.complex64, requires_grad=True)
    assert record((x * x.conj()).real.sum()).error is None
    half = torch.ones(3, dtype=torch.bfloat16, requires_grad=True)
    assert record((half * 2).sum()).steps[-1].after.dtype == "bfloat16"
    base = torch.ones(4, requires_grad=True).clone()
    view = base[:2]
    base.mul_(2)
    assert record(view.sum()).error is None
    sparse = torch.nn.Embedding(5, 3, sparse=True)
    recording = record(sparse(torch.tensor([1, 2])).sum())
    assert recording.error is None
    assert sparse.weight.grad is None

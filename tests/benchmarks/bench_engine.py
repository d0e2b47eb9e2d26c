"""How fast the small torch is, side by side with PyTorch, autograd, mygrad and micrograd.

    python -m pytest tests/benchmarks/bench_engine.py -o python_files='bench_*.py' --benchmark-only

Each group is one program; the number in brackets is the ratio to the fastest library of the group.
Only ratios within one run mean anything: machines differ, and are shared. One thread everywhere.
"""

import gc
import importlib

import numpy as np
import pytest

pytest.importorskip("pytest_benchmark")

TORCHES = ["gradviz", pytest.param("torch", marks=pytest.mark.torch)]


@pytest.fixture(params=TORCHES)
def library(request):
    module = importlib.import_module(request.param)
    module.set_num_threads(1)
    return module


@pytest.fixture(autouse=True)
def without_collector():
    gc.disable()
    yield
    gc.enable()


def measured(benchmark, group, run):
    benchmark.group = group
    benchmark.pedantic(run, rounds=15, iterations=3, warmup_rounds=2)


@pytest.mark.parametrize("shape", [(), (1,)], ids=["0-d", "one element"])
def test_descent(benchmark, library, shape):
    start = np.full(shape, 1.5, np.float32).tolist()

    def run():
        x = library.tensor(start, requires_grad=True)
        for _ in range(50):
            y = 3 * x**2 + 2 * x - 1.2
            y.backward()
            with library.no_grad():
                x -= 0.01 * x.grad.item()
                x.grad.zero_()

    measured(benchmark, f"descent, 50 steps, {shape}", run)


def test_curve_fit(benchmark, library):
    draws = np.random.RandomState(0)
    inputs = library.tensor(draws.randn(200, 3).astype(np.float32))
    wanted = library.tensor(draws.randn(200).astype(np.float32))

    def run():
        weights = library.tensor([[0.1], [0.2], [0.3]], requires_grad=True)
        for _ in range(20):
            loss = (library.mm(inputs, weights).squeeze() - wanted).pow(2).mean()
            loss.backward()
            with library.no_grad():
                weights -= 0.01 * weights.grad
                weights.grad.zero_()

    measured(benchmark, "curve fit, 20 steps, 200 x 3", run)


def test_logits(benchmark, library):
    x, y = library.ones(3), library.zeros(2)
    w = library.tensor([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], requires_grad=True)
    b = library.tensor([0.1, 0.2], requires_grad=True)
    loss_of = library.nn.functional.binary_cross_entropy_with_logits

    def run():
        loss_of(library.matmul(x, w) + b, y).backward()

    measured(benchmark, "matmul and cross entropy with logits", run)


def test_recurrent_cell(benchmark, library):
    draws = np.random.RandomState(0)
    hidden, seen = (library.tensor(draws.randn(1, n).astype(np.float32)) for n in (3, 2))
    from_hidden, from_seen = (
        library.tensor(draws.randn(3, n).astype(np.float32), requires_grad=True) for n in (3, 2)
    )

    def run():
        mixed = library.mm(from_hidden, hidden.t()) + library.mm(from_seen, seen.t()) + 5
        mixed.tanh().sum().backward()

    measured(benchmark, "recurrent cell", run)


@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_chain_of_twenty(benchmark, library, size):
    x = library.tensor(np.full(size, 0.5, np.float32), requires_grad=True)

    def run():
        y = x
        for _ in range(10):
            y = y * 1.01 + 0.1
        y.sum().backward()

    measured(benchmark, f"chain of 20 ops, {size} elements", run)


def test_deep_chain(benchmark, library):
    def run():
        x = library.tensor(1.0, requires_grad=True)
        y = x
        for _ in range(5000):
            y = y + 1
        y.backward()

    measured(benchmark, "chain of 5000 nodes", run)


def test_double_backward(benchmark, library):
    def run():
        x = library.tensor(0.5, requires_grad=True)
        y = x**3 + library.tanh(x)
        (slope,) = library.autograd.grad(y, x, create_graph=True)
        slope.backward()

    measured(benchmark, "second derivative", run)


def with_autograd(numbers):
    autograd = pytest.importorskip("autograd")
    slope = autograd.grad(lambda x: 2 * x**4 + x**3 + 3 * x**2 + 5 * x + 1)
    return lambda: slope(numbers)


def with_mygrad(numbers):
    mygrad = pytest.importorskip("mygrad")

    def run():
        x = mygrad.tensor(numbers)
        (2 * x**4 + x**3 + 3 * x**2 + 5 * x + 1).backward()

    return run


def with_micrograd(numbers):
    engine = pytest.importorskip("micrograd.engine")

    def run():
        x = engine.Value(numbers)
        (2 * x**4 + x**3 + 3 * x**2 + 5 * x + 1).backward()

    return run


def with_torch(name):
    def prepare(numbers):
        module = pytest.importorskip(name)
        module.set_num_threads(1)

        def run():
            x = module.tensor(numbers, requires_grad=True)
            (2 * x**4 + x**3 + 3 * x**2 + 5 * x + 1).backward()

        return run

    return prepare


@pytest.mark.parametrize(
    "prepare",
    [with_torch("gradviz"), with_torch("torch"), with_autograd, with_mygrad, with_micrograd],
    ids=["gradviz", "torch", "autograd", "mygrad", "micrograd"],
)
def test_polynomial(benchmark, prepare):
    measured(benchmark, "polynomial of degree 4", prepare(2.0))

"""What the lens keeps of large tensors: a few numbers, and none of the tensors."""

import gc
import pickle
import tracemalloc
import weakref

import pytest

import gradviz
from gradviz.graph.overhear import overhear
from gradviz.graph.record import record
from gradviz.graph.values import value_of

SIZE = 1_000_000
LITTLE = 300_000
"""Bytes: a story and its picture, and less than a tenth of one of the tensors."""


def program(x, w):
    return (x * w).tanh().sum()


def leaves(engine, size=SIZE):
    return [engine.ones(size, requires_grad=True) for _ in range(2)]


def drawn(engine, x, w):
    return gradviz.draw(program(x, w)).html()


def recorded(engine, x, w):
    return record(program(x, w))


def stepped(engine, x, w):
    return gradviz.BackwardStepper(program(x, w)).html()


def watched(engine, x, w):
    with gradviz.watch() as tape:
        program(x, w)
        with engine.no_grad():
            x * w
    return tape.calls


def booked(engine, x, w):
    y = program(x, w)
    with gradviz.ledger(x, w) as book:
        y.backward()
        x.grad.zero_()
    return book.entries, book.text()


def overheard(engine, x, w):
    with overhear() as heard:
        program(x, w).backward()
    return heard


def nudged(engine, x, w):
    return gradviz.nudge(program, (x, w), 1e-3)


FEATURES = [drawn, recorded, stepped, watched, booked, overheard, nudged]


@pytest.mark.parametrize("feature", FEATURES)
def test_no_tensor_is_held_once_the_answer_is_there(engine, feature):
    feature(engine, *leaves(engine, 100))  # what is read once for all programs
    x, w = leaves(engine)
    gone = weakref.ref(x)
    gc.collect()
    gc.disable()
    try:
        answer = feature(engine, x, w)
        del x, w
        assert gone() is None
    finally:
        gc.enable()
    assert answer is not None


@pytest.mark.parametrize("feature", FEATURES)
def test_what_is_kept_is_small(engine, feature):
    assert len(pickle.dumps(feature(engine, *leaves(engine)))) < LITTLE


@pytest.mark.parametrize("look", [drawn, watched])
def test_looking_makes_no_copy(engine, look):
    x, w = leaves(engine)
    look(engine, x, w)
    gc.collect()
    tracemalloc.start()
    program(x, w)
    plain = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    look(engine, x, w)
    looked = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert looked < plain + 4 * SIZE / 2


@pytest.mark.torch
@pytest.mark.parametrize("look", [drawn, watched])
def test_looking_at_tensors_of_pytorch_makes_no_copy(look):
    torch = pytest.importorskip("torch")
    x, w = leaves(torch)
    with large_results(torch) as plain:
        program(x, w)
        x * w
    with large_results(torch) as looked:
        look(torch, x, w)
    assert set(looked) <= set(plain)
    assert len(looked) <= len(plain)


@pytest.mark.torch
def test_recording_makes_no_more_large_tensors_than_backward_does():
    torch = pytest.importorskip("torch")
    y = program(*leaves(torch))
    with large_results(torch) as plain:
        y.backward(retain_graph=True)
    with large_results(torch) as recording:
        record(y)
    assert sorted(recording) == sorted([*plain, "aten.clone", "aten.clone"])  # of .grad, put back


KINDS = [
    *("bfloat16", "float16", "complex64", "complex32", "int8", "uint8", "bool"),
    *("float8_e4m3fn", "float8_e5m2", "conjugated", "negated", "quantised", "expanded"),
]


def large(torch, kind):
    base = torch.arange(SIZE) % 7
    if kind == "conjugated":
        return base.to(torch.complex64).conj()
    if kind == "negated":
        return base.to(torch.complex64).conj().imag
    if kind == "quantised":
        return torch.quantize_per_tensor(base.float(), 0.5, 0, torch.quint8)
    if kind == "expanded":
        return torch.ones(1).expand(SIZE)
    return base.to(getattr(torch, kind))


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")  # PyTorch's own, of what it means to take away
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_large_tensor_is_sampled_without_a_copy(kind):
    torch = pytest.importorskip("torch")
    tensor = large(torch, kind)
    with large_results(torch, SIZE * 9 // 8) as made:
        value = value_of(tensor)
    assert made == []
    assert (value.shape, value.whole, value.numbers.size) == ((SIZE,), False, 64)
    shown = tensor[:3].dequantize() if kind == "quantised" else tensor[:3].clone()
    wide = shown.to(torch.complex64 if shown.is_complex() else torch.float32)
    assert value.numbers[:3].tolist() == wide.resolve_conj().resolve_neg().tolist()
    assert (value.range is None) == shown.is_complex()


@pytest.mark.torch
def test_the_range_of_bfloat16_is_that_of_all_its_elements():
    torch = pytest.importorskip("torch")
    tensor = torch.randn(700, 1000).to(torch.bfloat16)
    wanted = tensor.double()
    least, mean, greatest = value_of(tensor).range
    assert (least, greatest) == (wanted.min(), wanted.max())
    assert mean == pytest.approx(float(wanted.mean()), rel=1e-6)


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("layout", ["to_sparse", "to_sparse_csr"])
@pytest.mark.parametrize("size", [5, 2000])
def test_the_corners_of_a_sparse_tensor_are_read(layout, size):
    torch = pytest.importorskip("torch")
    value = value_of(getattr(torch.eye(size), layout)())
    assert value.numbers[:2, :2].tolist() == [[1, 0], [0, 1]]
    assert value.numbers[-1, -1] == 1


@pytest.mark.torch
def test_tensors_without_memory_are_drawn():
    torch = pytest.importorskip("torch")
    x = torch.ones(SIZE, device="meta", requires_grad=True)
    assert "x (1000000,)" in gradviz.draw((x * 2).sum()).text()


class large_results:
    """The names of PyTorch's ops that made a tensor of its own memory as large as those here."""

    def __init__(self, torch, size=SIZE * 4):
        from torch.utils._python_dispatch import TorchDispatchMode

        made = self.made = []

        class Mode(TorchDispatchMode):
            def __torch_dispatch__(self, call, types, args=(), kwargs=None):
                result = call(*args, **(kwargs or {}))
                given = [memory(one) for one in args if isinstance(one, torch.Tensor)]
                for one in result if isinstance(result, tuple | list) else [result]:
                    if isinstance(one, torch.Tensor):
                        place, length = memory(one)
                        if length >= size and (place, length) not in given:
                            made.append(str(call).rpartition(".")[0])
                return result

        def memory(tensor):
            if tensor.layout != torch.strided:
                return 0, 0
            return tensor.untyped_storage().data_ptr(), tensor.untyped_storage().nbytes()

        self.mode = Mode()

    def __enter__(self):
        self.mode.__enter__()
        return self.made

    def __exit__(self, *problem):
        self.mode.__exit__(*problem)

import sys

import numpy as np
import pytest

from gradviz.graph.sampling import sample
from gradviz.graph.values import is_close, is_tensor, text_of, value_of, value_of_array


def test_a_small_tensor_is_kept_whole_and_copied(engine):
    tensor = engine.tensor([[1.0, 2.0], [3.0, 4.0]])
    value = value_of(tensor)
    with engine.no_grad():
        tensor.add_(10)
    assert (value.shape, value.dtype, value.whole) == ((2, 2), "float32", True)
    assert value.numbers.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_of_a_large_tensor_only_a_sample_is_kept(engine):
    tensor = engine.arange(1_000_000.0).reshape(1000, 1000)
    value = value_of(tensor)
    assert value.shape == (1000, 1000)
    assert not value.whole
    assert value.numbers.size <= 64
    assert value.numbers[0, 0] == 0
    assert value.numbers[-1, -1] == 999_999
    assert value.numbers[-1, 0] == 999_000
    least, mean, greatest = value.range
    assert (least, greatest) == (0, 999_999)
    assert mean == pytest.approx(499_999.5, rel=1e-5)


def test_a_sample_owns_its_memory(engine):
    value = value_of(engine.zeros(5000))
    assert value.numbers.base is None
    assert sys.getsizeof(value.numbers) < 1000


@pytest.mark.parametrize("shape", [(65,), (1, 65), (3, 50, 50), (2, 3, 4, 5), (9,) * 5, (0, 100)])
def test_every_shape_has_a_sample_of_at_most_64_elements(shape):
    kept = sample(np.zeros(shape))
    assert kept.size <= 64
    assert kept.ndim == len(shape)


def test_whole_numbers_and_truth_values_are_values_too(engine):
    assert value_of(engine.tensor([1, 2])).dtype == "int64"
    assert value_of(engine.tensor([True, False])).numbers.tolist() == [True, False]


def test_a_tensor_with_a_graph_is_read_without_a_warning(engine):
    tensor = engine.tensor([1.0], requires_grad=True) * 2
    assert value_of(tensor).numbers.tolist() == [2.0]


@pytest.mark.torch
@pytest.mark.parametrize("size", [3, 1000])
def test_bfloat16_is_read_by_way_of_float32(size):
    torch = pytest.importorskip("torch")
    value = value_of(torch.ones(size, dtype=torch.bfloat16) * 3)
    assert value.dtype == "bfloat16"
    assert set(value.numbers.ravel().tolist()) == {3.0}
    assert size == 3 or value.range == (3.0, 3.0, 3.0)


@pytest.mark.torch
def test_what_has_no_numbers_is_told_by_its_shape():
    torch = pytest.importorskip("torch")
    value = value_of(torch.ones(2, 3, device="meta"))
    assert (value.shape, value.dtype, value.whole) == ((2, 3), "float32", False)
    assert text_of(value) == "float32 (2, 3)"


@pytest.mark.torch
def test_sparse_tensors_do_not_raise():
    torch = pytest.importorskip("torch")
    assert value_of(torch.eye(3).to_sparse()).shape == (3, 3)


def test_only_tensors_are_tensors(engine):
    assert is_tensor(engine.tensor(1.0))
    assert not any(map(is_tensor, (1.0, None, np.ones(2), engine.tensor, "x")))


def test_values_are_close_up_to_the_rounding_of_their_dtype():
    one = value_of_array(np.float32(1))
    assert is_close(one, value_of_array(np.float32(1.000001)))
    assert not is_close(one, value_of_array(np.float32(1.1)))
    assert not is_close(one, value_of_array(np.ones(2, np.float32)))

import pytest

import gradviz
from gradviz.core.scope import missing


@pytest.mark.parametrize(
    "name",
    [
        "complex64",
        "bfloat16",
        "cuda",
        "sparse_coo_tensor",
        "fft",
        "jit",
        "compile",
        "save",
        "conv2d",
        "vmap",
        "uint16",
    ],
)
def test_a_name_beyond_scope_is_said_to_be(name):
    with pytest.raises(
        AttributeError, match=f"torch.{name} is beyond gradviz, .* take real torch tensors"
    ):
        getattr(gradviz, name)
    assert not hasattr(gradviz, name)


@pytest.mark.parametrize(
    "name", ["Conv2d", "BatchNorm2d", "LSTM", "MultiheadAttention", "MaxPool2d", "CTCLoss"]
)
def test_a_module_beyond_scope_is_said_to_be(name):
    with pytest.raises(AttributeError, match=f"torch.nn.{name} is beyond gradviz"):
        getattr(gradviz.nn, name)


@pytest.mark.parametrize("name", ["tensr", "Lineer", "nope", "float99"])
def test_a_name_of_nobody_is_not_excused(name):
    assert missing("gradviz", name) == f"module 'gradviz' has no attribute '{name}'"


def test_data_and_devices_beyond_scope_are_named():
    with pytest.raises(NotImplementedError, match="complex64 is beyond gradviz"):
        gradviz.tensor(1j)
    with pytest.raises(NotImplementedError, match="the device mps is beyond gradviz"):
        gradviz.ones(2, device="mps")

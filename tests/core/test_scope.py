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


@pytest.mark.torch
def test_what_only_pytorchs_tensors_have_is_said_to_be_theirs():
    torch = pytest.importorskip("torch")
    ours, silent = gradviz.ones(2, 2), []
    for name in dir(torch.Tensor):
        try:
            hasattr(ours, name) or getattr(ours, name)
        except AttributeError as error:
            if f"torch.Tensor.{name} is beyond gradviz" not in str(error):
                silent.append(name)
    assert [name for name in silent if not name.startswith("_")] == ["index", "name"]  # inner ones
    with pytest.raises(AttributeError, match=r"^'Tensor' object has no attribute 'nope'$"):
        _ = ours.nope


def test_data_and_devices_beyond_scope_are_named():
    with pytest.raises(NotImplementedError, match="complex64 is beyond gradviz"):
        gradviz.tensor(1j)
    with pytest.raises(NotImplementedError, match="the device mps is beyond gradviz"):
        gradviz.ones(2, device="mps")

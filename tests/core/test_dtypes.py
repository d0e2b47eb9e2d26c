import copy
import itertools
import pickle

import numpy as np
import pytest

from gradviz.core import dtypes
from gradviz.core.dtypes import aliases

NAMES = list(dtypes.dtypes)


class Operand:
    """As much of a tensor as promotion looks at."""

    def __init__(self, name, shape):
        self._dtype, self._shape = np.dtype(name), shape


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES + list(aliases))
def test_a_type_shows_itself_as_in_torch(name):
    torch = pytest.importorskip("torch")
    ours, theirs = (dtypes.dtypes | aliases)[name], getattr(torch, name)
    for question in ("is_floating_point", "is_complex", "is_signed", "itemsize"):
        assert getattr(ours, question) == getattr(theirs, question)
    assert repr(ours) == repr(theirs)


@pytest.mark.torch
def test_two_types_meet_as_in_torch():
    torch = pytest.importorskip("torch")
    for left, right in itertools.product(NAMES, NAMES):
        ours, theirs = (
            (dtypes.dtypes[left], dtypes.dtypes[right]),
            (getattr(torch, left), getattr(torch, right)),
        )
        assert repr(dtypes.promote_types(*ours)) == repr(torch.promote_types(*theirs))
        assert dtypes.can_cast(*ours) == torch.can_cast(*theirs)


@pytest.mark.torch
def test_tensors_and_numbers_meet_as_in_torch():
    torch = pytest.importorskip("torch")
    shapes = ((), (2,))
    tensors = [
        (Operand(name, shape), torch.ones(shape, dtype=getattr(torch, name)))
        for name in NAMES
        for shape in shapes
    ]
    everything = tensors + [(number, number) for number in (True, 3, 2.5)]
    for (our_left, left), (our_right, right) in itertools.product(everything, everything):
        assert repr(dtypes.result_type(our_left, our_right)) == repr(torch.result_type(left, right))


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_the_limits_are_those_of_torch(name):
    torch = pytest.importorskip("torch")
    for limits in ("finfo", "iinfo"):
        theirs = described(getattr(torch, limits), getattr(torch, name))
        assert described(getattr(dtypes, limits), dtypes.dtypes[name]) == theirs


def described(limits, kind):
    try:
        made = limits(kind)
    except TypeError as error:
        return str(error)
    return repr(made), made.min, made.max, made.bits


@pytest.mark.torch
def test_the_default_type_is_a_float_or_refused():
    torch = pytest.importorskip("torch")
    for ours, theirs in ((dtypes.dtypes["int64"], torch.int64), ("float", "float")):
        with pytest.raises(TypeError) as expected:
            torch.set_default_dtype(theirs)
        with pytest.raises(TypeError) as caught:
            dtypes.set_default_dtype(ours)
        assert str(caught.value) == str(expected.value)


def test_the_default_type_types_python_floats():
    dtypes.set_default_dtype(dtypes.dtypes["float64"])
    try:
        assert dtypes.result_dtype(1, 2.5) == np.float64
    finally:
        dtypes.set_default_dtype(dtypes.dtypes["float32"])
    assert repr(dtypes.get_default_dtype()) == "torch.float32"


def test_a_type_is_one_object():
    for each in dtypes.dtypes.values():
        assert pickle.loads(pickle.dumps(each)) is copy.deepcopy(each) is copy.copy(each) is each


def test_a_type_out_of_scope_is_named():
    with pytest.raises(NotImplementedError, match=r"torch\.complex64 is beyond gradviz"):
        dtypes.shown(np.dtype("complex64"))

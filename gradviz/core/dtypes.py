"""The element types: what they are called, how two of them meet, how far they reach."""

from __future__ import annotations

from typing import Any

import numpy as np


class _Kind(type):
    """Calls its class `dtype`, where the interpreter's own messages say `torch.dtype`."""

    __name__ = property(lambda cls: "dtype")  # type: ignore[assignment]


class dtype(metaclass=_Kind):
    """The type of a tensor's elements, as torch shows it.

    >>> import gradviz as torch
    >>> torch.float32, torch.float32.itemsize
    (torch.float32, 4)
    """

    __slots__ = ("_c_name", "_name", "_numpy", "_scalar_name")
    __module__ = "gradviz"

    def __init__(self, name: str, scalar_name: str, c_name: str) -> None:
        self._name = name
        self._numpy = np.dtype(name)
        self._scalar_name = scalar_name
        self._c_name = c_name

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> str:  # which copies as itself
        return self._name

    @property
    def is_floating_point(self) -> bool:
        """Whether the elements are floating point numbers."""
        return self._numpy.kind == "f"

    @property
    def is_complex(self) -> bool:
        """Whether the elements are complex numbers: never, here."""
        return False

    @property
    def is_signed(self) -> bool:
        """Whether the elements may be negative."""
        return self._numpy.kind in "fi"

    @property
    def itemsize(self) -> int:
        """How many bytes an element takes."""
        return self._numpy.itemsize


vars(type)["__name__"].__set__(dtype, "torch.dtype")

# name, as in "torch.FloatTensor", as in "float != long int", and torch's other names for it
TYPES = (
    ("float32", "Float", "float", ("float",)),
    ("float64", "Double", "double", ("double",)),
    ("float16", "Half", "c10::Half", ("half",)),
    ("int64", "Long", "long int", ("long",)),
    ("int32", "Int", "int", ("int",)),
    ("int16", "Short", "short int", ("short",)),
    ("int8", "Char", "signed char", ()),
    ("uint8", "Byte", "unsigned char", ()),
    ("bool", "Bool", "bool", ()),
)
dtypes: dict[str, dtype] = {name: dtype(name, scalar, c) for name, scalar, c, _ in TYPES}
aliases: dict[str, dtype] = {also: dtypes[name] for name, _, _, others in TYPES for also in others}
by_numpy: dict[np.dtype, dtype] = {each._numpy: each for each in dtypes.values()}

float32, float64, float16 = (dtypes[name]._numpy for name in ("float32", "float64", "float16"))
int64, boolean = dtypes["int64"]._numpy, dtypes["bool"]._numpy
default_float: np.dtype = float32


def shown(numpy_dtype: np.dtype) -> dtype:
    """The torch-like type that stands for one of numpy's; out of scope is said in one sentence."""
    found = by_numpy.get(numpy_dtype)
    if found is None:
        from .errors import out_of_scope

        raise NotImplementedError(out_of_scope(f"torch.{numpy_dtype}"))
    return found


def scalar_name(numpy_dtype: np.dtype) -> str:
    """The name in torch's messages, `Float` for float32.

    >>> scalar_name(np.dtype("int64"))
    'Long'
    """
    return shown(numpy_dtype)._scalar_name


def c_name(numpy_dtype: np.dtype) -> str:
    """The C++ name in torch's messages, `long int` for int64."""
    return shown(numpy_dtype)._c_name


# ---------------------------------------------------------------------------- the default


def get_default_dtype() -> dtype:
    """The type of tensors made from Python floats.

    >>> import gradviz as torch
    >>> torch.get_default_dtype()
    torch.float32
    """
    return by_numpy[default_float]


def set_default_dtype(d: dtype) -> None:
    """Choose the type of tensors made from Python floats."""
    global default_float
    text = "only floating-point types are supported as the default type"
    if not isinstance(d, dtype):
        raise TypeError(f"invalid dtype object: {text}")
    if not d.is_floating_point:
        raise TypeError(text)
    default_float = d._numpy


def of_number(number: Any) -> np.dtype:
    """The type that a Python number would have as a tensor."""
    if isinstance(number, bool | np.bool_):
        return boolean
    return int64 if isinstance(number, int | np.integer) else default_float


# -------------------------------------------------------------------------- where two meet

CATEGORIES = {"b": 0, "u": 1, "i": 1, "f": 2}


def promoted(left: np.dtype, right: np.dtype) -> np.dtype:
    """The smallest type that holds both; a float swallows integers without growing.

    >>> promoted(np.dtype("uint8"), np.dtype("int8")), promoted(int64, float16)
    (dtype('int16'), dtype('float16'))
    """
    if left is right:
        return left
    if CATEGORIES[left.kind] == CATEGORIES[right.kind]:
        return np.promote_types(left, right)
    return left if CATEGORIES[left.kind] > CATEGORIES[right.kind] else right


def result_dtype(*operands: Any) -> np.dtype:
    """The type of a computation on tensors and Python numbers, as numpy's.

    A 0-dim tensor, and still more a Python number, counts only when it is of a higher
    category (bool < integer < float) than everything that speaks before it.

    >>> result_dtype(2, 1.5), result_dtype(True, 3)
    (dtype('float32'), dtype('int64'))
    """
    spoken: list[np.dtype | None] = [None, None, None]
    for operand in operands:
        shape = getattr(operand, "_shape", None)
        rank = 2 if shape is None else int(shape == ())
        own = operand._dtype if rank < 2 else of_number(operand)
        before = spoken[rank]
        spoken[rank] = own if before is None else promoted(before, own)
    result: np.dtype | None = None
    for own in spoken:
        if own is not None and (result is None or CATEGORIES[own.kind] > CATEGORIES[result.kind]):
            result = own
    return float32 if result is None else result


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether values of one type may be written into a tensor of the other.

    >>> import gradviz as torch
    >>> torch.can_cast(torch.float32, torch.int32), torch.can_cast(torch.int32, torch.float16)
    (False, True)
    """
    return castable(from_._numpy, to._numpy)


def castable(source: np.dtype, target: np.dtype) -> bool:
    """Whether in place results of one numpy type may go into memory of the other."""
    return CATEGORIES[source.kind] <= CATEGORIES[target.kind]


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest type that holds both.

    >>> import gradviz as torch
    >>> torch.promote_types(torch.int32, torch.float32)
    torch.float32
    """
    return by_numpy[promoted(type1._numpy, type2._numpy)]


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The type that a computation on these two operands has.

    >>> import gradviz as torch
    >>> torch.result_type(2, 1.5)
    torch.float32
    """
    return by_numpy[result_dtype(tensor1, tensor2)]


# ------------------------------------------------------------------------- how far they reach


class finfo:
    """The limits of a floating point type.

    >>> import gradviz as torch
    >>> torch.finfo(torch.float32).eps
    1.1920928955078125e-07
    """

    __module__ = "gradviz"
    _names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")

    def __init__(self, type: dtype | None = None) -> None:
        kind = _limits_asked_of(type, "finfo")
        if not kind.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. "
                "Use torch.iinfo to handle 'torch.finfo'"
            )
        limits = np.finfo(kind._numpy)
        self.bits = limits.bits
        self.dtype = kind._name
        self.resolution = 10.0**-limits.precision
        self.min, self.max = float(limits.min), float(limits.max)
        self.eps = float(limits.eps)
        self.smallest_normal = self.tiny = float(limits.tiny)

    def __repr__(self) -> str:
        limits = "".join(f"{name}={getattr(self, name):g}, " for name in self._names)
        return f"finfo({limits}dtype={self.dtype})"


class iinfo:
    """The limits of an integer type.

    >>> import gradviz as torch
    >>> torch.iinfo(torch.int8)
    iinfo(min=-128, max=127, dtype=int8)
    """

    __module__ = "gradviz"

    def __init__(self, type: dtype) -> None:
        kind = _limits_asked_of(type, "iinfo")
        if kind.is_floating_point:
            raise TypeError(
                "torch.iinfo() requires an integer input type. "
                "Use torch.finfo to handle 'torch.iinfo'"
            )
        if kind._name == "bool":
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(kind._numpy)
        self.bits, self.dtype = limits.bits, kind._name
        self.min, self.max = int(limits.min), int(limits.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


def _limits_asked_of(kind: Any, function: str) -> dtype:
    if kind is None:
        return get_default_dtype()
    if not isinstance(kind, dtype):
        wrong = f"must be torch.dtype, not {type(kind).__name__}"
        raise TypeError(f"{function}(): argument 'type' (position 1) {wrong}")
    return kind

"""Copies, other types, and questions about a tensor: nothing here computes anything new."""

import numpy as np

from .. import dtypes
from ..data import numpy_type
from ..device import device_of
from ..dims import wrapped
from ..memory import contiguous_strides, offset_in_memory
from ..op import Op, Scalar, Tensor, composed, ops, wrap
from ..tensor import of_class, settled
from ..words import to

# --- copies and other types

class Clone(Op, hidden=True, name="clone_of"):
    def forward(self: Tensor): return self.copy("K")
    def grad_self(grad): return grad

class CloneContiguous(Op, node="CloneBackward0", hidden=True):
    def forward(self: Tensor): return self.copy("C")
    def grad_self(grad): return grad

class ToCopy(Op, hidden=True):
    def forward(self: Tensor, dtype: Scalar): return self.astype(dtype)
    def grad_self(grad, self_options): return to(grad, self_options)

@composed("*, torch.memory_format? memory_format = None")
def clone(self, *, memory_format=None):
    return ops.clone_of(self)

@composed("*, torch.memory_format? memory_format = None", face="")
def contiguous(self, memory_format=None):
    return self if self.is_contiguous() else ops.clone_contiguous(self)

def converted(self, kind, copy=False):
    """The tensor in another type: itself if it has it already; whole numbers have no gradient."""
    if kind is self._dtype and not copy: return self
    if kind.kind == "f": return ops.to_copy(self, kind)
    with np.errstate(invalid="ignore"): return wrap(*settled(self._shaped().astype(kind)))

@composed(name="to", face="")
def moved(self, *given, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None, other=None):
    kind = dtype if dtype.__class__ is type(dtypes.float32) else numpy_type(dtype)
    for value in given if other is None else (other,):
        if isinstance(value, Tensor): kind = value._dtype
        elif isinstance(value, dtypes.dtype) or value in (float, int, bool): kind = numpy_type(value)
        elif value is not None and not isinstance(value, bool): device_of(value)
    device_of(device)
    return converted(self, kind or self._dtype, copy)

@composed("torch.dtype? dtype, bool non_blocking = False", face="", name="type")
def typed(self, dtype=None, non_blocking=False):
    if dtype is None: return f"torch.{dtypes.scalar_name(self._dtype)}Tensor"
    return converted(self, numpy_type(named_type(dtype)))

def named_type(kind):
    """`type("torch.DoubleTensor")` means float64 as well."""
    if not isinstance(kind, str): return kind
    for each in dtypes.dtypes.values():
        if kind == f"torch.{each._scalar_name}Tensor": return each
    raise ValueError(f"invalid type: '{kind}'")

@composed("Tensor other", face="")
def type_as(self, other): return converted(self, other._dtype)

def conversion(name, kind):
    """The method that converts to one type."""
    def convert(self, memory_format=None): return converted(self, kind)
    convert.__name__ = convert.__qualname__ = name
    convert.__doc__ = f"The tensor as {dtypes.shown(kind)!r}."
    return convert

for _method, _type in {"float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32", "short": "int16", "char": "int8", "byte": "uint8", "bool": "bool"}.items():
    composed(conversion(_method, dtypes.dtypes[_type]._numpy), face="")

@composed("*, torch.memory_format? memory_format = None", face="")
def cpu(self, memory_format=None): return self

@composed("", operators="+x")
def positive(self):
    if self._dtype.kind == "b": raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return self


class Alias(Op, view=True, hidden=True):
    def forward(self: Tensor): return self[...]
    def grad_self(grad): return grad

@composed(face="")
def as_subclass(self, cls):
    """The same memory as a tensor of another class."""
    return of_class(cls, ops.alias(self))


# --- how a tensor lies in memory

@composed("", "int dim", face="")
def stride(self, dim=None):
    value = self._value
    if value.__class__ is not np.ndarray or not (value.size or any(value.strides)): strides = contiguous_strides(self._shape, 1)
    else: strides = tuple([each // value.itemsize for each in value.strides])
    return strides if dim is None else strides[wrapped(dim, self.ndim)]

@composed("*, torch.memory_format? memory_format = None", face="")
def is_contiguous(self, memory_format=None):
    return self._value.__class__ is not np.ndarray or self._value.flags.c_contiguous

@composed("Tensor other")
def is_same_size(self, other): return self._shape == other._shape

@composed("Tensor tensor", face="")
def is_set_to(self, tensor):
    return self.data_ptr() == tensor.data_ptr() and self._shape == tensor._shape and self.stride() == tensor.stride()

def shown_as_function(name):
    """A method that is a function too."""
    def function(input): return getattr(input, name)()
    composed("", name=name, method=False)(function)

for _name in ("detach", "detach_", "is_inference"): shown_as_function(_name)

@composed(method=False)
def is_tensor(obj): return isinstance(obj, Tensor)

@composed(method=False)
def numel(input): return input._value.size

Tensor.itemsize = property(lambda self: self._dtype.itemsize, doc="How many bytes an element takes.")
Tensor.nbytes = property(lambda self: self._value.size * self._dtype.itemsize, doc="How many bytes the elements take.")


ANSWERS = {
    "storage_offset": lambda self: 0 if self._value.__class__ is not np.ndarray else offset_in_memory(self._value),
    "data_ptr": lambda self: self._array().__array_interface__["data"][0],
    "element_size": lambda self: self._dtype.itemsize,
    "ndimension": lambda self: self.ndim,
    "is_floating_point": lambda self: self._dtype.kind == "f",
    "is_complex": lambda self: False,
    "is_signed": lambda self: self._dtype.kind in "fi",
    "get_device": lambda self: -1,
}

for _name, _answer in ANSWERS.items():
    composed("", name=_name, face="torch" if _name.startswith("is_") or _name == "get_device" else "")(_answer)


# --- comparing whole tensors

@composed("Tensor other")
def equal(self, other):
    return self._shape == other._shape and bool((self._shaped() == other._shaped()).all())

@composed("Tensor other, float rtol = 1e-05, float atol = 1e-08, bool equal_nan = False")
def isclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    if self._dtype is not other._dtype: raise RuntimeError(f"{dtypes.shown(self._dtype)._scalar_name} did not match {dtypes.shown(other._dtype)._scalar_name}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0: raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance:g}")
    left, right = (each._shaped() + 0 if each._dtype.kind == "b" else each._shaped() for each in (self, other))
    with np.errstate(all="ignore"):
        near = (left == right) | (np.isfinite(left) & np.isfinite(right) & (np.abs(left - right) <= atol + np.abs(rtol * right)))
        return wrap(np.asarray(near | (np.isnan(left) & np.isnan(right)) if equal_nan else near))

@composed("Tensor other, float rtol = 1e-05, float atol = 1e-08, bool equal_nan = False")
def allclose(self, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    return bool(ops.isclose(self, other, rtol, atol, equal_nan)._value.all())

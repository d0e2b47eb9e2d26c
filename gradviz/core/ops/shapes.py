"""Shapes: the same elements, arranged otherwise; most are views of the same memory."""

import math
from operator import index as whole

import numpy as np

from .. import dtypes
from ..dims import wrapped, wrapped_all
from ..errors import warn
from ..memory import compatible_strides, contiguous_strides, strided
from ..methods import refuse
from ..op import Op, Scalar, Tensor, composed, on_tensors, ops, word
from ..placing import at, permute, squeeze_dim
from ..words import sum_to_size, t, transpose, view

TOO_FEW = "expand(torch.{kind}Tensor{{{own}}}, size={sizes}): the number of sizes provided ({given}) must be greater or equal to the number of dimensions in the tensor ({needed})"
TOO_LARGE = "The expanded size of the tensor ({size}) must match the existing size ({own}) at non-singleton dimension {dim}.  Target sizes: {sizes}.  Tensor sizes: {shape}"
NOT_A_VIEW = "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead."
REVERSED = "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor."
WRONG_ORDER = "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = {} is not equal to len(dims) = {}"


# --- dimensions in another order

class T(Op, view=True):
    usage = ("",)
    def forward(self: Tensor):
        if self.ndim > 2: raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {self.ndim}D")
        return self.T
    def grad_self(grad): return t(grad)

class Permute(Op, view=True, hidden=True, name="permute_to"):
    def forward(self: Tensor, dims: Scalar): return self.transpose(dims)
    def grad_self(grad, dims): return permute(grad, back(dims))

class Transpose(Op, view=True, hidden=True, name="transpose_dims"):
    def forward(self: Tensor, dim0: Scalar, dim1: Scalar): return self.swapaxes(dim0, dim1) if self.ndim else self[...]
    def grad_self(grad, dim0, dim1): return exchanged(grad, dim0, dim1)

@word
def exchanged(grad, dim0, dim1): return transpose(grad, dim0, dim1) if len(grad.shape) else grad

def back(dims):
    """The order that undoes an order."""
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))

@composed("tuple of ints dims", name="permute")
def permuted(self, *dims):
    if not dims: raise TypeError('permute() missing 1 required positional arguments: "dims"')
    dims = shape_from(dims)
    if len(dims) != self.ndim: raise RuntimeError(WRONG_ORDER.format(self.ndim, len(dims)))
    counted = tuple(wrapped(dim, self.ndim) for dim in dims)
    if len(set(counted)) < len(counted): raise RuntimeError("permute(): duplicate dims are not allowed.")
    return ops.permute_to(self, counted)

@composed("int dim0, int dim1", name="transpose", also="swapaxes swapdims")
def transposed(self, dim0, dim1):
    return ops.transpose_dims(self, wrapped(dim0, self.ndim), wrapped(dim1, self.ndim))

@composed("int source, int destination", "tuple of ints source, tuple of ints destination", also="moveaxis")
def movedim(self, source, destination):
    if isinstance(source, int) is not isinstance(destination, int): raise TypeError
    sources, targets = ([int(wrapped(dim, self.ndim)) for dim in (dims if isinstance(dims, tuple | list) else (dims,))] for dims in (source, destination))
    if len(sources) != len(targets): raise RuntimeError(f"movedim: Invalid source or destination dims: source ({list(sources)} dims) should contain the same number of dims as destination ({list(targets)} dims)")
    for name, given, dims in (("source", source, sources), ("destination", destination, targets)):
        if len(set(dims)) < len(dims): raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    if not self.ndim: return ops.alias(self)
    order = [dim for dim in range(self.ndim) if dim not in sources]
    for target, dim in sorted(zip(targets, sources, strict=True)): order.insert(target, dim)
    return ops.permute_to(self, tuple(order))

@composed("")
def adjoint(self): return last_two_exchanged(self, "adjoint()")

IDENTITY, CONJ = "This function is the identity in these cases.", "Consider using x.conj()."

def itself(self, what, instead=IDENTITY):
    warn(f"{what} is deprecated on 0-D tensors. {instead}")
    return self

def reversed_dimensions(self):
    """Matrices turned; other tensors, too, but PyTorch would rather not."""
    if not self.ndim: itself(self, "Tensor.T")
    elif self.ndim != 2: warn(REVERSED)
    return ops.permute_to(self, tuple(range(self.ndim))[::-1])

def last_two_exchanged(self, what):
    if self.ndim == 1: raise RuntimeError(f"tensor.{what} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if self.ndim: return ops.transpose_dims(self, self.ndim - 2, self.ndim - 1)
    return itself(self, what if what == "adjoint()" else f"Tensor.{what}", IDENTITY if what == "mT" else CONJ)

def matrix_turned(self):
    if self.ndim == 2: return ops.transpose_dims(self, 0, 1)
    if not self.ndim: return itself(self, "Tensor.H", CONJ)
    more = " For batches of matrices, consider using tensor.mH" if self.ndim > 2 else ""
    raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor.{more}")

Tensor.T = property(reversed_dimensions, refuse("T"), doc="The dimensions in reversed order.")
Tensor.H = property(matrix_turned, doc="The matrix turned.")
Tensor.mT = property(lambda self: last_two_exchanged(self, "mT"), doc="The last two dimensions exchanged.")
Tensor.mH = property(lambda self: last_two_exchanged(self, "mH"), doc="The last two dimensions exchanged.")


# --- another shape

class ViewTo(Op, node="ViewBackward0", view=True, hidden=True):
    def forward(self: Tensor, shape: Scalar, strides: Scalar = None): return self.reshape(shape) if strides is None else strided(self, shape, strides)
    def grad_self(grad, self_sym_sizes): return view(grad, self_sym_sizes)

class ReshapeAlias(ViewTo, view=True, hidden=True):
    """The same, where no view was asked for."""

@composed("tuple of ints size", "torch.dtype dtype", name="view", face="")
def viewed(self, *size, dtype=None):
    if dtype is not None or (size and isinstance(size[0], dtypes.dtype)): return ops.view_as_type(self, dtype or size[0])
    shape = inferred(size[0] if len(size) == 1 and size[0].__class__ is tuple else shape_from(size), self)
    if self._shape != shape:
        value = self._value
        if value.__class__ is np.ndarray and not value.flags.c_contiguous:
            strides = compatible_strides(value, shape)
            if strides is None: raise RuntimeError(NOT_A_VIEW)
            return ops.view_to(self, shape, strides)
    elif self._value.__class__ is np.ndarray: return ops.view_to(self, shape, self._value.strides)
    return ops.view_to(self, shape)

@composed("tuple of ints shape")
def reshape(self, *shape):
    shape = inferred(shape_from(shape), self)
    value = self._value
    if value.__class__ is not np.ndarray or value.flags.c_contiguous: return ops.view(self, shape)
    strides = value.strides if shape == self._shape else compatible_strides(value, shape)
    if strides is not None: return ops.reshape_alias(self, shape, strides)
    return ops.unsafe_view(ops.clone_contiguous(self), shape)

@composed("int start_dim = 0, int end_dim = -1")
def flatten(self, start_dim=0, end_dim=-1):
    start, end = wrapped(start_dim, self.ndim), wrapped(end_dim, self.ndim)
    if start > end: raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not self.ndim: return ops.reshape(self, (1,))
    if start == end: return self
    shape = self._shape
    return ops.reshape(self, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))

@composed("int dim, tuple of ints sizes")
def unflatten(self, dim, sizes):
    dim, sizes = wrapped(dim, self.ndim), tuple(sizes)
    if not sizes: raise RuntimeError("unflatten: sizes must be non-empty")
    own = self._shape[dim]
    known = math.prod(size for size in sizes if size != -1)
    if known != own if -1 not in sizes else not known or own % known:
        raise RuntimeError(f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({own}) in the input tensor")
    return ops.view(self, (*self._shape[:dim], *(own // known if size == -1 else size for size in sizes), *self._shape[dim + 1 :]))

@composed("")
def ravel(self): return ops.view(ops.contiguous(self), (-1,))

def shape_from(sizes):
    """`view(2, 3)` and `view((2, 3))` mean the same."""
    if len(sizes) == 1 and isinstance(sizes[0], tuple | list): sizes = sizes[0]
    return tuple([size if size.__class__ is int else whole(size) for size in sizes])

def inferred(shape, self):
    """The shape with its -1 reckoned, for the elements of a tensor."""
    count = self._value.size
    known, open_at = 1, None
    for place, size in enumerate(shape):
        if size >= 0: known *= size
        elif size != -1: raise RuntimeError(f"invalid shape dimension {size} at index {place} of shape {list(shape)}")
        elif open_at is None: open_at = place
        else: raise RuntimeError("only one dimension can be inferred")
    if open_at is None and known == count: return shape
    if open_at is None or (known and count % known) or (not known and count): raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
    if not known: raise RuntimeError(f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size -1 can be any value and is ambiguous")
    return (*shape[:open_at], count // known, *shape[open_at + 1 :])


# --- dimensions of size one

class Squeeze(Op, view=True, bare=True, hidden=True, name="squeeze_all"):
    def forward(self: Tensor): return self.squeeze()
    def grad_self(grad, self_sym_sizes): return unsqueezed(grad, self_sym_sizes, tuple(range(len(self_sym_sizes))))

class SqueezeOne(Op, node="SqueezeBackward1", view=True, bare=True, hidden=True):
    def forward(self: Tensor, dim: Scalar): return self[at(dim, 0)] if self.ndim and self.shape[dim] == 1 else self[...]
    def grad_self(grad, self_sym_sizes, dim): return unsqueezed(grad, self_sym_sizes, (dim,))

class SqueezeSome(Op, node="SqueezeBackward2", view=True, bare=True, hidden=True):
    def forward(self: Tensor, dim: Scalar): return without(self, dim)
    def grad_self(grad, self_sym_sizes, dim): return unsqueezed(grad, self_sym_sizes, dim)

class Unsqueeze(Op, view=True, hidden=True, name="unsqueeze_at"):
    def forward(self: Tensor, dim: Scalar): return widened(self, dim)
    def grad_self(grad, dim): return squeeze_dim(grad, dim)

def without(array, dims):
    """The array without those of the dimensions that have size one."""
    return array[(*(0 if size == 1 and dim in dims else slice(None) for dim, size in enumerate(array.shape)), ...)]

def widened(array, dim):
    """The array with a new dimension, its stride as in PyTorch."""
    shape, strides = array.shape, array.strides
    if array.flags.c_contiguous: return array.reshape((*shape[:dim], 1, *shape[dim:]))
    stride = shape[dim] * strides[dim] if dim < len(shape) else array.itemsize
    return strided(array, (*shape[:dim], 1, *shape[dim:]), (*strides[:dim], stride, *strides[dim:]))

@word
def unsqueezed(grad, shape, dims): return grad if grad.shape == shape else grad.reshape(shape)

@on_tensors
def unsqueezed(grad, shape, dims):  # noqa: F811
    for dim, size in enumerate(shape):
        if size == 1 and dim in dims: grad = ops.unsqueeze(grad, dim)
    return grad

@composed("", "int dim", "tuple of ints dim")
def squeeze(self, dim=None):
    if dim is None: return ops.squeeze_all(self)
    if isinstance(dim, tuple | list): return ops.squeeze_some(self, wrapped_all(dim, self.ndim))
    return ops.squeeze_one(self, wrapped(dim, self.ndim))

@composed(name="squeeze_dim", hidden=True)
def squeezed_again(self, dim): return ops.squeeze_one(self, dim)

@composed("int dim", name="unsqueeze")
def with_dimension(self, dim): return ops.unsqueeze_at(self, wrapped(dim, self.ndim + 1))

@composed
def atleast_1d(*tensors): return at_least(tensors, lambda tensor: ops.reshape(tensor, (1,)) if tensor.ndim < 1 else tensor)

@composed
def atleast_2d(*tensors): return at_least(tensors, lambda tensor: ops.reshape(tensor, (1, 1)) if tensor.ndim < 1 else ops.unsqueeze(tensor, 0) if tensor.ndim < 2 else tensor)

@composed
def atleast_3d(*tensors): return at_least(tensors, lambda tensor: ops.reshape(tensor, (1, 1, 1)) if tensor.ndim < 1 else ops.unsqueeze(ops.unsqueeze(tensor, 0), -1) if tensor.ndim < 2 else ops.unsqueeze(tensor, -1) if tensor.ndim < 3 else tensor)

def at_least(tensors, grown):
    """One tensor alone, or a tuple of several."""
    if len(tensors) == 1 and isinstance(tensors[0], Tensor): return grown(tensors[0])
    return tuple(grown(tensor) for tensor in (tensors[0] if len(tensors) == 1 else tensors))


# --- more elements than the memory has

class ExpandTo(Op, node="ExpandBackward0", view=True, hidden=True):
    def forward(self: Tensor, shape: Scalar): return spread_over(self, shape)
    def grad_self(grad, self_sym_sizes): return summed(grad, self_sym_sizes)

@word
def summed(grad, shape): return sum_to_size(grad, shape)

def spread_over(array, shape):
    """The array repeated over a shape by strides of zero. `broadcast_to` would take five times as long."""
    extra = len(shape) - array.ndim
    strides = [stride if size == own else 0 for stride, own, size in zip(array.strides, array.shape, shape[extra:], strict=True)]
    whole_strides = contiguous_strides(array.shape, array.itemsize)
    leading = [whole_strides[0] * array.shape[0] if array.ndim else array.itemsize] if extra else []
    return strided(array, shape, tuple([0 if size != 1 else leading[0] for size in shape[:extra]] + strides))

@composed("tuple of ints size, *, bool implicit = False", face="")
def expand(self, *size, implicit=False):
    sizes, own = shape_from(size), self._shape
    extra = len(sizes) - len(own)
    if extra < 0:
        raise RuntimeError(TOO_FEW.format(kind=dtypes.scalar_name(self._dtype), own=list(own), sizes=list(sizes), given=len(sizes), needed=len(own)))
    shape = list(sizes)
    for dim in range(len(sizes) - 1, -1, -1):
        size = sizes[dim]
        if dim >= extra:
            if size == -1: shape[dim] = own[dim - extra]
            elif own[dim - extra] not in (1, size): raise RuntimeError(TOO_LARGE.format(size=size, own=own[dim - extra], dim=dim, sizes=list(sizes), shape=list(own)))
        elif size < 0: raise RuntimeError(f"The expanded size of the tensor ({size}) isn't allowed in a leading, non-existing dimension {dim}")
    result = ops.expand_to(self, tuple(shape))
    if result._value.size > self._value.size: result._value.flags.writeable = False  # a write would reach several elements
    return result

def as_other(name):
    """`view_as` and its like: the shape is that of another tensor."""
    def function(self, other): return getattr(ops, name)(self, other._shape)
    composed("Tensor other", name=name + "_as", face="")(function)

for _name in ("view", "reshape", "expand"): as_other(_name)

@composed("tuple of ints size")
def broadcast_to(self, *size): return ops.expand(self, shape_from(size))


@composed(name="sum_to_size")
def summed_to(self, *size):
    shape = shape_from(size)
    if shape == self._shape: return self
    extra = self.ndim - len(shape)
    dims = tuple(dim for dim, own in enumerate(self._shape) if dim < extra or (shape[dim - extra] == 1 != own))
    if extra < 0 or any(dim not in dims and own != shape[dim - extra] for dim, own in enumerate(self._shape)):
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(self._shape)}}}.")
    if not shape: return ops.sum_all(self)
    result = ops.sum_dim(self, dims, True)
    return ops.view(result, shape) if extra else result

"""Writing into a tensor: filling it, copying into it, and the part that a view is of its base."""

import numpy as np

from .. import data as making
from ..errors import not_broadcastable
from ..inplace import fill, write
from ..modes import recording
from ..op import Op, Scalar, Tensor, composed, on_tensors, ops, word, wrap
from ..tensor import alone, ndarray
from ..views import add_into, laid_out_as, replayed
from ..words import single, single_zero, sum_to_size, to, total, zeros_like
from .arithmetic import Flat


class Zero(Flat, hidden=True, name="zeroed", in_place=False):
    def forward(self: Tensor): return filled_with(self, 0)

class Fill(Flat, node="FillBackward2", hidden=True, name="filled_with_number", in_place=False):
    def forward(self: Tensor, value: Scalar): return filled_with(self, value)

class FillCopy(Fill, node="FillBackward0", hidden=True, name="filled_copy", in_place=False):
    """The same on a copy."""

class FillTensor(Op, node="FillBackward3", hidden=True, name="filled_with_tensor"):
    def forward(self: Tensor, value: Tensor): return np.full(self.shape, value, self.dtype)
    def grad_self(grad): return zeros_like(grad)
    def grad_value(grad): return total(grad)

class FillCopyTensor(FillTensor, node="FillBackward1", hidden=True, name="filled_copy_tensor"):
    """The same on a copy."""

class Copy(Op, node="CopyBackwards", hidden=True):
    def forward(self: Tensor, src: Tensor): return laid_out_as(self, src)
    def grad_self(grad): return zeros_like(grad)
    def grad_src(grad, src_sym_sizes, src_options): return to(sum_to_size(grad, src_sym_sizes), src_options)
    shown_as = "src_sym_sizes="


@composed(face="torch")
def zero_(self, *more):
    """Fill with zeros."""
    if more: alone("zero_", more)
    value, version = self._value, self._written
    if self._requires_grad and recording(): return write(self, ops.zeroed)
    if value.__class__ is ndarray:
        if not value.flags.writeable: return fill(self, ops.zeroed)
        value.fill(0)
    else: self._value = single_zero if value.__class__ is single else value.__class__(0)
    if version is None or self._node is not None: version = self._shared_version()
    version.bump()
    return self

@composed("Number value", "Tensor value", face="torch")
def fill_(self, value):
    """Fill with one value."""
    if not isinstance(value, Tensor): return fill(self, ops.filled_with_number, making.fitting(value, self._dtype))
    if value.ndim: raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    return write(self, ops.filled_with_tensor, value)

@composed("Tensor value", "Number value", name="fill", face="torch", method=False)
def filled(input, value):
    if not isinstance(value, Tensor): return ops.filled_copy(input, value)
    if value.ndim: raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    return ops.filled_copy_tensor(input, value)

@composed("Number or Tensor other, bool non_blocking = False", face="")
def copy_(self, other, non_blocking=False):
    """Copy the elements of another tensor."""
    other = other if isinstance(other, Tensor) else wrap(np.asarray(other))
    return write(self, repeated_over, other if self._dtype.kind == "f" else other.detach())

def repeated_over(self, src):
    """The source as often as the target needs it."""
    try: wide = np.broadcast_shapes(self._shape, src._shape)
    except ValueError: raise RuntimeError(not_broadcastable([self._shape, src._shape])) from None
    if wide != self._shape: raise RuntimeError(f"output with shape {list(self._shape)} doesn't match the broadcast shape {list(wide)}")
    return ops.copy(self, src)

def filled_with(self, value):
    if self.__class__ is not ndarray: return self.__class__(value)
    full = np.empty_like(self)
    full.fill(value)
    return full

@on_tensors
def to(value, dtype): return value if value._dtype is dtype else ops.to_copy(value, dtype)  # noqa: F811


# --- parts of a base, for the gradients of views that were written

class PlacePart(Op, node="AsStridedBackwardBackward0", hidden=True):
    def forward(self: Tensor, layout: Scalar, path: Scalar):
        """Zeros in the layout of a base, with a gradient where a view of it lies."""
        full = laid_out_as(layout, 0)
        add_into(replayed(full, path), self)
        return full
    def grad_self(grad, layout, path): return take_part(grad, layout, path)

class TakePart(Op, node="AsStridedBackward0", hidden=True):
    def forward(self: Tensor, layout: Scalar, path: Scalar):
        """What lies where a view of a base lies."""
        return replayed(laid_out_as(layout, self), path).copy()
    def grad_self(grad, layout, path): return place_part(grad, layout, path)

class ReplacePart(Op, node="AsStridedScatterBackward0", hidden=True):
    def forward(self: Tensor, part: Tensor = None, layout: Scalar = None, path: Scalar = ()):
        """A gradient with another one, or zeros, where a view of the base lies."""
        full = laid_out_as(layout, self)
        replayed(full, path)[...] = 0 if part is None else part
        return full
    def grad_self(grad, layout, path): return replace_part(grad, None, layout, path)
    def grad_part(grad, layout, path): return take_part(grad, layout, path)

place_part, take_part, replace_part = word(PlacePart), word(TakePart), word(ReplacePart)

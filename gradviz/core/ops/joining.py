"""Joining and dividing: several tensors become one, one becomes several, or repeats itself."""

from itertools import pairwise
from operator import index as whole

import numpy as np

from .. import dtypes
from ..arguments import type_name
from ..dims import wrapped
from ..op import Op, Scalar, Tensor, composed, many, ops, word
from ..placing import at, cat, narrow, select
from ..words import stack, to, view

# --- several become one

class Cat(Op, hidden=True, name="cat_along"):
    def forward(tensors: list[Tensor], dim: Scalar, kind: Scalar): return joined(tensors, dim, kind)
    def grad_tensors(grad, tensors_sym_sizes, tensors_options, dim): return parted(grad, tensors_sym_sizes, tensors_options, dim)

class Stack(Op, hidden=True, name="stack_along"):
    def forward(tensors: list[Tensor], dim: Scalar, kind: Scalar): return np.ascontiguousarray(np.stack([tensor.astype(kind) for tensor in tensors], dim))
    def grad_tensors(grad, tensors_options, dim): return layers(grad, tensors_options, dim)

class BlockDiag(Op, hidden=True, name="block_diag_of"):
    def forward(tensors: list[Tensor], kind: Scalar): return blocks(tensors, kind)
    def grad_tensors(grad, tensors_sym_sizes): return blocks_of(grad, tensors_sym_sizes)

def joined(arrays, dim, kind):
    """The arrays one after the other; an empty vector joins anything."""
    arrays = [array.astype(kind, copy=False) for array in arrays if array.shape != (0,)] or [arrays[0].astype(kind)]
    return np.ascontiguousarray(np.concatenate(arrays, dim))

@word
def parted(grad, shapes, kinds, dim):
    """The gradient cut into the parts that were joined."""
    parts, start = [], 0
    for shape, kind in zip(shapes, kinds, strict=True):
        if shape == (0,): parts.append(narrow(view(grad, (-1,)), 0, 0, 0))
        else:
            parts.append(to(narrow(grad, dim, start, shape[dim]), kind))
            start += shape[dim]
    return parts

@word
def layers(grad, kinds, dim): return [to(select(grad, dim, place), kind) for place, kind in enumerate(kinds)]

def blocks(arrays, kind):
    matrices = [np.atleast_2d(array) for array in arrays]
    full = np.zeros(tuple(map(sum, zip(*(matrix.shape for matrix in matrices), strict=True))), kind)
    row = column = 0
    for matrix in matrices:
        full[row : row + matrix.shape[0], column : column + matrix.shape[1]] = matrix
        row, column = row + matrix.shape[0], column + matrix.shape[1]
    return full

@word
def blocks_of(grad, shapes):
    parts, row, column = [], 0, 0
    for shape in shapes:
        rows, columns = (1, 1, *shape)[-2:]
        part = narrow(narrow(grad, 0, row, rows), 1, column, columns)
        parts.append(part if len(shape) == 2 else view(part, shape))
        row, column = row + rows, column + columns
    return parts

def listed(name, tensors):
    """A list of tensors, or PyTorch's refusal."""
    if not isinstance(tensors, tuple | list):
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type_name(tensors)}")
    for place, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor): raise TypeError(f"expected Tensor as element {place} in argument 0, but got {type_name(tensor)}")
    return list(tensors)

def some(name, tensors):
    """A list of tensors with something in it."""
    tensors = listed(name, tensors)
    if not tensors: raise RuntimeError(f"{name} expects a non-empty TensorList")
    return tensors

@composed(name="cat", also="concat concatenate", method=False)
def concatenated(tensors, dim=0, *, axis=None, out=None):
    tensors, dim = listed("cat", tensors), dim if axis is None else axis
    if not tensors: raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for place, tensor in enumerate(tensors):
        if not tensor._shape: raise RuntimeError(f"zero-dimensional tensor (at position {place}) cannot be concatenated")
    first = next((tensor._shape for tensor in tensors if tensor._shape != (0,)), (0,))
    dim = wrapped(dim, len(first))
    for place, tensor in enumerate(tensors):
        if tensor._shape != (0,): check_joint(first, tensor._shape, dim, place)
    result = ops.cat_along(tensors, dim, dtypes.result_dtype(*tensors))
    return result if out is None else out.copy_(result)

def check_joint(first, own, dim, place):
    """Refuse shapes that differ elsewhere than along the joint."""
    if len(own) != len(first): raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(own)}")
    for other, (expected, size) in enumerate(zip(first, own, strict=True)):
        if other != dim and expected != size:
            raise RuntimeError(f"Sizes of tensors must match except in dimension {dim}. Expected size {expected} but got size {size} for tensor number {place} in the list.")

@composed(name="stack", method=False)
def stacked(tensors, dim=0, *, out=None):
    tensors = some("stack", tensors)
    first = tensors[0]._shape
    dim = wrapped(dim, len(first) + 1)
    for place, tensor in enumerate(tensors):
        if tensor._shape != first: raise RuntimeError(f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and {list(tensor._shape)} at entry {place}")
    result = ops.stack_along(tensors, dim, dtypes.result_dtype(*tensors))
    return result if out is None else out.copy_(result)

@composed(method=False)
def hstack(tensors):
    tensors = ops.atleast_1d(some("hstack", tensors))
    return ops.cat(tensors, 0 if tensors[0].ndim == 1 else 1)

@composed(also="row_stack", method=False)
def vstack(tensors): return ops.cat(ops.atleast_2d(some("vstack", tensors)), 0)

@composed(method=False)
def dstack(tensors): return ops.cat(ops.atleast_3d(some("dstack", tensors)), 2)

@composed(method=False)
def column_stack(tensors):
    return ops.cat([ops.reshape(tensor, (tensor.numel(), 1)) if tensor.ndim < 2 else tensor for tensor in some("column_stack", tensors)], 1)

@composed(method=False)
def block_diag(*tensors):
    tensors = listed("block_diag", tensors)
    for place, tensor in enumerate(tensors):
        if tensor.ndim > 2: raise RuntimeError(f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {place} has {tensor.ndim} dimensions")
    return ops.block_diag_of(tensors, dtypes.result_dtype(*tensors))


# --- one becomes several

class Unbind(Op, view=True, outputs=many, hidden=True, name="unbind_along"):
    def forward(self: Tensor, dim: Scalar): return [self[at(dim, place)] for place in range(self.shape[dim])]
    def grad_self(grads, dim): return stack(grads, dim)

class Split(Op, view=True, outputs=many, hidden=True, name="split_along"):
    def forward(self: Tensor, split_size: Scalar, dim: Scalar): return slices(self, equal_sizes(self.shape[dim], split_size), dim)
    def grad_self(grads, split_size, dim, self_sym_sizes): return cat(grads, dim)

class SplitWithSizes(Op, view=True, outputs=many, hidden=True, name="split_into"):
    def forward(self: Tensor, split_sizes: Scalar, dim: Scalar): return slices(self, split_sizes, dim)
    def grad_self(grads, split_sizes, dim, self_sym_sizes): return cat(grads, dim)

def equal_sizes(size, split_size):
    """The sizes of equal parts, the last one smaller."""
    if not split_size: return [0]
    parts = max(-(-size // split_size), 1)
    return [split_size] * (parts - 1) + [size - split_size * (parts - 1)]

def slices(array, sizes, dim):
    ends = np.cumsum(sizes).tolist()
    return [array[at(dim, slice(end - size, end))] for size, end in zip(sizes, ends, strict=True)]

@composed("int dim = 0")
def unbind(self, dim=0):
    if not self.ndim: raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return ops.unbind_along(self, wrapped(dim, self.ndim))

@composed(name="split")
def parts(self, split_size_or_sections, dim=0):
    if not self.ndim: raise RuntimeError("split expects at least a 1-dimensional tensor")
    if isinstance(split_size_or_sections, list | tuple): return ops.split_with_sizes(self, split_size_or_sections, dim)
    size, dim = whole(split_size_or_sections), wrapped(dim, self.ndim)
    if size < 0: raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if not size and self._shape[dim]: raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {self._shape[dim]}")
    return ops.split_along(self, size, dim)

@composed("tuple of ints split_sizes, int dim = 0")
def split_with_sizes(self, split_sizes, dim=0):
    dim, sizes = wrapped(dim, self.ndim), [whole(size) for size in split_sizes]
    if any(size < 0 for size in sizes): raise RuntimeError(f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes}")
    if sum(sizes) != self._shape[dim]: raise RuntimeError(f"split_with_sizes expects split_sizes to sum exactly to {self._shape[dim]} (input tensor's size at dimension {dim}), but got split_sizes={sizes}")
    return ops.split_into(self, tuple(sizes), dim)

@composed("int chunks, int dim = 0")
def chunk(self, chunks, dim=0):
    if not self.ndim: raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0: raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = wrapped(dim, self.ndim)
    size = -(-self._shape[dim] // chunks)
    return ops.split(self, size, dim) if size or self._shape[dim] else ops.split_with_sizes(self, [0] * chunks, dim)

@composed("tuple of ints indices, int dim = 0", "Tensor tensor_indices_or_sections, int dim = 0", "int sections, int dim = 0")
def tensor_split(self, indices=None, dim=0, *, sections=None, tensor_indices_or_sections=None):
    where = next(each for each in (indices, sections, tensor_indices_or_sections) if each is not None)
    if not self.ndim: raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = int(wrapped(dim, self.ndim))
    size = self._shape[dim]
    if isinstance(where, Tensor):
        if where._dtype != np.int64: raise RuntimeError(f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got {dtypes.scalar_name(where._dtype)}")
        if where.ndim > 1: raise RuntimeError(f"tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with {where.ndim} dims")
        where = where.tolist()
    if isinstance(where, int):
        if where <= 0: raise RuntimeError(f"number of sections must be larger than 0, got {where}")
        smaller, larger = divmod(size, where)
        where = [place * smaller + min(place, larger) for place in range(1, where)]
    bounds = [0, *where, size]
    return tuple(ops.cut(self, dim, start, end, 1) for start, end in pairwise(bounds))

def split_across(name, dim):
    """`hsplit`, `vsplit`, `dsplit`: `tensor_split` along a dimension of its own."""
    needed = {"hsplit": 1, "vsplit": 2, "dsplit": 3}[name]
    def divided(self, *indices_or_sections):
        where = indices_or_sections if len(indices_or_sections) > 1 else indices_or_sections[0]
        if self.ndim < needed: raise RuntimeError(f"torch.{name} requires a tensor with at least {needed} dimension, but got a tensor with {self.ndim} dimensions!")
        along = 0 if self.ndim == 1 else dim
        if isinstance(where, int) and (where <= 0 or self._shape[along] % where):
            raise RuntimeError(f"torch.{name} attempted to split along dimension {along}, but the size of the dimension {self._shape[along]} is not divisible by the split_size {where}!")
        return ops.tensor_split(self, where, along)
    composed("int sections", "tuple of ints indices", name=name)(divided)

for _name, _dim in {"hsplit": 1, "vsplit": 0, "dsplit": 2}.items(): split_across(_name, _dim)

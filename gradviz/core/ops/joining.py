"""Joining and dividing: several tensors become one, one becomes several, or repeats itself."""

import warnings
from itertools import combinations as subsets
from itertools import combinations_with_replacement, pairwise
from operator import index as whole

import numpy as np

from .. import dtypes
from ..arguments import type_name
from ..calls import called
from ..dims import wrapped, wrapped_all
from ..errors import not_broadcastable
from ..op import Op, Scalar, composed, many, ops
from ..placing import at, cat, constant_pad, narrow, roll, rot90, select
from ..printing import Size
from ..tensor import Tensor
from ..words import flip, on_tensors, stack, sum_dim, to, view, word

# --- several become one

class Cat(Op, face="", method=False, name="cat_along"):
    def forward(tensors: list[Tensor], dim: Scalar, kind: Scalar): return joined(tensors, dim, kind)
    def grad_tensors(grad, tensors_sym_sizes, tensors_options, dim): return parted(grad, tensors_sym_sizes, tensors_options, dim)

class Stack(Op, face="", method=False, name="stack_along"):
    def forward(tensors: list[Tensor], dim: Scalar, kind: Scalar): return np.ascontiguousarray(np.stack([tensor.astype(kind) for tensor in tensors], dim))
    def grad_tensors(grad, tensors_options, dim): return layers(grad, tensors_options, dim)

class BlockDiag(Op, face="", method=False, name="block_diag_of"):
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
            parts.append(to_type(narrow(grad, dim, start, shape[dim]), kind))
            start += shape[dim]
    return parts

@word
def layers(grad, kinds, dim): return [to_type(select(grad, dim, place), kind) for place, kind in enumerate(kinds)]

@word
def to_type(grad, kind): return grad if grad.dtype == kind else to(grad, kind)

@on_tensors
def to_type(grad, kind): return grad if grad._dtype is kind else ops.to_copy(grad, kind)  # noqa: F811

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
    tensors = listed("stack", tensors)
    if not tensors: raise RuntimeError("stack expects a non-empty TensorList")
    first = tensors[0]._shape
    dim = wrapped(dim, len(first) + 1)
    for place, tensor in enumerate(tensors):
        if tensor._shape != first: raise RuntimeError(f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and {list(tensor._shape)} at entry {place}")
    result = ops.stack_along(tensors, dim, dtypes.result_dtype(*tensors))
    return result if out is None else out.copy_(result)

@composed(method=False)
def hstack(tensors):
    tensors = listed("hstack", tensors)
    if not tensors: raise RuntimeError("hstack expects a non-empty TensorList")
    tensors = ops.atleast_1d(tensors)
    return ops.cat(tensors, 0 if tensors[0].ndim == 1 else 1)

@composed(also="row_stack", method=False)
def vstack(tensors):
    tensors = listed("vstack", tensors)
    if not tensors: raise RuntimeError("vstack expects a non-empty TensorList")
    return ops.cat(ops.atleast_2d(tensors), 0)

@composed(method=False)
def dstack(tensors):
    tensors = listed("dstack", tensors)
    if not tensors: raise RuntimeError("dstack expects a non-empty TensorList")
    return ops.cat(ops.atleast_3d(tensors), 2)

@composed(method=False)
def column_stack(tensors):
    tensors = listed("column_stack", tensors)
    if not tensors: raise RuntimeError("column_stack expects a non-empty TensorList")
    return ops.cat([ops.reshape(tensor, (tensor.numel(), 1)) if tensor.ndim < 2 else tensor for tensor in tensors], 1)

@composed(method=False)
def block_diag(*tensors):
    tensors = listed("block_diag", tensors)
    for place, tensor in enumerate(tensors):
        if tensor.ndim > 2: raise RuntimeError(f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {place} has {tensor.ndim} dimensions")
    return ops.block_diag_of(tensors, dtypes.result_dtype(*tensors))


# --- one becomes several

class Unbind(Op, view=True, outputs=many, face="", method=False, name="unbind_along"):
    def forward(self: Tensor, dim: Scalar): return [self[at(dim, place)] for place in range(self.shape[dim])]
    def grad_self(grads, dim): return stack(grads, dim)

class Split(Op, view=True, outputs=many, face="", method=False, name="split_along"):
    def forward(self: Tensor, split_size: Scalar, dim: Scalar): return slices(self, equal_sizes(self.shape[dim], split_size), dim)
    def grad_self(grads, split_size, dim, self_sym_sizes): return cat(grads, dim)

class SplitWithSizes(Op, view=True, outputs=many, face="", method=False, name="split_into"):
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

@composed
@called("int dim = 0")
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

@composed
@called("tuple of ints split_sizes, int dim = 0")
def split_with_sizes(self, split_sizes, dim=0):
    dim, sizes = wrapped(dim, self.ndim), [whole(size) for size in split_sizes]
    if any(size < 0 for size in sizes): raise RuntimeError(f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes}")
    if sum(sizes) != self._shape[dim]: raise RuntimeError(f"split_with_sizes expects split_sizes to sum exactly to {self._shape[dim]} (input tensor's size at dimension {dim}), but got split_sizes={sizes}")
    return ops.split_into(self, tuple(sizes), dim)

@composed
@called("int chunks, int dim = 0")
def chunk(self, chunks, dim=0):
    if not self.ndim: raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0: raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = wrapped(dim, self.ndim)
    size = -(-self._shape[dim] // chunks)
    return ops.split(self, size, dim) if size or self._shape[dim] else ops.split_with_sizes(self, [0] * chunks, dim)

@composed
@called("int sections, int dim = 0", "tuple of ints indices, int dim = 0")
def tensor_split(self, indices_or_sections=None, dim=0, *, sections=None, indices=None):
    where = next(each for each in (indices_or_sections, sections, indices) if each is not None)
    if not self.ndim: raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = wrapped(dim, self.ndim)
    size = self._shape[dim]
    if isinstance(where, Tensor): where = where.tolist()
    if isinstance(where, int):
        if where <= 0: raise RuntimeError(f"number of sections must be larger than 0, got {where}")
        smaller, larger = divmod(size, where)
        where = [place * smaller + min(place, larger) for place in range(1, where)]
    bounds = [0, *where, size]
    return tuple(ops.slice_along(self, dim, start, end, 1) for start, end in pairwise(bounds))

def split_across(name, dim):
    """`hsplit`, `vsplit`, `dsplit`: `tensor_split` along a dimension of its own."""
    def divided(self, indices_or_sections):
        if self.ndim < max(dim + 1, 1): raise RuntimeError(f"torch.{name} requires a tensor with at least {dim + 1} dimension{'s' * (dim > 0)}, but got a tensor with {self.ndim} dimensions!")
        along = 0 if self.ndim == 1 else dim
        if isinstance(indices_or_sections, int) and self._shape[along] % indices_or_sections:
            raise RuntimeError(f"torch.{name} attempted to split along dimension {along}, but the size of the dimension {self._shape[along]} is not divisible by the split_size {indices_or_sections}!")
        return ops.tensor_split(self, indices_or_sections, along)
    divided.__name__ = divided.__qualname__ = name
    return divided

for _name, _dim in {"hsplit": 1, "vsplit": 0, "dsplit": 2}.items(): composed(split_across(_name, _dim))


# --- the same elements several times

class Repeat(Op, face="", method=False, name="repeat_by"):
    def forward(self: Tensor, repeats: Scalar): return np.tile(self, repeats)
    def grad_self(grad, self_sym_sizes, repeats): return folded(grad, self_sym_sizes, repeats)

@word
def folded(grad, shape, repeats):
    """Sum over the repetitions."""
    if not repeats: return grad
    extra = len(repeats) - len(shape)
    pairs = [*repeats[:extra], *(each for pair in zip(repeats[extra:], shape, strict=True) for each in pair)]
    return sum_dim(view(grad, tuple(pairs)), (*range(extra), *range(extra, len(pairs), 2)))

@composed(face="")
@called("tuple of ints repeats")
def repeat(self, *repeats):
    counts = tuple(whole(each) for each in (repeats[0] if len(repeats) == 1 and isinstance(repeats[0], tuple | list) else repeats))
    if not repeats: raise TypeError('repeat() missing 1 required positional arguments: "repeats"')
    if len(counts) < self.ndim: raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    if any(count < 0 for count in counts): raise RuntimeError(f"Trying to create tensor with negative dimension {min(counts)}: {[count * size for count, size in zip(counts, (1,) * (len(counts) - self.ndim) + self._shape, strict=True)]}")
    return ops.repeat_by(self, counts)

@composed
@called("tuple of ints dims")
def tile(self, *dims):
    counts = dims[0] if len(dims) == 1 and isinstance(dims[0], tuple | list) else dims
    return ops.repeat(self, (1,) * (self.ndim - len(counts)) + tuple(counts))

@composed
def repeat_interleave(self, repeats, dim=None, *, output_size=None):
    if isinstance(repeats, Tensor) and repeats.numel() == 1: repeats = repeats.item()
    if dim is None: self, dim = ops.flatten(self), 0
    dim = wrapped(dim, self.ndim)
    if isinstance(repeats, int):
        if repeats < 0: raise RuntimeError("Repeats must be non-negative")
        wide = ops.expand(ops.unsqueeze(self, dim + 1), (*self._shape[: dim + 1], repeats, *self._shape[dim + 1 :]))
        return ops.flatten(ops.clone_contiguous(wide), dim, dim + 1)
    if repeats.numel() != self._shape[dim]: raise RuntimeError(f"repeats must have the same size as input along dim, but got repeats.size(0) = {repeats.numel()} and input.size({dim}) = {self._shape[dim]}")
    return ops.index_select(self, dim, Tensor.new_tensor(repeats, np.repeat(np.arange(self._shape[dim]), repeats._shaped())))

@composed(method=False)
def broadcast_tensors(*tensors):
    tensors = listed("broadcast_tensors", tensors[0] if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else tensors)
    shape = common_shape([tensor._shape for tensor in tensors])
    return tuple(tensor if tensor._shape == shape else ops.expand(tensor, shape) for tensor in tensors)

@composed(method=False)
def broadcast_shapes(*shapes):
    return Size(common_shape([(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]))

def common_shape(shapes):
    """The shape that all shapes can be repeated to."""
    try: return np.broadcast_shapes(*shapes)
    except ValueError: raise RuntimeError(not_broadcastable(shapes)) from None

INDEXING = "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument."

@composed(method=False)
def meshgrid(*tensors, indexing=None):
    tensors = listed("meshgrid", tensors[0] if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else tensors)
    if indexing is None: warnings.warn(INDEXING, UserWarning, stacklevel=2)
    swap = indexing == "xy" and len(tensors) > 1
    if indexing not in (None, "ij", "xy"): raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    if swap: tensors[:2] = tensors[1::-1]
    shape = tuple(tensor.numel() for tensor in tensors)
    grids = [ops.expand(ops.view(tensor, (1,) * place + (-1,) + (1,) * (len(tensors) - place - 1)), shape) for place, tensor in enumerate(tensors)]
    return tuple(grids[1::-1] + grids[2:] if swap else grids)

@composed(method=False)
def cartesian_prod(*tensors):
    tensors = listed("cartesian_prod", tensors)
    if len(tensors) == 1: return tensors[0]
    return ops.stack([ops.flatten(grid) for grid in ops.meshgrid(*tensors, indexing="ij")], 1)

@composed
@called("int r = 2, bool with_replacement = False")
def combinations(self, r=2, with_replacement=False):
    chosen = list((combinations_with_replacement if with_replacement else subsets)(range(self.numel()), r))
    return ops.index(self, (Tensor.new_tensor(self, np.array(chosen, np.int64).reshape(-1, r), dtype=dtypes.dtypes["int64"]),))


# --- the same elements in another order

class Flip(Op, face="", method=False, name="flip_along"):
    def forward(self: Tensor, dims: Scalar): return np.flip(self, dims).copy() if self.ndim else self.copy()
    def grad_self(grad, dims): return flip(grad, dims)

class Roll(Op, face="", method=False, name="roll_by"):
    def forward(self: Tensor, shifts: Scalar, dims: Scalar): return roll(self, shifts, dims)
    def grad_self(grad, shifts, dims): return rolled(grad, tuple(-shift for shift in shifts), dims)

class Rot90(Op, face="", method=False, name="rot90_in"):
    def forward(self: Tensor, k: Scalar, dims: Scalar): return np.rot90(self, k, dims).copy("K")
    def grad_self(grad, k, dims): return rot90(grad, -k, dims)

@word
def rolled(grad, shifts, dims): return roll(grad, shifts, dims)

@composed(name="flip")
@called("tuple of ints dims")
def flipped(self, *dims):
    return ops.flip_along(self, wrapped_all(dims[0] if len(dims) == 1 else dims, self.ndim))

@composed
@called("")
def fliplr(self):
    if self.ndim < 2: raise RuntimeError("Input must be >= 2-d.")
    return ops.flip(self, 1)

@composed
@called("")
def flipud(self):
    if self.ndim < 1: raise RuntimeError("Input must be >= 1-d.")
    return ops.flip(self, 0)

@composed(name="roll")
@called("tuple of ints shifts, tuple of ints dims = ()")
def shifted(self, shifts, dims=()):
    shifts, dims = ((each,) if isinstance(each, int) else tuple(each) for each in (shifts, dims))
    if not shifts: raise RuntimeError("`shifts` required")
    if len(dims) != len(shifts) and (dims or len(shifts) > 1): raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    return ops.roll_by(self, shifts, tuple(wrapped(dim, self.ndim) for dim in dims))

@composed(name="rot90")
@called("int k = 1, tuple of ints dims = (0, 1)")
def rotated(self, k=1, dims=(0, 1)):
    if self.ndim < 2: raise RuntimeError(f"expected total dims >= 2, but got total dims = {self.ndim}")
    if len(dims) != 2: raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    return ops.rot90_in(self, k % 4, tuple(wrapped(dim, self.ndim) for dim in dims))


# --- with a margin

class ConstantPadNd(Op, face="", method=False, name="constant_pad_by"):
    def forward(self: Tensor, pad: Scalar, value: Scalar): return constant_pad(self, pad, value)
    def grad_self(grad, pad): return unpadded(grad, tuple(-width for width in pad))

@word
def unpadded(grad, pad): return constant_pad(grad, pad, 0)

@composed
@called("tuple of ints pad, Number value = 0")
def constant_pad_nd(self, pad, value=0):
    if len(pad) % 2: raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * self.ndim: raise RuntimeError(f"Length of pad should be no more than twice the number of dimensions of the input. Pad length is {len(pad)} while the input has {self.ndim} dimensions.")
    return ops.constant_pad_by(self, tuple(pad), value)

@composed(name="constant_pad", face="", method=False)
def padded_with(self, pad, number): return ops.constant_pad_by(self, pad, number)

@composed(face="nn.functional", method=False)
def pad(input, pad, mode="constant", value=None):
    if len(pad) % 2: raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.ndim: raise RuntimeError(f"Padding length should be less than or equal to two times the input dimension but got padding length {len(pad)} and input of dimension {input.ndim}")
    if mode == "constant": return ops.constant_pad_nd(input, pad, 0 if value is None else value)
    raise NotImplementedError(f"pad with mode={mode!r} is out of scope here; the drawing and stepping tools take real torch tensors")

"""The same elements several times, in another order, with a margin around them."""

from itertools import combinations as subsets
from itertools import combinations_with_replacement

import numpy as np

from .. import dtypes
from ..dims import wrapped, wrapped_all
from ..dtypes import scalar_name
from ..errors import not_broadcastable, warn
from ..op import Op, Scalar, Tensor, composed, ops, word
from ..placing import constant_pad, roll, rot90
from ..printing import Size
from ..words import flip, sum_dim, view
from .joining import listed
from .shapes import shape_from

# --- the same elements several times

class Repeat(Op, hidden=True, name="repeat_by"):
    def forward(self: Tensor, repeats: Scalar): return np.tile(self, repeats)
    def grad_self(grad, self_sym_sizes, repeats): return folded(grad, self_sym_sizes, repeats)

@word
def folded(grad, shape, repeats):
    """Sum over the repetitions."""
    if not repeats: return grad
    extra = len(repeats) - len(shape)
    pairs = [*repeats[:extra], *(each for pair in zip(repeats[extra:], shape, strict=True) for each in pair)]
    return sum_dim(view(grad, tuple(pairs)), (*range(extra), *range(extra, len(pairs), 2)))

@composed("tuple of ints repeats", face="")
def repeat(self, *repeats):
    counts = shape_from(repeats)
    if not repeats: raise TypeError('repeat() missing 1 required positional arguments: "repeats"')
    if len(counts) < self.ndim: raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    if any(count < 0 for count in counts): raise RuntimeError(f"Trying to create tensor with negative dimension {min(counts)}: {[count * size for count, size in zip(counts, (1,) * (len(counts) - self.ndim) + self._shape, strict=True)]}")
    return ops.repeat_by(self, counts)

@composed("tuple of ints dims")
def tile(self, *dims):
    counts = shape_from(dims)
    return ops.repeat(self, (1,) * (self.ndim - len(counts)) + counts)

@composed("Tensor repeats, int? dim = None, *, int? output_size = None", "torch Tensor repeats, *, int? output_size = None", "int repeats, int? dim = None, *, int? output_size = None")
def repeat_interleave(self, repeats=None, dim=None, *, output_size=None):
    if repeats is None: return Tensor.new_tensor(self, places_repeated(self))
    if isinstance(repeats, Tensor) and repeats.numel() == 1: repeats = repeats.item()
    if dim is None: self, dim = ops.flatten(self), 0
    dim = wrapped(dim, self.ndim)
    if isinstance(repeats, int):
        if repeats < 0: raise RuntimeError("Repeats must be non-negative")
        wide = ops.expand(ops.unsqueeze(self, dim + 1), (*self._shape[: dim + 1], repeats, *self._shape[dim + 1 :]))
        return ops.flatten(ops.clone_contiguous(wide), dim, dim + 1)
    if repeats.numel() != self._shape[dim]: raise RuntimeError(f"repeats must have the same size as input along dim, but got repeats.size(0) = {repeats.numel()} and input.size({dim}) = {self._shape[dim]}")
    return ops.index_select(self, dim, Tensor.new_tensor(repeats, places_repeated(repeats)))

def places_repeated(counts):
    """Each place as often as its count says."""
    if counts._dtype not in (np.int32, np.int64): raise NotImplementedError(f'"repeat_interleave_cpu" not implemented for \'{scalar_name(counts._dtype)}\'')
    if counts.ndim != 1: raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if (counts._shaped() < 0).any(): raise RuntimeError("repeats can not be negative")
    return np.repeat(np.arange(counts.numel()), counts._shaped())

@composed(method=False)
def broadcast_tensors(*tensors):
    tensors = listed("broadcast_tensors", tensors[0] if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else tensors)
    shape = common_shape([tensor._shape for tensor in tensors])
    return tuple(tensor if tensor._shape == shape else ops.expand(tensor, shape) for tensor in tensors)

@composed(method=False)
def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes have beside one another."""
    common = [1] * max([len(shape) for shape in shapes if isinstance(shape, tuple | list)], default=1 if shapes else 0)
    for place, shape in enumerate(shapes):
        if not isinstance(shape, int | tuple | list): raise RuntimeError(f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {shape}")
        for back, size in enumerate(reversed((shape,) if isinstance(shape, int) else shape), 1):
            if size < 0: raise ValueError("Attempting to broadcast a dimension with negative length!")
            if size == 1 or size == common[-back]: continue
            if common[-back] != 1: raise RuntimeError(f"Attempting to broadcast a dimension of length {size} at -{back}! Mismatching argument at index {place} had {shape}; but expected shape should be broadcastable to {common}")
            common[-back] = size
    return Size(common)

def common_shape(shapes):
    """The shape that all shapes can be repeated to."""
    try: return np.broadcast_shapes(*shapes)
    except ValueError: raise RuntimeError(not_broadcastable(shapes)) from None

INDEXING = "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument."

@composed(method=False)
def meshgrid(*tensors, indexing=None):
    tensors = listed("meshgrid", tensors[0] if len(tensors) == 1 and not isinstance(tensors[0], Tensor) else tensors)
    if indexing is None: warn(INDEXING)
    swap = indexing == "xy" and len(tensors) > 1
    if indexing not in (None, "ij", "xy"): raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    if swap: tensors[:2] = tensors[1::-1]
    shape = tuple(tensor.numel() for tensor in tensors)
    grids = [ops.expand(ops.view(tensor, (1,) * place + (-1,) + (1,) * (len(tensors) - place - 1)), shape) for place, tensor in enumerate(tensors)]
    return tuple(grids[1::-1] + grids[2:] if swap else grids)

@composed(method=False)
def cartesian_prod(*tensors):
    tensors = listed("cartesian_prod", tensors)
    for tensor in tensors:
        if tensor.ndim != 1: raise RuntimeError(f"Expect a 1D vector, but got shape {list(tensor._shape)}")
    if len(tensors) == 1: return tensors[0]
    return ops.stack([ops.flatten(grid) for grid in ops.meshgrid(*tensors, indexing="ij")], 1)

@composed("int r = 2, bool with_replacement = False", method=False)
def combinations(self, r=2, with_replacement=False):
    chosen = list((combinations_with_replacement if with_replacement else subsets)(range(self.numel()), r))
    return ops.index(self, (Tensor.new_tensor(self, np.array(chosen, np.int64).reshape(-1, r), dtype=dtypes.dtypes["int64"]),))


# --- the same elements in another order

class Flip(Op, hidden=True, name="flip_along"):
    def forward(self: Tensor, dims: Scalar): return np.flip(self, dims).copy() if self.ndim else self.copy()
    def grad_self(grad, dims): return flip(grad, dims)

class Roll(Op, hidden=True, name="roll_by"):
    def forward(self: Tensor, shifts: Scalar, dims: Scalar): return roll(self, shifts, dims)
    def grad_self(grad, shifts, dims): return roll(grad, tuple(-shift for shift in shifts), dims)

class Rot90(Op, hidden=True, name="rot90_in"):
    def forward(self: Tensor, k: Scalar, dims: Scalar): return np.rot90(self, k, dims).copy("K")
    def grad_self(grad, k, dims): return rot90(grad, -k, dims)

@composed("tuple of ints dims", name="flip")
def flipped(self, *dims):
    return ops.flip_along(self, wrapped_all(dims[0] if len(dims) == 1 else dims, self.ndim))

@composed("")
def fliplr(self):
    if self.ndim < 2: raise RuntimeError("Input must be >= 2-d.")
    return ops.flip(self, 1)

@composed("")
def flipud(self):
    if self.ndim < 1: raise RuntimeError("Input must be >= 1-d.")
    return ops.flip(self, 0)

@composed("int or tuple of ints shifts, int or tuple of ints dims = ()", name="roll")
def shifted(self, shifts, dims=()):
    shifts, dims = ((each,) if isinstance(each, int) else tuple(each) for each in (shifts, dims))
    if not shifts: raise RuntimeError("`shifts` required")
    if len(dims) != len(shifts) and (dims or len(shifts) > 1): raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    return ops.roll_by(self, shifts, tuple(wrapped(dim, self.ndim) for dim in dims))

@composed("int k = 1, tuple of ints dims = (0,1)", name="rot90")
def rotated(self, k=1, dims=(0, 1)):
    if self.ndim < 2: raise RuntimeError(f"expected total dims >= 2, but got total dims = {self.ndim}")
    if len(dims) != 2: raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if len(dims) == 2 and wrapped(dims[0], self.ndim) == wrapped(dims[1], self.ndim): raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return ops.rot90_in(self, k, tuple(wrapped(dim, self.ndim) for dim in dims))


# --- with a margin

class ConstantPadNd(Op, hidden=True, name="constant_pad_by"):
    def forward(self: Tensor, pad: Scalar, value: Scalar): return constant_pad(self, pad, value)
    def grad_self(grad, pad): return constant_pad(grad, tuple(-width for width in pad), 0)

@composed("tuple of ints pad, Number value = 0", method=False)
def constant_pad_nd(self, pad, value=0):
    if len(pad) % 2: raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * self.ndim: raise RuntimeError(f"Length of pad should be no more than twice the number of dimensions of the input. Pad length is {len(pad)} while the input has {self.ndim} dimensions.")
    return ops.constant_pad_by(self, tuple(pad), value)

@composed(name="constant_pad", hidden=True)
def padded_with(self, pad, number): return ops.constant_pad_by(self, pad, number)

@composed(face="nn.functional", method=False)
def pad(input, pad, mode="constant", value=None):
    if len(pad) % 2: raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.ndim: raise RuntimeError(f"Padding length should be less than or equal to two times the input dimension but got padding length {len(pad)} and input of dimension {input.ndim}")
    if mode == "constant": return ops.constant_pad_nd(input, pad, 0 if value is None else value)
    if mode not in ("reflect", "replicate", "circular"): raise NotImplementedError(f"Unrecognised padding mode {mode}")
    raise NotImplementedError(f"pad with mode={mode!r} is out of scope here; the drawing and stepping tools take real torch tensors")

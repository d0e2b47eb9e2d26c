"""Products of matrices. Going back, each factor receives the other one, transposed."""

import numpy as np

from .. import dims as dimensions
from ..arguments import need_tensors
from ..dtypes import c_name, float32, scalar_name
from ..op import Op, Scalar, Tensor, composed, ops, word, wrap
from ..tensor import Version
from ..words import bmm, mm, mv, reshape, sum_to_size, t, transpose, unsqueeze, view

# --- products

class Mm(Op):
    pattern = "{self} @ {mat2}"
    usage = "Tensor mat2", "torch Tensor input, Tensor mat2, torch.dtype out_dtype, *, Tensor out = None"
    def forward(self: Tensor, mat2: Tensor):
        if self.dtype is mat2.dtype is float32 and self.ndim == mat2.ndim == 2 and self.shape[1] == mat2.shape[0]: return self.dot(mat2)  # the usual case asks least
        return product(self, mat2)
    def grad_self(grad, mat2, self_sym_sizes, self_sym_strides): return mm_left(grad, mat2, self_sym_sizes, self_sym_strides)
    def grad_mat2(grad, self, mat2_sym_sizes, mat2_sym_strides): return mm_right(self, grad, mat2_sym_sizes, mat2_sym_strides)

class Bmm(Op):
    pattern = "{self} @ {mat2}"
    usage = "Tensor mat2", "torch Tensor input, Tensor mat2, torch.dtype out_dtype, *, Tensor out = None"
    def forward(self: Tensor, mat2: Tensor): return batch_product(self, mat2)
    def grad_self(grad, mat2): return bmm(grad, transpose(mat2, 1, 2))
    def grad_mat2(grad, self): return bmm(transpose(self, 1, 2), grad)

class Mv(Op):
    pattern = "{self} @ {vec}"
    def forward(self: Tensor, vec: Tensor): return product_with_vector(self, vec)
    def grad_self(grad, vec): return view(grad, (-1, 1)) * vec
    def grad_vec(grad, self): return mv(t(self), grad)

class Dot(Op):
    pattern = "{self} @ {tensor}"
    def forward(self: Tensor, tensor: Tensor): return inner_product(self, tensor)
    def grad_self(grad, tensor): return grad * tensor
    def grad_tensor(grad, self): return grad * self

class AddedProduct(Op, abstract=True):
    """A product added to what was there, each with a factor."""
    def grad_self(grad, self_sym_sizes, beta): return sum_to_size(scaled(grad, beta), self_sym_sizes)
    shown_as = "self_sym_sizes="

class Addmm(AddedProduct, name="addmm_of", hidden=True):
    pattern = "{self} + {mat1} @ {mat2}"
    def forward(self: Tensor, mat1: Tensor, mat2: Tensor, beta: Scalar, alpha: Scalar): return added(self, product(mat1, mat2, self), beta, alpha, "mat2")
    def grad_mat1(grad, mat2, mat1_sym_sizes, mat1_sym_strides, alpha): return scaled(mm_left(grad, mat2, mat1_sym_sizes, mat1_sym_strides), alpha)
    def grad_mat2(grad, mat1, mat2_sym_sizes, mat2_sym_strides, alpha): return scaled(mm_right(mat1, grad, mat2_sym_sizes, mat2_sym_strides), alpha)

class Addmv(AddedProduct, name="addmv_of", hidden=True):
    pattern = "{self} + {mat} @ {vec}"
    def forward(self: Tensor, mat: Tensor, vec: Tensor, beta: Scalar, alpha: Scalar): return added(self, product_with_vector(mat, vec), beta, alpha, "vec")
    def grad_mat(grad, vec, alpha): return scaled(view(grad, (-1, 1)) * vec, alpha)
    def grad_vec(grad, mat, alpha): return scaled(mv(t(mat), grad), alpha)

class Baddbmm(AddedProduct, name="baddbmm_of", hidden=True):
    pattern = "{self} + {batch1} @ {batch2}"
    def forward(self: Tensor, batch1: Tensor, batch2: Tensor, beta: Scalar, alpha: Scalar): return added(self, batch_product(batch1, batch2), beta, alpha, "batch2")
    def grad_batch1(grad, batch2, alpha): return scaled(bmm(grad, transpose(batch2, 1, 2)), alpha)
    def grad_batch2(grad, batch1, alpha): return scaled(bmm(transpose(batch1, 1, 2), grad), alpha)

class SqueezeRow(Op, node="SqueezeBackward4", hidden=True):
    def forward(self: Tensor, dim: Scalar): return self.reshape(self.shape[1:])
    def grad_self(grad, self_sym_sizes, dim): return unsqueeze(grad, dim)

class UnsafeView(Op, hidden=True):
    def forward(self: Tensor, size: Scalar): return self.reshape(size)
    def grad_self(grad, self_sym_sizes): return reshape(grad, self_sym_sizes)

@composed("Tensor mat1, Tensor mat2, *, Number beta = 1, Number alpha = 1", "torch Tensor input, Tensor mat1, Tensor mat2, torch.dtype out_dtype, *, Number beta = 1, Number alpha = 1, Tensor out = None", "old Number beta, Tensor mat1, Tensor mat2", in_place=True, out=True)
def addmm(self, mat1, mat2, *, beta=1, alpha=1): return ops.addmm_of(self, mat1, mat2, beta, alpha)

@composed("Tensor mat, Tensor vec, *, Number beta = 1, Number alpha = 1", "old Number beta, Tensor mat, Tensor vec", in_place=True, out=True)
def addmv(self, mat, vec, *, beta=1, alpha=1): return ops.addmv_of(self, mat, vec, beta, alpha)

@composed("Tensor batch1, Tensor batch2, *, Number beta = 1, Number alpha = 1", "torch Tensor input, Tensor batch1, Tensor batch2, torch.dtype out_dtype, *, Number beta = 1, Number alpha = 1, Tensor out = None", "old Number beta, Tensor batch1, Tensor batch2", in_place=True, out=True)
def baddbmm(self, batch1, batch2, *, beta=1, alpha=1): return ops.baddbmm_of(self, batch1, batch2, beta, alpha)

def matmul(self, other):
    """PyTorch's own choice among dot, mv, mm and bmm, by the dimensions of both."""
    if not isinstance(other, Tensor): return NotImplemented
    left, right = len(self._shape), len(other._shape)
    if left == 2 and right == 2: return ops.mm(self, other)
    if left == 1 and right == 2: return row(ops.mm(as_row(self), other))
    if left == 2 and right == 1: return ops.mv(self, other)
    if left == 1 and right == 1: return ops.dot(self, other)
    if not left or not right:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {left}D and {right}D")
    if right == 3 and other._shape[0] == 1 and left >= 3: other, right = ops.squeeze(other, 0), 2
    elif left == 3 and self._shape[0] == 1 and right >= 3: self, left = ops.squeeze(self, 0), 2
    return folded(self, other) if foldable(self, other) else batched(self, other)

composed("Tensor other", out=True)(matmul)
composed(matmul, name="at", hidden=True, operators="@")

@composed(operators="y@x", name="rmatmul", hidden=True)
def swapped_matmul(self, other): return ops.matmul(other, self) if isinstance(other, Tensor) else NotImplemented

def as_row(vector):
    """A vector as a matrix of one row; where no gradient is wanted, without the marks of a view."""
    if vector._requires_grad: return ops.unsqueeze_at(vector, 0)
    matrix = wrap(vector._shaped().reshape(1, -1))
    matrix._written = vector._shared_version()
    return matrix

def row(matrix):
    """The only row of a matrix; PyTorch squeezes it in place, and counts that as a write."""
    vector = ops.squeeze_row(matrix, 0)
    vector._written = Squeezed()
    return vector

class Squeezed(Version): count = 1

def foldable(self, other):
    """Whether the larger operand can be one tall matrix: PyTorch's rule, to save copies."""
    larger_first = len(self._shape) >= len(other._shape)
    larger, smaller = (self, other) if larger_first else (other, self)
    if len(larger._shape) < 3 or len(smaller._shape) > 2: return False
    if smaller._requires_grad: return True
    if len(self._shape) == 2: return False
    array = larger._shaped() if larger_first else larger._shaped().swapaxes(-1, -2)
    if array.size == 0: return True
    return all(array.strides[i] == array.strides[i + 1] * array.shape[i + 1] for i in range(array.ndim - 2))

def folded(self, other):
    larger_first = len(self._shape) >= len(other._shape)
    larger, smaller = (self, other) if larger_first else (ops.transpose(other, -1, -2), other if len(self._shape) == 1 else ops.t(self))
    if not larger_first and len(self._shape) == 1: smaller = self
    rows = larger._shape[:-1]
    tall = ops.reshape(larger, (-1, larger._shape[-1]))
    if len(smaller._shape) == 1: return ops.unsafe_view(ops.mv(tall, smaller), rows)
    result = ops.unsafe_view(ops.mm(tall, smaller), (*rows, smaller._shape[1]))
    return result if larger_first else ops.contiguous(ops.transpose(result, -1, -2))

def batched(self, other):
    left, right = self._shape, other._shape
    try: batch = np.broadcast_shapes(left[:-2], right[:-2])
    except ValueError:
        from ..errors import not_broadcastable
        raise RuntimeError(not_broadcastable([left[:-2], right[:-2]])) from None
    rows, inside = (left[-2] if len(left) > 1 else 1), left[-1]
    count = int(np.prod(batch, dtype=int))
    first = ops.reshape(ops.expand(self, (*batch, rows, inside)), (count, rows, inside))
    if len(right) == 1:
        second = ops.unsqueeze(ops.reshape(ops.expand(other, (*batch, right[0])), (count, right[0])), 2)
        return ops.unsafe_view(ops.squeeze(ops.bmm(first, second), -1), (*batch, rows))
    second = ops.reshape(ops.expand(other, (*batch, *right[-2:])), (count, *right[-2:]))
    return ops.unsafe_view(ops.bmm(first, second), (*batch, *((rows,) if len(left) > 1 else ()), right[-1]))

@composed(face="nn.functional", method=False)
def linear(input, weight, bias=None):
    """`input @ weight.t() + bias`."""
    try: dims = len(input._shape)
    except AttributeError: return need_tensors("linear", input=input)
    if not dims:
        raise RuntimeError(f"both arguments to linear need to be at least 1D, but they are 0D and {len(weight._shape)}D")
    turned = ops.t(weight)
    if bias is None: return ops.matmul(input, turned)
    if dims == 2: return ops.addmm_of(bias, input, turned, 1, 1)
    tall = ops.view(input, (-1, input._shape[-1]))
    return ops.view(ops.addmm_of(bias, tall, turned, 1, 1), (*input._shape[:-1], weight._shape[0]))

@composed("Tensor vec2", also="ger", out=True)
def outer(self, vec2):
    for name, vector in (("self", self), ("vec2", vec2)):
        if len(vector._shape) != 1: raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {len(vector._shape)}-D")
    return ops.mul(ops.view(self, (self._shape[0], 1)), vec2)

@composed("Tensor other", out=True)
def inner(self, other):
    if not self._shape or not other._shape: return ops.mul(self, other)
    if self._dtype is not other._dtype: raise RuntimeError("both inputs should have same dtype")
    if self._shape[-1] != other._shape[-1]:
        raise RuntimeError(f"inner() the last dimension must match on both input tensors but got shapes {list(self._shape)} and {list(other._shape)}")
    return ops.tensordot(self, other, ([-1], [-1]))

@composed(method=False)
def tensordot(a, b, dims=2):
    if isinstance(dims, int): dims = list(range(len(a._shape) - dims, len(a._shape))), list(range(dims))
    gone_a, gone_b = (dimensions.wrapped_all(list(gone), len(operand._shape)) for gone, operand in zip(dims, (a, b)))
    kept_a = [dim for dim in range(len(a._shape)) if dim not in gone_a]
    kept_b = [dim for dim in range(len(b._shape)) if dim not in gone_b]
    size = [a._shape[dim] for dim in kept_a] + [b._shape[dim] for dim in kept_b]
    left, right = ops.permute(a, (*kept_a, *gone_a)), ops.permute(b, (*gone_b, *kept_b))
    if not size:
        flat = [each if len(each._shape) == 1 else ops.reshape(each, (-1,)) for each in (left, right)]
        return ops.view(ops.dot(*flat), ())
    inside = int(np.prod([a._shape[dim] for dim in gone_a], dtype=int))
    return ops.view(ops.mm(ops.reshape(left, (-1, inside)), ops.reshape(right, (inside, -1))), tuple(size))

@composed(face="linalg", method=False)
def multi_dot(tensors):
    result, *others = tensors
    for other in others: result = ops.matmul(result, other)
    return result


# --- what the functions above stand on: numpy, with PyTorch's words for what cannot be

def product(left, right, beside=None):
    if left.ndim != 2: raise RuntimeError("self must be a matrix")
    if right.ndim != 2: raise RuntimeError("mat2 must be a matrix")
    if left.shape[1] != right.shape[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({left.shape[0]}x{left.shape[1]} and {right.shape[0]}x{right.shape[1]})")
    if left.dtype.kind == "b": raise NotImplementedError("\"addmm_impl_cpu_\" not implemented for 'Bool'")
    for name, other in (("self", beside), ("mat1", left)) if beside is not None else ():
        if other.dtype is not right.dtype:
            raise RuntimeError(f"{name} and mat2 must have the same dtype, but got {scalar_name(other.dtype)} and {scalar_name(right.dtype)}")
    if left.dtype is not right.dtype:
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {c_name(left.dtype)} != {c_name(right.dtype)}")
    return left.dot(right)

def batch_product(left, right):
    for name, batch in (("batch1", left), ("batch2", right)):
        if batch.ndim != 3: raise RuntimeError(f"{name} must be a 3D tensor")
    if left.shape[0] != right.shape[0] or left.shape[2] != right.shape[1]:
        raise RuntimeError(f"Expected size for first two dimensions of batch2 tensor to be: [{left.shape[0]}, {left.shape[2]}] but got: [{right.shape[0]}, {right.shape[1]}].")
    if left.dtype is not right.dtype:
        raise RuntimeError(f"expected scalar type {scalar_name(left.dtype)} but found {scalar_name(right.dtype)}")
    return np.matmul(left, right)

def product_with_vector(matrix, vector):
    if matrix.ndim != 2 or vector.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {vector.ndim}, {matrix.ndim}, {vector.ndim}")
    if matrix.shape[1] != vector.shape[0]:
        raise RuntimeError(f"size mismatch, got input ({matrix.shape[0]}), mat ({matrix.shape[0]}x{matrix.shape[1]}), vec ({vector.shape[0]})")
    if matrix.dtype is not vector.dtype:
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {scalar_name(vector.dtype)}, {scalar_name(matrix.dtype)}, and {scalar_name(vector.dtype)}")
    return matrix.dot(vector)

def inner_product(left, right):
    if left.ndim != 1 or right.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {left.ndim}D and {right.ndim}D tensors")
    if left.dtype is not right.dtype:
        raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {scalar_name(left.dtype)} and {scalar_name(right.dtype)}")
    if left.size != right.size:
        raise RuntimeError(f"inconsistent tensor size, expected tensor [{left.size}] and src [{right.size}] to have the same number of elements, but got {left.size} and {right.size} elements respectively")
    if left.dtype.kind == "b": raise NotImplementedError("\"dot\" not implemented for 'Bool'")
    return left.dot(right)

def added(value, product, beta, alpha, other):
    if value.dtype is not product.dtype:
        raise RuntimeError(f"self and {other} must have the same dtype, but got {scalar_name(value.dtype)} and {scalar_name(product.dtype)}")
    if value.ndim > product.ndim or any(size not in (1, full) for size, full in zip(value.shape[::-1], product.shape[::-1])):
        dim = next((product.ndim - back for back in range(1, value.ndim + 1) if value.shape[-back] not in (1, product.shape[-back])), 0)
        raise RuntimeError(f"The expanded size of the tensor ({product.shape[dim]}) must match the existing size ({value.shape[dim - product.ndim]}) at non-singleton dimension {dim}.  Target sizes: {list(product.shape)}.  Tensor sizes: {list(value.shape)}")
    return scaled(value, beta) + scaled(product, alpha)

def by_columns(sizes, strides): return len(strides) == 2 and strides[0] < strides[1] == strides[0] * sizes[0]

@word
def mm_left(grad, right, sizes, strides):
    """The left factor's gradient, laid out as it is: then a transposed weight's needs no copy."""
    return t(mm(right, t(grad))) if by_columns(sizes, strides) else mm(grad, t(right))

@word
def mm_right(left, grad, sizes, strides):
    """The right factor's gradient, laid out as it is."""
    return t(mm(t(grad), left)) if by_columns(sizes, strides) else mm(t(left), grad)

@word
def scaled(value, factor): return value if factor == 1 else value * factor

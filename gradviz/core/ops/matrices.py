"""Matrices. Going back through a product, each factor receives the other one, transposed."""

import numpy as np

from .. import dims as dimensions
from ..calls import called
from ..dtypes import c_name, scalar_name
from ..op import Op, Scalar, composed, ops
from ..placing import counted
from ..tensor import Tensor, Version, wrap
from ..words import (
    bmm,
    mm,
    mv,
    on_tensors,
    reshape,
    sum_to_size,
    t,
    transpose,
    unsqueeze,
    word,
)

# --- products

class Mm(Op):
    pattern = "{self} @ {mat2}"
    usage = ("Tensor input, Tensor mat2, *, Tensor out = None",
             "Tensor input, Tensor mat2, torch.dtype out_dtype, *, Tensor out = None")
    def forward(self: Tensor, mat2: Tensor): return product(self, mat2)
    def grad_self(grad, mat2, self_sym_strides): return mm_as(self_sym_strides, grad, t(mat2))
    def grad_mat2(grad, self, mat2_sym_strides): return mm_as(mat2_sym_strides, t(self), grad)

class Bmm(Op):
    pattern = "{self} @ {mat2}"
    def forward(self: Tensor, mat2: Tensor): return batch_product(self, mat2)
    def grad_self(grad, mat2): return bmm(grad, transpose(mat2, 1, 2))
    def grad_mat2(grad, self): return bmm(transpose(self, 1, 2), grad)

class Mv(Op):
    pattern = "{self} @ {vec}"
    def forward(self: Tensor, vec: Tensor): return product_with_vector(self, vec)
    def grad_self(grad, vec): return unsqueeze(grad, 1) * vec
    def grad_vec(grad, self): return mv(t(self), grad)

class Dot(Op):
    pattern = "{self} @ {tensor}"
    def forward(self: Tensor, tensor: Tensor): return inner_product(self, tensor)
    def grad_self(grad, tensor): return grad * tensor
    def grad_tensor(grad, self): return grad * self

class Addmm(Op, name="addmm_of", face="", method=False):
    pattern = "{self} + {mat1} @ {mat2}"
    def forward(self: Tensor, mat1: Tensor, mat2: Tensor, beta: Scalar, alpha: Scalar): return added(self, product(mat1, mat2), beta, alpha, "mat2")
    def grad_self(grad, self_sym_sizes, beta): return sum_to_size(scaled(grad, beta), self_sym_sizes)
    def grad_mat1(grad, mat2, mat1_sym_strides, alpha): return scaled(mm_as(mat1_sym_strides, grad, t(mat2)), alpha)
    def grad_mat2(grad, mat1, mat2_sym_strides, alpha): return scaled(mm_as(mat2_sym_strides, t(mat1), grad), alpha)

class Addmv(Op, name="addmv_of", face="", method=False):
    pattern = "{self} + {mat} @ {vec}"
    def forward(self: Tensor, mat: Tensor, vec: Tensor, beta: Scalar, alpha: Scalar): return added(self, product_with_vector(mat, vec), beta, alpha, "vec")
    def grad_self(grad, self_sym_sizes, beta): return sum_to_size(scaled(grad, beta), self_sym_sizes)
    def grad_mat(grad, vec, alpha): return scaled(unsqueeze(grad, 1) * vec, alpha)
    def grad_vec(grad, mat, alpha): return scaled(mv(t(mat), grad), alpha)

class Baddbmm(Op, name="baddbmm_of", face="", method=False):
    pattern = "{self} + {batch1} @ {batch2}"
    def forward(self: Tensor, batch1: Tensor, batch2: Tensor, beta: Scalar, alpha: Scalar): return added(self, batch_product(batch1, batch2), beta, alpha, "batch2")
    def grad_self(grad, self_sym_sizes, beta): return sum_to_size(scaled(grad, beta), self_sym_sizes)
    def grad_batch1(grad, batch2, alpha): return scaled(bmm(grad, transpose(batch2, 1, 2)), alpha)
    def grad_batch2(grad, batch1, alpha): return scaled(bmm(transpose(batch1, 1, 2), grad), alpha)

class SqueezeRow(Op, node="SqueezeBackward4", face="", method=False):
    def forward(self: Tensor, dim: Scalar): return self.reshape(self.shape[1:])
    def grad_self(grad, dim): return unsqueeze(grad, dim)

class UnsafeView(Op, face="", method=False):
    def forward(self: Tensor, size: Scalar): return self.reshape(size)
    def grad_self(grad, self_sym_sizes): return reshape(grad, self_sym_sizes)

@composed
def addmm(self, mat1, mat2, *, beta=1, alpha=1): return ops.addmm_of(self, mat1, mat2, beta, alpha)

@composed
def addmv(self, mat, vec, *, beta=1, alpha=1): return ops.addmv_of(self, mat, vec, beta, alpha)

@composed
def baddbmm(self, batch1, batch2, *, beta=1, alpha=1): return ops.baddbmm_of(self, batch1, batch2, beta, alpha)

def matmul(self, other):
    """PyTorch's own choice among dot, mv, mm and bmm, by the dimensions of both."""
    if not isinstance(other, Tensor): return NotImplemented
    left, right = len(self._shape), len(other._shape)
    if left == 2 and right == 2: return ops.mm(self, other)
    if left == 1 and right == 2: return row(ops.mm(ops.unsqueeze_at(self, 0), other))
    if left == 2 and right == 1: return ops.mv(self, other)
    if left == 1 and right == 1: return ops.dot(self, other)
    if not left or not right:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {left}D and {right}D")
    if right == 3 and other._shape[0] == 1 and left >= 3: other, right = ops.squeeze(other, 0), 2
    elif left == 3 and self._shape[0] == 1 and right >= 3: self, left = ops.squeeze(self, 0), 2
    return folded(self, other) if foldable(self, other) else batched(self, other)

composed(called("Tensor other")(matmul))
composed(matmul, name="at", face="", method=False, operators="@")

@composed(operators="y@x", name="rmatmul", face="", method=False)
def swapped_matmul(self, other): return ops.matmul(other, self)

def as_row(vector):
    """A vector as a matrix of one row; where no gradient is wanted, without the marks of a view."""
    if vector._requires_grad: return ops.unsqueeze(vector, 0)
    matrix = wrap(vector._array().reshape(1, -1))
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
    if not input._shape:
        raise RuntimeError(f"both arguments to linear need to be at least 1D, but they are 0D and {len(weight._shape)}D")
    turned = ops.t(weight)
    if bias is None: return ops.matmul(input, turned)
    if len(input._shape) == 2: return ops.addmm_of(bias, input, turned, 1, 1)
    tall = ops.view(input, (-1, input._shape[-1]))
    return ops.view(ops.addmm_of(bias, tall, turned, 1, 1), (*input._shape[:-1], weight._shape[0]))

@composed(also="ger")
def outer(self, vec2):
    for name, vector in (("self", self), ("vec2", vec2)):
        if len(vector._shape) != 1: raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {len(vector._shape)}-D")
    return ops.mul(ops.view(self, (self._shape[0], 1)), vec2)

@composed
def inner(self, other):
    if not self._shape or not other._shape: return ops.mul(self, other)
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


# --- einsum: every product of two operands is one bmm

@composed(method=False)
def einsum(equation, *operands):
    """Products summed over the letters that the result does not have."""
    if len(operands) == 1 and isinstance(operands[0], list | tuple): operands = tuple(operands[0])
    inputs, output = subscripts(equation.replace(" ", ""), operands)
    operands, inputs = zip(*[without_repeats(operand, letters) for operand, letters in zip(operands, inputs)])
    sizes = letter_sizes(operands, inputs)
    for letter in output:
        if letter not in sizes: raise RuntimeError(f"einsum(): output subscript {letter} does not appear in the equation for any input operand")
    letters = [*output, *[letter for letter in sizes if letter not in output]]
    lined = [arranged(operand, own, letters) for operand, own in zip(operands, inputs)]
    result, seen = lined[0], set(inputs[0])
    summed = [dim for dim, letter in enumerate(letters) if letter not in output]
    if len(lined) == 1: return ops.sum_dim(result, tuple(summed), False) if summed else result
    for number in range(1, len(lined)):
        later = set().union(*inputs[number + 1:])
        gone = [dim for dim in summed if letters[dim] not in later and letters[dim] in seen | set(inputs[number])]
        result = pair_product(result, lined[number], gone) if gone else ops.mul(result, lined[number])
        seen |= set(inputs[number])
    return ops.view(result, tuple(result._shape[:len(output)])) if summed else result

def subscripts(equation, operands):
    """The letters of each operand and of the result; an ellipsis becomes letters of its own."""
    left, arrow, right = equation.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(operands):
        raise RuntimeError("einsum(): " + ("more operands were provided than specified in the equation" if len(inputs) < len(operands) else "fewer operands were provided than specified in the equation"))
    spare = [chr(code) for code in range(0x3B1, 0x3B1 + 20)]
    widths = [len(operand._shape) - len(own.replace("...", "")) for own, operand in zip(inputs, operands)]
    dots = max([width for own, width in zip(inputs, widths) if "..." in own], default=0)
    for number, (own, operand, width) in enumerate(zip(inputs, operands, widths)):
        if "..." not in own and width:
            raise RuntimeError(f"einsum(): the number of subscripts in the equation ({len(own)}) does not match the number of dimensions ({len(operand._shape)}) for operand {number} and no ellipsis was given")
        inputs[number] = own.replace("...", "".join(spare[dots - width:dots]))
    if arrow: return inputs, right.replace("...", "".join(spare[:dots]))
    counted = "".join(inputs)
    once = sorted(letter for letter in set(counted) if counted.count(letter) == 1 and letter not in spare)
    return inputs, "".join(spare[:dots]) + "".join(once)

def without_repeats(operand, letters):
    """An operand whose repeated letters have become diagonals."""
    kept = ""
    for letter in letters:
        if letter not in kept:
            kept += letter
            continue
        first, second = kept.index(letter), len(kept)
        operand = ops.diagonal(operand, 0, first, second)
        order = list(range(first)) + [len(operand._shape) - 1] + list(range(first, len(operand._shape) - 1))
        operand = ops.permute(operand, tuple(order))
    return operand, kept

def letter_sizes(operands, inputs):
    sizes = {}
    for number, (operand, letters) in enumerate(zip(operands, inputs)):
        for letter, size in zip(letters, operand._shape):
            before = sizes.get(letter, 1)
            if before not in (1, size) and size != 1:
                raise RuntimeError(f"einsum(): subscript {letter} has size {size} for operand {number} which does not broadcast with previously seen size {before}")
            sizes[letter] = max(before, size) if size else 0
    return sizes

def arranged(operand, own, letters):
    """One dimension for every letter, in their order."""
    missing = [letter for letter in letters if letter not in own]
    for _ in missing: operand = ops.unsqueeze(operand, len(operand._shape))
    have = [*own, *missing]
    return ops.permute(operand, tuple(have.index(letter) for letter in letters))

def pair_product(left, right, gone):
    """Multiply two operands of the same dimensions and sum over some, which stay, one wide."""
    both, first, second, summed = [], [], [], []
    for dim, (a, b) in enumerate(zip(left._shape, right._shape)):
        if dim in gone:
            if a == 1 and b > 1: right = ops.sum_dim(right, (dim,), True)
            elif b == 1 and a > 1: left = ops.sum_dim(left, (dim,), True)
            summed.append(dim)
        elif a != 1 and b != 1: both.append(dim)
        elif a != 1: first.append(dim)
        else: second.append(dim)
    size = lambda shape, dims: int(np.prod([shape[dim] for dim in dims], dtype=int))
    rows, columns = (both, first, summed, second), (both, summed, second, first)
    a = ops.reshape(ops.permute(left, tuple(sum(rows, []))), (size(left._shape, both), size(left._shape, first), size(left._shape, summed)))
    b = ops.reshape(ops.permute(right, tuple(sum(columns, []))), (size(right._shape, both), size(right._shape, summed), size(right._shape, second)))
    made = [*both, *first, *summed, *second]
    widths = [1 if dim in summed else max(left._shape[dim], right._shape[dim]) for dim in made]
    return ops.permute(ops.view(ops.bmm(a, b), tuple(widths)), tuple(made.index(dim) for dim in range(len(made))))


# --- parts of a matrix

class Diagonal(Op, view=True, name="diagonal_of", face="", method=False):
    def forward(self: Tensor, offset: Scalar, dim1: Scalar, dim2: Scalar): return writable_diagonal(self, offset, dim1, dim2)
    def grad_self(grad, self_sym_sizes, offset, dim1, dim2): return diagonal_placed(grad, self_sym_sizes, offset, dim1, dim2)

class DiagonalCopy(Op, node="DiagonalBackward0_copy", face="", method=False):
    def forward(self: Tensor, offset: Scalar, dim1: Scalar, dim2: Scalar): return writable_diagonal(self, offset, dim1, dim2).copy()
    def grad_self(grad, self_sym_sizes, offset, dim1, dim2): return diagonal_placed(grad, self_sym_sizes, offset, dim1, dim2)

class DiagonalPlaced(Op, node="DiagonalBackwardBackward0", face="", method=False):
    def forward(self: Tensor, shape: Scalar, offset: Scalar, dim1: Scalar, dim2: Scalar): return diagonal_placed(self, shape, offset, dim1, dim2)
    def grad_self(grad, offset, dim1, dim2): return diagonal_read(grad, offset, dim1, dim2)

class DiagEmbed(Op, name="diag_embed_of", face="", method=False):
    def forward(self: Tensor, offset: Scalar, dim1: Scalar, dim2: Scalar): return embedded(self, offset, dim1, dim2)
    def grad_self(grad, offset, dim1, dim2): return diagonal_read(grad, offset, dim1, dim2)

class Tril(Op, in_place=True):
    def forward(self: Tensor, diagonal: Scalar = 0): return np.tril(matrix_of(self, "tril"), diagonal)
    def grad_self(grad, diagonal): return tril(grad, diagonal)

class Triu(Op, in_place=True):
    def forward(self: Tensor, diagonal: Scalar = 0): return np.triu(matrix_of(self, "triu"), diagonal)
    def grad_self(grad, diagonal): return triu(grad, diagonal)

class Trace(Op):
    def forward(self: Tensor): return traced(self)
    def grad_self(grad, self_sym_sizes): return identity(grad, self_sym_sizes)

@composed
def diagonal(self, offset=0, dim1=0, dim2=1):
    dim1, dim2 = (dimensions.wrapped(dim, len(self._shape)) for dim in (dim1, dim2))
    if dim1 == dim2: raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return ops.diagonal_of(self, offset, dim1, dim2)

@composed
def diag_embed(self, offset=0, dim1=-2, dim2=-1):
    return ops.diag_embed_of(self, offset, *(dimensions.wrapped(dim, len(self._shape) + 1) for dim in (dim1, dim2)))

@composed
@called("int diagonal = 0")
def diag(self, diagonal=0):
    if len(self._shape) == 1: return ops.diag_embed_of(self, diagonal, 0, 1)
    if len(self._shape) != 2: raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {len(self._shape)}D")
    return ops.diagonal_copy(self, diagonal, 0, 1)


# --- determinants and inverses

class Det(Op, node="LinalgDetBackward0", name="linalg_det", face="", method=False):
    def forward(self: Tensor): return determinants(square(self, "linalg.det"))
    def grad_self(grad, self, result): return scaled_inverse(transpose(self, -1, -2), grad * result)

class Inverse(Op, node="LinalgInvExBackward0", name="inverse_of", face="", method=False):
    def forward(self: Tensor): return np.asfortranarray(inverted(square(self, "linalg.inv")))
    def grad_self(grad, result): return -matmul_of(transpose(result, -1, -2), matmul_of(grad, transpose(result, -1, -2)))

@composed(face="torch linalg")
def det(self): return ops.linalg_det(self)

@composed(also="inv", face="torch linalg")
def inverse(self): return ops.inverse_of(self)

@composed
def logdet(self): return ops.log(ops.linalg_det(self))

@composed(face="linalg", method=False)
def solve(A, B):
    vector = len(B._shape) == 1
    found = ops.matmul(ops.inverse_of(A), ops.unsqueeze(B, -1) if vector else B)
    return ops.squeeze(found, -1) if vector else found


# --- what the functions above stand on: numpy, with PyTorch's words for what cannot be

def product(left, right):
    if left.ndim != 2: raise RuntimeError("self must be a matrix")
    if right.ndim != 2: raise RuntimeError("mat2 must be a matrix")
    if left.shape[1] != right.shape[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({left.shape[0]}x{left.shape[1]} and {right.shape[0]}x{right.shape[1]})")
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
    return left.dot(right)

def added(value, product, beta, alpha, other):
    if value.dtype is not product.dtype:
        raise RuntimeError(f"self and {other} must have the same dtype, but got {scalar_name(value.dtype)} and {scalar_name(product.dtype)}")
    if value.ndim > product.ndim or any(size not in (1, full) for size, full in zip(value.shape[::-1], product.shape[::-1])):
        dim = next((product.ndim - back for back in range(1, value.ndim + 1) if value.shape[-back] not in (1, product.shape[-back])), 0)
        raise RuntimeError(f"The expanded size of the tensor ({product.shape[dim]}) must match the existing size ({value.shape[dim - product.ndim]}) at non-singleton dimension {dim}.  Target sizes: {list(product.shape)}.  Tensor sizes: {list(value.shape)}")
    return scaled(value, beta) + scaled(product, alpha)

@word
def mm_as(strides, left, right):
    """The product, laid out by columns if the factor was: then a transposed weight's gradient needs no copy."""
    if len(strides) == 2 and strides[0] < strides[1]: return t(mm(t(right), t(left)))
    return mm(left, right)

@word
def scaled(value, factor): return value if factor == 1 else value * factor

def square(matrix, name):
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise RuntimeError(f"{name}: A must be batches of square matrices, but they are {matrix.shape[-2]} by {matrix.shape[-1]} matrices")
    return matrix

class LinAlgError(RuntimeError): """A matrix without an inverse."""

LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"

def inverted(matrix):
    try: return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        zero = int(np.argmin(np.abs(np.diagonal(np.linalg.qr(matrix)[1])))) + 1
        raise LinAlgError(f"linalg.inv: The diagonal element {zero} is zero, the inversion could not be completed because the input matrix is singular.") from None

word(inverted)

@on_tensors
def inverted(matrix): return ops.inverse_of(matrix)

def scaled_inverse(matrix, factor):
    """factor · A⁻¹."""
    return counted(np.asarray(factor)[..., None, None] * inverted(matrix), 1)

word(scaled_inverse)

@on_tensors
def scaled_inverse(matrix, factor): return ops.mul(ops.unsqueeze(ops.unsqueeze(factor, -1), -1), ops.inverse_of(matrix))

def determinants(matrices):
    """The product of the pivots, for each matrix of a batch."""
    found = [determinant(matrix) for matrix in matrices.reshape(-1, *matrices.shape[-2:])]
    return np.array(found, matrices.dtype).reshape(matrices.shape[:-2])

def determinant(matrix):
    """Gaussian elimination with row exchanges, rounded step by step as PyTorch's."""
    rows, sign = matrix.copy(), 1
    for step in range(len(rows)):
        pivot = step + int(np.argmax(np.abs(rows[step:, step])))
        if pivot != step: rows[[step, pivot]], sign = rows[[pivot, step]], -sign
        if rows[step, step] == 0: return rows[step, step]
        factors = rows[step + 1:, step:step + 1] / rows[step, step]
        rows[step + 1:] -= factors * rows[step]
    return np.multiply.reduce(np.diagonal(rows)) * sign

def matmul_of(left, right): return np.matmul(left, right)

word(matmul_of)

@on_tensors
def matmul_of(left, right): return ops.matmul(left, right)

def matrix_of(value, name):
    if value.ndim < 2: raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return value

def traced(matrix):
    if matrix.ndim != 2: raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {matrix.ndim}")
    return np.add.reduce(matrix.diagonal())

def identity(grad, shape):
    full = np.zeros(shape, grad.dtype)
    np.fill_diagonal(full, grad)
    return counted(full, 2)

word(identity)

@on_tensors
def identity(grad, shape):
    return ops.diag_embed_of(ops.expand(grad, (min(shape),)), 0, 0, 1) if shape[0] == shape[1] else ops.diagonal_placed(ops.expand(grad, (min(shape),)), shape, 0, 0, 1)

def tril(value, diagonal): return np.tril(value, diagonal)
def triu(value, diagonal): return np.triu(value, diagonal)

word(tril)
word(triu)

@on_tensors
def tril(value, diagonal): return ops.tril(value, diagonal)

@on_tensors
def triu(value, diagonal): return ops.triu(value, diagonal)

def writable_diagonal(value, offset, dim1, dim2):
    view = value.diagonal(offset, dim1, dim2)
    view.flags.writeable = value.flags.writeable
    return view

def diagonal_read(value, offset, dim1, dim2): return value.diagonal(offset, dim1, dim2)

word(diagonal_read)

@on_tensors
def diagonal_read(value, offset, dim1, dim2): return ops.diagonal_of(value, offset, dim1, dim2)

def diagonal_placed(grad, shape, offset, dim1, dim2):
    full = np.zeros(shape, grad.dtype)
    writable_diagonal(full, offset, dim1, dim2)[...] = grad
    return full

word(diagonal_placed)

@on_tensors
def diagonal_placed(grad, shape, offset, dim1, dim2): return ops.diagonal_placed(grad, shape, offset, dim1, dim2)

def embedded(value, offset, dim1, dim2):
    width = value.shape[-1] + abs(offset)
    full = np.zeros((*value.shape[:-1], width, width), value.dtype)
    writable_diagonal(full, offset, -2, -1)[...] = value
    return np.ascontiguousarray(np.moveaxis(full, (-2, -1), (dim1, dim2)))

"""What layers compute: normalising, embedding, leaving out, attending."""

import math

import numpy as np

from ..arguments import type_name
from .. import errors, random
from ..inplace import write
from ..op import Op, Scalar, Tensor, composed, faces, functional, ops, word, wrap
from ..tensor import written_times
from ..words import held, masked_fill, mean_dim, sum_dim, view


class LayerNorm(Op, node="NativeLayerNormBackward0", name="layer_norm_of", hidden=True):
    def forward(input: Tensor, weight: Tensor = None, bias: Tensor = None, dims: Scalar = (), eps: Scalar = 1e-5):
        return normalised(input, dims, eps) * (1 if weight is None else weight) + (0 if bias is None else bias)
    def grad_input(grad, input, weight, dims, eps): return of_normalised(grad if weight is None else grad * weight, input, dims, eps)
    def grad_weight(grad, input, dims, eps): return over_batch(grad * normalised(input, dims, eps), dims)
    def grad_bias(grad, dims): return over_batch(grad, dims)
    shown_as = "dims= eps="
    _saved_normalized_shape = property(lambda node: node.result_shape[node.dims[0]:])
    _saved_result1 = property(lambda node: wrap(statistics(node.input._shaped(), node.dims, node.eps)[0]))
    _saved_result2 = property(lambda node: wrap(statistics(node.input._shaped(), node.dims, node.eps)[1]))

class BatchNorm(Op, node="NativeBatchNormBackward0", name="batch_norm_of", hidden=True):
    def forward(input: Tensor, weight: Tensor = None, bias: Tensor = None, eps: Scalar = 1e-5):
        return of_channels(normalised(input, but_channels(input), eps), weight, bias)
    def grad_input(grad, input, weight, eps): return of_normalised(of_channels(grad, weight, None), input, but_channels(input), eps)
    def grad_weight(grad, input, eps): return sum_dim(grad * normalised(input, but_channels(input), eps), but_channels(input))
    def grad_bias(grad, input): return sum_dim(grad, but_channels(input))
    _saved_training = True
    _saved_running_mean = _saved_running_var = None
    _saved_result1 = property(lambda node: wrap(statistics(node.input._shaped(), but_channels(node.input), node.eps)[0].reshape(-1)))
    _saved_result2 = property(lambda node: wrap(statistics(node.input._shaped(), but_channels(node.input), node.eps)[1].reshape(-1)))

class BatchNormKnown(Op, node="NativeBatchNormBackward0", name="batch_norm_known", hidden=True):
    def forward(input: Tensor, weight: Tensor = None, bias: Tensor = None, running_mean: Scalar = None, running_var: Scalar = None, eps: Scalar = 1e-5):
        return of_channels(from_known(input, running_mean, running_var, eps), weight, bias)
    def grad_input(grad, input, weight, running_var, eps): return of_channels(grad, weight, None) / width_known(input, running_var, eps)
    def grad_weight(grad, input, running_mean, running_var, eps): return sum_dim(grad * from_known(input, running_mean, running_var, eps), but_channels(input))
    def grad_bias(grad, input): return sum_dim(grad, but_channels(input))
    _saved_training = False
    _saved_result1 = _saved_result2 = property(lambda node: wrap(np.zeros(0, np.float32)))

class Embedding(Op, name="embedding_of", hidden=True):
    def forward(weight: Tensor, indices: Scalar, padding_idx: Scalar = -1): return weight[indices]
    def grad_weight(grad, weight_sym_sizes, indices, padding_idx): return rows_placed(grad, weight_sym_sizes, indices, padding_idx)
    shown_as = "weight_sym_sizes="
    _saved_weight_sym_argsize_0 = property(lambda node: node.weight_sym_sizes[0])
    _saved_scale_grad_by_freq = _saved_sparse = False

class RowsPlaced(Op, node="EmbeddingDenseBackwardBackward0", hidden=True):
    def forward(self: Tensor, shape: Scalar, indices: Scalar, padding_idx: Scalar):
        """Each gradient added to its row; nothing is learned for the row that pads."""
        full = np.zeros(shape, self.dtype)
        np.add.at(full, indices, self)
        if padding_idx >= 0: full[padding_idx] = 0
        return full
    def grad_self(grad, indices, padding_idx): return rows_picked(grad, indices, padding_idx)

embedding_of, rows_placed = word(Embedding), word(RowsPlaced)


def last_dimensions(input, shape, comma=", "):
    """The dimensions that are to be normalised, which must have this shape."""
    if not shape: raise RuntimeError("Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []")
    first = len(input._shape) - len(shape)
    if input._shape[first:] != shape:
        raise RuntimeError(f"Given normalized_shape={list(shape)}, expected input with shape [*{comma}{', '.join(map(str, shape))}], but got input of size{list(input._shape)}")
    return tuple(range(first, len(input._shape)))

@functional
def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = tuple(normalized_shape)
    dims = last_dimensions(input, shape)
    for name, given in (("weight", weight), ("bias", bias)):
        if given is not None and given._shape != shape:
            raise RuntimeError(f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape {list(given._shape)} and normalized_shape = {list(shape)}")
        if given is not None and given._dtype is not input._dtype: raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
    return ops.layer_norm_of(input, weight, bias, dims, eps)

@composed(face="torch nn.functional", method=False)
def rms_norm(input, normalized_shape, weight=None, eps=None):
    """Each example brought to a mean square of 1."""
    dims = last_dimensions(input, tuple(normalized_shape), "")
    if eps is None: eps = float(np.finfo(input._dtype).eps)
    shrunk = ops.rsqrt(ops.add_scalar(ops.mean_dim(ops.pow(input, 2), dims, True), eps))
    normal = ops.mul(input, shrunk)
    return normal if weight is None else ops.mul(normal, weight)

@functional
def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Each channel brought to mean 0 and deviation 1, by this batch or by what earlier ones left."""
    for name, given in {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}.items():
        if given is not None and given._value.size != input._shape[1]: raise RuntimeError(f"{name} should contain {input._shape[1]} elements not {given._value.size}")
    if not training:
        if running_mean is None: raise RuntimeError("running_mean must be defined in evaluation mode")
        return ops.batch_norm_known(input, weight, bias, running_mean._shaped(), running_var._shaped(), eps)
    count = input._value.size // input._shape[1]
    if count == 1: raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.size()}")
    if running_mean is not None:
        value, dims = input._shaped(), but_channels(input)
        for kept, now in ((running_mean, value.mean(dims)), (running_var, value.var(dims, ddof=1))):
            kept.detach().mul_(1 - momentum).add_(wrap(np.asarray(now * momentum, kept._dtype)))
    return ops.batch_norm_of(input, weight, bias, eps)

@functional
def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    if not isinstance(input, Tensor): raise TypeError(f"embedding(): argument 'indices' (position 2) must be Tensor, not {type_name(input)}")
    if input._dtype.kind != "i":
        raise RuntimeError(f"Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got {input.type()} instead (while checking arguments for embedding)")
    if len(weight._shape) != 2: raise RuntimeError("'weight' must be 2-D")
    indices = input._shaped()
    if padding_idx is not None:
        if not -weight._shape[0] <= padding_idx < weight._shape[0]: raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx %= weight._shape[0]
    if scale_grad_by_freq or sparse: raise NotImplementedError(errors.out_of_scope("an embedding with scale_grad_by_freq or sparse"))
    if ((indices < 0) | (indices >= weight._shape[0])).any(): raise IndexError("index out of range in self")
    if max_norm is not None: shorten_rows(weight, np.unique(indices), max_norm, norm_type)
    return ops.embedding_of(weight, indices, -1 if padding_idx is None else padding_idx)

def shorten_rows(weight, rows, max_norm, norm_type):
    """Bring rows that are too long to a length; PyTorch writes this outside the graph."""
    held = weight._array()
    lengths = np.linalg.norm(held[rows], norm_type, axis=1)
    factors = np.where(lengths > max_norm, max_norm / (lengths + 1e-7), 1)
    held[rows] *= factors[:, None].astype(held.dtype)
    weight._shared_version().bump()

@functional
def one_hot(tensor, num_classes=-1):
    if tensor._dtype != np.dtype(np.int64): raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    indices = tensor._shaped()
    if indices.size and indices.min() < 0: raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1 and not indices.size: raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if num_classes == -1: num_classes = int(indices.max()) + 1
    if indices.size and indices.max() >= num_classes: raise RuntimeError("Class values must be smaller than num_classes.")
    made = wrap((indices[..., None] == np.arange(num_classes)).astype(np.int64))
    made._written = written_times(2)  # PyTorch writes zeros, then ones
    return made

@functional
def dropout(input, p=0.5, training=True, inplace=False):
    """Each element is left out with probability p; the others grow, so that the mean stays."""
    if p < 0.0 or p > 1.0: raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0: return input
    if inplace: return write(input, dropout, p)
    if p == 1: return ops.mul(input, wrap(np.zeros(input._shape, input._dtype)))
    kept = random.bernoulli(input, 1 - p)
    return ops.mul(input, ops.div(kept, 1 - p))

@functional
def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    length = ops.clamp_min(ops.norm(input, p, dim, True), eps)
    return ops.div(input, ops.expand_as(length, input))

@composed(face="torch nn.functional", method=False)
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    if x1._shape != x2._shape: x1, x2 = ops.broadcast_tensors(x1, x2)
    x1, x2 = (ops.div(x, at_least(ops.vector_norm(x, 2, dim, True), eps)) for x in (x1, x2))
    return ops.sum(ops.mul(x1, x2), dim)

@composed(face="torch nn.functional", method=False)
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    apart = ops.add_scalar(ops.sub(x1, x2), eps)
    return ops.power_norm(apart, float(p), (max(len(apart._shape) - 1, 0),), keepdim)

@functional
def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):
    """softmax(Q Kᵀ / √d) V."""
    root = math.sqrt(1 / math.sqrt(query._shape[-1]) if scale is None else scale)
    scores = ops.matmul(ops.mul_scalar(query, root), ops.mul_scalar(ops.transpose(key, -2, -1), root))
    if is_causal: attn_mask = wrap(np.tril(np.ones(scores._shape[-2:], bool)))
    if attn_mask is not None:
        scores = ops.masked_fill(scores, ops.logical_not(attn_mask), -math.inf) if attn_mask._dtype.kind == "b" else ops.add(scores, attn_mask)
    shares = ops.softmax(scores, -1)
    return ops.matmul(dropout(shares, dropout_p) if dropout_p else shares, value)

def at_least(length, eps):
    """A length that can be divided by; PyTorch changes it outside the graph."""
    length = ops.clone(length)
    held = length._array()
    np.maximum(held, eps, out=held)
    return length

faces["torch"] |= {
    "dropout": lambda input, p, train: dropout(input, p, train),
    "embedding": lambda weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False: embedding(indices, weight, None if padding_idx < 0 else padding_idx),
    "layer_norm": lambda input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True: layer_norm(input, normalized_shape, weight, bias, eps),
}


# --- words

@word
def but_channels(input):
    """All dimensions except that of the channels, the second."""
    return (0, *range(2, len(input.shape)))

@word
def beside_channels(values, input):
    """One value for each channel, shaped so that it meets its channel."""
    return view(values, (-1, *[1] * (len(input.shape) - 2)))

@word
def of_channels(input, weight, bias):
    if weight is not None: input = input * beside_channels(weight, input)
    return input if bias is None else input + beside_channels(bias, input)

def statistics(value, dims, eps):
    """The means along some dimensions, and one over the deviations."""
    return value.mean(dims, keepdims=True), 1 / np.sqrt(value.var(dims, keepdims=True) + np.asarray(eps, value.dtype))

@word
def width_known(input, running_var, eps): return held((running_var.reshape(-1, *[1] * (len(input.shape) - 2)) + eps) ** 0.5)

@word
def from_known(input, running_mean, running_var, eps):
    return (input - held(running_mean.reshape(-1, *[1] * (len(input.shape) - 2)))) / width_known(input, running_var, eps)

@word
def normalised(input, dims, eps):
    centred = input - mean_dim(input, dims, True)
    return centred / (mean_dim(centred * centred, dims, True) + eps) ** 0.5

@word
def over_batch(grad, dims):
    """Summed over what stands before the normalised dimensions."""
    return sum_dim(grad, tuple(range(dims[0]))) if dims[0] else grad

@word
def of_normalised(grad, input, dims, eps):
    centred = input - mean_dim(input, dims, True)
    width = (mean_dim(centred * centred, dims, True) + eps) ** 0.5
    shape = centred / width
    return (grad - mean_dim(grad, dims, True) - shape * mean_dim(grad * shape, dims, True)) / width

@word
def rows_picked(grad, indices, padding_idx):
    picked = embedding_of(grad, indices)
    return masked_fill(picked, held((indices == padding_idx)[..., None]), 0) if padding_idx >= 0 else picked

"""Losses: how far a prediction is from its target, as one number."""


import numpy as np

from ..arguments import need_tensors
from ..dtypes import scalar_name
from ..errors import warn
from ..op import Elementwise, Op, Scalar, Tensor, functional, one_node, ops, word, wrap
from ..placing import written
from ..words import (
    abs, exp, held, log, log1p, masked_fill, maximum, number, numel, sgn, sigmoid, total, where,
    zero, zeros_like,
)

REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}
MINUS_ONE = np.array(-1, np.float32)


@word
def each(grad, self, reduction):
    """What arrives at one element: of a mean, its share."""
    return grad / number(numel(self)) if reduction == 1 else grad

@word
def regained(grad, reduction):
    """The other way: what all the elements say of the one number that was shared out."""
    if reduction == 0: return grad
    return total(grad) / numel(grad) if reduction == 1 else total(grad)

@word
def bent_slope(distance, edge):
    """The distance itself up to the edge, beyond it the edge."""
    return where(abs(distance) < edge, distance, edge * sgn(distance))

@word
def chance(share): return maximum(share * (1 - share), share * 0 + 1e-12)


# --- regression

class MseLoss(Op, name="mse_loss_of", hidden=True):
    def forward(self: Tensor, target: Tensor, reduction: Scalar): return reduced((self - target) ** 2, reduction)
    @one_node("MseLossBackwardBackward0",
              grad_output=lambda grad, self, target, reduction: regained(grad * (2 * (self - target)), reduction),
              self=lambda grad, grad_output, self, reduction: each(2 * grad * grad_output, self, reduction),
              target=lambda grad, grad_output, self, reduction: -each(2 * grad * grad_output, self, reduction))
    def grad_self(grad, self, target, reduction): return each(grad, self, reduction) * (2 * (self - target))
    @one_node("MseLossBackwardBackward0",
              grad_output=lambda grad, target, self, reduction: regained(grad * (2 * (target - self)), reduction),
              target=lambda grad, grad_output, self, reduction: each(2 * grad * grad_output, self, reduction),
              self=lambda grad, grad_output, self, reduction: -each(2 * grad * grad_output, self, reduction))
    def grad_target(grad, target, self, reduction): return each(grad, self, reduction) * (2 * (target - self))

class SmoothL1Loss(Op, name="smooth_l1_loss_of", hidden=True):
    def forward(self: Tensor, target: Tensor, reduction: Scalar, beta: Scalar): return reduced(bent(np.abs(self - target), beta) / beta, reduction)
    @one_node("SmoothL1LossBackwardBackward0",
              grad_output=lambda grad, self, target, reduction, beta: regained(grad * bent_slope(self - target, beta) / beta, reduction),
              self=lambda grad, grad_output, self, target, reduction, beta: each(grad * grad_output, self, reduction) * (abs(self - target) < beta) / beta,
              target=lambda grad, grad_output, self, target, reduction, beta: -each(grad * grad_output, self, reduction) * (abs(self - target) < beta) / beta)
    def grad_self(grad, self, target, reduction, beta): return each(grad, self, reduction) * bent_slope(self - target, beta) / beta
    @one_node("SmoothL1LossBackwardBackward0",
              grad_output=lambda grad, target, self, reduction, beta: regained(grad * bent_slope(target - self, beta) / beta, reduction),
              target=lambda grad, grad_output, target, self, reduction, beta: each(grad * grad_output, self, reduction) * (abs(self - target) < beta) / beta,
              self=lambda grad, grad_output, target, self, reduction, beta: -each(grad * grad_output, self, reduction) * (abs(self - target) < beta) / beta)
    def grad_target(grad, target, self, reduction, beta): return each(grad, self, reduction) * bent_slope(target - self, beta) / beta

class HuberLoss(Op, name="huber_loss_of", hidden=True):
    def forward(self: Tensor, target: Tensor, reduction: Scalar, delta: Scalar): return reduced(bent(np.abs(self - target), delta), reduction)
    @one_node("HuberLossBackwardBackward0",
              grad_output=lambda grad, self, target, reduction, delta: regained(grad * bent_slope(self - target, delta), reduction),
              self=lambda grad, grad_output, self, target, reduction, delta: each(grad * grad_output, self, reduction) * (abs(self - target) < delta),
              target=lambda grad, grad_output, self, target, reduction, delta: -each(grad * grad_output, self, reduction) * (abs(self - target) < delta))
    def grad_self(grad, self, target, reduction, delta): return each(grad, self, reduction) * bent_slope(self - target, delta)
    @one_node("HuberLossBackwardBackward0",
              grad_output=lambda grad, target, self, reduction, delta: regained(grad * bent_slope(target - self, delta), reduction),
              target=lambda grad, grad_output, target, self, reduction, delta: each(grad * grad_output, self, reduction) * (abs(self - target) < delta),
              self=lambda grad, grad_output, target, self, reduction, delta: -each(grad * grad_output, self, reduction) * (abs(self - target) < delta))
    def grad_target(grad, target, self, reduction, delta): return each(grad, self, reduction) * bent_slope(target - self, delta)


# --- yes or no

class BinaryCrossEntropy(Op, name="binary_cross_entropy_of", hidden=True):
    def forward(self: Tensor, target: Tensor, weight: Scalar, reduction: Scalar): return reduced(cross_entropies(self, target) * weighing(weight), reduction)
    @one_node("BinaryCrossEntropyBackwardBackward0",
              grad_output=lambda grad, self, target, weight, reduction: regained(grad * ((self - target) / chance(self)) * weighing(weight), reduction),
              self=lambda grad, grad_output, self, target, weight, reduction: each(grad * grad_output, self, reduction) * ((self * self - 2 * self * target + target) / (chance(self) * chance(self))) * weighing(weight),
              target=lambda grad, grad_output, self, weight, reduction: -each(grad * grad_output, self, reduction) / chance(self) * weighing(weight))
    def grad_self(grad, self, target, weight, reduction): return each(grad, self, reduction) * ((self - target) / chance(self)) * weighing(weight)
    def grad_target(grad, self, weight, reduction): return each(grad, self, reduction) * (log(1 - self) - log(self)) * weighing(weight)

class BinaryCrossEntropyWithLogits(Op, name="binary_cross_entropy_with_logits_of", hidden=True):
    def forward(self: Tensor, target: Tensor, reduction: Scalar): return reduced(self - target * self - (np.minimum(self, zero) - log1p(exp(np.copysign(self, MINUS_ONE)))), reduction)
    def grad_self(grad, self, target, reduction): return written(each((sigmoid(self) - target) * grad, self, reduction), 3 if reduction == 1 else 2)
    def grad_target(grad, self, reduction): return each(-self * grad, self, reduction)
    _saved_weight = _saved_pos_weight = None

class WeighedBinaryCrossEntropyWithLogits(Op, node="BinaryCrossEntropyWithLogitsBackward0", name="weighed_bce_with_logits", hidden=True):
    def forward(self: Tensor, target: Tensor, weight: Scalar, pos_weight: Scalar, reduction: Scalar):
        return reduced(((1 - target) * self + (1 + (weighing(pos_weight) - 1) * target) * (maximum(-self, zero) + log1p(exp(-abs(self))))) * weighing(weight), reduction)
    def grad_self(grad, self, target, weight, pos_weight, reduction):
        slope = sigmoid(self) - target if pos_weight is None else (weighing(pos_weight) * target + 1 - target) * sigmoid(self) - weighing(pos_weight) * target
        return each(slope * grad if weight is None else slope * grad * held(weight), self, reduction)
    def grad_target(grad, self, weight, pos_weight, reduction): return each((log(1 - sigmoid(self)) - weighing(pos_weight) * log(sigmoid(self))) * grad * weighing(weight), self, reduction)


# --- one of several classes

class NllLoss(Op, name="nll_loss_of", hidden=True):
    def forward(self: Tensor, target: Tensor, weight: Scalar, reduction: Scalar, ignore_index: Scalar):
        """The negated logarithm at each target."""
        index, weights, total_weight = in_classes(self.shape, target, weight, ignore_index)
        losses = -self[index]
        if weights is not None: losses = np.asarray(losses * weights, self.dtype)
        if reduction == 0: return losses
        summed = total(losses)
        return summed / np.asarray(total_weight, self.dtype) if reduction == 1 else summed
    @one_node("NllLossBackwardBackward0",
              grad_output=lambda grad, target, weight, reduction, ignore_index: nll_loss_of(grad, target, weight, reduction, ignore_index),
              self=lambda grad, self: zeros_like(self))
    def grad_self(grad, self, target, weight, reduction, ignore_index): return at_targets(grad, self, target, weight, reduction, ignore_index)
    _saved_total_weight = property(lambda node: total_weight(node.self._dtype, node._saved_target, node._saved_weight, node._saved_reduction, node.ignore_index))

nll_loss_of = word(NllLoss)

class Xlogy(Elementwise, floating=True, name="xlogy_of", hidden=True):
    def forward(self: Tensor, other: Tensor): return where((self == 0) & (other == other), zero, self * log(other))
    def grad_self(grad, self, other): return masked_fill(xlogy_of(grad, other), (self == 0) & (other <= 0), 0)
    def grad_other(grad, self, other): return grad * self / other

xlogy_of = word(Xlogy)


# --- the functions of nn.functional

@functional
def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    input, target = alike(input, target)
    if input._dtype.kind != "f": raise NotImplementedError(f'"mse_cpu" not implemented for \'{scalar_name(input._dtype)}\'')
    if weight is None: return ops.mse_loss_of(input, target, reduction_of(reduction))
    return summed_up(ops.mul(ops.mse_loss_of(input, target, 0), weight), reduction)

@functional
def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    reduction_of(reduction)
    input, target = alike(input, target)
    return summed_up(ops.abs(ops.sub(input, target)), reduction)

@functional
def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    input, target = alike(input, target)
    if input._dtype.kind != "f": raise NotImplementedError(f'"smooth_l1_cpu" not implemented for \'{scalar_name(input._dtype)}\'')
    if beta < 0: raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0: return l1_loss(input, target, reduction=reduction)
    return ops.smooth_l1_loss_of(input, target, reduction_of(reduction), beta)

@functional
def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    input, target = alike(input, target)
    if input._dtype.kind != "f": raise NotImplementedError(f'"huber_cpu" not implemented for \'{scalar_name(input._dtype)}\'')
    if delta <= 0: raise RuntimeError("huber_loss does not support non-positive values for delta.")
    return ops.huber_loss_of(input, target, reduction_of(reduction), delta)

@functional
def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    if not of_one_size(input, target):
        raise ValueError(f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. Please ensure they have the same size.")
    if input._dtype is not target._dtype: raise RuntimeError(f"Found dtype {scalar_name(target._dtype)} but expected {scalar_name(input._dtype)}")
    if input._dtype.kind != "f": raise NotImplementedError(f'"binary_cross_entropy" not implemented for \'{scalar_name(input._dtype)}\'')
    values = input._shaped()
    if ((values < 0) | (values > 1)).any(): raise RuntimeError("all elements of input should be between 0 and 1")
    return ops.binary_cross_entropy_of(input, target, raw(weight), reduction_of(reduction))

@functional
def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
    if not of_one_size(input, target): raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    if weight is None and pos_weight is None: return ops.binary_cross_entropy_with_logits_of(input, target, reduction_of(reduction))
    return ops.weighed_bce_with_logits(input, target, raw(weight), raw(pos_weight), reduction_of(reduction))

@functional
def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    kind = reduction_of(reduction)
    if not isinstance(target, Tensor) or not isinstance(input, Tensor): need_tensors("nll_loss_nd", input=input, target=target)
    classes_fit(input, target, weight, ignore_index)
    return ops.nll_loss_of(input, target, raw(weight), kind, ignore_index)

@functional
def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0):
    """Classes as numbers, or as shares of each class."""
    reduction_of(reduction)
    if not isinstance(target, Tensor) or not isinstance(input, Tensor): need_tensors("cross_entropy_loss", input=input, target=target)
    if not 0 <= label_smoothing <= 1: raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    dim = 0 if len(input._shape) == 1 else 1
    if input._shape == target._shape: return soft_cross_entropy(input, target, weight, reduction, label_smoothing, dim)
    classes_fit(input, target, weight, ignore_index)
    logs = ops.log_softmax(input, dim)
    likelihood = ops.nll_loss_of(logs, target, raw(weight), reduction_of(reduction), ignore_index)
    if not label_smoothing: return likelihood
    smooth = ops.neg(ops.sum(logs if weight is None else ops.mul(logs, ops.reshape(weight, (1, -1) if dim else (-1,))), dim))
    ignored = ops.eq(target, ignore_index)
    smooth = ops.masked_fill(smooth, ignored, 0)
    if reduction == "mean":
        count = float((~ignored._shaped()).sum()) if weight is None else float(raw(weight)[target._shaped()][~ignored._shaped()].sum())
        smooth = ops.div(ops.sum(smooth), wrap(np.asarray(count, input._dtype)[()], ()))
    elif reduction == "sum": smooth = ops.sum(smooth)
    return ops.add(ops.mul_scalar(likelihood, 1 - label_smoothing), ops.mul_scalar(smooth, label_smoothing / input._shape[dim]))

def soft_cross_entropy(input, target, weight, reduction, smoothing, dim):
    if target._dtype.kind != "f": raise RuntimeError(f"Expected floating point type for target with class probabilities, got {scalar_name(target._dtype)}")
    logs = ops.log_softmax(input, dim)
    if smoothing: target = ops.add(ops.mul(target, 1 - smoothing), smoothing / input._shape[dim])
    weighed = ops.mul(logs, target) if weight is None else ops.mul(ops.mul(logs, target), ops.reshape(weight, (1, -1) if dim else (-1,)))
    if reduction == "none": return ops.neg(ops.sum(weighed, dim))
    result = ops.neg(ops.sum(weighed))
    return result if reduction == "sum" else ops.div_scalar(result, input.numel() // input._shape[dim])

@functional
def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    if reduction == "mean": warn("reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.")
    need_tensors("kl_div", input=input, target=target)
    if input._dtype.kind != "f" or target._dtype.kind != "f": raise RuntimeError("kl_div: Integral inputs not supported.")
    if log_target:
        apart = ops.sub(target, input)
        result = ops.mul(ops.exp(target), apart)
    else:
        met = ops.mul(target, input)
        result = ops.sub(ops.xlogy_of(target, target), met)
    if reduction == "batchmean": return ops.div(ops.sum(result), input._shape[0])
    return summed_up(result, reduction)


# --- arguments

def reduction_of(name):
    try: return REDUCTIONS[name]
    except KeyError: raise ValueError(f"{name} is not a valid value for reduction") from None

def summed_up(losses, reduction):
    kind = reduction_of(reduction)
    return ops.mean(losses) if kind == 1 else ops.sum(losses) if kind == 2 else losses

def of_one_size(input, target):
    """Whether two tensors have one shape; what is no tensor has no size, as PyTorch says too."""
    try: return input._shape == target._shape
    except AttributeError: return target.size() == input.size()

def alike(input, target):
    """Two tensors of one shape and type; different shapes are warned of, as PyTorch does."""
    if not of_one_size(input, target):
        warn(f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.")
        input, target = ops.broadcast_tensors(input, target)
    if input._dtype is not target._dtype:
        from ..dtypes import result_dtype
        dtype = result_dtype(input, target)
        input, target = (each if each._dtype is dtype else ops.to_copy(each, dtype) for each in (input, target))
    return input, target

def classes_fit(input, target, weight, ignore_index):
    """Whether the targets name classes of the input."""
    shape, own = input._shape, target._shape
    if len(shape) == 1 and len(own) == 1 and own[0] != 1: raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {own[0]}")
    if len(shape) > 1 and own and shape[0] != own[0]: raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({own[0]}).")
    if len(shape) == 2 and len(own) > 1: raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target._dtype not in (np.dtype(np.int64), np.dtype(np.uint8)): raise RuntimeError(f"expected target dtype to be Long or Byte, but got {scalar_name(target._dtype)}")
    classes = shape[0 if len(shape) == 1 else 1]
    if weight is not None and weight._dtype is not input._dtype: raise RuntimeError(f"expected scalar type {scalar_name(input._dtype)} but found {scalar_name(weight._dtype)}")
    if weight is not None and weight._shape != (classes,):
        raise RuntimeError(f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of shape: {list(weight._shape)}")
    named = target._shaped()
    if named.dtype.kind == "i" and named.size and np.maximum.reduce(named.view(np.uint64), None) < classes: return  # -1 is a large number there
    strange = named[((named < 0) | (named >= classes)) & (named != ignore_index)]
    if strange.size: raise IndexError(f"Target {strange[0]} is out of bounds.")

def raw(weight): return None if weight is None else weight._shaped()


# --- numpy below

def reduced(losses, reduction):
    if reduction == 0: return losses
    return total(losses) / losses.size if reduction == 1 else total(losses)

def bent(distance, edge):
    """Half the square up to the edge, a straight line beyond."""
    return np.where(distance < edge, 0.5 * distance * distance, edge * (distance - 0.5 * edge))

def cross_entropies(share, target):
    least = np.asarray(-100, share.dtype)
    return -(target * np.maximum(log(share), least) + (1 - target) * np.maximum(log1p(-share), least))

@word
def weighing(weight): return 1 if weight is None else held(weight)

def in_classes(shape, target, weight, ignore_index):
    """The index of each target's place in the input; what each weighs, if not all the same; the sum of that."""
    kept = target != ignore_index
    if weight is None and np.logical_and.reduce(kept, None): chosen, weights, total_weight = target, None, target.size
    else:
        chosen = np.where(kept, target, 0)
        weights = kept.astype(np.float64) if weight is None else weight[chosen] * kept
        total_weight = np.add.reduce(weights, None)
    if chosen.ndim == len(shape): return chosen, weights, total_weight
    index = [np.arange(size).reshape(-1, *(1,) * (chosen.ndim - 1 - dim)) for dim, size in enumerate(chosen.shape)]
    index.insert(0 if len(shape) == 1 else 1, chosen)
    return tuple(index), weights, total_weight

def total_weight(kind, target, weight, reduction, ignore_index):
    """What a mean is divided by; 0 where nothing is summed."""
    if reduction == 0: return wrap(np.zeros((), kind))
    chosen = target._shaped()[target._shaped() != ignore_index]
    return wrap(np.asarray(chosen.size, kind) if weight is None else weight[chosen].sum())

def at_targets(grad, logs, target, weight, reduction, ignore_index):
    """The gradient at each target's place, zero elsewhere."""
    index, weights, total_weight = in_classes(logs.shape, target, weight, ignore_index)
    full = np.zeros(logs.shape, logs.dtype)
    share = -grad if weights is None else -grad * weights + 0.0  # what is ignored gets 0, not -0
    full[index] = share / np.asarray(total_weight, share.dtype) if reduction == 1 else share
    return full

"""Losses of pairs, triples and counts: which is nearer, which is greater, how often."""

import math

import numpy as np

from ..arguments import need_tensors
from ..op import Op, Scalar, Tensor, functional, one_node, ops, wrap
from ..operands import unfit
from ..words import exp, log1p, sigmoid
from .losses import each, reduced, reduction_of, regained, summed_up


class SoftMarginLoss(Op, name="soft_margin_loss_of", hidden=True):
    def forward(self: Tensor, target: Tensor, reduction: Scalar): return reduced(log1p(exp(-target * self)), reduction)
    @one_node("SoftMarginLossBackwardBackward0",
              grad_output=lambda grad, self, target, reduction: regained(grad * -target * sigmoid(-target * self), reduction),
              self=lambda grad, grad_output, self, target, reduction: each(grad * grad_output, self, reduction) * target * target * sigmoid(-target * self) * sigmoid(target * self))
    def grad_self(grad, self, target, reduction): return each(grad, self, reduction) * -target * sigmoid(-target * self)


def beside(number, tensor):
    """A number as a tensor of the other's type."""
    return wrap(np.asarray(number, tensor._dtype))

def kept(condition, tensor): return ops.where_of(condition, tensor, beside(0, tensor))

def not_less(tensor, least=0): return ops.clamp_min_to(tensor, least)


@functional
def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    kind = reduction_of(reduction)
    need_tensors("soft_margin_loss", input=input, target=target)
    try: return ops.soft_margin_loss_of(input, target, kind)
    except ValueError: raise unfit(input, target) from None

@functional
def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    reduction_of(reduction)
    need_tensors("hinge_embedding_loss", input=input, target=target)
    missing = not_less(ops.minus(beside(margin, input), input))
    return summed_up(ops.plus(kept(ops.ne(target, 1), missing), kept(ops.ne(target, -1), input)), reduction)

@functional
def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    reduction_of(reduction)
    need_tensors("margin_ranking_loss", input1=input1, input2=input2, target=target)
    if not len(input1._shape) == len(input2._shape) == len(target._shape):
        raise RuntimeError(f"margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} ")
    behind = ops.mul(ops.neg(target), ops.minus(input1, input2))
    return summed_up(not_less(ops.add_scalar(behind, margin)), reduction)

@functional
def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"):
    reduction_of(reduction)
    if margin <= 0: raise ValueError(f"margin must be greater than 0, got {margin}")
    need_tensors("triplet_margin_loss", anchor=anchor, positive=positive, negative=negative)
    dims = [len(each._shape) for each in (anchor, positive, negative)]
    if len({*dims}) > 1:
        raise RuntimeError("The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor {}D, positive {}D, and negative {}D inputs".format(*dims))
    near, far = ops.pairwise_distance(anchor, positive, p, eps), ops.pairwise_distance(anchor, negative, p, eps)
    if swap: far = ops.minimum(far, ops.pairwise_distance(positive, negative, p, eps))
    return summed_up(not_less(ops.minus(ops.add_scalar(near, margin), far)), reduction)

@functional
def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    reduction_of(reduction)
    need_tensors("cosine_embedding_loss", input1=input1, input2=input2, target=target)
    dim = len(target._shape)
    if dim > 1: raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if not len(input1._shape) == len(input2._shape) == dim + 1:
        raise RuntimeError(f"{dim}D target tensor expects {dim + 1}D input tensors, but found inputs with sizes {list(input1._shape)} and {list(input2._shape)}.")
    met = ops.sum_dim(ops.mul(input1, input2), (dim,))
    lengths = [ops.add_scalar(ops.sum_dim(ops.mul(each, each), (dim,)), 1e-12) for each in (input1, input2)]
    cosine = ops.over(met, ops.sqrt(ops.mul(*lengths)))
    apart = ops.minus(beside(1, cosine), cosine)
    together = not_less(ops.sub_scalar(cosine, margin))
    return summed_up(ops.plus(kept(ops.eq(target, 1), apart), kept(ops.eq(target, -1), together)), reduction)

@functional
def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    if not isinstance(var, Tensor):
        if var < 0: raise ValueError("var has negative entry/entries")
        var = wrap(np.full(input._shape, var, input._dtype))
    if var._shape != input._shape:
        if var._shape == input._shape[:-1]: var = ops.unsqueeze(var, -1)
        elif var._shape != (*input._shape[:-1], 1): raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"): raise ValueError(f"{reduction} is not valid")
    if (var._shaped() < 0).any(): raise ValueError("var has negative entry/entries")
    var = ops.clone(var)
    held = var._array()
    np.maximum(held, np.asarray(eps, held.dtype), out=held)  # PyTorch, too, does this outside the graph
    losses = ops.mul(ops.plus(ops.log(var), ops.over(ops.pow(ops.minus(input, target), 2), var)), 0.5)
    return summed_up(ops.plus(losses, 0.5 * math.log(2 * math.pi)) if full else losses, reduction)

@functional
def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
    if reduction not in ("none", "mean", "sum"): raise ValueError(f"{reduction} is not a valid value for reduction")
    need_tensors("poisson_nll_loss", input=input, target=target)
    met = ops.mul(target, input if log_input else ops.log(ops.add_scalar(input, eps)))
    losses = ops.minus(ops.exp(input) if log_input else input, met)
    if full:
        rest = ops.minus(ops.mul(target, ops.log(target)), target)
        rest = ops.plus(rest, ops.mul_scalar(ops.log(ops.mul_scalar(target, 2 * math.pi)), 0.5))
        losses = ops.plus(losses, ops.masked_fill(rest, ops.le(target, 1), 0))
    return summed_up(losses, reduction)

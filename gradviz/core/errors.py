"""PyTorch's texts, word for word; and the learner's line, which a warning is told at."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from . import dtypes


def is_own(module: str | None) -> bool:
    """Whether a line of this module is none of the learner's; compiled functions have no module."""
    return module is None or module.startswith("gradviz.")


def caller() -> tuple[Any, int]:
    """The learner's innermost frame, and how many calls up it stands from the one who asks."""
    frame: Any = sys._getframe(1)
    level = 1
    while frame.f_back is not None and is_own(frame.f_globals.get("__name__")):
        frame, level = frame.f_back, level + 1
    return frame, level


def warn(message: str, kind: type[Warning] = UserWarning) -> None:
    """Warn at the learner's line."""
    warnings.warn(message, kind, stacklevel=caller()[1])


FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)
NO_GRAPH = "element {} of tensors does not require grad and does not have a grad_fn"
LEAF_IN_PLACE = "a leaf Variable that requires grad is being used in an in-place operation."


def short_name(node: Any) -> str:
    """What messages call a node: `Mul`, `Max1`."""
    start, found, number = node.owner.name().rpartition("Backward")
    return start + number.removesuffix("0") if found and number != "s" else start + found + number


def modified(value: Any, node: Any, count: int, expected: int) -> str:
    """A saved tensor was written in place; `value` tells its type and shape, `node` who made it."""
    if count == expected:  # not a write has set the clock of this memory
        return DETACHED
    made_by = ""
    if node:  # which raises, where it stands for a node that there cannot be
        name = short_name(node)
        made_by = f", which is output {getattr(node, 'number', 0)} of {name},"
    kind = dtypes.scalar_name(value._dtype)
    from .modes import Anomaly

    return (
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [torch.{kind}Tensor {list(value._shape)}]{made_by} is at version {count}; "
        f"expected version {expected} instead. Hint: {HINTS[Anomaly.enabled]}"
    )


DETACHED = (
    "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_()."
    "This is not supported, please use out-of-place `.detach()` instead"
)
HINTS = {
    False: (
        "enable anomaly detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False)."
    ),
    True: (
        "the backtrace further above shows the operation that failed to compute its gradient. The "
        "variable in question was changed in there or anywhere later. Good luck!"
    ),
}


NUMPY_NEEDS_DETACH = (
    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
)
NON_LEAF_FLAG = (
    "you can only change requires_grad flags of leaf variables. If you want to use a computed "
    "variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
)


def not_broadcastable(shapes: list[tuple[int, ...]]) -> str:
    """Two shapes that differ in a dimension where neither has one element."""
    left = shapes[0]
    for right in shapes[1:]:
        size = max(len(left), len(right))
        pairs = [*zip(*((1,) * (size - len(each)) + each for each in (left, right)), strict=True)]
        for where, (a, b) in reversed([*enumerate(pairs)]):
            if a != b and 1 not in (a, b):
                return (
                    f"The size of tensor a ({a}) must match the size of tensor b ({b}) "
                    f"at non-singleton dimension {where}"
                )
        left = tuple([b if a == 1 else a for a, b in pairs])
    return "shapes cannot be broadcast"


EXPANDED = (
    "Use of {} on expanded tensors is deprecated. Please clone() the tensor before performing this "
    "operation. This also applies to advanced indexing e.g. tensor{}"
)
HOOK_WITHOUT_GRAD = "cannot register a hook on a tensor that doesn't require gradient"
NOT_SCALAR = "grad can be implicitly created only for scalar outputs"
UNUSED = (
    "The differentiated Tensor at index {} appears to not have been used in the graph. "
    "Set allow_unused=True if this is the desired behavior."
)

GRAD_OF_NON_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field "
    "to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more information."
)
DETACH_VIEW = (
    "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel "
    "(DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP "
    "buckets, and hence detach_() cannot be called on these gradients. To fix this error, please "
    "refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
)
INFERENCE_FLAG = (
    "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
)
INFERENCE_WRITE = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone "
    "to get a normal tensor before doing inplace update.See "
    "https://github.com/pytorch/rfcs/pull/17 for more details."
)
INFERENCE_SAVED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
    "inference mode in computation tracked by autograd. To work around this, you can make a clone "
    "to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
    "`torch.inference_mode()`."
)
PACK_WROTE = (
    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack "
    "hook cannot be modified by in-place operations as this can lead to unexpected side-effects. "
    "Please open an issue if you need to perform in-place operations on the input to a pack hook."
)
NOT_UNPACKED = (
    "Output of saved tensor unpack_hook expected to be a Tensor but got result of type {}"
)
HOOKED_TWICE = (
    "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one "
    "pair of hooks is allowed at a time."
)
HOOKED_NONE = "Calling register_hooks on a saved tensor with value None is forbidden"
HOOKED_FREED = (
    "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values "
    "of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to "
    "access saved variables after calling backward."
)
VIEW_OF_LEAF = (
    "a view of a leaf Variable that requires grad is being used in an in-place operation."
)
LEAF_WRITTEN = "a leaf Variable that requires grad has been used in an in-place operation."
SHIFTED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
    "single memory location. Please clone() the tensor before performing the operation."
)
OVERLAP = (
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation."
)
BOTH_GRADS = (
    "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. "
    "Please only use `grad_tensors`."
)
UNUSED_MATERIALIZED = (
    "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
    "allow_unused=False."
)
UNBATCHED = (
    "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor "
    "of dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
)
ONCE = "trying to differentiate twice a function that was marked with @once_differentiable"


AMBIGUOUS = (
    " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the {} block (if you don't "
    "want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
)
VIEW_REFUSED = {
    "no_grad": AMBIGUOUS.format("no_grad"),
    "inference": AMBIGUOUS.format("inference_mode"),
    "several": (
        " This view is the output of a function that returns multiple views. Such functions do not "
        "allow the output views to be modified inplace. You should replace the inplace operation "
        "by an out-of-place one."
    ),
    "custom": (
        " This view was created inside a custom Function (or because an input was returned as-is) "
        "and the autograd logic to handle view+inplace would override the custom backward "
        "associated with the custom Function, leading to incorrect gradients. This behavior is "
        "forbidden. You can fix this by cloning the output of the custom Function."
    ),
}


def refused_view(kind: str, what: str, made_by: str | None, number: int) -> str:
    """A write into a view that cannot be followed, or into the base of one."""
    mode, then = "no_grad mode", "with grad mode enabled"
    if kind == "inference":
        mode, then = "inference mode", "in normal mode"
    if made_by is None:
        start = f"A view was created in {mode} and {what} modified inplace {then}."
    elif kind in ("no_grad", "inference"):
        start = (
            f"Output {number} of {made_by} is a view of a view which was created in {mode} and "
            f"{what} modified inplace {then}."
        )
    else:
        start = f"Output {number} of {made_by} is a view and {what} modified inplace."
    return start + VIEW_REFUSED[kind]


def wrong_grad_type(given: Any, own: Any) -> str:
    """A gradient of another type is assigned."""
    return (
        f"attempting to assign a gradient with dtype '{dtypes.c_name(given)}' to a tensor with "
        f"grad_dtype '{dtypes.scalar_name(own)}'. The gradient must match the tensor's grad_dtype "
        "(defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a "
        "specific dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the "
        "dtypes of a tensor and its gradient may break downstream systems that assume they match."
    )


def out_of_scope(what: str) -> str:
    """Something that this engine leaves to PyTorch."""
    return (
        f"{what} is beyond gradviz, a small torch for learning autograd; its drawing and stepping "
        "tools take real torch tensors"
    )


CREATE_GRAPH = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when "
    "creating the graph to avoid this. If you have to use this function, make sure to reset the "
    ".grad fields of your parameters to None after use to break the cycle and avoid the leak."
)

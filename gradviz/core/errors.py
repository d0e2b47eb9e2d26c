"""PyTorch's texts, word for word."""

from __future__ import annotations

from typing import Any

from . import dtypes

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
    "graph a second time or if you need to access saved tensors after calling backward."
)
NO_GRAPH = "element {} of tensors does not require grad and does not have a grad_fn"
LEAF_IN_PLACE = "a leaf Variable that requires grad is being used in an in-place operation."


def modified(value: Any, node: Any, count: int, expected: int) -> str:
    """A saved tensor was written in place; `value` tells its type and shape, `node` who made it."""
    made_by = ""
    if node is not None:
        owner = node.owner
        made_by = f", which is output {getattr(node, 'number', 0)} of {owner.name().removesuffix('Backward0')},"
    kind = dtypes.scalar_name(value._dtype)
    return (
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: [torch.{kind}Tensor {list(value._shape)}]{made_by} is at version {count}; "
        f"expected version {expected} instead. Hint: enable anomaly detection to find the operation "
        "that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, "
        "check_nan=False)."
    )


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
        for back in range(1, min(len(left), len(right)) + 1):
            a, b = left[-back], right[-back]
            if a != b and 1 not in (a, b):
                where = max(len(left), len(right)) - back
                return (
                    f"The size of tensor a ({a}) must match the size of tensor b ({b}) "
                    f"at non-singleton dimension {where}"
                )
        left = max(left, right, key=len)
    return "shapes cannot be broadcast"

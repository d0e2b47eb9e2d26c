"""The ways in which tracking ends, in words: what happened, and what to write instead."""

from __future__ import annotations

SENTENCES = {
    "no_grad": "It was computed inside of no_grad(), where nothing is recorded: {label}.",
    "inference": "It was computed inside of inference_mode(), where nothing is recorded: {label}.",
    "detach": "detach() cut it off: {label} has the numbers, and no way back.",
    "data": ".data cut it off: {label} has the numbers, and no way back.",
    "copy": "It was copied: {label} makes a new tensor that knows nothing of the old one.",
    "numpy": "It left the library: what {label} gives is plain numbers without a graph.",
    "integer": "It was made whole numbers by {label}, and those have no slope.",
    "comparison": "{label} only picks or compares: a small change of the input changes nothing.",
    "create_graph": "{label} gave a gradient without a graph of its own.",
}
CURES = {
    "no_grad": "compute it outside of the with torch.no_grad(): block.",
    "inference": "compute it outside of the with torch.inference_mode(): block.",
    "detach": "use the tensor itself where the gradient shall pass, and detach() only for looking.",
    "data": "use the tensor itself; .data also hides changes from autograd's checks.",
    "copy": "use the tensor itself, or t.clone() for a copy that stays tracked.",
    "numpy": "stay with the library's own functions until after backward().",
    "integer": "keep floats: x.float(), or make it with a dot, 3. instead of 3.",
    "comparison": "take a loss with a slope: a softmax or a difference, not argmax, > or ==.",
    "create_graph": "write create_graph=True in the first backward() or autograd.grad().",
}

"""Every sentence of the backward stories, by node name; translate this file to translate them.

Markup: `` `code` ``, `**the accent**`, `__bold__`, `*variable*`; names in braces are filled in.
Keys are an op's name (`Mul` for `MulBackward0`) and the situation; an op without a sentence of its
own takes the general one of that situation. At most 120 characters, in the present tense.
"""

from __future__ import annotations

# ruff: noqa: E501 (a sentence is read, and translated, on one line)

LONGEST = 120

SENTENCES: dict[str, str] = {
    # Before, at the start, at the end.
    "idle": "`{root}`{equals} has been computed; nothing has flowed back yet, so {grads}.",
    "idle, grads are None": "{names} is None",
    "idle, more grads are None": "{names} are still None",
    "idle, grads hold": "{names} still holds what came before",
    "idle, retain": "The same graph can be walked twice: `retain_graph=True` asks every node to keep what it saved.",
    "seed": "`{call}` starts with a **1** on `{root}`: if `{root}` grew by 1, `{root}` would grow by 1.",
    "seed, other": "`{call}` starts with **{seed}** on `{root}`: that is how much `{root}` weighs.",
    "seed, tensor": "`{call}` starts with **gradient=**: one weight for each of the {count} elements of `{root}`.",
    "done": "Done: {grads}. The saved values are gone, so a second `backward()` would fail.",
    "done, nothing saved": "Done: {grads}. No node had saved anything, so the graph can run again.",
    "done, retained": "Done: {grads}. Every node still holds its saved value, so it can run again.",
    "rest, retained": "The {place} pass is over: {grads}, and every node still holds its saved value.",
    "rest, freed": "The {place} pass was not asked to retain: {grads}, and the saved values are __freed__.",
    "refused, start": "Pass {place}: `{call}` starts like the others, for the first nodes need no saved value…",
    "refused": "…but `{title}` needs {saved}, which is freed: PyTorch stops with a RuntimeError, and {grads}.",
    "refused, at once": "`{title}` needs {saved}, which is freed: PyTorch stops with a RuntimeError, and {grads}.",
    "stopped": "At `{title}` backward stops with an error, and {grads}.",
    "grad is": "`{title}.grad` = **{value}**",
    "grad is, tensor": "{names} {verb} filled",
    "grad stays, tensor": "{names} {verb} as before",
    "grad is, many": "all {count} `.grad` are filled",
    "grad stays": "`{title}.grad` stays {value}",
    "grad stays, many": "every `.grad` stays as it was",
    # Tails, joined to a sentence where there is room.
    "tail, constant": "; {constant} wants none",
    "tail, waits": "; `{target}` waits for its {place} path",
    "tail, retains": "; `{title}.grad` keeps what arrived",
    "hook": "A hook changes what arrives at `{title}`: **{before} → {after}**. ",
    "meeting": "{count} paths meet at `{title}`: **{sum} = {arrived}**. ",
    # Leaves.
    "leaf, first": "`{title}.grad` was None, so it becomes **{after}**: this is where backward ends.",
    "leaf, met": "{Both} paths have met at `{title}`: {sum} = {arrived}, and `{title}.grad`, which was None, becomes **{after}**.",
    "leaf, met, many": "All {count} paths have met at `{title}`: they bring {arrived}, and `{title}.grad`, which was None, becomes **{after}**.",
    "leaf, again": "`{title}.grad` still held {before} from before, and backward adds: **{before} + {arrived} = {after}**.",
    "leaf, first, tensor": "`{title}.grad` was None and becomes what arrived: the same shape as `{title}`, **{after}**.",
    "leaf, met, tensor": "{Both} paths have met at `{title}`: what they brought is **summed**, and becomes `{title}.grad`.",
    "leaf, again, tensor": "`{title}.grad` still held the last pass, and backward **adds** to it, element by element.",
    # Multiplying nodes with single numbers.
    "number": "The slope of `{title}` for `{target}` is {slope}, so it sends **{product}**.",
    "number, several": "`{title}` sends each input what arrived times its slope: {products}.",
    "number, twice": "`{title}` uses `{target}` {times}; each use receives its own share: {products}.",
    "Add number": "A sum passes its gradient on unchanged: **{sent}** goes to `{target}`.",
    "Add number, several": "A sum passes its gradient on unchanged: both terms receive **{sent}**.",
    "Add number, twice": "`{target}` is both terms of the sum, so it receives what arrived {times}: **{sent}** each.",
    "Sub number": "`{title}` changes {slope} times as fast as `{target}`, so it sends **{product}**.",
    "Sub number, several": "A difference passes its gradient on, to what is taken away with a minus: {products}.",
    "Rsub number": "`{target}` is taken away, so its gradient turns around: **{product}**.",
    "Neg number": "A minus turns the gradient around: **{product}**.",
    "Mul number": "`{title}` grows {slope} times as fast as `{target}`, so it sends **{product}**.",
    "Mul number, several": "Each factor receives what arrived times the other factor: {products}.",
    "Mul number, twice": "`{target}` is both factors; each receives what arrived times the other: {products}.",
    "Div number": "`{title}` grows {slope} times as fast as `{target}`, so it sends **{product}**.",
    "Pow number": "At `{target}` = {at} the slope of `{expression}` is {worked} = {slope}, so it sends **{product}**.",
    "Exp number": "`exp` is its own slope: here {slope}, so it sends **{product}**.",
    "Log number": "At `{target}` = {at} the slope of `log` is 1/{at} = {slope}, so it sends **{product}**.",
    "Relu number": "Above 0 `relu` has slope 1, below 0 slope 0; here {slope}, so it sends **{product}**.",
    "Tanh number": "The slope of `tanh` is 1 − *z*², here {slope}, so it sends **{product}**.",
    "Sigmoid number": "The slope of `sigmoid` is *z* · (1 − *z*), here {slope}, so it sends **{product}**.",
    # Multiplying nodes with tensors: element by element.
    "tensor": "Each element of `{target}` receives what arrived there times its own slope: **{sent}**.",
    "tensor, several": "`{title}` sends each input what arrived times its slope, element by element.",
    "Add tensor": "A sum passes its gradient on unchanged: `{target}` receives **{sent}**.",
    "Add tensor, several": "A sum passes its gradient on unchanged: `{target}` and `{second}` both receive it.",
    "Add tensor, copies": "A sum passes its gradient on; but `{copied}` was added {count} times, so its {count} gradients are **summed** into one.",
    "Add tensor, rows": "A sum passes its gradient on; but `{copied}` was added to all {count} rows, so its {count} row gradients are **summed** into one.",
    "Sub tensor, several": "A difference passes its gradient on: to `{target}` as it is, to `{second}` with a minus.",
    "Mul tensor": "Each element of `{target}` receives what arrived there times its factor: **{sent}**.",
    "Mul tensor, several": "Each factor receives what arrived times the other factor, element by element.",
    "Relu tensor": "Where `{target}` is above 0, `relu` passes on what arrived; elsewhere it sends 0.",
    "Pow tensor": "Each element of `{target}` receives what arrived times the slope of `{expression}` there.",
    "tensor, copies": "`{copied}` was used {count} times, so its {count} gradients are **summed** into one.",
    # Linear ops, and others.
    "other": "`{title}` turns what arrived, {arrived}, into the gradient of `{target}`: **{sent}**.",
    "other, several": "`{title}` works out the gradients of its {inputs} inputs from what arrived.",
    "custom": "The `backward` that was written for `{title}` turns {arrived} into **{sent}**.",
    "custom, several": "The `backward` that was written for `{title}` answers for each of its inputs.",
    "Sum": "A sum over {count} numbers hands what arrived to each of them: {count} copies of **{arrived}**.",
    "Sum, tensor": "A sum hands what arrived, {arrived}, back to each number that went into it: **{sent}**.",
    "Mean": "A mean over {count} numbers hands each of them {share} of what arrived: **{division}**.",
    "Mean, tensor": "A mean over {count} numbers hands each of them {share} of what arrived: **{sent}**.",
    "Mm, self": "The gradient of `{target}` is what arrived times `{second}` transposed: **{product}**.",
    "Mm, mat2": "The gradient of `{target}` is the transposed input times what arrived: **{product}**.",
    "Mm, several": "Each matrix receives what arrived times the other one, transposed: **{sents}**.",
    "Mv": "A matrix times a vector: `{target}` receives what arrived, weighed by the other: **{sent}**.",
    "Mv, several": "The matrix receives what arrived times the vector, the vector what arrived times the matrix.",
    "NllLoss": "The loss looks only at the true class of each row; all others receive 0: **{sent}**.",
    "LogSoftmax": "Each row receives what arrived, less each class's share of it by probability: **{sent}**.",
    "Softmax": "More for one class is less for the others, so each row's gradients add up to 0: **{sent}**.",
    "Dot": "Each number of `{target}` receives what arrived times its partner: **{sent}**.",
    "Dot, several": "Each number receives what arrived times its partner in the other vector.",
    "Addmm, several": "A layer: the weights receive input⊤ times what arrived, the bias its sum over the rows.",
    "shape": "`{title}` only changes the shape; backward puts back the shape **{sent}**.",
    "shape, matmul": "`matmul` had squeezed a {sent} matrix to {arrived}; backward only puts the shape back.",
    "turn": "`{title}` only turns the axes round; backward turns them back: **{sent}**.",
    "Expand": "`{title}` made {count} copies of `{target}`; what comes back from them is **summed**.",
    "part": "Only the chosen part had a share in the result: it receives **{arrived}**, the rest 0.",
    "join": "Each piece that was joined receives its own part of what arrived: **{sents}**.",
    "split": "The gradients of the pieces are put together again: **{sent}**.",
    "same": "`{title}` only passes values on, so its gradient passes unchanged: **{sent}**.",
    "best": "Only the element that was chosen has a share: it receives **{arrived}**, the others 0.",
    "BinaryCrossEntropyWithLogits": "Each `{target}` pulls the loss by how far its guess σ(*z*) is from the truth: **{sent}**.",
    "MseLoss": "Each `{target}` pulls the loss by twice its distance to the truth, shared out: **{sent}**.",
    # Forward, and the questions of `predict=True`.
    "forward, leaf": "`{title}`{equals} is a leaf: you made it, and backward will end at it.",
    "forward": "`{title}`{equals} is computed from {inputs}; {name} is put on the tape.",
    "forward, saved": "`{title}`{equals} is computed; {name} saves {saved} for backward.",
    "ask": "**{arrived}** arrives at `{title}`. What does it send to `{target}`?",
    "ask, Add": "**{arrived}** arrives at `{title}`, a sum. What does it send to `{target}`?",
    "ask, Pow": "**{arrived}** arrives at `{title}`, and `{target}` = {at}. What does it send to `{target}`?",
    "ask, leaf": "**{arrived}** has arrived at `{title}`. What will `{title}.grad` be?",
    "ask, leaf, met": "{list} have arrived at `{title}`. What will `{title}.grad` be?",
    "hint, value": "{guess} is the __value__ of `{title}`; a gradient says how fast it changes.",
    "hint, input": "{guess} is the value of `{target}`; the slope of `{title}` is what counts here.",
    "hint, arrived": "{guess} is what arrived; it still has to be multiplied by the slope of `{title}`.",
    "hint, slope": "{guess} is the slope alone; the {arrived} that __arrived__ multiplies it.",
    "hint, value times": "{guess} is what arrived times the value; the __slope__ is wanted.",
    "hint, sum": "{guess} is what arrived plus the slope; along a path one __multiplies__.",
    "hint, sign": "The size is right; look at the __sign__ of each factor.",
    "hint, constant": "{guess} is the constant; a constant added on does not change the slope.",
    "hint, path": "{guess} came along one path, but it does not push the other out: paths __add__.",
    "hint, product": "{guess} is the product; along a path one multiplies, where paths meet one __adds__.",
    "hint, overwritten": "{guess} has just arrived, but `{title}.grad` still holds {before}: backward __adds__.",
    "hint, none": "Multiply what arrived by the slope of this node.",
    "hint, leaf": "What arrives is added to what is there.",
    "right": "The slope of `{title}` is {slope} here, and {product}.",
    "right, Add": "A sum follows each of its terms one for one.",
    "right, Mul": "`{title}` grows {slope} times as fast as `{target}`: {product}.",
    "right, leaf, first": "Nothing was there before, so `{title}.grad` becomes what arrived.",
    "right, leaf, met": "Where paths meet, they add: {sum}.",
    "right, leaf, again": "Backward adds to what is there: {before} + {arrived}.",
}

FAMILIES: dict[str, str] = {
    **dict.fromkeys(
        ("View", "Reshape", "UnsafeView", "Squeeze", "Unsqueeze", "AsStrided", "Flatten"), "shape"
    ),
    **dict.fromkeys(("T", "Transpose", "Permute", "Swapaxes", "Flip"), "turn"),
    **dict.fromkeys(("Select", "Slice", "Index", "Diagonal", "Gather", "MaskedSelect"), "part"),
    **dict.fromkeys(("Cat", "Stack"), "join"),
    **dict.fromkeys(("Unbind", "Split", "SplitWithSizes", "Chunk"), "split"),
    **dict.fromkeys(("Clone", "Alias", "ToCopy", "CopySlices", "CopyBackwards"), "same"),
    **dict.fromkeys(("Max", "Min", "Amax", "Amin", "Median"), "best"),
}
"""Ops that share a sentence."""

COUNTED = ("no", "once", "twice", "three times", "four times")
SHARES = {2: "a half", 3: "a third", 4: "a quarter", 5: "a fifth", 6: "a sixth", 8: "an eighth"}
PLACES = {2: "second", 3: "third", 4: "fourth"}
BOTH = {2: "Both", 3: "All three", 4: "All four"}

WORDS = {
    "arrived": "arrived",
    "slope": "local slope",
    "sent": "sent",
    "before": "{title}.grad before",
    "after": "{title}.grad after",
    "words": ("what comes in", "own derivative", "what goes on"),
    "idle formula": "Each node multiplies. Where paths meet, they add.",
    "clear formula": "Nothing clears .grad but you:",
    "freed formula": "The graph is still there; its saved values are not.",
    "ran": "ran",
    "by hand": "by hand",
    "reset": "reset",
    "mend": "mend",
    "look": "look",
    "waiting": "{count} of {all} arrived",
    "pass": "{place} pass",
    "forward": "forward",
    "backward": "backward",
    "title": "Backward through {what}",
    "alt": "Backward graph of {root}: {nodes} nodes, drawn from {root} at the top to the leaves {leaves} at the bottom",
}

DRAWING = {
    "alt": "Graph of {root}: {nodes} nodes, from {root} at the top to the leaves {leaves} at the bottom",
    "cut": "The way through {names} is cut: no gradient goes there, so it is treated as a constant.",
    "filled": "`{title}.grad` = **{value}**; the saved values are still there, so backward can run.",
    "freed": "After `backward()`: `{title}.grad` = **{value}**; saved values are freed, the graph stays.",
    "freed, empty": "The saved values are freed, so backward cannot run here again; the graph stays.",
    "waiting": "Backward will start at `{root}` and end at {names}.",
    "waiting, many": "Backward will start at `{root}` and end at {count} leaves.",
}

"""Every sentence of the stories that run a loop; translate this file to translate them.

Markup as in `sentences`. A name in braces may be a number of the run, which the player fills in.
"""

from __future__ import annotations

from typing import Any

# ruff: noqa: E501 (a sentence is read, and translated, on one line)

ACCUMULATION = {
    "start": "`{name}.grad` is {before}: no backward has run yet. The switch on the last line is all that differs between the two.",
    "start, held": "`{name}.grad` already holds {before}. The switch on the last line is all that differs between the two.",
    "forward": "Forward: the output is {output}. The forward pass does not touch `{name}.grad`; it is still {before}.",
    "forward, again": "Forward: a new graph{same}. `{name}.grad` still holds __{before}__ from before.",
    "backward": "Backward: the slope for {each} is {came}, so `{name}.grad` becomes **{after}**.",
    "backward, adds": "Backward __adds__ to what is there: **{before} + {came} = {after}**.",
    "backward, sum": "Backward __adds__ to what is there: **{before} + {came} = {after}**. The slope is still {slope}; the sum is not the slope.",
    "cleared": "`{clear}` empties it: **{after} → {end}**. The next backward starts from {end}.",
    "cleared, last": "`{clear}` empties it: **{after} → {end}**. Every epoch printed the true gradient.",
    "kept": "Without `{clear}` nothing is emptied: `{name}.grad` stays **{after}** and waits for the next epoch.",
    "kept, last": "{count} passes make **{after}**. The other run printed {printed}; one line makes the difference.",
}

TRAP = {
    "start": "`{name}` is new and `{name}.grad` is None. The true slope is __{came}__. Run the second cell.",
    "first": "First run: **None + {came} → {after}**, the true slope.",
    "again": "The same cell again. Nothing in it is wrong, yet `{name}.grad` is **{before} + {came} = {after}**: it still holds the first run.",
    "third": "A third time: **{before} + {came} = {after}**. The slope is still {came}; each of the three runs added it once.",
    "zero": "`{name}.grad.zero_()` empties what the three runs left: **{before} → {after}**.",
    "true": "Now the cell tells the truth again: **{before} + {came} = {after}**. (Making `{name}` anew would also do.)",
}

DESCENT = {
    "first": "At *{x_name}* = {x} the curve {slants} with slope {slope}, so the step goes {way}: **{product}**.",
    "step": "The step **{product}** goes {way}, and *{f_name}* falls from {f} to {f_next}.",
    "climbs": "The step **{product}** goes {way}, and *{f_name}* climbs from {f} to {f_next}.",
    "overshoots": "The step **{product}** jumps over the minimum and lands __higher__: *{f_name}* goes from {f} to {f_next}.",
    "carries": "The step **{product}** still carries the speed of earlier steps, so it climbs: *{f_name}* goes from {f} to {f_next}.",
    "bounces": "The step **{product}** lands exactly as high on the other side: it will bounce for ever.",
    "forgot": "The slope is {slope}, but `{name}.grad` holds the sum {grad}: the step is **{product}**.",
    "forgot, uphill": "The slope is {slope}, but `{name}.grad` holds the sum {grad}: the step is **{product}**, __uphill__.",
    "flat": "The slope is 0 here, so the step is 0: nothing moves.",
    "forward": "Forward: at *{x_name}* = {x}, *{f_name}*(*{x_name}*) = {f}.",
    "backward": "Backward: the slope of the tangent at *{x_name}* = {x} is `{name}.grad` = **{slope}**.",
    "backward, forgot": "Backward: the slope here is {slope}, but `{name}.grad` still held {previous}, so it becomes **{grad}**.",
    "clear": "Clear the gradient, so that the next one is not added to {grad}.",
    "clear, forgot": "The line is missing: `{name}.grad` stays **{grad}** and the next gradient will be added to it.",
    "done": "__Stop after {steps}:__ |grad| = {size} is at most {stop}. The minimum is at *{x_name}* = {x}, where *{f_name}*(*{x_name}*) = {f}.",
    "away": "__Diverged:__ in {steps} *{f_name}*(*{x_name}*) grew from {f_first} to {f}. Each step jumps farther: {why}.",
    "overflow": "__Diverged:__ after {steps} the numbers overflow: *{f_name}*(*{x_name}*) is {f}. {why_long}.",
    "worse": "__Not going down:__ after {steps} *{f_name}*(*{x_name}*) is {f}, more than at the start ({f_first}). {why_long}.",
    "more": "__Not there after {steps}:__ |grad| is {size}, still above {stop}.{hint}",
    "why, rate": "the learning rate {rate} is too large",
    "why, forgot": "the old gradients were never cleared",
    "hint, forgot": " Without `zero_()`, *{x_name}* swings around the minimum and does not settle.",
    "hint, small": " The steps are small.",
    "hint, bounces": " It jumps between the same two points for ever.",
    "wider": "the axes follow: {times}× wider",
    "too large": "too large",
    "left": "left",
    "right": "right",
    "rises": "rises",
    "falls": "falls",
}

SIDES = {
    "tab": "side by side",
    "subtitle": "the same start, the same learning rate, {count} optimisers",
    "start": "All start at *{x_name}* = {x}, where *{f_name}* is {f}. Only what each makes of its gradients differs.",
    "step": "Step {step}: __{leader}__ is lowest, *{f_name}* = **{f}**; highest is __{last}__ with {f_last}.",
    "level": "Step {step}: all are equally low, *{f_name}* = **{f}**.",
    "away": "Step {step}: __{leader}__ is lowest, *{f_name}* = **{f}**; __{last}__ has left the map.",
    "stopped": "stopped",
}

MAP = {
    "same": "Both paths are {first}; choose another optimiser to compare.",
    "start": "Both start at *{x_name}* = {x}, *{y_name}* = {y}, where the loss is {first_loss}. The first SGD step goes straight downhill, across the contour.",
    "step": "Step {step}: {first} is at loss {first_loss}, {second} at {second_loss}, so {ahead} is ahead.",
    "level": "Step {step}: {first} is at loss {first_loss}, {second} at {second_loss}.",
    "away": "{who} diverges: its loss is {loss}, more than at the start. The learning rate {rate} is too large for it.",
    "end": "After {step} steps: {first} __{first_loss}__, {second} __{second_loss}__; the lowest point found is {lowest}.",
    "too large": "too large",
}

JACOBIAN = {
    "subtitle": "what `gradient=v` means: backward never builds J, it computes vᵀJ",
    "head": "v: the weight of each z",
    "start, diagonal": "Each z depends on its own *{name}* only, so the Jacobian is diagonal: each weight in v scales one slope.",
    "start, dense": "Row by row, the Jacobian says how each z follows *{name}*: each weight in v weighs a whole row.",
    "start, column": "One *{name}* is used in every z, so the Jacobian is one column: what was copied, backward adds up.",
    "one": "Only {z} depends on {name}, so its gradient is {v} times one slope: **{weight} × {slope} = {sum}**.",
    "several": "{name} reaches {count} of the {all} z; each sends back its weight times its slope, and the parts __add up__ to **{sum}**.",
    "column": "{name} went into {count} results; each sends back its weight times its slope, and the gradient is the __sum__: **{sum}**.",
    "none": "No z depends on {name}, so its gradient is **{sum}**.",
    "note, diagonal": "∂z/∂x = 4(2x + 3): 20, 28, 36. With ones in v it is `z.sum().backward()`.",
    "note, dense": "∂(A @ x)/∂x = A; backward computes vᵀA",
    "note, column": "∂z/∂b = x: 1, 2, 3; `b.grad` is their weighted sum",
    "tab, diagonal": "elementwise",
    "tab, dense": "matmul",
    "tab, column": "broadcasting",
}

FIT: dict[str, Any] = {
    "start": "At the start the curve misses the points: the loss is **{loss}**. The far points pull hardest on __{name}__.",
    "step": "__{name}__ has the largest gradient, {grad}, so it moves most: **−{rate} × {factor} = {move}**. The loss is {loss}.",
    "step, other": "__{name}__ has the largest gradient, {grad}; {optimizer} moves it by **{move}**. The loss is {loss}.",
    "step, long": "__{name}__ has the longest gradient, {grad}; its step is **{move}** long. The loss is {loss}.",
    "slow": "The curve looks right already; what is left is slow: __{name}__ moves by **{move}** a step{towards}.",
    "towards": " towards {best}",
    "end": "__After {step} steps__ the loss is {loss}.{floor}",
    "floor": " No choice of {names} can do better than {best} here: the rest is noise.",
    "away": "__Diverged:__ after {step} steps the loss is {loss}; at the start it was {loss_first}. The learning rate {rate} is too large.",
    "overflow": "__Diverged:__ after {step} steps the numbers overflow. The learning rate {rate} is too large.",
    "no number": "The loss is no number at the start: look for 0/0, the log of 0, or the root of a negative number.",
    "heads": ("value", "grad", "step −lr·grad"),
    "heads, other": ("value", "grad", "step"),
    "heads, long": ("|value|", "|grad|", "|step|"),
    "residuals": "every {every} residual is drawn",
    "all residuals": "the residuals",
    "loss": "loss over steps",
    "loss, log": "loss over steps (logarithmic)",
    "loss, both log": "loss over steps (both axes logarithmic)",
    "best": "best {best}",
    "tab": "the numbers",
    "graph tab": "the graph",
    "graph subtitle": "the loss of each step, and the gradients that its `backward()` left",
}

COMPARE = {
    "start": "Two backward passes, side by side. Step until they differ.",
    "same": "Both sides agree: {what}, **{value}**.",
    "first": "Here they part: {what}, **{left}** on the left{left_title}, **{right}** on the right{right_title}.",
    "differs": "{what}: **{left}** on the left{left_title}, **{right}** on the right{right_title}.",
    "left only": "Only the left side{left_title} has this step: {what}, **{left}**.",
    "right only": "Only the right side{right_title} has this step: {what}, **{right}**.",
    "refused": "The {side} side is refused: {error}.",
    "end, same": "No difference: all {count} steps agree.",
    "end, differ": "{differing} of {count} steps differ; the first was {first}.",
}

PURPOSE = {
    "tab": "on purpose",
    "axis": "samples per pass",
    "one": "sample by sample",
    "many": "{size} at once",
    "subtitle": "a batch too large for memory goes through in pieces, and `.grad` collects it",
    "start": "`{name}.grad` is None. Each of the {count} samples will leave its share, 1/{count} of its gradient.",
    "first": "Sample {place} alone has gradient {own}; divided by {count} it leaves **{share}**.",
    "first, batch": "The gradients of samples {place} add up to {own}; divided by {count} that leaves **{share}**.",
    "next": "Sample {place} alone has gradient {own}; its share is added: **{before} + {came} = {after}**.",
    "next, batch": "The gradients of samples {place} add up to {own}; their share is added: **{before} + {came} = {after}**.",
    "end": "All shares together: `{name}.grad` = **{after}**. The mean over the whole batch gives {batch} in one pass.",
}

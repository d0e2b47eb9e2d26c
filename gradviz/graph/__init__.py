"""Graphs of ours and of PyTorch's: read, recorded, watched, explained.

`read` gives the frozen graph behind a tensor, `record` a backward pass that really ran, `watch`
the forward pass with its lines; `ledger`, `why`, `explain` and `nudge` answer what learners ask.
Nothing here imports a library of tensors: a tensor simply arrives.

What a graph itself can tell differs between the two engines. Under a watch all of it is known on
both; without one:

| asked for                                        | our nodes           | PyTorch's nodes        |
|--------------------------------------------------|---------------------|------------------------|
| a result that no node saved, no variable holds   | remembered if small | unknown                |
| a result that a node saved                       | known               | known                  |
| the 2 in `x + 2`, without source                 | unknown, `·`        | unknown, `·`           |
| a number that a node saved, the 3 in `3 * x`     | known               | known                  |
| that a result was changed in place since         | marked              | only where it was saved|
| the value that a freed node had saved            | remembered if small | unknown                |
| the line that made a node                        | by fitting source   | by fitting source      |
| that a hook sits on a tensor no variable holds   | only by its effect  | only by its effect     |
"""

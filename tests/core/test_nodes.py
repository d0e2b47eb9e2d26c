"""Nodes: names, edges, what they saved, what they refuse."""

import pytest

pytestmark = pytest.mark.torch
CASES = [
    "z = x * y; f = z.grad_fn; result = f.name(), type(f).__module__, f, f.next_functions, f is z.grad_fn, f._saved_self is x, f._saved_other is y",
    "z = 5 * x; result = z.grad_fn._saved_self, z.grad_fn._saved_other, z.grad_fn._raw_saved_self is None",
    "z = x ** 3; result = z.grad_fn._saved_exponent, z.grad_fn._saved_self is x",
    "z = x.exp(); result = z.grad_fn._saved_result, z.grad_fn._saved_result.grad_fn is z.grad_fn",
    "z = (x + y).sum(); result = z.grad_fn._saved_self_sym_sizes, z.grad_fn.next_functions[0][0]._saved_alpha",
    "z = x + 1; w = x * 2; result = z.grad_fn.next_functions[0][0] is w.grad_fn.next_functions[0][0], z.grad_fn.next_functions[0][0].variable is x",
    "z = x.exp(); z.sum().backward(); z.grad_fn._saved_result",
    "z = x.unbind(); result = [(each.output_nr, each.grad_fn is z[0].grad_fn) for each in z], (z[1] * 2).grad_fn.next_functions",
    "z = x * 2; z.grad_fn.metadata['note'] = 1; result = z.grad_fn.metadata",
    "z = x * 2; result = z.grad_fn._sequence_nr() < (x * 2).grad_fn._sequence_nr(), z.grad_fn.next_functions[0][0]._sequence_nr()",
    "result = (x // 2).grad_fn.name(), type((x // 2).grad_fn).__name__",
    "result = isinstance((x * 2).grad_fn, torch.autograd.graph.Node), isinstance(1, torch.autograd.graph.Node)",
    "z = x * 2; w = x * 3; result = type(z.grad_fn) is type(w.grad_fn), z.grad_fn == w.grad_fn, len({z.grad_fn, z.grad_fn})",
    "type((x * 2).grad_fn).foo = 3",
    "z = x * y\nwith torch.no_grad(): y.add_(1)\nz.grad_fn._saved_other",
]


@pytest.mark.parametrize("code", CASES)
def test_as_in_torch(agree, code):
    agree(code)

"""Backward passes: accumulation, freeing, nodes called by hand, faults."""

import gc
import threading

import numpy as np
import pytest

import gradviz as torch

CASES = [
    "z = (x * x).sum(); z.backward(retain_graph=True); z.backward(); result = x.grad, x.grad._version",
    "z = (x * y).exp(); z.sum().backward(); result = x.grad, y.grad\ntry: z.sum().backward()\nexcept RuntimeError as e: log.append(str(e))",
    "z = (x + y).sum(); z.backward(); z.backward(); result = x.grad",
    "z = x * 2; w = z.exp(); v = z * y; w.sum().backward()\ntry: v.sum().backward()\nexcept RuntimeError as e: log.append(str(e))\nresult = x.grad, y.grad",
    "z = x * y; u = z.sin(); u.sum().backward(); t = y.exp() + u\ntry: t.sum().backward()\nexcept RuntimeError: pass\nresult = x.grad, y.grad",
    "g = torch.ones(3); x.backward(g); g.add_(1); result = x.grad, x.grad is g",
    "g = torch.ones(3); (x + 0).backward(g); x.grad.add_(1); result = g",
    "(x * y).sum().backward(); g = x.grad; (x * y).sum().backward(); result = g is x.grad, g",
    "(x * y).sum().backward(create_graph=True); result = x.grad, x.grad.grad_fn",
    "x.grad = torch.ones(3); (x ** 3).sum().backward(create_graph=True); result = x.grad",
    "z = 5 * x ** 2; result = z.grad_fn(torch.ones(3)), z.grad_fn.next_functions[0][0](torch.ones(3))",
    "z = x * y\nwith torch.no_grad(): result = z.grad_fn(torch.ones(3))",
    "M = torch.ones(4, 2, requires_grad=True); b = torch.ones(2, requires_grad=True); result = (M + b).grad_fn(torch.ones(4, 2))",
    "z = x + 0; acc = z.grad_fn.next_functions[0][0]; result = acc(torch.ones(3)), x.grad, acc.name(), acc.next_functions",
    "a, b, c = x.unbind(); result = a.grad_fn(torch.tensor(1.), None, torch.tensor(2.))",
    "g, = torch.autograd.grad((x ** 3).sum(), x, create_graph=True); h, = torch.autograd.grad(g.sum(), x, create_graph=True); result = torch.autograd.grad(h.sum(), x)",
    "result = torch.autograd.grad(x.tanh().sum(), x, create_graph=True)[0].grad_fn.name()",
    "z = x.sigmoid(); g, = torch.autograd.grad(z, x, torch.ones(3), create_graph=True); result = g, torch.autograd.grad(g.sum(), x)",
    "z = x / y; g = torch.autograd.grad(z.sum(), [x, y], create_graph=True); result = [torch.autograd.grad(e.sum(), [x, y], retain_graph=True, allow_unused=True) for e in g]",
    "d = torch.tensor([1., 2., 3.], dtype=torch.float64, requires_grad=True); (x * d).sum().backward(); result = x.grad, d.grad",
    "m = torch.tensor([True, False, True]); (x * m).sum().backward(); result = x.grad",
    "result = (x / 0).log().sum(), (x * float('nan')).sum(), (x * float('inf')).mean()",
    "z = (x / torch.zeros(3)).sum(); z.backward(); result = x.grad",
]


@pytest.mark.torch
@pytest.mark.parametrize("code", CASES)
def test_as_in_torch(agree, code):
    agree(code)


def test_a_long_chain_is_built_walked_and_freed_without_recursion():
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(300_000):
        y = y + 1
    y.backward()
    assert x.grad.item() == 1
    node, steps = y.grad_fn, 0
    while node.next_functions:
        node, steps = node.next_functions[0][0], steps + 1
    assert steps == 300_000
    del y, node
    gc.collect()


def test_an_interrupt_leaves_an_engine_that_works():
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def interrupt(grad):
        raise KeyboardInterrupt

    z = x * 2
    handle = z.register_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        z.sum().backward()
    handle.remove()
    assert torch.is_grad_enabled()
    (x * 3).sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_a_backward_pass_within_a_hook():
    x, y = (torch.tensor(2.0, requires_grad=True) for _ in range(2))

    def inner(grad):
        with torch.enable_grad():
            (y * y).backward()

    z = x * 3
    z.register_hook(inner)
    z.backward()
    assert (x.grad.item(), y.grad.item()) == (3, 4)


def test_grad_mode_belongs_to_a_thread():
    seen = []

    def work():
        seen.append(torch.is_grad_enabled())
        x = torch.tensor(2.0, requires_grad=True)
        (x * x).backward()
        seen.append(x.grad.item())

    with torch.no_grad():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert not (torch.tensor(2.0, requires_grad=True) * 2).requires_grad
    assert seen == [True, 4]


def test_many_threads_compute_their_own_gradients():
    results = {}

    def work(number):
        for _ in range(50):
            x = torch.tensor([float(number)], requires_grad=True)
            with torch.no_grad():
                assert not (x * 2).requires_grad
            (x * x * x).sum().backward()
        results[number] = x.grad.item()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: 3.0 * number**2 for number in range(4)}


def test_what_is_saved_is_freed_and_small_results_are_remembered():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    z = y * y
    node, before = z.grad_fn, y.grad_fn
    z.sum().backward()
    with pytest.raises(RuntimeError, match="second time"):
        _ = node._saved_self
    value, changed = before._remembered
    assert np.allclose(value.tolist(), np.exp([1, 2]))
    assert not changed
    with torch.no_grad():
        y.mul_(0)
    assert before._remembered[1]


def test_large_results_are_not_remembered():
    x = torch.ones(2000, requires_grad=True)
    assert (x * 2).grad_fn._remembered is None
    assert (x * 2)[:3].grad_fn._remembered is None
    assert (x * 2).sum().grad_fn._remembered[0].item() == 4000

"""Hooks run in PyTorch's order, with PyTorch's values."""

import pytest

pytestmark = pytest.mark.torch
NAMED = """
def said(name):
    return lambda *given: log.append((name, given))
"""
CASES = [
    """
z = x * 2
x.register_hook(said("x")); z.register_hook(said("z"))
z.grad_fn.register_prehook(said("pre")); z.grad_fn.register_hook(said("post"))
leaf = z.grad_fn.next_functions[0][0]
leaf.register_prehook(said("leaf pre")); leaf.register_hook(said("leaf post"))
x.register_post_accumulate_grad_hook(lambda t: log.append(("grad", t.grad.clone())))
z.sum().backward()
""",
    """
z = x * y + x
for name, t in dict(x=x, y=y).items():
    t.register_post_accumulate_grad_hook(lambda t, name=name: log.append(name))
z.grad_fn.register_hook(said("add")); z.grad_fn.next_functions[0][0].register_hook(said("mul"))
z.sum().backward()
""",
    """
M = torch.ones(2, 3, requires_grad=True); W = torch.ones(4, 3, requires_grad=True); b = torch.ones(4, requires_grad=True)
for name, t in dict(M=M, W=W, b=b).items():
    t.register_post_accumulate_grad_hook(lambda t, name=name: log.append(name))
torch.nn.functional.linear(M, W, b).sum().backward()
""",
    "z = x * 2; z.register_hook(lambda g: g * 10); z.sum().backward(); result = x.grad",
    "z = x * 2; h = z.register_hook(lambda g: g * 10); h.remove(); h.remove(); z.sum().backward(); result = x.grad",
    "z = x * 2; z.retain_grad(); z.register_hook(lambda g: g * 10); (z * y).sum().backward(); result = z.grad, x.grad",
    "z = x * 2; z.register_hook(lambda g: g * 10); z.retain_grad(); (z * y).sum().backward(); result = z.grad, x.grad",
    "a, b, c = x.unbind(); a.register_hook(said('a')); b.register_hook(said('b')); a.grad_fn.register_hook(said('node')); (a * 2 + b * 3).backward(); result = x.grad",
    "a, b, c = x.unbind(); b.retain_grad(); a.retain_grad(); (a * 2 + b * 3).backward(); result = a.grad, b.grad",
    "z = x * 2; z.grad_fn.register_hook(lambda gi, go: (gi[0] * 5, None)); z.sum().backward(); result = x.grad",
    "z = x * y; z.grad_fn.register_prehook(lambda go: (go[0] * 3,)); z.sum().backward(); result = x.grad, y.grad",
    "z = x * 2; z.register_hook(lambda g: None); z.sum().backward(); result = x.grad",
    "h = x.register_hook(lambda g: g * 2); result = torch.autograd.grad((x * y).sum(), [x, y])",
    "z = x * 2; h = z.register_hook(lambda g: g * 2); result = torch.autograd.grad((z * y).sum(), [z, x])",
    "h = x.register_hook(said('x')); (x * y).sum().backward(create_graph=True)",
    "z = x * 2\nwith z.register_hook(said('z')): z.sum().backward(retain_graph=True)\nz.sum().backward()",
    "x.register_hook(said('first')); x.register_hook(lambda g: g * 2); x.register_hook(said('third')); x.sum().backward()",
    "z = x * 2; z.register_hook(said('old')); z.mul_(3); z.register_hook(said('new')); z.sum().backward()",
    "z = (x * y).sum(); z.backward(inputs=[x]); result = x.grad, y.grad",
    "w = x * 2; z = (w * y).sum(); z.backward(inputs=[w, x]); result = w.grad, x.grad, y.grad",
    "w = x * 2; result = torch.autograd.grad((w * w).sum(), w)",
    "w = x * 2; v = w * y; result = torch.autograd.grad(v.sum(), [v, w, x])",
    "g = torch.autograd.graph.get_gradient_edge(x * 2); result = torch.autograd.grad([g], [x], torch.ones(3))",
    "w = x * 2; e = torch.autograd.graph.get_gradient_edge(w); result = torch.autograd.grad((w * y).sum(), [e])",
    "a, b, c = x.unbind(); result = torch.autograd.graph.get_gradient_edge(b).output_nr",
    "def bad(g): raise ValueError('no')\nx.register_hook(said('x')); y.register_hook(bad)\ntry: ((x * 2).sum() + (y * 2).sum()).backward()\nexcept ValueError as e: log.append(str(e))\nresult = x.grad, y.grad",
]


@pytest.mark.parametrize("code", CASES)
def test_hooks(agree, code):
    agree(NAMED + code)


@pytest.mark.torch
@pytest.mark.parametrize(
    "made", ["x.view(3, 1).max(0)[0]", "x.sort()[0]", "x.topk(2)[0]", "x.unbind()[0]", "x * 2"]
)
def test_a_node_hook_sees_one_gradient_for_each_output_that_can_have_one(agree, made):
    agree(f"""
made = {made}
made.grad_fn.register_hook(lambda given, taken: log.append((given, taken)))
made.sum().backward()
""")

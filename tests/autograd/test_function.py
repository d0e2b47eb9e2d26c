"""Custom functions: what `ctx` can do, and what happens around it."""

import pytest

pytestmark = pytest.mark.torch
BEGIN = """
class Fn(torch.autograd.Function):
    @staticmethod
"""
CASES = [
    """
    def forward(ctx, a, b, k):
        ctx.save_for_backward(a, b); ctx.k = k
        return a * b * k
    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        log.append((ctx.needs_input_grad, type(ctx).__name__, g))
        return g * b * ctx.k, g * a * ctx.k, None
z = Fn.apply(x, k, 3); result = z, z.grad_fn.next_functions, z.grad_fn.name()
z.sum().backward(); log.append(x.grad)
""",
    """
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a ** 3
    @staticmethod
    def backward(ctx, g):
        a, = ctx.saved_tensors
        return g * 3 * a ** 2
g, = torch.autograd.grad(Fn.apply(x).sum(), x, create_graph=True)
result = g, torch.autograd.grad(g.sum(), x)
""",
    """
    def forward(ctx, a):
        r = a.exp(); ctx.save_for_backward(r); return r
    @staticmethod
    def backward(ctx, g):
        r, = ctx.saved_tensors; log.append(r.requires_grad); return g * r
g, = torch.autograd.grad(Fn.apply(x).sum(), x, create_graph=True)
result = g, torch.autograd.grad(g.sum(), x)
""",
    """
    def forward(ctx, a):
        return a * 2, a * 3
    @staticmethod
    def backward(ctx, g, h):
        log.append((g, h)); return 2 * g
p, q = Fn.apply(x); result = p.output_nr, q.output_nr, p.grad_fn is q.grad_fn
p.sum().backward(); log.append(x.grad)
""",
    """
    def forward(ctx, a):
        ctx.set_materialize_grads(False); return a * 2, a * 3
    @staticmethod
    def backward(ctx, g, h):
        log.append((g, h)); return 3 * h
p, q = Fn.apply(x); q.sum().backward(); result = x.grad
""",
    """
    def forward(ctx, a):
        m = a > 1; ctx.mark_non_differentiable(m); r = a.sort()[1].float(); ctx.mark_non_differentiable(r); return a * 2, m, r
    @staticmethod
    def backward(ctx, g, h, i):
        log.append((g, h, i)); return g
p, m, r = Fn.apply(x); result = p, m, r
p.sum().backward(); log.append(x.grad)
""",
    """
    def forward(ctx, a):
        a.mul_(2); ctx.mark_dirty(a); return a
    @staticmethod
    def backward(ctx, g):
        return g * 2
w = x * 1; r = Fn.apply(w); result = r is w, w, w._version
r.sum().backward(); log.append(x.grad)
""",
    """
    def forward(ctx, a): return a.view_as(a)
    @staticmethod
    def backward(ctx, g): return -g
z = Fn.apply(x); (z * 2).sum().backward(); result = z, x.grad
""",
    """
    def forward(ctx, a): return a
    @staticmethod
    def backward(ctx, g): return -g
z = Fn.apply(x); result = z is x, z; z.sum().backward(); log.append(x.grad)
""",
    """
    def forward(a, b): return a * b
    @staticmethod
    def setup_context(ctx, inputs, output):
        a, b = inputs; ctx.save_for_backward(a, b)
    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors; return g * b, g * a
Fn.apply(x, y).sum().backward(); result = x.grad, y.grad
""",
    """
    def forward(ctx, a): return a * a
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g): return g * 2
g, = torch.autograd.grad(Fn.apply(x).sum(), x, create_graph=True); result = g.requires_grad
torch.autograd.grad(g.sum(), x)
""",
    """
    def forward(ctx, a): return a + a
    @staticmethod
    def backward(ctx, g): return None
z = Fn.apply(x).sum(); z.backward(); result = x.grad
""",
    """
    def forward(ctx, a): return a + s.detach()
    @staticmethod
    def backward(ctx, g): return g, None
Fn.apply(x).sum().backward(); result = x.grad
""",
    """
    def forward(ctx, a): return a * 2
    @staticmethod
    def backward(ctx, g): return torch.ones(2, 3)
Fn.apply(x).sum().backward(); result = x.grad
""",
    """
    def forward(ctx, a, t): return a * 2
    @staticmethod
    def backward(ctx, g): return g, torch.ones(3)
Fn.apply(x, 'text').sum().backward()
""",
    """
    def forward(ctx, a): return a * 2
    @staticmethod
    def backward(ctx, g): log.append(torch.is_grad_enabled()); return g * 2
with torch.no_grad(): z = Fn.apply(x)
result = z.requires_grad, z
Fn.apply(x).sum().backward()
""",
    """
    def forward(ctx, a): log.append((torch.is_grad_enabled(), a.requires_grad, (a * 2).requires_grad)); return a * 2
    @staticmethod
    def backward(ctx, g): return g
result = Fn.apply(k), Fn.apply(x)
""",
]


@pytest.mark.parametrize("code", CASES)
def test_as_in_torch(agree, code):
    agree(BEGIN + code)

"""Writes in place: versions, views, what is refused."""

import pytest

pytestmark = pytest.mark.torch
BEGIN = "M = torch.tensor([[1., 2., 3.], [4., 5., 6.]], requires_grad=True); n = torch.tensor([1, 2, 3])\n"
CASES = [
    "w = x * 2; v = w[0:2]; v.mul_(3); result = w, v, w.grad_fn.next_functions; w.sum().backward(); log.append(x.grad)",
    "w = M * 2; v = w.t(); v[0] = 5.; result = w, v; (w * w).sum().backward(); log.append(M.grad)",
    "w = M * 2; v = w[0]; u = v[1:]; u.exp_(); result = w, v, u; (w * w).sum().backward(); log.append(M.grad)",
    "w = M * 2; v = w.view(6); w.add_(1); result = v, v.grad_fn.next_functions; v.sum().backward(); log.append(M.grad)",
    "w = torch.zeros(2, 3); v = w[0]; v.copy_(x); result = w, w.requires_grad, v; (w * w).sum().backward(); log.append(x.grad)",
    "w = torch.zeros(2, 3); v = w[0]; w.add_(M); result = v.requires_grad, v; v.sum().backward(); log.append(M.grad)",
    "w = x * 2; v = w[0]; g = v.grad_fn; w.mul_(2); result = g, v.grad_fn is g, v.grad_fn",
    "w = x * 2; d = w.detach(); d.zero_(); result = w, w._version, d._version, d.requires_grad",
    "w = x * 2; d = w.data; d.zero_(); result = w, w._version, d._version",
    "w = x * 2\nwith torch.no_grad(): w.mul_(5)\nresult = w, w._version; w.sum().backward(); log.append(x.grad)",
    "w = x * 2; v = w[1]\nwith torch.no_grad(): w.zero_()\nresult = v, v._version; v.backward(); log.append(x.grad)",
    "with torch.no_grad(): v = x[0:2]\nresult = v.requires_grad, v.is_leaf, v._base is x",
    "w = x * 2\nwith torch.no_grad(): v = w[0:2]\nw.add_(1)\ntry: v.grad_fn\nexcept RuntimeError as e: log.append(str(e))\ntry: v * 2\nexcept RuntimeError as e: log.append(str(e))",
    "w = x * 2; a, b, c = w.unbind(); w.add_(1)\ntry: a * 2\nexcept RuntimeError as e: log.append(str(e))",
    "w = x * 2; a, b, c = w.unbind(); a.mul_(2)",
    "w = x.exp(); w.add_(1); w.sum().backward()",
    "w = x * y; w.exp_(); w.sum().backward(); result = w, x.grad",
    "w = x * 1; w.mul_(w); w.sum().backward(); result = w, x.grad",
    "w = x * 1; z = w * y; w.mul_(2); z.sum().backward()",
    "w = x * 1; z = w + y; w.mul_(2); z.sum().backward(); result = x.grad",
    "w = M * 1; v = w[0]; z = v.sin(); w[1] = 9.; z.sum().backward()",
    "w = M.clone(); w[w > 3] = 0.; w.sum().backward(); result = w, M.grad",
    "w = M.clone(); w[0, 1] += s; w.sum().backward(); result = w, M.grad, s.grad",
    "w = M.clone(); w[:, 0] = s; (w * w).sum().backward(); result = w, M.grad, s.grad",
    "w = M.clone(); v = w.expand(4, 2, 3); w.mul_(2); v.sum().backward(); result = M.grad",
    "w = x.clone(); v = w.expand(2, 3); v[0, 0] = 1.",
    "w = M.clone(); r = w.t().t(); r.mul_(2); (w * w).sum().backward(); result = r, M.grad",
    "w = M.clone(); r = w[0]; r += x; r *= 2; w.sum().backward(); result = w, M.grad, x.grad",
    "w = M.clone(); r = w[0].view(3, 1); w.tanh_(); (r * r).sum().backward(); result = r, M.grad",
    "w = M.clone(); w[0].fill_(s); w.sum().backward(); result = M.grad, s.grad",
    "w = M.clone(); w.zero_(); w[1] = x; w.sum().backward(); result = M.grad, x.grad",
    "w = M.clone(); r = w[0]; r.mul_(w[1]); w.sum().backward(); result = M.grad",
    "w = s * 2; v = w.view(1); v.mul_(3); result = w, v; w.backward(); log.append(s.grad)",
    "w = M.clone(); w[0].mul_(2); g, = torch.autograd.grad((w ** 3).sum(), M, create_graph=True); result = g.detach(), torch.autograd.grad(g.sum(), M)",
    "w = M.clone(); w[0] = x ** 2; g = torch.autograd.grad((w ** 3).sum(), [M, x], create_graph=True); result = g[1], torch.autograd.grad(g[0].sum() + g[1].sum(), [M, x])",
    "w = M.clone(); v = w.view(6); w.mul_(2); g, = torch.autograd.grad((v ** 3).sum(), M, create_graph=True); result = torch.autograd.grad(g.sum(), M)",
    "w = x.clone().requires_grad_(); b = w[0]; result = b._base is w, w._base",
    "k.add_(x); result = k, k.is_leaf; k.sum().backward(); log.append(x.grad)",
    "n.add_(2); result = n, n._version",
    "k += k; k -= 1; k *= 3; k /= 2; k **= 2; result = k, k._version",
    "k.add_(torch.ones(1, 3))",
    "x.data.mul_(2); x.detach().add_(1); result = x, x._version",
    "w = x * 2; w.detach_(); result = w, w.grad_fn, w.is_leaf",
    "w = x * 2; w.requires_grad_(); result = w.requires_grad",
]


@pytest.mark.parametrize("code", CASES)
def test_as_in_torch(agree, code):
    agree(BEGIN + code)

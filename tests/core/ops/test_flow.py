import pytest

pytestmark = pytest.mark.torch

CODES = """
x.clone()
x.t().clone()
x.clone().detach()
x.contiguous() is x
x.t().contiguous()
x.to(torch.float64)
x.to(torch.float32) is x
x.to('cpu') is x
x.to(k) is x
x.to(d)
x.to(dtype=torch.float64)
x.to('cpu', torch.float64)
x.to(x.device, dtype=torch.float16)
x.to(torch.float32, copy=True)
x.to('float64')
x.to('cuda')
x.float() is x
x.double()
x.half()
x.long()
x.int()
x.short()
x.byte() if False else n.byte()
x.bool()
n.float()
m.float()
d.float()
x.double().float()
x.type(torch.float64)
x.type('torch.DoubleTensor')
x.type(), n.type(), d.type()
x.type_as(d)
x.cpu() is x
x.new_zeros(2)
x.new_zeros((2, 3), dtype=torch.int64)
d.new_ones(2, requires_grad=True)
n.new_full((2,), 7)
x.new_tensor([1, 2])
n.new_tensor([1.5])
x.element_size(), d.element_size(), n.itemsize, n.nbytes
x.is_floating_point(), n.is_floating_point(), n.is_signed(), m.is_complex()
x.is_same_size(y), x.is_same_size(v)
torch.is_tensor(x), torch.is_tensor(1), torch.numel(x)
torch.equal(x, x), torch.equal(x, y), torch.equal(x, v)
torch.allclose(x, y), torch.allclose(x, x + 1e-9), x.allclose(x * 1.001, rtol=0.01)
torch.isclose(x, y).tolist(), torch.isclose(v, torch.tensor([0.5, float('nan'), 2.5])).tolist()
torch.isclose(torch.tensor([float('inf'), float('nan')]), torch.tensor([float('inf'), float('nan')]), equal_nan=True).tolist()
torch.allclose(x, d)
x.dim(), x.ndim, x.numel(), x.nelement(), len(x), x.size(), x.size(1), x.size(-1)
x.size(2)
n.positive() is n
m.positive()
""".strip().split("\n")


@pytest.mark.parametrize("code", CODES)
def test_a_tensor_is_copied_converted_and_questioned_as_in_torch(twins, code):
    twins.agree(code)


def test_the_same_memory_is_seen_by_whoever_shares_it(twins):
    twins.agree("w = k.clone(); r = w.view(6); r[0] = 9.0; [w, r, w.data_ptr() == r.data_ptr()]")
    twins.agree("w = k.clone(); r = w.detach(); r[0] = 9.0; [w, r]")
    twins.agree("w = k.clone(); r = w.numpy(); r[0] = 9.0; w")

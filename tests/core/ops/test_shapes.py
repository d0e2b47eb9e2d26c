import pytest

pytestmark = pytest.mark.torch

REARRANGED = """
x.t()
v.t()
s.t()
b.t()
x.T
v.T
s.T
b.T
x.mT
v.mT
b.mH
x.H
b.H
x.transpose(0, 1)
x.transpose(-1, 0)
x.transpose(0, 2)
x.transpose(0)
x.transpose(0, 'a')
x.transpose(dim0=0, dim1=1)
torch.transpose(x, 0, 1)
torch.swapaxes(b, 0, 2)
b.permute(2, 0, 1)
b.permute((2, 0, 1))
b.permute(-1, 0, 1)
b.permute(0, 0, 1)
b.permute(0, 1)
torch.permute(x, dims=(1, 0))
b.movedim(0, 2)
b.movedim((0, 1), (2, 0))
b.movedim((0, 1), (2,))
torch.moveaxis(b, 2, 0)
x.adjoint()
x.view(3, 2)
x.view((3, 2))
x.view(-1)
x.view(3, -1)
x.view(2, 2)
x.view(-1, -1)
x.view(-2)
x.view(size=(6,))
x.t().view(6)
x.t().view(3, 2)
b[:, ::2].view(2, 2, 2, 2)
b[:, :, 0].view(6)
b.transpose(0, 1).view(3, 2, 2, 2)
torch.zeros(0, 3).view(0, -1)
torch.zeros(0, 3).view(3, 0)
x.view_as(y)
x.reshape(3, 2)
x.reshape([6])
x.t().reshape(6)
x.t().reshape(2, 3)
b[:, 1].reshape(8)
torch.reshape(x, (6,))
b[..., 0].reshape(-1)
b[..., 0].flatten()
x.t().reshape(3, 2)
b.transpose(0, 1).reshape(3, 2, 2, 2)
s.transpose(0, -1)
s.permute()
s.unfold(0, 1, 1)
s.flip(0)
s.diagonal()
s.movedim(0, 0)
x.reshape_as(k)
x.flatten()
v.flatten()
s.flatten()
b.flatten(1)
b.flatten(0, 1)
b.flatten(2, 1)
b.flatten(3)
b.flatten(start_dim=1, end_dim=-1)
x.t().flatten()
b.unflatten(2, (2, 2))
b.unflatten(-1, (2, -1))
b.unflatten(1, (2, 2))
x.ravel()
x.t().ravel()
v.ravel()
""".strip().split("\n")

ONES = """
s.squeeze()
s.squeeze(0)
x[:1].squeeze()
x[:1].squeeze(0)
x[:1].squeeze(-2)
x.squeeze(0)
x.squeeze(2)
x[:1].squeeze((0, 1))
x[:1, :1].squeeze()
x[:1, :1].squeeze(1)
x.unsqueeze(0)
x.unsqueeze(-1)
x.unsqueeze(2)
x.unsqueeze(4)
x.t().unsqueeze(1)
s.unsqueeze(0)
torch.unsqueeze(x, dim=1)
torch.atleast_1d(s)
torch.atleast_2d(s)
torch.atleast_2d(v)
torch.atleast_3d(x)
torch.atleast_3d(s, v, b)
v.expand(2, 3)
v.expand((2, 3))
v.expand(2, -1)
v.expand(-1, 3)
v.expand(2, 2)
x.expand(3)
s.expand(2, 2)
x.expand(2, 3)
x[:, :1].expand(-1, 4)
x[:1].expand(1, 3)
v.expand_as(x)
x.broadcast_to(2, 2, 3)
torch.broadcast_to(v, (2, 3))
x.sum_to_size(1, 3)
x.sum_to_size(3)
x.sum_to_size(2, 2)
b.sum_to_size(3, 1)
""".strip().split("\n")

WINDOWS = """
x.as_strided((2, 2), (3, 1))
x.as_strided((2, 2), (1, 1), 1)
x.t().as_strided((6,), (1,))
x[1].as_strided((2,), (1,))
x[1].as_strided((2,), (1,), 0)
x.as_strided((3, 3), (3, 1))
x.as_strided((3,), (-1,))
x.unfold(1, 2, 1)
b.unfold(2, 2, 2)
x.unfold(0, 3, 1)
x.unfold(0, 1, 0)
x.stride()
x.t().stride(0)
b[:, ::2, 1].stride()
x[1:].storage_offset()
x.t()[1].storage_offset()
x.is_contiguous(), x.t().is_contiguous(), x[:, :2].is_contiguous(), v.expand(1, 3).is_contiguous()
x[0]._base is x, x[0][1]._base is x, x.view(6)._base is x, x.clone()._base, x.contiguous() is x
""".strip().split("\n")

IN_PLACE = """
w = x * 2; w.t_(); w
w = x * 2; w.transpose_(0, 1); w
w = x * 2; w.transpose_(0, 2); w
w = x * 2; w.unsqueeze_(0); w
w = x * 2; w.unsqueeze_(-1).mul_(3); w
w = x[:1] * 2; w.squeeze_(); w
w = x[:1] * 2; w.squeeze_(0); w
w = x[:1] * 2; w.squeeze_((0, 1)); w
w = x * 2; w.as_strided_((2, 2), (1, 1)); w
w = x * 2; w.swapaxes_(0, 1); w
w = x * 2; r = w[0]; r.unsqueeze_(0); [w, r]
w = x * 2; r = w[0]; r.unsqueeze_(0); r.mul_(3); [w, r]
x.t_()
x[0].unsqueeze_(0)
k.t_()
k.unsqueeze_(0); k._version
k.resize_(2, 2)
k.resize_((6,))
k.resize_as_(v)
x.resize_(6)
(x * 2).resize_(6)
""".strip().split("\n")


@pytest.mark.parametrize("code", [*REARRANGED, *ONES, *WINDOWS, *IN_PLACE])
def test_a_shape_is_changed_as_in_torch(twins, code):
    twins.agree(code)

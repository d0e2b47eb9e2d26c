import pytest

SETUP = """
a = torch.tensor([1., 2., 3.], requires_grad=True)
b = torch.tensor([1., 2., 4.])
i = torch.tensor([1, 2, 3])
s = torch.tensor(1.5, requires_grad=True)
"""
LINES = r"""
a.numpy()
(a + 1).numpy()
a.detach().numpy(), (a + 1).detach().numpy(), a.numpy(force=True)
u = b.numpy(); u[0] = 9; b
u = np.ones(2); v = torch.from_numpy(u); v[1] = 5; u
u = torch.tensor([1.]).numpy(); u
s0 = torch.tensor(2.5); v = s0.numpy(); v[...] = 7; s0
np.asarray(b), np.array(b), np.array(b, dtype='float64'), np.asarray(i)
np.asarray(a)
np.array([torch.tensor(1.), torch.tensor(2.)])
np.cos(b), np.exp(i), np.add(b, 1)
np.cos(a)
b * np.float32(2), np.float64(3) * b, np.int64(2) * i, i + np.int32(1)
b.item()
torch.tensor([[3]]).item(), torch.tensor(True).item(), torch.tensor([2.5]).item(), s.item()
torch.zeros(0).item()
float(b)
float(torch.tensor([3])), int(torch.tensor([[2.9]])), complex(torch.tensor(2))
float(s)
int(s), bool(s), bool(torch.tensor([0]))
bool(b)
bool(torch.zeros(0))
bool(torch.zeros(1, 1))
operator = __import__('operator'); operator.index(torch.tensor(3)), operator.index(torch.tensor([4]))
__import__('operator').index(torch.tensor(3.))
__import__('operator').index(i)
'abc'[torch.tensor(1)], [1, 2, 3][torch.tensor(True)]
len(b), len(torch.zeros(0, 3)), len(torch.zeros(2, 3))
len(s)
iter(s)
[u.item() for u in b], [u.tolist() for u in torch.arange(4).view(2, 2)]
[u for u in a]
2. in b, 7 in i, torch.tensor(1.) in b
'x' in b
None in b
b.tolist(), s.tolist(), torch.zeros(0).tolist(), torch.zeros(2, 0).tolist(), torch.tensor([[True]]).tolist()
f'{s}', f'{s:.2f}', f'{i[0]:4d}', f'{torch.tensor(True)}', f'{b[0]:>9}'
f'{b}'
f'{b:.2f}'
f'{i[0]:.2f}', f'{b[0]:d}'
'%s %d %.1f' % (i[0], i[1], b[1])
str(b), repr(s), format(i)
print(a, b, i, s)
round(b[0])
max(i), min(b), sorted(i), sum(i), abs(-b)
import math; math.sqrt(b[2]), math.floor(torch.tensor(2.5))
list(b) == [u for u in b]
u, v, w = i; u, w
u, v = i
import copy; c = copy.deepcopy(a); c is a, c, c.grad
import copy; a.sum().backward(); c = copy.deepcopy(a); c.grad, c.grad is a.grad
import copy; copy.deepcopy(a * 2)
import copy; c = copy.deepcopy([b, b]); c[0] is c[1], c[0] is b
import copy; c = copy.copy(b); c[0] = 8; b
import copy; copy.copy(a)
import pickle; pickle.loads(pickle.dumps([a, a * 2, i, s, torch.float16, torch.Size([2])]))
hash(b) == id(b), b in [b], len({b, b})
torch.ones(2, 3).t().numpy().flags.c_contiguous, torch.ones(2, 3).t().numpy().base is None
dict(zip('ab', b))
range(i[1])
range(b[1])
b.data_ptr() == b.detach().data_ptr()
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.parametrize("code", LINES)
def test_conversions_answer_as_in_torch(code, same_answer):
    same_answer(code, SETUP)

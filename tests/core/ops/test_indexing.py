import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gradviz

pytestmark = pytest.mark.torch

BRACKETS = """
x[0]
x[-1]
x[1, 2]
x[:, 1]
x[:]
x[...]
x[:, :]
x[..., 0]
x[None]
x[:, None]
x[None, :, 0]
x[0:1]
x[5:7]
x[:, ::2]
x[::-1]
x[::0]
x['a':]
x[-3]
x[2]
x[0, 3]
x[0, 0, 0]
s[0]
s[:]
s[...]
s[None]
s[()]
x[()]
x['a']
x[1.5]
x[{}]
x[True]
x[False]
x[[0, 1, 1]]
x[[0.5, 1]]
x[[True, False]]
x[[True]]
x[[]]
x[[[0, 1], [1, 2]]]
x[[0, None]]
x[i - 1]
x[:, i]
x[0, i]
x[i - 1, i]
x[i - 1, :, None]
x[[0, 5]]
x[:, [0, 9]]
x[[0, 1], [0, 1, 2]]
x[m]
x[x > 0]
x[:, m[0]]
x[m[0]]
b[m, 1]
b[m, 1:3]
b[:, [0, 1], 0]
b[[0, 1], :, [0, 1]]
b[0, [0, 1]]
x[torch.tensor(1)]
x[torch.tensor(True)]
x[torch.tensor([1.0])]
k[torch.tensor([1, 0], dtype=torch.bool)]
x[torch.tensor([1, 0], dtype=torch.int32)]
x[torch.tensor([1, 0], dtype=torch.int16)]
x[range(2)]
x[torch.tensor(0):torch.tensor(1)]
x[2 ** 70]
x.select(1, 0)
x.select(1, 5)
x.select(2, 0)
x.select(dim=0, index=1)
x.narrow(1, 0, 2)
x.narrow(0, 2, 5)
x.narrow(0, -1, 1)
x.narrow(0, 0, -1)
""".strip().split("\n")

WRITTEN = """
w = x * 2; w[0] = 5.0; w
w = x * 2; w[0] = v; w
w = x * 2; w[0] = s; w
w = x * 2; w[0] = v[None]; w
w = x * 2; w[:] = v; w
w = x * 2; w[...] = 3; w
w = x * 2; w[:, 1] = u[:2]; w
w = x * 2; w[:, 1:] *= 2; w
w = x * 2; w[m] = 0.0; w
w = x * 2; w[m] = v[:1]; w
w = x * 2; w[m] = torch.cat((v, s[None])); w
w = x * 2; w[[0]] = v; w
w = x * 2; w[0, [0, 1]] = s; w
w = x * 2; w[[0, 1], [0, 1]] = torch.ones(1, 2); w
w = x * 2; w[None] = v; w
w = x * 2; w[True] = v; w
w = x * 2; w[False] = v; w
w = torch.zeros(2, 3); w[0] = v; w
w = torch.zeros(2, 3); w[m] = s; w
w = x * 2; w[0] = torch.ones(2); w
w = x * 2; w[0] = torch.ones(2, 3); w
w = x * 2; w[:1] = torch.ones(2, 3); w
w = x * 2; w[5] = 1; w
w = x * 2; w[[0, 5]] = 1; w
w = x * 2; w[m] = torch.ones(3); w
w = x * 2; w[0] = 'a'; w
w = x * 2; w[0] = [1, 2, 3]; w
w = x * 2; w[0] = None; w
w = x * 2; w[m] = torch.ones(4, dtype=torch.float64); w
n[0] = 1.7; n
n[m] = 2.7; n
n[0] = torch.tensor(2.7); n
x[0] = 1.0
k[0] = 1.0; k
s_ = s * 2; s_[...] = 4.0; s_
s_ = s * 2; s_[0] = 4.0
""".strip().split("\n")

PLACED = """
x.index_select(1, i)
torch.index_select(x, 0, i)
x.index_select(0, torch.tensor([1.0]))
x.index_select(0, torch.tensor(1))
x.index_select(0, g)
s.index_select(0, torch.tensor([0]))
x.index_add(0, i[1:], y[:1])
x.index_add(0, torch.tensor([0, 0]), y, alpha=2)
x.index_add(0, i[1:], y)
x.index_fill(1, i, 0.5)
x.index_fill(1, i, torch.tensor(2.0))
x.index_fill(1, torch.tensor([7]), 0.5)
x.index_copy(0, i[1:], y[:1])
x.index_put((i - 1,), v)
x.index_put((torch.tensor([0, 0]),), y, accumulate=True)
x.gather(1, g)
torch.gather(x, 0, g)
x.gather(1, g[:1, :2])
x.gather(1, g + 5)
x.gather(0, torch.tensor([0]))
s.gather(0, torch.tensor(0))
x.scatter(1, g, y)
x.scatter(1, g, 2.0)
x.scatter(1, g, d)
x.scatter(1, g + 5, y)
x.scatter_add(1, g, y)
x.scatter_add(0, torch.zeros_like(g), y)
x.take(i)
torch.take(x, g)
x.take(torch.tensor([9]))
x.put(i, v[:2])
x.put(torch.tensor([0, 0]), v[:2], accumulate=True)
x.take_along_dim(g, 1)
x.take_along_dim(g)
x.take_along_dim(g[:, :1], 1)
x.masked_select(m)
x.masked_select(m[0])
x.masked_select(g)
v.masked_select(m)
x.masked_fill(m, 0.5)
x.masked_fill(m, s)
x.masked_fill(m, v)
x.masked_fill(g, 0.5)
x.masked_fill(m[:, :2], 0.5)
v.masked_fill(m, 0.5)
n.masked_fill(m, 1.5)
x.masked_scatter(m, y)
w = x * 2; w.masked_fill_(m, 0.0); w
w = x * 2; w.index_fill_(0, i[1:], 2.0); w
w = x * 2; w.index_add_(0, i[1:], y[:1]); w
w = x * 2; w.scatter_(1, g, 3.0); w
w = x * 2; w.scatter_add_(1, g, y); w
w = x * 2; w.index_put_((i - 1,), v); w
w = x * 2; w.masked_scatter_(m, y); w
w = x * 2; w[0].masked_fill_(m[0], s); w
s.index_fill(0, torch.tensor([0]), 2.0)
s.index_add(0, torch.tensor([0]), s)
s.index_copy(0, torch.tensor([0]), s)
s.scatter(0, torch.tensor(0), s * 2)
s.scatter(0, torch.tensor(0), 2.0)
s.scatter_add(0, torch.tensor(0), s)
s.take(torch.tensor([0, 0]))
s.put(torch.tensor([0]), v[:1])
s.masked_fill(torch.tensor(True), 2.0)
s.masked_fill(s > 0, s)
s.masked_select(s > 0)
s.masked_scatter(s > 0, v)
s.take_along_dim(torch.tensor([0]))
s.nonzero()
w = s * 2; w.index_fill_(0, torch.tensor([0]), 2.0); w
w = s * 2; w.masked_fill_(w > 0, 3.0); w
k.nonzero()
(x > 0).nonzero(as_tuple=True)
torch.nonzero(n - 1)
torch.argwhere(n - 1)
torch.where(x > 0)
""".strip().split("\n")


@pytest.mark.parametrize("code", [*BRACKETS, *WRITTEN, *PLACED])
def test_elements_are_picked_and_placed_as_in_torch(twins, code):
    twins.agree(code)


def parts(size):
    """What may stand at one place of a key."""
    place = st.integers(-size, size - 1)
    bound = st.none() | st.integers(-size - 1, size + 1)
    return st.one_of(
        place,
        st.builds(slice, bound, bound, st.none() | st.integers(1, 3)),
        st.none(),
        st.lists(place, min_size=1, max_size=3),
        st.lists(place, min_size=2, max_size=2).map(lambda row: [row, row[::-1]]).map(np.array),
        st.lists(st.booleans(), min_size=size, max_size=size).map(np.array),
    )


KEYS = st.tuples(parts(2), parts(3), parts(4)).flatmap(
    lambda key: st.integers(1, 3).map(lambda count: key[:count])
)


@settings(max_examples=150, deadline=None)
@given(KEYS)
@example((0, [0, 1], slice(None)))
@example(([0, 1], slice(None), [0, 1]))
@example((np.zeros((2, 2), int), slice(None, 0, None), [0, 0, 0]))
def test_a_random_key_picks_and_writes_what_numpy_and_torch_do(key):
    torch = pytest.importorskip("torch")
    array = np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)
    picked, written, gradients = [], [], []
    for engine in (gradviz, torch):
        own = tuple(engine.tensor(part) if isinstance(part, np.ndarray) else part for part in key)
        leaf = engine.tensor(array.tolist(), requires_grad=True)
        try:
            result = leaf[own]
        except IndexError as error:
            picked.append(str(error))
            continue
        (result * result).sum().backward()
        picked.append(result.tolist())
        gradients.append(leaf.grad.tolist())
        base = leaf.detach().clone()
        base[own] = 100.0
        written.append(base.tolist())
    assert picked[0] == picked[-1]
    assert not written or written[0] == written[1]
    assert not gradients or gradients[0] == gradients[1]
    if not np.size(picked[0]):  # numpy minds places even where it picks nothing
        return
    if written and not any(isinstance(part, int) for part in key):  # numpy sees tensors in ints
        assert array[key].tolist() == picked[0]

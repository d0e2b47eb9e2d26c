"""Random programs over views and writes in place: values, versions, graphs, gradients, refusals."""

import random

import pytest

pytestmark = pytest.mark.torch

LOOKS = """
{a}[0]
{a}[-1:]
{a}[1:]
{a}[::2]
{a}[:, 0]
{a}[..., 0]
{a}[...]
{a}.view(-1)
{a}.reshape(-1)
{a}.t()
{a}.transpose(0, -1)
{a}.unsqueeze(0)
{a}.squeeze()
{a}.expand(2, *{a}.shape)
{a}.detach()
{a}.narrow(0, 0, 1)
{a}.view_as({a})
{a}.diagonal()
""".strip().split("\n")
MAKES = """
{a} * 2
{a} + {b}
{a} * {b}
{a}.exp()
{a}.tanh()
{a} ** 2
{a}.clone()
{a}.sum(0)
torch.cat(({a}, {a}))
{a}[[0, 0]]
{a}.contiguous()
""".strip().split("\n")
WRITES = """
{a}.mul_(2)
{a}.add_(1)
{a}.add_(k)
{a}.mul_(v)
{a}.exp_()
{a}.zero_()
{a}.fill_(3.0)
{a}.copy_(v)
{a}[0] = 1.5
{a}[0] = v
{a}[...] = s
{a} += 1
{a} *= u
{a}.tanh_()
{a}[{a} > 0] = 0.5
{a}.masked_fill_({a} > 1, 0.0)
{a}.unsqueeze_(0)
{a}[1:].mul_(3)
{a}[:, 0].add_(1)
{a}.neg_()
""".strip().split("\n")


def program(seed):
    """A few statements on views of views, and all tensors as its result."""
    draw = random.Random(seed)
    names, lines = ["x", "k"], ["w = x * 1.5"]
    names.append("w")
    for place in range(draw.randint(2, 7)):
        chosen = {"a": draw.choice(names[-2:]), "b": draw.choice(names)}
        kind = draw.choice(["looks", "makes", "writes"])
        if kind == "writes":
            lines.append(draw.choice(WRITES).format(**chosen))
        else:
            name = "cdefghj"[place]
            names.append(name)
            lines.append(
                f"{name} = " + draw.choice(LOOKS if kind == "looks" else MAKES).format(**chosen)
            )
    return lines, names


@pytest.mark.parametrize("seed", range(60))
def test_views_and_writes_agree_with_torch(twins, seed):
    lines, names = program(seed)
    shown = "; ".join(lines)
    twins.agree(f"{shown}; [{', '.join(names[2:])}]")


ALIASES = """
w = k.clone(); w[1:] += w[:-1]; w
w = v.detach().clone(); w[1:] += w[:-1]; w
w = v.detach().clone(); w[1:].mul_(w[:-1]); w
w = v.detach().clone(); w[1:] = w[:-1]; w
w = v * 2; w[1:] *= w[:-1]; w
w = v.detach().clone(); w.mul_(w); w
w = v.detach().clone(); w.add_(w.view(3)); w
w = k.clone(); w.t().mul_(w.t()); w
w = k.clone(); w.add_(w[0]); w
w = k.clone(); w[:, :2] += w[:, 1:]; w
w = k.clone(); w[0] += w[1]; w
w = v * 2; w *= w; w
w = v * 2; w /= w; w
r = v.detach().expand(2, 3); r += 1
r = v.detach().expand(2, 3); r[0, 0] = 9.0; r
r = v.detach().clone().expand(2, 3)[0]; r += 1; r
r = (v * 2).expand(2, 3); r[0] = 1.0; r
""".strip().split("\n")


@pytest.mark.parametrize("code", ALIASES)
def test_writes_where_memory_is_shared_agree_with_torch(twins, code):
    twins.agree(code)

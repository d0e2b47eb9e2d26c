"""Functions that are met more rarely: values, graphs and gradients as PyTorch has them."""

import pytest

pytestmark = pytest.mark.torch

ELEMENTS = [
    "x.erfc()", "(v * v).lgamma()", "k.digamma()", "(v / 10 + 0.5).logit()", "(v / 10 + 0.5).logit(0.4)",
    "x.sinc()", "x.deg2rad()", "x.rad2deg()", "torch.special.entr(v * v)", "x.copysign(y)", "x.copysign(-1.0)",
    "torch.heaviside(k, k)", "x.logaddexp(y)", "x.logaddexp2(y)", "x.ldexp(k)", "torch.special.xlog1py(v, v * v)",
    "(v * v).float_power(2)", "torch.gcd(n, n)", "torch.lcm(n, n + 1)", "k.isposinf()",
    "x.isreal()", "s.is_nonzero()", "x.is_nonzero()", "(x / 10).arcsin()", "torch.arctan2(x, y)", "x.fix()",
    "torch.special.erf(x)", "x.get_device()", "torch.real(x)", "torch.detach(x)", "x.hardshrink()",
]  # fmt: skip
ALONG = [
    "x.cummax(1)", "x.cummin(0)", "v.logcumsumexp(0)", "x.diff()", "x.diff(2)", "b.diff(dim=0)", "v.diff(prepend=u)",
    "m.diff()", "torch.trapezoid(x)", "torch.trapezoid(x, dx=0.5, dim=0)", "torch.trapezoid(y, x)",
    "torch.cumulative_trapezoid(x)", "x.cumprod(1)",
]  # fmt: skip
GATHERED = [
    "x.nansum()", "x.nansum(1)", "x.nanmean(0)", "torch.std_mean(x, 1)", "x.dist(y)", "x.dist(y, 1)", "x.cov()", "x.corrcoef()",
    "v.cov()", "i.bincount()", "i.bincount(minlength=5)", "k.histc(4)", "torch.isin(n, i)", "x.aminmax()", "x.aminmax(dim=1)",
]  # fmt: skip
PRODUCTS = [
    "torch.addr(x, v[:2], u)", "torch.addbmm(y, b[:, :2, :3], b[:, :3, :3])", "v.vdot(u)",
    "torch.linalg.cross(x, y)", "v.cross(u)", "torch.kron(x, y)", "torch.kron(v, x)", "(x @ y.t()).matrix_power(3)",
    "(x @ y.t()).matrix_power(0)", "(x @ y.t()).matrix_power(-1)", "torch.linalg.vecdot(x, y)", "torch.linalg.matmul(x, v)",
    "torch.linalg.solve(x @ y.t(), v[:2])", "torch.linalg.solve(x @ y.t(), x)",
]  # fmt: skip
PARTS = [
    "x.select_scatter(v, 0, 1)", "x.slice_scatter(y[:, :1], 1, 0, 1)", "x.diagonal_scatter(v[:2])", "v.diagflat()",
    "v.diagflat(1)", "torch.tril_indices(3, 4)", "torch.triu_indices(3, 3, 1)", "torch.vander(k[0])", "x.unsafe_chunk(2)",
    "x.unsafe_split(1)", "(x * 1).fill_diagonal_(2.0)", "torch.linalg.diagonal(x)", "v.hsplit([1, 2])",
    "torch.fill(x, 2.0)", "torch.fill(x, s)", "torch.rsub(x, 2)", "torch.rsub(x, y, alpha=2)", "x.masked_scatter(m, y)",
]  # fmt: skip
IN_PLACE = [
    "F.relu(x * 1, inplace=True)", "F.relu_(x * 1)", "F.silu(x * 1, inplace=True)", "torch.celu(x)", "(x * 1).addmm_(x, torch.eye(3))",
    "F.hardtanh(x * 1, inplace=True)", "torch.cosine_similarity(x, y)", "torch.dropout(x, 0.5, False)",
]  # fmt: skip


@pytest.mark.parametrize("code", ELEMENTS + ALONG + GATHERED + PRODUCTS + PARTS + IN_PLACE)
def test_it_does_what_torch_does(twins, code):
    twins.agree(code)


QUANTILES = [
    "k.quantile(0.3)", "k.quantile(torch.tensor([0.2, 0.5]), dim=1)", "k.quantile(0.5, 0, keepdim=True)",
    "k.quantile(2.0)", "k.quantile(0.4, interpolation='nearest')", "k.quantile(0.5, interpolation='midpoint')",
]  # fmt: skip


@pytest.mark.parametrize("code", QUANTILES)
def test_quantiles_are_where_torch_finds_them(twins, code):
    twins.agree(f"q = {code}; (q.shape, q.tolist())")


def test_distances_between_all_rows(twins):
    twins.agree("torch.cdist(k, k + 1)")


def test_what_is_beyond_says_so():
    import gradviz

    with pytest.raises(AttributeError, match=r"torch\.linalg\.svd is beyond gradviz"):
        gradviz.linalg.svd

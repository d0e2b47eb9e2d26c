"""The lesser activations, the losses of pairs, and two normalisations: values, gradients, graphs."""

import warnings

import pytest

import gradviz

pytestmark = pytest.mark.torch

POINTS = "[-4.0, -3.0, -2.5, -0.5, 0.0, 0.3, 0.5, 0.8, 3.0, 4.0]"
ACTIVATIONS = [
    "F.celu(x)", "F.celu(x, 0.7)", "F.mish(x)", "F.softsign(x)", "F.tanhshrink(x)",
    "F.hardsigmoid(x)", "F.hardswish(x)", "F.threshold(x, 0.5, 2.0)", "F.softshrink(x)",
    "F.hardshrink(x, 0.4)", "F.relu6(x)", "F.selu(x)", "F.elu(x, 0.7)", "F.glu(x)",
    "F.prelu(x, w[:1])", "F.prelu(x.view(5, 2), w[:2])", "F.glu(x.view(2, 5), 0)",
]  # fmt: skip
LOSSES = [
    "F.soft_margin_loss(x, t)", "F.soft_margin_loss(x, t, reduction='none')",
    "F.hinge_embedding_loss(x, t)", "F.margin_ranking_loss(x, w, t, 0.1)",
    "F.margin_ranking_loss(x, w, t, reduction='sum')", "F.triplet_margin_loss(a, b, c)",
    "F.triplet_margin_loss(a, b, c, swap=True)", "F.cosine_embedding_loss(a, b, t[:5], 0.1)",
    "F.gaussian_nll_loss(x, w, w.abs() + 0.1, full=True)", "F.gaussian_nll_loss(x, w, 2.0)",
    "F.poisson_nll_loss(x, w)", "F.pairwise_distance(a, b)",
    "F.poisson_nll_loss(x.abs() + 1, w.abs() + 1, log_input=False, full=True)",
]  # fmt: skip
NORMS = ["F.rms_norm(a, (2,))", "F.rms_norm(a, (2,), w[:2])",
         "F.batch_norm(a, z[:2], o[:2], w[:2], w[2:4], True)",
         "F.batch_norm(a, z[:2], o[:2], w[:2], w[2:4])", "F.batch_norm(a, None, None, training=True)",
         "F.batch_norm(m, z[:3], o[:3], w[:3], w[3:6], True)"]  # fmt: skip


def nodes(fn):
    if fn is None:
        return None
    return fn.name().split("::")[-1], [nodes(other) for other, _ in fn.next_functions]


def run(torch, call):
    t = torch.tensor([1.0, -1.0] * 5)
    leaves = {
        "x": torch.tensor(eval(POINTS)),
        "w": torch.tensor([0.3, 1.7, -0.4, 2.0, 0.6, -1.2, 0.9, 0.1, -2.2, 0.7]),
        "a": torch.tensor(eval(POINTS)).view(5, 2).clone(),
        "b": torch.arange(10.0).view(5, 2) / 4,
        "c": torch.arange(10.0).view(5, 2).sin(),
        "m": torch.arange(24.0).view(2, 3, 4).cos(),
    }
    for leaf in leaves.values():
        leaf.requires_grad_()
    names = leaves | {"t": t, "F": torch.nn.functional, "z": torch.zeros(4), "o": torch.ones(4)}
    y = eval(call, names)
    grads = torch.autograd.grad(
        (y * y).sum(), list(leaves.values()), allow_unused=True, create_graph=True
    )
    told = [None if grad is None else grad.flatten().tolist() for grad in grads]
    second = []
    if "hardsigmoid" not in call:
        grads = [(grad * grad).sum() for grad in grads if grad is not None and grad.grad_fn]
        if grads:
            found = torch.autograd.grad(sum(grads), list(leaves.values()), allow_unused=True)
            second = [None if grad is None else grad.flatten().tolist() for grad in found]
    kept = [names["z"].tolist(), names["o"].tolist()]
    return nodes(y.grad_fn), y.flatten().tolist(), told, second, kept


def flat(values):
    return (
        [each for value in values for each in flat(value)] if isinstance(values, list) else [values]
    )


def near(ours, theirs):
    """Within the rounding of float32, seen from the greatest: small ones may be differences."""
    ours, theirs = flat(ours), flat(theirs)
    greatest = max([abs(each) for each in theirs if each is not None], default=0)
    return len(ours) == len(theirs) and all(
        own == other
        or (
            None not in (own, other)
            and abs(own - other) < 2e-5 * max(greatest, 1) + 2e-4 * abs(other)
        )
        for own, other in zip(ours, theirs, strict=True)
    )


@pytest.mark.parametrize("call", ACTIVATIONS + LOSSES + NORMS)
def test_as_torch(call):
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = run(gradviz, call), run(torch, call)
    assert ours[0] == theirs[0]
    for own, other in zip(ours[1:], theirs[1:], strict=True):
        assert near(own, other), (own, other)

"""Counts, places and sums of whole numbers are int64, whatever numpy's own integer is here."""

import pytest

pytestmark = pytest.mark.torch
TYPES = ("bool", "uint8", "int8", "int16", "int32", "int64")
ANSWERS = (
    "i.sum()",
    "i.sum(1, keepdim=True)",
    "i.sum(dtype=torch.int32)",
    "i.sum(1, dtype=torch.float32)",
    "i.sum(dtype=torch.bool)",
    "i.prod(1)",
    "i.prod(dtype=torch.int16)",
    "i.cumsum(0)",
    "i.cumprod(1)",
    "i[0, 0].cumprod(0)",
    "i.max(1)[1]",
    "i.argsort(dim=1, stable=True)",
    "i.nonzero()",
    "torch.where(i > 1)[0]",
)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("dtype", TYPES)
def test_it_has_the_type_that_pytorch_gives(same_answer, dtype: str, answer: str) -> None:
    same_answer(answer, f"i = torch.tensor([[1, 3, 2], [2, 1, 0]]).to(torch.{dtype})")


@pytest.mark.parametrize("answer", ["x.argmax()", "x.argmin(1)", "x.topk(2)[1]", "x.median(1)[1]"])
def test_a_place_is_int64(same_answer, answer: str) -> None:
    same_answer(f"{answer}.dtype", "x = torch.tensor([[1., 3., 2.], [5., 4., 0.]])")

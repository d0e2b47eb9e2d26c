"""Numbers and strangers beside a tensor: comparisons, powers of whole numbers."""

import pytest

LINES = r"""
x=torch.ones(2); x == None, x != None, None == x
x=torch.ones(2); x == 'a', x == [1.,1.], x != 'a'
x=torch.ones(2); x < 'a'
x=torch.ones(2); x > [1,2]
x=torch.ones(2); x >= None
x=torch.ones(2); x == 1, 1 == x, x == True, x == np.float32(1), x < torch.tensor(2), 2 > x
x=torch.ones(2); x == nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2)) == 1
p=nn.Parameter(torch.ones(2)); p.grad == None
n=torch.tensor([1,2,3]); n ** 0.5, n ** 2, n ** 0, n ** 1.0
n=torch.tensor([1,2,3]); n ** -1
n=torch.tensor([1,2,3]); n ** -1.0
n=torch.tensor(3); n ** 2, n ** 0.5, 2 ** n
n=torch.tensor([True,False]); n ** 2, n ** 0.5
n=torch.tensor([1,2,3],dtype=torch.int32); n ** 2, n ** 2.5, n.pow(2)
n=torch.tensor([1,2,3]); n.square(), n.pow(3.)
n=torch.tensor([1,2,3]); n **= 2; n
x=torch.ones(2,requires_grad=True); x**2, x**0, x**-1, 2**x, x**x, x**True
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.parametrize("code", LINES)
def test_lines_answer_as_in_torch(code, same_answer):
    same_answer(code)

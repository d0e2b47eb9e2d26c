import pickle

import numpy as np
import pytest

import gradviz
from gradviz import nn

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 3)
        self.act = nn.ReLU()
        self.seq = nn.Sequential(
            nn.Linear(3, 3), nn.Tanh(), nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())
        )
        self.p = nn.Parameter(torch.ones(2))
        self.register_buffer('b', torch.zeros(1))
        self.none = None

    def forward(self, x):
        return self.seq(self.act(self.a(x)))

n = Net()
"""
NETWORKS = r"""
n
n.state_dict()
n.foo
n(torch.ones(4,2))
n(torch.ones(2))
n.load_state_dict({})
n.load_state_dict({'a.weight':torch.ones(1)})
n.load_state_dict({'a.weight':torch.ones(3,3)},strict=False)
n.load_state_dict(n.state_dict())
n.load_state_dict({'x':torch.ones(1)},strict=False)
n.load_state_dict({'x':torch.ones(1), 'p': torch.ones(2)})
n.load_state_dict({'p':torch.full((2,),7.)},strict=False); n.p
n.load_state_dict([1])
n.load_state_dict({'p':3}, strict=False)
n.train().training
n.eval().training, n.seq.training
n.train('a')
n.requires_grad_(False).p.requires_grad
n.double().p.dtype
n.double(); n.float().a.weight.dtype
n.half().p
n.to(torch.float32).p
n.to('cpu').p
n.to(torch.int64)
n.register_parameter('q',None); n.q
n.register_parameter('q.x',nn.Parameter(torch.ones(1)))
n.register_parameter('r',torch.ones(1))
n.register_parameter('',nn.Parameter(torch.ones(1)))
n.register_parameter('forward',nn.Parameter(torch.ones(1)))
n.register_buffer('a',torch.ones(1))
n.register_buffer('z',3)
n.register_buffer('z',torch.ones(1),persistent=False); list(n.state_dict()), [k for k,_ in n.named_buffers()]
n.add_module('zz',nn.ReLU())
n.add_module('zz',3)
n.add_module('a.b',nn.ReLU())
n.get_submodule('seq.2.0'), n.get_parameter('seq.0.weight').shape
n.get_submodule('nope')
n.get_parameter('nope')
n.p = torch.ones(2)
n.p = None; n.p
n.a = torch.ones(2)
n.b = 3
n.b = torch.ones(3); n.b
n.c = nn.Parameter(torch.ones(1)); [k for k,_ in n.named_parameters()]
n.none = 3; n.none
import copy; q=copy.deepcopy(n); q.p is n.p, [k for k,_ in q.named_parameters()]
n.apply(lambda m: None) is n
n.zero_grad()
L=[]; h=n.register_forward_hook(lambda m,i,o: L.append((type(m).__name__,i,o))); r=n(torch.ones(2)); L
L=[]; h=n.register_forward_pre_hook(lambda m,i: (i[0]*2,)); r=n(torch.ones(2)); h.remove(); r, n(torch.ones(2))
h=n.a.register_forward_hook(lambda m,i,o: o*0); n(torch.ones(2))
h=n.register_forward_hook(lambda m,i,k,o: print(k), with_kwargs=True); n(x=torch.ones(2))
n(torch.ones(1,2)).grad_fn.next_functions
n(torch.ones(3,2)).sum().backward(); [p.grad is None for p in n.parameters()]
""".strip().splitlines()

LAYERS = r"""
list(n.state_dict())
[k for k,_ in n.named_parameters()]
[k for k,_ in n.named_modules()]
[k for k,_ in n.named_children()]
[k for k,_ in n.named_buffers()]
nn.Module()(1)
nn.Module()
nn.Linear(2,3,bias=False)
nn.Linear(2,3).weight.shape
nn.Linear(2,3)(torch.ones(4))
nn.Linear(2)
nn.Linear(2,3,dtype=torch.float64).weight
nn.Linear(0,2)
nn.Sequential()
nn.Sequential(nn.Linear(1,1))[0]
nn.Sequential(nn.Linear(1,1),nn.ReLU())[0:1]
nn.Sequential(nn.Linear(1,1))[5]
nn.Sequential(nn.Linear(1,1))[-1]
nn.Sequential(3)
nn.Sequential(nn.Linear(1,1),nn.ReLU())(torch.ones(1)).shape
len(nn.Sequential(nn.ReLU(),nn.ReLU()))
nn.Sequential(nn.ReLU()).append(nn.Tanh())
nn.Sequential({'a': nn.ReLU(), 'b': nn.Tanh()})
from collections import OrderedDict; nn.Sequential(OrderedDict(a=nn.ReLU(), b=nn.Tanh()))
nn.ModuleList([nn.Linear(1,1),nn.Linear(1,1),nn.Linear(1,1)])
nn.ModuleList([nn.Linear(1,1),nn.Linear(1,1),nn.ReLU()])
nn.ModuleList([nn.Sequential(nn.ReLU()),nn.Sequential(nn.ReLU())])
nn.ModuleList()
l = nn.ModuleList([nn.ReLU(), nn.Tanh()]); l.insert(0, nn.Sigmoid()); l
l = nn.ModuleList([nn.ReLU(), nn.Tanh()]); l.pop(0), l
l = nn.ModuleList([nn.ReLU(), nn.Tanh()]); l[1] = nn.Sigmoid(); l
nn.ModuleDict({'a':nn.ReLU(),'b':nn.Tanh()})
nn.ParameterList([torch.ones(2),torch.ones(1)])
nn.Dropout(.3), nn.Flatten(), nn.Identity(), nn.Embedding(3,2), nn.LayerNorm(3), nn.LayerNorm((2,3)), nn.RNNCell(2,3), nn.Softmax(dim=1), nn.Softmax(), nn.LogSoftmax(dim=0), nn.LeakyReLU(.2), nn.ELU(), nn.GELU(), nn.SiLU(), nn.Softplus(), nn.Hardtanh(), nn.LogSigmoid(), nn.ReLU6(), nn.SELU(), nn.Softmin(dim=1)
nn.GELU('tanh'), nn.ReLU(True), nn.LeakyReLU(.1,True), nn.ELU(.5,True), nn.SiLU(True)
nn.Dropout(1.5)
nn.RNNCell(2,3,nonlinearity='relu'), nn.Unflatten(1,(2,2)), nn.ReLU(inplace=True)
del n.p; n
nn.Parameter()
nn.Parameter(3)
nn.Parameter([1.])
nn.Parameter(torch.ones(2)).requires_grad
nn.Parameter(torch.tensor([1,2]))
nn.Parameter(torch.tensor([1,2]),requires_grad=False)
isinstance(nn.Parameter(torch.ones(1)),torch.Tensor), type(nn.Parameter(torch.ones(1))*2).__name__, type(nn.Parameter(torch.ones(1)).data).__name__, type(nn.Parameter(torch.ones(1)).detach()).__name__, type(nn.Parameter(torch.ones(1)).grad)
nn.Parameter(torch.tensor(2.))
f'{nn.Parameter(torch.tensor(2.))}'
import copy; copy.deepcopy(nn.Parameter(torch.ones(2)))
import copy; copy.deepcopy(n)
import pickle; pickle.loads(pickle.dumps(nn.Parameter(torch.ones(2))))
w=torch.ones(2); p=nn.Parameter(w); w[0]=5; p
p=nn.Parameter(torch.ones(2)); (p*3).sum().backward(); p.grad, type(p.grad).__name__
p=nn.Parameter(torch.tensor([2.])); (p*p+p).sum().backward(); p.grad
p=nn.Parameter(torch.tensor(2.)); (2*p).backward(); p.grad
p=nn.Parameter(torch.ones(2,2)); (p@p).sum().backward(); p.grad
p=nn.Parameter(torch.ones(2)); (p+torch.ones(3,1)).sum().backward(); p.grad
(nn.Parameter(torch.ones(2))*2).grad_fn.next_functions[0][0].variable
nn.Linear(2,2).extra_repr()
nn.Linear(2,2)._get_name()
sum(p.numel() for p in n.parameters())
nn.Linear(2,3).in_features
nn.Module.foo
nn.Embedding(5,2,padding_idx=0)
nn.Embedding(5,2)(torch.tensor([7]))
nn.Softmax()(torch.ones(2,2))
nn.LayerNorm(3).state_dict()
nn.LayerNorm(3)(torch.tensor([[1.,2.,4.]]))
nn.LayerNorm(3,elementwise_affine=False), nn.LayerNorm(3,bias=False)
list(nn.RNNCell(2,3).state_dict())
nn.RNNCell(2,3,nonlinearity='x')(torch.ones(2))
nn.RNNCell(2,3)(torch.ones(3))
nn.RNNCell(2,3)(torch.ones(1,2),torch.ones(1,4))
nn.RNNCell(2,3)(torch.ones(2))
nn.Linear(1,1).zero_grad(set_to_none=False)
nn.init.calculate_gain('tanh'), nn.init.calculate_gain('leaky_relu',.2)
nn.init.calculate_gain('foo')
nn.init.xavier_uniform_(torch.ones(3))
nn.init.kaiming_uniform_(torch.ones(3,3),mode='x')
nn.init.eye_(torch.ones(3))
nn.Flatten()(torch.ones(2,3,4)).shape, nn.Flatten(0)(torch.ones(2,3)).shape, nn.Unflatten(1,(2,2))(torch.ones(1,4)).shape
nn.ReLU()(torch.tensor([-1.,2.])), nn.Tanh()(torch.ones(1)), nn.Sigmoid()(torch.ones(1)), nn.LeakyReLU(.2)(-torch.ones(1)), nn.ELU()(-torch.ones(1)), nn.GELU()(torch.ones(1)), nn.GELU('tanh')(torch.ones(1)), nn.SiLU()(torch.ones(1)), nn.Softplus()(torch.ones(1)), nn.Hardtanh()(2*torch.ones(1)), nn.LogSigmoid()(torch.ones(1)), nn.Softmax(dim=0)(torch.ones(2)), nn.LogSoftmax(dim=0)(torch.ones(2)), nn.Softmin(dim=0)(torch.arange(2.))
nn.ReLU6()(torch.ones(1)), nn.SELU()(-torch.ones(1))
nn.ReLU(inplace=True)(torch.tensor([-1.,2.]))
x=torch.tensor([-1.,2.]); y=nn.ReLU(inplace=True)(x); y is x
nn.utils.parameters_to_vector(nn.Linear(2,1).parameters())
l=nn.Linear(2,1); nn.utils.vector_to_parameters(torch.arange(3.), l.parameters()); l.weight, l.bias
l=nn.Linear(2,1); l(torch.ones(2)).sum().backward(); nn.utils.clip_grad_norm_(l.parameters(), .5), l.weight.grad
l=nn.Linear(2,1); l(torch.ones(2)).sum().backward(); nn.utils.clip_grad_value_(l.parameters(), .5); l.weight.grad
nn.utils.clip_grad_norm_(nn.Linear(2,1).parameters(), .5)
nn.Softmax(foo=3)
nn.Dropout(.3)(torch.ones(20,requires_grad=True))
nn.Linear(3,2).weight
nn.Linear(3,2).bias
nn.Linear(30,20).weight.sum()
nn.Linear(1,1).weight
nn.Embedding(3,2).weight
nn.Embedding(3,2,padding_idx=1).weight
nn.RNNCell(2,3).weight_hh
nn.RNNCell(2,3)(torch.ones(2,2))
nn.init.xavier_uniform_(torch.empty(3,4))
nn.init.xavier_normal_(torch.empty(3,4),gain=2.)
nn.init.kaiming_normal_(torch.empty(3,4),nonlinearity='relu')
nn.init.kaiming_uniform_(torch.empty(3,4),mode='fan_out')
nn.init.eye_(torch.empty(3,2))
nn.init.constant_(torch.empty(3),2.5)
nn.init.ones_(nn.Parameter(torch.zeros(2)))
nn.init.zeros_(torch.ones(2,requires_grad=True))
""".strip().splitlines()

LOSSES = r"""
nn.MSELoss(), nn.L1Loss(), nn.BCELoss(), nn.BCEWithLogitsLoss(), nn.CrossEntropyLoss(), nn.NLLLoss(), nn.SmoothL1Loss(), nn.HuberLoss(), nn.KLDivLoss(), nn.CosineSimilarity()
nn.CrossEntropyLoss(weight=torch.ones(2)).state_dict()
nn.MSELoss(reduction='foo')(torch.ones(1),torch.ones(1))
nn.MSELoss(size_average=False)
nn.MSELoss(reduce=False)(torch.ones(2),torch.zeros(2))
nn.MSELoss()(torch.ones(2),torch.zeros(2)), nn.L1Loss()(torch.ones(2),torch.zeros(2)), nn.BCELoss()(torch.full((2,),.5),torch.zeros(2)), nn.BCEWithLogitsLoss()(torch.ones(2),torch.zeros(2)), nn.SmoothL1Loss()(torch.ones(2),torch.zeros(2)), nn.HuberLoss(delta=.5)(torch.ones(2),torch.zeros(2)), nn.KLDivLoss()(torch.zeros(2),torch.full((2,),.5))
nn.CrossEntropyLoss()(torch.ones(2,3),torch.tensor([0,1])), nn.NLLLoss()(torch.ones(2,3),torch.tensor([0,1])), nn.CrossEntropyLoss(weight=torch.tensor([1.,2.,3.]),label_smoothing=.1)(torch.ones(2,3),torch.tensor([0,1]))
nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.))(torch.ones(2),torch.ones(2)), nn.BCELoss(weight=torch.tensor([1.,2.]))(torch.full((2,),.5),torch.ones(2))
nn.CosineSimilarity(dim=0)(torch.ones(2),torch.arange(2.))
nn.MSELoss()(torch.ones(2),torch.zeros(3))
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.parametrize("code", NETWORKS)
def test_a_network_answers_as_in_torch(code, same_answer):
    same_answer(code, NET)


@pytest.mark.torch
@pytest.mark.parametrize("code", LAYERS)
def test_layers_answer_as_in_torch(code, same_answer):
    same_answer(code)


@pytest.mark.torch
@pytest.mark.parametrize("code", LOSSES)
def test_losses_answer_as_in_torch(code, same_answer):
    same_answer(code)


@pytest.mark.torch
def test_a_network_trains_to_the_weights_of_torch():
    torch = pytest.importorskip("torch")
    weights = []
    for each in (gradviz, torch):
        each.manual_seed(3)
        net = each.nn.Sequential(each.nn.Linear(2, 16), each.nn.Tanh(), each.nn.Linear(16, 1))
        optimizer = each.optim.Adam(net.parameters(), lr=0.02)
        x = each.randn(40, 2)
        y = x[:, :1] * x[:, 1:]
        for _ in range(50):
            optimizer.zero_grad()
            each.nn.functional.mse_loss(net(x), y).backward()
            optimizer.step()
        weights.append(each.nn.utils.parameters_to_vector(net.parameters()).tolist())
    np.testing.assert_allclose(*weights, rtol=1e-3, atol=1e-4)


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(gradviz.ones(2))

    def forward(self, x):
        return 2 * self.weight * x


def test_a_module_survives_pickling():
    twin = pickle.loads(pickle.dumps(Twice()))
    assert isinstance(twin.weight, nn.Parameter)
    assert twin(gradviz.ones(2)).tolist() == [2, 2]


def test_a_state_can_be_assigned():
    module, value = Twice(), gradviz.tensor([3.0, 4.0])
    module.load_state_dict({"weight": value}, assign=True)
    assert module.weight.tolist() == [3, 4]
    assert module.weight.requires_grad


def test_attributes_must_wait_for_the_base_class():
    class Hasty(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(gradviz.ones(1))

    with pytest.raises(AttributeError, match=r"before Module.__init__\(\) call"):
        Hasty()


def test_a_module_out_of_scope_is_said_to_be():
    with pytest.raises(AttributeError, match="drawing and stepping tools take real torch tensors"):
        nn.Conv2d
    assert not hasattr(nn, "Conv2d")

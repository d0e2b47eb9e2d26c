"""Random numbers drawn into a tensor. What was there does not matter, so its gradient is zero."""

import numpy as np

from .. import dtypes, random
from ..arguments import bind
from ..inplace import write
from ..op import Op, Scalar, Tensor, composed, ops
from ..words import zeros_like


class Drawn(Op, abstract=True):
    """What was there before is gone, so nothing flows back to it."""
    def forward(self: Tensor, drawn: Scalar): return drawn
    def grad_self(grad): return zeros_like(grad)

class Uniform(Drawn, hidden=True, name="with_uniform"):
    """Between two bounds."""

class Normal(Drawn, hidden=True, name="with_normal"):
    """Around a mean."""

class Exponential(Drawn, hidden=True, name="with_exponential"):
    """How long one waits."""

class Bernoulli(Drawn, node="BernoulliBackward2", hidden=True, name="with_chances"):
    """Ones and zeros, by one chance."""

class BernoulliTensor(Drawn, node="BernoulliBackward1", hidden=True, name="with_own_chances"):
    """Ones and zeros, by a chance for each."""
    def forward(self: Tensor, p: Tensor, drawn: Scalar): return drawn
    def grad_p(grad, p): return zeros_like(p)

class Random(Drawn, hidden=True, name="with_integers_between"):
    """Whole numbers between two."""

class RandomBelow(Drawn, node="RandomBackward1", hidden=True, name="with_integers_below"):
    """Whole numbers below one."""

class RandomFree(Drawn, node="RandomBackward2", hidden=True, name="with_integers"):
    """Whole numbers."""


def fill(self, op, drawn):
    """Write what was drawn into a tensor, as the node of an op."""
    return write(self, op, drawn.reshape(self._shape).astype(self._dtype, copy=False))


@composed(face="")
def uniform_(self, *given, **named):
    """Uniform draws between two bounds."""
    chosen = bind("uniform_", ["(float from = 0, float to = 1, *, torch.Generator generator = None)"], given, named)
    low, high = chosen.get("from", 0.0), chosen.get("to", 1.0)
    kind = random.float_type(self._dtype, random.UNIFORM)
    if low > high: raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    drawn = random.source(chosen.get("generator")).fractions(self._value.size, kind)
    return fill(self, ops.with_uniform, drawn * kind.type(high - low) + kind.type(low))

@composed("float mean = 0, float std = 1, *, torch.Generator generator = None", face="")
def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Normally distributed draws."""
    random.check_deviation(std)
    kind, source = random.float_type(self._dtype, random.NORMAL), random.source(generator)
    value = self._value
    in_order = value.__class__ is not np.ndarray or value.flags.c_contiguous
    draw = source.normals if in_order else source.single_normals
    return fill(self, ops.with_normal, draw(value.size, kind, mean, std))

@composed("float lambd = 1, *, torch.Generator generator = None", face="")
def exponential_(self, lambd=1.0, *, generator=None):
    """Exponentially distributed draws."""
    if lambd <= 0: raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    drawn = random.source(generator).exponentials(self._value.size)
    return fill(self, ops.with_exponential, drawn / lambd)

@composed("Tensor p, *, torch.Generator generator = None", "float p = 0.5, *, torch.Generator generator = None", face="")
def bernoulli_(self, p=0.5, *, generator=None):
    """Ones with the given chances, zeros else."""
    source = random.source(generator)
    if isinstance(p, Tensor):
        chances = np.broadcast_to(p._shaped(), self._shape).ravel()
        drawn = source.fractions(chances.size, dtypes.float32 if p._dtype.itemsize < 8 else dtypes.float64) < chances
        return write(self, ops.with_own_chances, p, drawn.reshape(self._shape).astype(self._dtype))
    return fill(self, ops.with_chances, source.chances(random.check_probability(p), self._value.size))

@composed(face="")
def random_(self, *given, **named):
    """Whole numbers: between two bounds, below one, or any that the type holds exactly."""
    texts = "(*, torch.Generator generator = None)", "(int to, *, torch.Generator generator = None)", "(int from, int? to, *, torch.Generator generator = None)"
    chosen = bind("random_", texts, given, named)
    low, high, kind, source = chosen.get("from", 0), chosen.get("to"), self._dtype, random.source(chosen.get("generator"))
    op = ops.with_integers_between if "from" in chosen else ops.with_integers_below if "to" in chosen else ops.with_integers
    if high is None: high = 2 ** (np.finfo(kind).nmant + 1) + 1 if kind.kind == "f" else 2 if kind.kind == "b" else np.iinfo(kind).max + 1
    return fill(self, op, random.whole_draws(source, low, high, self._value.size, kind))

composed("int num_samples, bool replacement = False, *, torch.Generator generator = None", out=True)(random.multinomial)
composed("*, torch.Generator generator = None", "float p, *, torch.Generator generator = None", out=True)(random.bernoulli)

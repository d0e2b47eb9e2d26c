"""What a rule is taken for: wrong rules, each with the reason why it is not the one.

Where an op multiplies, a mistake is an expression in `x`, the input that is asked about, `y`, the
other one, `n`, an exponent, and `z`, the result. Where it does not, right and wrong are sentences.
The reasons, and these sentences, stand in `sentences`, for whoever translates them.
"""

from __future__ import annotations

Mistake = tuple[str, str]
"""A wrong rule, and the key of its reason."""

VALUE, ONE, SIGN = ("z", "value"), ("1", "one"), "sign"

SLOPES: dict[str, tuple[Mistake, ...]] = {
    "Add": (("y", "product"), VALUE),
    "Sub": (("y", "product"), ("-1", SIGN), ("1", SIGN)),
    "Rsub": (("1", SIGN), VALUE),
    "Neg": (("1", SIGN), VALUE),
    "Mul": (("x", "own"), ONE),
    "Div": (("y", "product"), ("x / y**2", SIGN), ("1", "one")),
    "Pow": (("x**(n - 1)", "no factor"), ("n * x**n", "same exponent")),
    "Exp": (("x * exp(x - 1)", "power"), ("1 / x", "slope of log")),
    "Log": (VALUE, ("1 / x**2", "square")),
    "Sqrt": (("1 / z", "no factor"), ("2 * x", "slope of square")),
    "Sin": (("-cos(x)", SIGN), VALUE),
    "Cos": (("sin(x)", SIGN), VALUE),
    "Tanh": (("z * (1 - z)", "slope of sigmoid"), ("1 - z", "no square")),
    "Sigmoid": (("1 - z * z", "slope of tanh"), VALUE),
    "Relu": (ONE, VALUE),
    "Abs": (ONE, VALUE),
    "Reciprocal": (("1 / x**2", SIGN), VALUE),
}
"""By node name without PyTorch's suffix."""
ANY = (VALUE, ONE, ("x", "own"))
"""Of an op that multiplies and has no mistakes of its own."""

SENTENCES: dict[str, tuple[str, str, str]] = {
    "Sum": ("copies", "shares", "largest"),
    "Mean": ("shares", "copies", "largest"),
    "Mm": ("transposed", "swapped", "straight"),
    "View": ("shape back", "copies", "largest"),
    "Reshape": ("shape back", "copies", "largest"),
}
"""The right sentence, then two wrong ones."""

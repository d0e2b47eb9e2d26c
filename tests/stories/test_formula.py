import pytest

from gradviz.graph import catalogue
from gradviz.stories.formula import (
    derivative_formula,
    letters,
    render,
    result_formula,
    slope_tree,
    slope_with_numbers,
)
from gradviz.stories.rich import plain

NAMES = letters(("self", "other"))


@pytest.mark.parametrize(
    ("line", "slope"),
    [
        ("grad", "1"),
        ("-grad", "−1"),
        ("grad * other", "b"),
        ("grad / other", "1/b"),
        ("-grad * (result * result)", "−z2"),
        ("grad * (1 - result * result)", "1 − z2"),
        ("grad * ((1 - result) * result)", "(1 − z) · z"),
        ("grad / (2 * result)", "1/(2z)"),
        ("grad * exp(self)", "ea"),
        ("grad * (exponent * self ** (exponent - 1))", "n\u2009an−1"),
        ("grad * (result * log(self))", "z · log(a)"),
        ("where(self > 0, grad, 0)", "1 where a > 0, else 0"),
        ("grad * (a - (b - c))", "a − (b − c)"),
        ("grad * (-self) ** 2", "(−a)2"),
    ],
)
def test_the_slope_is_the_rule_with_a_gradient_of_one(line, slope):
    assert plain(render(slope_tree(line), NAMES)) == slope


@pytest.mark.parametrize(
    ("line", "numbers", "text"),
    [
        ("grad * other", {"other": "4"}, "b = 4"),
        (
            "grad * (exponent * self ** (exponent - 1))",
            {"self": "3", "exponent": "2"},
            "n\u2009an−1 = 2 · 3",
        ),
        (
            "grad * (exponent * self ** (exponent - 1))",
            {"self": "−3", "exponent": "3"},
            "n\u2009an−1 = 3 · (−3)2",
        ),
        ("grad", {}, ""),
        ("grad * other", {}, "b"),
    ],
)
def test_the_numbers_stand_where_the_letters_stood(line, numbers, text):
    assert plain(slope_with_numbers(line, NAMES, numbers)) == text


@pytest.mark.parametrize(
    ("entry", "name", "told"),
    [
        ("TanhBackward0", "self", "∂z/∂a = 1 − z2"),
        ("MeanBackward0", "self", "∂ℓ/∂a = g/n"),
        ("MmBackward0", "mat2", "∂ℓ/∂B = A⊤ G"),
        ("PowBackward0", "self", "∂z/∂a = n\u2009an−1"),
        ("ReluBackward0", "self", "∂z/∂a = 1 where z ≠ 0, else 0"),
        ("SelectBackward0", "self", ""),
    ],
)
def test_rules_of_the_small_torch_as_mathematics(entry, name, told):
    assert plain(derivative_formula(catalogue.entry(entry), name)) == told


def test_no_formula_of_the_small_torch_fails():
    entries = catalogue._entries
    assert len(entries) > 100
    for entry in entries.values():
        result_formula(entry)
        for name, rule in entry["rules"].items():
            derivative_formula(entry, name)
            slope_with_numbers(rule["line"], letters(entry["inputs"]), {"self": "2", "other": "−3"})


def test_a_raised_exponent_is_a_run_of_its_own():
    assert ("sup", "n−1") in render(slope_tree("grad * self ** (exponent - 1)"), NAMES)

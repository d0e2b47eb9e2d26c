import pytest

from gradviz.stories.formula import letters, render, slope_tree, slope_with_numbers
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
        ("grad / (2 * result)", "1/(2 · z)"),
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


def test_a_raised_exponent_is_a_run_of_its_own():
    assert ("sup", "n−1") in render(slope_tree("grad * self ** (exponent - 1)"), NAMES)

from gradviz.stories.parts import Ref
from gradviz.stories.rich import compose, joined, plain


def test_markup_in_a_field_stays_text():
    told = compose("`{name}` is **{value}**", {"name": "a`**b**", "value": "<i>*3*</i>"})
    assert told == (("code", "a`**b**"), " is ", ("hot", "<i>*3*</i>"))


def test_a_reference_takes_the_style_around_it():
    assert compose("**{x}**", {"x": Ref("x")}) == (Ref("x", style="hot"),)


def test_code_with_stars_is_code():
    assert compose("`3*x**2` and *x*") == (("code", "3*x**2"), " and ", ("i", "x"))


def test_neighbours_of_one_style_are_one_run():
    assert joined(["a", "", "b", ("hot", "c"), ("hot", "d")]) == ("ab", ("hot", "cd"))
    assert plain(joined(["a", ("b", "c"), Ref("k")])) == "ac{k}"

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree.ElementTree import canonicalize

import pytest
from pictures import POLYNOMIAL, descent, drawing, op, stacked, stepper

from gradviz.render.page import output_html, whole_page
from gradviz.render.still import still_svg
from gradviz.stories.parts import Picture
from gradviz.stories.story import Frame, Run, Scene, Story


class Reader(HTMLParser):
    """The elements of a page, as a browser would see them."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_output_is_a_picture_a_host_and_a_script():
    story = stepper()
    page = Reader(output_html(story))
    (image,) = page.of("img")
    (script,) = page.of("script")
    hosts = [div for div in page.of("div") if "data-gradviz" in div]
    assert script["type"] == "module"
    assert image["data-still"] == hosts[0]["data-gradviz"]
    assert image["loading"] == "lazy"  # it is hidden, and must not hold up the first paint
    assert image["alt"] == "a graph of y"
    drawn = unquote(image["src"].removeprefix("data:image/svg+xml,"))
    assert canonicalize(drawn) == canonicalize(still_svg(story))
    assert len(page.of("noscript")) == 1
    assert not page.of("iframe")


def test_without_its_style_and_script_the_picture_shows():
    told = output_html(stepper())
    rest = re.sub(r"<(style|script|noscript)[^>]*>.*?</\1>", "", told, flags=re.DOTALL)
    (image,) = Reader(rest).of("img")
    assert "display" not in image["style"]


def test_the_same_story_gives_the_same_bytes_and_another_another_root():
    assert output_html(stepper()) == output_html(stepper())
    roots = {
        re.search(r'data-gradviz="(\w+)"', output_html(story))[1]
        for story in (stepper(), descent(), stacked())
    }
    assert len(roots) == 3


@pytest.mark.parametrize(
    "name",
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        '"><img src=x onerror=1>',
        "</style>",
        "]]>",
    ],
)
def test_names_cannot_break_out(name):
    picture = Picture("graph", (op("y", name, name, name),), ())
    story = Story(name, Scene((picture,)), {(): Run((Frame((name,)),))}, alt=name)
    for told in (output_html(story), whole_page(story)):
        page = Reader(told)
        assert len(page.of("script")) == 1
        assert len(page.of("img")) == 1
        assert all("onerror" not in image for image in page.of("img"))
        assert "<!--" not in told


def test_a_page_asks_for_nothing():
    told = whole_page(stepper()).replace("http://www.w3.org/", "")
    page = Reader(told)
    assert {link["href"] for link in page.of("link")} == {"data:,"}
    assert not re.search(r"(?:src|href)=\"(?!data:)", told)
    assert not re.search(r"https?://", told)


def test_a_page_says_who_it_is_and_can_be_read_without_a_picture():
    told = whole_page(stepper(), lang="de")
    page = Reader(told)
    assert page.of("html") == [{"lang": "de"}]
    names = {meta.get("name") for meta in page.of("meta")}
    assert {"viewport", "description"} <= names
    assert "<title>Backward through y</title>" in told
    assert "Step 1. 4*x sends 1 × 4 = 4." in html.unescape(told)


def test_a_drawing_is_a_page_too():
    assert "data-gradviz" in whole_page(drawing(POLYNOMIAL))

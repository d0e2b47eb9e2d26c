"""`python -m gradviz site OUT`: the lessons as plain pages."""

import re
from pathlib import Path

import pytest

from gradviz import __main__ as command
from gradviz.lessons import lessons, site

LOADS = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=["']([^"']+)""")
LINK = re.compile(r'<a href="([^"#]+)"')


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return site.write_site(tmp_path_factory.mktemp("site"))


def test_there_is_an_index_and_a_page_for_each_lesson(pages: list[Path]) -> None:
    assert pages[0].name == "index.html"
    assert [page.stem for page in pages[1:]] == [lesson.path.stem for lesson in lessons()]


def test_a_page_loads_nothing_from_another_host(pages: list[Path]) -> None:
    for page in pages:
        loaded = LOADS.findall(page.read_text(encoding="utf-8"))
        assert [address for address in loaded if address.startswith(("http", "//"))] == []


def test_every_link_between_the_pages_leads_somewhere(pages: list[Path]) -> None:
    for page in pages:
        for address in LINK.findall(page.read_text(encoding="utf-8")):
            assert address.startswith("https://") or (page.parent / address).exists(), address


def test_the_prose_stands_in_the_page_as_text(pages: list[Path]) -> None:
    for page, lesson in zip(pages[1:], lessons(), strict=True):
        text = page.read_text(encoding="utf-8")
        assert f"<title>{lesson.title}" in text
        assert "In five lines" in text


def test_the_same_lessons_give_the_same_bytes(pages: list[Path], tmp_path: Path) -> None:
    again = site.write_site(tmp_path)
    assert [page.read_bytes() for page in again] == [page.read_bytes() for page in pages]


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["site", str(tmp_path / "out")]) == 0
    assert "index.html" in capsys.readouterr().out
    assert (tmp_path / "out" / "style.css").is_file()

"""Every link of README, of the lessons and of their site leads somewhere; other hosts are not asked."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gradviz.lessons import lessons, site

LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
KNOWN_HOSTS = {"pypi.org", "pytorch.org"}


def prose_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def anchors(text: str) -> set[str]:
    """The names that a repository's page gives to the headings."""
    named = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {name.strip().replace(" ", "-") for name in named}


def leads_nowhere(link: str, page: Path, text: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme != "https" or parts.hostname not in KNOWN_HOSTS
    there = page.parent / parts.path if parts.path else page
    if not there.exists():
        return True
    if not parts.fragment:
        return False
    return parts.fragment not in anchors(text if there == page else prose_of(there))


def pages(checkout: Path) -> list[Path]:
    notes = [checkout / "README.md", checkout / "notebooks" / "README.md"]
    return [*notes, *sorted((checkout / "notebooks").glob("*.ipynb"))]


def test_every_link_of_the_pages_and_lessons_leads_somewhere(checkout: Path) -> None:
    found = {page: LINK.findall(prose_of(page)) for page in pages(checkout)}
    assert found[checkout / "README.md"]
    lost = [
        (page.name, link)
        for page, links in found.items()
        for link in links
        if leads_nowhere(link, page, prose_of(page))
    ]
    assert lost == []


@pytest.mark.parametrize(
    "link", ["nowhere.md", "http://pypi.org/", "https://elsewhere.example/", "#no-such-heading"]
)
def test_a_lost_link_would_be_found(checkout: Path, link: str) -> None:
    page = checkout / "README.md"
    assert leads_nowhere(link, page, prose_of(page))


def test_every_link_of_the_site_leads_somewhere(tmp_path: Path) -> None:
    written = site.write_site(tmp_path)
    linked: set[str] = set()
    for page in written:
        text = page.read_text(encoding="utf-8")
        outside = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
        for link in re.findall(r"""<(?:a|link)\b[^>]*? href=["']([^"']+)["']""", outside):
            parts = urlsplit(link)
            if parts.scheme in ("https", "data"):
                continue
            assert (tmp_path / parts.path).exists() or not parts.path, (page.name, link)
            linked.add(parts.path)
    assert {f"{lesson.path.stem}.html" for lesson in lessons()} <= linked

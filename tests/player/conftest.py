"""A page that plays one story, in Chromium, without a network."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gradviz.render.bundle import bundle, kinds_of
from gradviz.render.payload import encode, payload
from gradviz.stories.story import Story

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A story</title>
<style>body{{margin:16px}}</style>{hosts}<script type="module">{code}fill("h4sh",{data});</script>"""
HOST = '<div data-gradviz="h4sh"></div>'


def load(name: str) -> Any:
    path = Path(__file__).with_name(name)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Theatre:
    """A page, and what went wrong in it."""

    page: Any
    folder: Path
    errors: list[str] = field(default_factory=list)

    def play(
        self,
        story: Story,
        *,
        width: int = 960,
        hosts: int = 1,
        anchor: str = "",
        before: str = "",
        wait: str = ".box",
    ) -> Any:
        """Open a page that plays the story; its root in the shadow of the first host."""
        data = payload(story)
        path = self.folder / "page.html"
        text = PAGE.format(
            hosts=before + HOST * hosts, code=bundle(kinds_of(data)), data=encode(data)
        )
        path.write_text(text, encoding="utf-8")
        self.page.set_viewport_size({"width": width, "height": 700})
        self.page.goto(path.as_uri() + anchor)
        root = self.page.locator(f"[data-gradviz] {wait}").first
        root.wait_for(state="visible" if wait else "attached")
        return root

    def tell(self, script: str) -> Any:
        """Run a script that has the shell of the first host as `gv`."""
        host = "document.querySelector('[data-gradviz]')"
        return self.page.evaluate(f"async () => {{ const gv = {host}.gradviz; {script} }}")


@pytest.fixture(scope="session")
def stories() -> dict[str, Callable[[], Story]]:
    return load("stories.py").ALL


@pytest.fixture(scope="session")
def chain() -> Callable[[int, int], Story]:
    return load("stories.py").chain


@pytest.fixture
def theatre(browser: Any, tmp_path: Path) -> Iterator[Theatre]:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    opened = Theatre(page, tmp_path)
    page.on("pageerror", lambda error: opened.errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and opened.errors.append(said.text))
    yield opened
    context.close()
    assert opened.errors == []


@pytest.fixture
def look(request: pytest.FixtureRequest, theatre: Theatre) -> Callable[[str], None]:
    """Keep a picture for a person to look at, in the folder that GRADVIZ_SCREENSHOTS names."""
    folder = os.environ.get("GRADVIZ_SCREENSHOTS")

    def take(name: str) -> None:
        if folder:
            path = Path(folder) / f"{request.node.name}-{name}.png"
            theatre.page.screenshot(path=str(path), full_page=True)

    return take

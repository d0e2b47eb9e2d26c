"""Chromium, JupyterLab, and a page that may not leave this machine."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

ELSEWHERE = re.compile(r"^https?://(?!127\.0\.0\.1[:/])")
QUIET = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


@dataclass
class Visit:
    """A page, and what went wrong or astray while it was open."""

    page: object
    errors: list[str] = field(default_factory=list)
    requests_elsewhere: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab and the folder that it serves."""

    url: str
    token: str
    folder: Path
    environment: dict[str, str]

    def address(self, notebook: str) -> str:
        return f"{self.url}/lab/tree/{notebook}?token={self.token}&reset"

    def open(self, page: Page, notebook: str) -> None:
        # JupyterLab may ask for a kernel at any moment; what it proposes is right, or "No Kernel".
        asks = page.locator(".jp-Dialog").filter(has_text="Select Kernel")
        accept = ".jp-mod-accept"
        page.add_locator_handler(
            asks, lambda dialog: dialog.last.locator(accept).click(), no_wait_after=True
        )
        page.goto(self.address(notebook))
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()

    def run_all(self, page: Page) -> None:
        # Before it has a kernel the notebook calls itself idle, too; to run it then opens a dialog.
        page.locator(".jp-Toolbar-kernelName").filter(has_text="Python").first.wait_for()
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def trust(self, notebook: Path) -> None:
        command = [sys.executable, "-m", "jupyter", "trust", str(notebook)]
        subprocess.run(command, env=self.environment, check=True, capture_output=True)

    @contextmanager
    def all_cells_in_the_page(self) -> Iterator[None]:
        """Pages opened meanwhile hold every cell, and not just those that are in view."""
        plugin = "@jupyterlab/notebook-extension/tracker"
        path = self.folder / ".settings" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"windowingMode": "none"}), encoding="utf-8")
        yield
        path.unlink()

    def set_theme(self, theme: str) -> None:
        """Have the pages that are opened from now on light or dark."""
        plugin = "@jupyterlab/apputils-extension/themes"
        path = self.folder / ".settings" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"theme": f"JupyterLab {theme.title()}"}), encoding="utf-8")


@pytest.fixture
def visit(browser: object) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.set_default_timeout(30_000)
    seen = Visit(page)

    def refuse(route: object) -> None:
        seen.requests_elsewhere.append(route.request.url)
        route.abort()

    context.route(ELSEWHERE, refuse)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    yield seen
    context.close()
    assert seen.errors == []
    assert seen.requests_elsewhere == []


@pytest.fixture
def look(request: pytest.FixtureRequest) -> object:
    """Keep a picture for a person to look at, in the folder that GRADVIZ_SCREENSHOTS names."""
    folder = os.environ.get("GRADVIZ_SCREENSHOTS")

    def take(target: object, name: str) -> None:
        if folder:
            target.screenshot(path=str(Path(folder) / f"{request.node.name}-{name}.png"))

    return take


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_environment(folder: Path) -> dict[str, str]:
    """Jupyter's folders inside one of ours, so that nothing of the machine's is read or written."""
    places = {
        "HOME": folder,
        "JUPYTER_CONFIG_DIR": folder / ".config",
        "JUPYTER_DATA_DIR": folder / ".data",
        "JUPYTER_RUNTIME_DIR": folder / ".runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / ".settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / ".workspaces",
    }
    return os.environ | {name: str(place) for name, place in places.items()}


def write_settings(folder: Path) -> None:
    for plugin, settings in QUIET.items():
        path = folder / ".settings" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(encoding="utf-8")[-3000:]) from None
            time.sleep(0.2)
        else:
            return


@contextmanager
def jupyterlab(folder: Path, *options: str) -> Iterator[Lab]:
    write_settings(folder)
    port, token = free_port(), secrets.token_hex(8)
    url, log = f"http://127.0.0.1:{port}", folder / "lab.log"
    environment = own_environment(folder)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.extension_manager=readonly", *options]
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        wait_for(f"{url}/api/status?token={token}", server, log)
        yield Lab(url, token, folder, environment)
    finally:
        server.terminate()
        try:
            server.wait(3)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with jupyterlab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="session")
def lab_without_kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab where no kernel can be started: what is shown is what the notebook holds."""
    options = [
        "--KernelSpecManager.ensure_native_kernel=False",
        "--KernelSpecManager.allowed_kernelspecs=none",
    ]
    with jupyterlab(tmp_path_factory.mktemp("lab"), *options) as running:
        yield running

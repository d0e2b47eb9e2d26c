"""What a test may need of the machine, and what happens where it is missing.

A test says what it needs with a marker: torch, exe, browser, kernel, lite. Where the machine lacks it,
the test is skipped and the reason shown. `--require torch,exe` (or GRADVIZ_REQUIRE=torch,exe)
turns that skip, and any other skip of such a test, into a failure.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from agreement import agree  # noqa: F401
from transcripts import plain, same_transcript  # noqa: F401

TORCH = "2.13"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = (
    "needs Chromium: name it in GRADVIZ_CHROMIUM, or have chromium, chromium-browser or "
    "google-chrome on PATH"
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REQUIRED = pytest.StashKey[frozenset[str]]()


def find_chromium() -> str | None:
    """The program named by GRADVIZ_CHROMIUM, else the first known one on PATH."""
    named = os.environ.get("GRADVIZ_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)


def lacks_torch() -> str:
    if importlib.util.find_spec("torch") is None:
        return f"needs PyTorch {TORCH}, which is not installed"
    version = importlib.metadata.version("torch")
    return "" if version.startswith(TORCH) else f"needs PyTorch {TORCH}, not {version}"


def lacks_exe() -> str:
    return "" if shutil.which("dot") else "needs the Graphviz program `dot` on PATH"


def lacks_browser() -> str:
    if importlib.util.find_spec("playwright") is None:
        return "needs playwright (extra `test`)"
    return "" if find_chromium() else NO_CHROMIUM


def lacks_kernel() -> str:
    missing = [name for name in ("ipykernel", "nbclient") if importlib.util.find_spec(name) is None]
    return f"needs {' and '.join(missing)} (extra `test`)" if missing else ""


def lacks_lite() -> str:
    if importlib.util.find_spec("jupyterlite_pyodide_kernel") is None:
        return "needs JupyterLite (extra `lite`)"
    named = os.environ.get("GRADVIZ_PYODIDE")
    return "" if named else "needs Pyodide: name a folder with it in GRADVIZ_PYODIDE"


LACKS: dict[str, Callable[[], str]] = {
    "torch": lacks_torch,
    "exe": lacks_exe,
    "browser": lacks_browser,
    "kernel": lacks_kernel,
    "lite": lacks_lite,
}


def needs_of(item: pytest.Item) -> list[str]:
    return [name for name in LACKS if item.get_closest_marker(name)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require",
        default=os.environ.get("GRADVIZ_REQUIRE", ""),
        help="markers whose skips are failures, such as torch,exe,browser,kernel",
    )


def pytest_configure(config: pytest.Config) -> None:
    names = frozenset(filter(None, config.getoption("--require").replace(" ", "").split(",")))
    unknown = ", ".join(sorted(names - LACKS.keys()))
    if unknown:
        raise pytest.UsageError(f"--require knows {', '.join(LACKS)}; it was given {unknown}")
    config.stash[REQUIRED] = names


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons = {name: lacks() for name, lacks in LACKS.items()}
    for item in items:
        for name in needs_of(item):
            if reasons[name]:
                item.add_marker(pytest.mark.skip(reason=reasons[name]))


def fail_if_required(report: pytest.TestReport | pytest.CollectReport, names: set[str]) -> None:
    """Turn a skip into a failure that gives the reason of the skip."""
    if report.skipped and names and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, though {', '.join(sorted(names))} is required: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield
    required, needs = item.config.stash[REQUIRED], set(needs_of(item))
    if not any(LACKS[name]() for name in needs - required):
        fail_if_required(report, required & needs)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report: pytest.CollectReport = yield
    required = collector.config.stash[REQUIRED]
    fail_if_required(report, {name for name in required if LACKS[name]()})
    return report


@pytest.fixture(scope="session")
def chromium() -> str:
    found = find_chromium()
    assert found is not None, NO_CHROMIUM
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """The one Chromium of a run: Playwright allows no second one beside it."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # a busy machine may take long to start a kernel
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds pyproject.toml and gradviz/; a test of it is skipped elsewhere."""
    root = Path(__file__).resolve().parents[1]
    if not (root / "gradviz").is_dir():
        pytest.skip("looks at the checkout, and this is a run outside of it")
    return root


def answer(code: str, torch: ModuleType, setup: str = "") -> tuple[str, list[str]]:
    """What the last statement of a line shows or raises, and the warnings on the way."""
    *before, last = code.split("; ")
    names = {"torch": torch, "np": np, "nn": torch.nn, "F": torch.nn.functional}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.manual_seed(0)
        exec(setup, names)
        try:
            exec("\n".join(before), names)
            shown = repr(eval(last, names))
        except Exception as error:
            shown = f"{type(error).__name__}: {error}"
    # numpy reminds PyTorch, not us, of newer protocols
    said = [each for each in caught if each.category is not DeprecationWarning]
    texts = [f"{each.category.__name__}: {each.message}" for each in said]
    return plain(shown), [plain(text) for text in texts]


@pytest.fixture
def same_answer() -> Callable[..., None]:
    """Fail unless a line of code, after its setup, answers as in PyTorch."""
    torch = pytest.importorskip("torch")
    import gradviz

    torch.set_warn_always(True)

    def check(code: str, setup: str = "") -> None:
        assert answer(code, gradviz, setup) == answer(code, torch, setup)

    return check

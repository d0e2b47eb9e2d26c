"""This package as a wheel, made from the files that are running: no checkout and no build tool."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from gradviz._version import __version__

NAME = "gradviz-jupyter"
TAG = "py3-none-any"
SINCE = (1980, 1, 1, 0, 0, 0)
"""The date that every file in the wheel bears: the same sources give the same bytes."""
NOT_INSTALLED = f"{NAME} is not installed here: python -m pip install {NAME}"


def pack_wheel(into: Path) -> Path:
    """Write a wheel of this package into a folder, without the notebooks, and return its place."""
    stem = f"{NAME.replace('-', '_')}-{__version__}"
    about = f"{stem}.dist-info"
    files = {**dict(sources()), f"{about}/METADATA": metadata(), f"{about}/WHEEL": label()}
    files[f"{about}/RECORD"] = record(files, f"{about}/RECORD")
    into.mkdir(parents=True, exist_ok=True)
    wheel = into / f"{stem}-{TAG}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, SINCE), content, zipfile.ZIP_DEFLATED)
    return wheel


def sources() -> Iterator[tuple[str, bytes]]:
    """Each file of the package with its name in the wheel; the lessons are left behind."""
    package = Path(__file__).resolve().parents[1]
    for path in sorted(package.rglob("*")):
        hidden = {"__pycache__", "notebooks"} & set(path.parts[len(package.parts) :])
        if path.is_file() and not hidden:
            yield path.relative_to(package.parent).as_posix(), path.read_bytes()


def metadata() -> bytes:
    """What the installed distribution says of itself: its name, version and needs."""
    try:
        text = distribution(NAME).read_text("METADATA")
    except PackageNotFoundError:
        raise SystemExit(NOT_INSTALLED) from None
    return (text or "").encode()


def label() -> bytes:
    """The file that makes a wheel of a zip."""
    return f"Wheel-Version: 1.0\nGenerator: gradviz\nRoot-Is-Purelib: true\nTag: {TAG}\n".encode()


def record(files: dict[str, bytes], own: str) -> bytes:
    """The list of the files, with the sums by which an installer checks them."""
    lines = [f"{name},sha256={digest(content)},{len(content)}" for name, content in files.items()]
    return "\n".join([*lines, f"{own},,", ""]).encode()


def digest(content: bytes) -> str:
    """The sum of a file in the spelling that a wheel wants.

    >>> digest(b"")
    '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

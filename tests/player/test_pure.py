"""The player's pure functions, under Node's own test runner."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gradviz.render.bundle import STATIC, bundle

NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs Node to run the tests of the pure functions")
def test_the_pure_functions(tmp_path: Path) -> None:
    sources = "".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    names = re.findall(r"^export (?:const|function) (\w+)", sources, re.M)
    player = tmp_path / "player.mjs"
    player.write_text(f"{bundle()}export {{ {', '.join(names)} }};\n", encoding="utf-8")
    told = "bytes <of> any, length: ∂y/∂x"
    letters = base64.b85encode(told.encode()).decode().replace("<", ",")
    given = {"GRADVIZ_PLAYER": player.as_uri(), "GRADVIZ_BYTES": told, "GRADVIZ_LETTERS": letters}
    ran = subprocess.run(
        [NODE, "--test", "--test-reporter=spec", str(Path(__file__).with_name("pure.mjs"))],
        env=os.environ | given,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr

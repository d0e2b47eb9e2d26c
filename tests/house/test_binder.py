"""What Binder will build, as far as it can be told without building it."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

REQUIREMENT = re.compile(r"([A-Za-z0-9-]+)>=[0-9.]+,<[0-9]+")


def requirements(checkout: Path) -> dict[str, str]:
    lines = (checkout / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    matches = [REQUIREMENT.fullmatch(line) for line in wanted]
    assert all(matches), wanted
    return {match[1]: line for match, line in zip(matches, wanted, strict=True) if match}


def test_every_requirement_is_a_name_with_a_lower_and_an_upper_bound(checkout: Path) -> None:
    assert requirements(checkout)


def test_every_dependency_of_the_package_is_there(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = requirements(checkout)
    for dependency in project["dependencies"] + project["optional-dependencies"]["lab"]:
        name = re.split(r"[>=<]", dependency)[0]
        assert bounds[name].startswith(dependency)


def test_python_is_one_that_the_package_runs_on(checkout: Path) -> None:
    runtime = (checkout / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    assert runtime == "python-3.11"


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_a_script_can_be_run_and_is_correct_bash(checkout: Path, name: str) -> None:
    script = checkout / "binder" / name
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_start_keeps_blas_to_one_thread_and_runs_what_it_is_given(checkout: Path) -> None:
    command = ["bash", str(checkout / "binder" / "start"), "printenv", "OPENBLAS_NUM_THREADS"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


@pytest.mark.skipif(shutil.which("repo2docker") is None, reason="needs repo2docker")
def test_repo2docker_understands_the_folder(checkout: Path) -> None:
    command = ["repo2docker", "--debug", "--no-build", "--no-run", str(checkout)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    for expected in ("graphviz", "binder/requirements.txt", "binder/postBuild", "binder/start"):
        assert expected in said

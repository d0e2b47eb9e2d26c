"""`import gradviz` loads next to nothing; what is used loads numpy and nothing heavier."""

import subprocess
import sys

HEAVY = {"matplotlib", "ipywidgets", "anywidget", "graphviz", "torch", "IPython", "traitlets"}


def modules_after(program: str) -> set[str]:
    """The modules that a fresh interpreter holds after running the program."""
    command = [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def loaded_by(program: str) -> set[str]:
    """The same, by their top level."""
    return {name.partition(".")[0] for name in modules_after(program)}


def test_importing_gradviz_loads_nothing_heavy() -> None:
    loaded = loaded_by("import gradviz")
    assert "gradviz" in loaded
    assert loaded & HEAVY == set()


def test_importing_gradviz_waits_with_its_rooms() -> None:
    rooms = modules_after("import gradviz") - {"gradviz", "gradviz._other", "gradviz._version"}
    assert not {name for name in rooms if name.startswith("gradviz")}
    assert "gradviz.core" in modules_after("import gradviz; gradviz.tensor")


def test_using_the_small_torch_loads_nothing_heavy() -> None:
    program = (
        "import gradviz as torch\n"
        "x = torch.tensor(3., requires_grad=True)\n"
        "(3*x**2 + 4*x + 2).backward()\n"
        "assert x.grad.item() == 22\n"
    )
    assert loaded_by(program) & HEAVY == set()


def test_drawing_loads_neither_matplotlib_nor_graphviz_nor_torch() -> None:
    program = (
        "import gradviz as torch\n"
        "x = torch.tensor(3., requires_grad=True)\n"
        "torch.draw(3*x**2).html()\n"
        "torch.BackwardStepper(3*x**2).html()\n"
    )
    assert loaded_by(program) & {"matplotlib", "graphviz", "torch"} == set()


def test_the_probe_can_see_a_heavy_module() -> None:
    assert "graphviz" in loaded_by("import gradviz, graphviz")

"""`import gradviz` loads numpy and nothing heavier."""

import subprocess
import sys

HEAVY = {"matplotlib", "ipywidgets", "anywidget", "graphviz", "torch", "IPython", "traitlets"}


def loaded_by(program: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running the program."""
    listing = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", f"{program}\n{listing}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_gradviz_loads_nothing_heavy() -> None:
    loaded = loaded_by("import gradviz")
    assert "gradviz" in loaded
    assert "numpy" in loaded
    assert loaded & HEAVY == set()


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

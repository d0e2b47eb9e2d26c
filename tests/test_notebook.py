"""`%load_ext gradviz` and `%%gradviz`, in an IPython shell without a browser."""

import re

import pytest

pytest.importorskip("IPython")

import gradviz
from gradviz.graph.watch import latest_tape


@pytest.fixture
def shell(tmp_path, monkeypatch, recwarn):
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    published = []
    shell.published = published
    monkeypatch.setattr(
        shell.display_pub, "publish", lambda data, metadata=None, **more: published.append(data)
    )
    shell.run_cell("%load_ext gradviz")
    yield shell
    shell.run_cell("%unload_ext gradviz")


@pytest.fixture(params=["gradviz", pytest.param("torch", marks=pytest.mark.torch)])
def library(request):
    return request.param


def test_every_cell_is_on_the_tape(shell, library):
    shell.run_cell(f"import gradviz, {library} as torch", store_history=True)
    shell.run_cell("x = torch.tensor(3., requires_grad=True)", store_history=True)
    shell.run_cell("with torch.no_grad():\n    y = x * 2", store_history=True)
    shell.run_cell("answer = gradviz.why(y)", store_history=True)
    answer = shell.user_ns["answer"]
    assert (answer.cause, answer.line.whole) == ("no_grad", "y = x * 2")
    assert re.fullmatch(r"cell \[\d+\], line 2", answer.line.place)


def test_a_cell_shows_the_passes_that_ran_in_it(shell, library, capsys):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    shell.run_cell("%%gradviz\ny = x + 2\nz = y * x\nz.backward()")
    assert float(shell.user_ns["x"].grad) == 8.0
    (shown,) = shell.published
    assert "x.grad = 8" in shown["text/plain"]
    assert "y = x + 2" in shown["text/plain"]


def test_a_pass_of_autograd_grad_is_shown_as_one_that_returns(shell, library):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    shell.run_cell("%%gradviz\ny = x * x\n(slope,) = torch.autograd.grad(y, x)")
    assert shell.user_ns["x"].grad is None
    (shown,) = shell.published
    told = "grad() returns what has arrived at x (6); it leaves every .grad as it was."
    assert told in shown["text/plain"]


def test_a_cell_without_a_pass_shows_the_last_graph_or_says_so(shell, library, capsys):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    shell.run_cell("%%gradviz\ny = x * 2\nz = y.exp()")
    (shown,) = shell.published
    assert shown["text/plain"].startswith("draw(z)")
    shell.run_cell("%%gradviz\nx.detach()")
    assert len(shell.published) == 1
    assert "No backward() ran in this cell" in capsys.readouterr().out


@pytest.mark.parametrize(
    "first", ["%%time\n%%gradviz", "%%gradviz\n%%time", "%%capture\n\n%%gradviz"]
)
def test_another_magic_may_stand_above_or_below(shell, library, capsys, first):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    result = shell.run_cell(f"{first}\ny = x * x\ny.backward()", store_history=True)
    assert result.success
    assert float(shell.user_ns["x"].grad) == 6.0
    (shown,) = shell.published
    assert "x.grad = 6" in shown["text/plain"]
    assert ("Wall time" in capsys.readouterr().out) is ("time" in first)


def test_a_loop_is_one_story_of_its_first_passes(shell, library, capsys):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    shell.run_cell("%%gradviz\nfor i in range(120):\n    y = x * i\n    y.backward()")
    assert float(shell.user_ns["x"].grad) == sum(range(120))
    (shown,) = shell.published
    assert "120 backward passes ran; the first 6 are shown." in capsys.readouterr().out
    assert shown["text/plain"].count("y.backward() starts with a 1 on y") == 6


def test_passes_through_one_graph_follow_each_other_up_to_the_refusal(shell, library, capsys):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    code = "%%gradviz\ny = x * x\ny.backward(retain_graph=True)\ny.backward()\ny.backward()"
    result = shell.run_cell(code, store_history=True)
    assert "second time" in str(result.error_in_exec)
    assert float(shell.user_ns["x"].grad) == 12.0
    text = shell.published[0]["text/plain"]
    assert ["-- 1st pass --" in text, "-- 2nd pass --" in text, "-- 3rd pass --" in text] == [
        True
    ] * 3
    assert "RuntimeError: Trying to backward through the graph a second time" in text
    told = capsys.readouterr().out
    assert "interpose.py" not in told
    assert "Trying to backward through the graph a second time" in told
    assert str(shell.user_ns["In"][-1]) == code.replace("%%gradviz", "")


def test_several_roots_and_weights(shell, library):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor([3., 1.], requires_grad=True)")
    shell.run_cell(
        "%%gradviz\ny = x * 2\nz = x.sum()\n"
        "torch.autograd.backward([y, z], [torch.tensor([1., 10.]), None])"
    )
    assert shell.user_ns["x"].grad.tolist() == [3.0, 21.0]
    assert "x.grad" in shell.published[0]["text/plain"]


def test_options_ask_first_tell_forward_and_draw(shell, library, capsys):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    shell.run_cell("%%gradviz --predict\ny = x * x\ny.backward()")
    shell.run_cell("%%gradviz --forward\ny = x * x\ny.backward()")
    shell.run_cell("%%gradviz --draw\ny = x * x\ny.backward()")
    asked, forward, drawn = (shown["text/plain"] for shown in shell.published)
    assert "?" in asked
    assert "-- forward --" in forward
    assert drawn.startswith("draw(y)")
    shell.run_cell("%%gradviz --prodict\nx.grad = None")
    assert shell.user_ns["x"].grad is not None
    assert "%%gradviz does not know --prodict" in capsys.readouterr().err


def test_line_numbers_and_results_are_those_of_the_cell(shell, library, capsys):
    shell.run_cell(f"import {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    shell.run_cell("%%gradviz\ny = x * 2\ny.backward()\n1 / 0")
    told = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "----> 4 1 / 0" in told
    assert len(shell.published) == 1
    shell.run_cell("%%gradviz\nx.detach() * 0 + 5")
    assert "5." in capsys.readouterr().out


def test_a_cell_within_a_cell_and_an_empty_one(shell, library):
    shell.run_cell(f"import gradviz, {library} as torch\nx = torch.tensor(3., requires_grad=True)")
    shell.run_cell(
        "%%gradviz\nget_ipython().run_cell('y = x * 2')\nget_ipython().run_cell('')\n"
        "get_ipython().run_cell('1 +')\nwith torch.no_grad():\n    z = y * 1\ny.backward()"
    )
    assert "y.backward()" in shell.published[0]["text/plain"]
    assert gradviz.why(shell.user_ns["z"]).cause == "no_grad"
    shell.run_cell("get_ipython().run_cell_magic('gradviz', '', 'y = x * 2\\ny.backward()')")
    assert len(shell.published) == 2


def test_passes_of_two_threads_are_kept_apart(shell):
    shell.run_cell("import gradviz as torch\nfrom threading import Thread")
    shell.run_cell(
        "%%gradviz\nx = torch.tensor(3., requires_grad=True)\n"
        "def work():\n    for _ in range(3):\n        (x * 2).backward()\n"
        "threads = [Thread(target=work) for _ in range(2)]\n"
        "for one in threads: one.start()\nfor one in threads: one.join()"
    )
    assert float(shell.user_ns["x"].grad) == 12.0
    assert len(shell.published) == 1


def test_an_error_in_a_cell_ends_the_watch_of_that_cell(shell, capsys):
    shell.run_cell("import gradviz\n1 / 0")
    before = dict(vars(gradviz.Tensor))
    shell.run_cell("x = gradviz.tensor(1.)")
    assert dict(vars(gradviz.Tensor)) == before
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_unloading_removes_everything(shell):
    before = dict(vars(gradviz.Tensor))
    cleanup = len(shell.input_transformers_cleanup)
    shell.run_cell("%unload_ext gradviz\nimport gradviz\nx = gradviz.tensor(1.)")
    assert len(shell.input_transformers_cleanup) == cleanup - 1
    assert "gradviz" not in shell.magics_manager.magics["cell"]
    assert latest_tape() is None
    shell.run_cell("call = gradviz.Tensor.__add__")
    assert dict(vars(gradviz.Tensor)) == before
    assert shell.user_ns["call"] is gradviz.Tensor.__add__


def test_loading_watches_the_rest_of_its_own_cell(shell, library):
    shell.run_cell("%unload_ext gradviz")
    shell.run_cell(
        f"%load_ext gradviz\nimport gradviz, {library} as torch\n"
        "x = torch.tensor(3., requires_grad=True)\nwith torch.no_grad():\n    y = x * 2",
        store_history=True,
    )
    assert gradviz.why(shell.user_ns["y"]).cause == "no_grad"
    assert gradviz.why(shell.user_ns["y"]).line.whole == "y = x * 2"


def test_the_tape_keeps_no_tensor_alive(shell, library):
    shell.run_cell(
        f"import weakref, {library} as torch\nx = torch.tensor(3., requires_grad=True)\n"
        "y = x * 2\nkept = weakref.ref(y)\ndel y"
    )
    assert shell.user_ns["kept"]() is None
    shell.run_cell("%%gradviz\ny = x * 2\nkept = weakref.ref(y)\ny.backward()\ndel y")
    assert shell.user_ns["kept"]() is None


def test_the_stepper_and_the_drawing_find_the_tape_of_the_session(shell, library):
    shell.run_cell(
        f"import gradviz, {library} as torch\nx = torch.tensor(3., requires_grad=True)\n"
        "c = (x * 2).detach()\nz = torch.sin(x) * c",
        store_history=True,
    )
    shell.run_cell("print(gradviz.draw(z))\nstepper = gradviz.BackwardStepper(z)")
    product = gradviz.graph.read.read(shell.user_ns["z"]).nodes[0]
    assert product.constants[0].cut.label == "detach()"
    assert "z = torch.sin(x) * c" in str(shell.user_ns["stepper"])


@pytest.mark.kernel
def test_in_a_real_kernel_with_await_and_an_error(library):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    cells = [
        "%load_ext gradviz",
        f"%%gradviz\nimport asyncio, {library} as torch\nx = torch.tensor(3., requires_grad=True)\n"
        "await asyncio.sleep(0)\ny = x * x\ny.backward()\ny.backward()",
    ]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    nbclient.NotebookClient(notebook, allow_errors=True, timeout=60).execute()
    outputs = notebook.cells[1].outputs
    assert [one.output_type for one in outputs] == ["error", "display_data"], outputs
    error, shown = outputs
    assert "second time" in error.evalue
    assert "-- 2nd pass --" in shown.data["text/plain"]
    assert "line 4: y.backward()" in shown.data["text/plain"]

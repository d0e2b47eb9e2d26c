"""`%load_ext gradviz` and `%%gradviz`, in an IPython shell without a browser."""

import re

import pytest

pytest.importorskip("IPython")

import gradviz


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
    shell.run_cell("%%gradviz\nx.detach()")
    assert "No backward() ran in this cell." in capsys.readouterr().out


def test_a_loop_is_not_shown_a_hundred_times(shell, capsys):
    shell.run_cell("import gradviz as torch\nx = torch.tensor(3., requires_grad=True)")
    shell.run_cell("%%gradviz\nfor _ in range(120):\n    (x * x).backward()")
    assert len(shell.published) == 3
    assert "120 backward passes ran; the first 3 are shown." in capsys.readouterr().out


def test_an_error_in_a_cell_ends_the_watch_of_that_cell(shell, capsys):
    shell.run_cell("import gradviz\n1 / 0")
    before = dict(vars(gradviz.Tensor))
    shell.run_cell("x = gradviz.tensor(1.)")
    assert dict(vars(gradviz.Tensor)) == before
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_unloading_ends_it(shell):
    shell.run_cell("%unload_ext gradviz")
    shell.run_cell("import gradviz\nx = gradviz.tensor(1.)\ncall = gradviz.Tensor.__add__")
    assert shell.user_ns["call"] is gradviz.Tensor.__add__

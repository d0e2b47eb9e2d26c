import importlib
import subprocess
import sys
import threading

import pytest

from gradviz.graph.awaited import awaiting

NAME = "a_library_of_this_test"


@pytest.fixture
def library(tmp_path, monkeypatch):
    (tmp_path / f"{NAME}.py").write_text("half = 1\nwhole = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield NAME
    sys.modules.pop(NAME, None)


def test_all_who_wait_are_called_in_order_with_the_whole_module(library):
    before, told = list(sys.meta_path), []
    with (
        awaiting(library, lambda module: told.append(("first", module.whole))),
        awaiting(library, lambda module: told.append(("second", module.whole))),
        awaiting("something_else", told.append),
    ):
        module = importlib.import_module(library)
        importlib.import_module(library)
    assert told == [("first", 2), ("second", 2)]
    assert "exec_module" not in vars(module.__spec__.loader)
    assert sys.meta_path == before


def test_nobody_is_called_afterwards_or_in_another_thread(library):
    told = []
    with awaiting(library, told.append):
        pass
    with awaiting(library, told.append):
        thread = threading.Thread(target=importlib.import_module, args=(library,))
        thread.start()
        thread.join()
    assert library in sys.modules
    assert told == []


def test_a_missing_library_is_missed_as_ever():
    with awaiting(NAME, print), pytest.raises(ModuleNotFoundError, match=NAME):
        importlib.import_module(NAME)


PROGRAM = """
import gradviz
from gradviz.graph.overhear import overhear
with gradviz.watch() as tape, overhear(tape) as heard:
    import torch
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
assert torch.overrides._get_current_function_mode_stack() == []
print([call.name for call in tape.calls], len(heard.recordings))
"""


@pytest.mark.torch
def test_pytorch_is_heard_from_its_import_on():
    pytest.importorskip("torch")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "['tensor', 'mul', 'backward'] 1"

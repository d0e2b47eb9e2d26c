"""Functions that were defined under `@no_grad()` cut the way, as the block does."""

import pytest

from gradviz.graph.read import read


def cut_of(graph):
    return next(c.cut for node in graph.nodes for c in node.constants if c.cut)


@pytest.mark.parametrize("mark", ["no_grad", "inference_mode"])
def test_a_function_without_gradients_is_a_cut(engine, mark, tmp_path):
    path = tmp_path / "lesson.py"
    path.write_text(
        f"@torch.{mark}()\ndef frozen(t):\n    return t * 2\n\n"
        "x = torch.tensor(3.0, requires_grad=True)\na = frozen(x)\n"
        + ("y = a.clone() * x\n" if mark == "inference_mode" else "y = a * x\n")
        + "graph = read(y)\n"
    )
    scope = {"torch": engine, "read": read, "__name__": "lesson"}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    graph = scope["graph"]
    cut = cut_of(graph)
    assert cut.label == f"{mark}()"
    assert cut.source == next(node.id for node in graph.nodes if node.kind == "leaf")


def test_a_cut_within_the_expression(engine):
    @engine.no_grad()
    def frozen(t):
        return t * 2

    x = engine.tensor(3.0, requires_grad=True)
    y = frozen(x) * x
    graph = read(y)
    assert graph.nodes[0].expression == "frozen(x) * x"
    assert cut_of(graph).kind == "no_grad"


def test_a_function_that_tracks_is_no_cut(engine):
    def doubled(t):
        return t * 2

    x = engine.tensor(3.0, requires_grad=True)
    y = doubled(x.detach()) * x
    assert cut_of(read(y)).label == "detach()"

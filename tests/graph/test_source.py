import ast
import linecache

import pytest

from gradviz.graph import catalogue
from gradviz.graph.program import column_span
from gradviz.graph.read import read
from gradviz.graph.record import record


def run(engine, program, name="lesson.py", **more):
    """Run a program as a file, and return its variables."""
    filename = f"<{name}>"
    linecache.cache[filename] = (len(program), None, program.splitlines(keepends=True), filename)
    scope = {"__name__": "lesson", "torch": engine, "read": read, "record": record, **more}
    exec(compile(program, filename, "exec"), scope)
    return scope


def told(graph):
    """(expression, stretch of code that the span points to) of each op."""
    return [
        (node.expression, graph.code[node.span.line][node.span.start : node.span.stop])
        for node in graph.nodes
        if node.kind != "leaf" and node.span is not None
    ]


def expressions(graph):
    return [node.expression for node in graph.nodes if node.kind != "leaf"]


def test_the_expression_is_what_the_learner_wrote(engine):
    graph = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
y = 3*x**2  +  4 * x + 2
graph = read(y)
""",
    )["graph"]
    assert expressions(graph) == [
        "3*x**2  +  4 * x + 2",
        "3*x**2  +  4 * x",
        "4 * x",
        "3*x**2",
        "x**2",
    ]
    assert all(text == code for text, code in told(graph))
    assert graph.code == (
        "x = torch.tensor(3., requires_grad=True)",
        "y = 3*x**2  +  4 * x + 2",
    )
    labels = {c.label for node in graph.nodes for c in node.constants}
    assert labels == {"2", "3", "4"}


def test_steps_with_names_of_their_own_are_followed(engine):
    graph = run(
        engine,
        """
def lesson():
    w = torch.ones(3, 2, requires_grad=True)
    b = torch.zeros(2, requires_grad=True)
    inputs = torch.ones(4, 3)
    z = (inputs @ w + b).tanh()
    n = 2
    loss = torch.mean(z ** n) / 5
    return read(loss)
graph = lesson()
""",
    )["graph"]
    assert expressions(graph) == [
        "torch.mean(z ** n) / 5",
        "torch.mean(z ** n)",
        "z ** n",
        "(inputs @ w + b).tanh()",
        "inputs @ w + b",
        "inputs @ w",
    ]
    assert graph.code[0] == "w = torch.ones(3, 2, requires_grad=True)"
    assert all(text == code for text, code in told(graph))


def test_each_turn_of_a_loop_finds_its_line(engine):
    graph = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
y = x
for i in range(3):
    y = y * x
graph = read(y)
""",
    )["graph"]
    assert expressions(graph) == ["y * x"] * 3


def test_in_place_assignments_are_read_as_what_they_compute(engine):
    graph = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
y = x * 2
y += x
graph = read(y)
""",
    )["graph"]
    assert expressions(graph)[0] == "y + x"


def test_numbers_before_the_tensor_and_division_are_understood(engine):
    graph = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
y = 2 - 1/x + -x
graph = read(y)
""",
    )["graph"]
    assert [node.expression for node in graph.nodes if node.span and node.kind != "leaf"] == [
        "2 - 1/x + -x",
        "-x",
        "2 - 1/x",
        "1/x",
    ]


def test_an_expression_written_into_the_call_is_read(engine):
    graph = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
graph = read(x.exp()*2)
""",
    )["graph"]
    assert expressions(graph) == ["x.exp()*2", "x.exp()"]


def test_only_a_call_of_ours_is_read(engine):
    graph = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
y = x.exp()*2
(graph,) = list(map(read, [y]))
hidden, = map(lambda t: (read(t), 1)[0], [y])
""",
    )["graph"]
    assert graph.nodes[0].expression == "x.exp()*2"


def test_code_that_does_not_fit_is_not_used(engine):
    graph = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
y = 2 * x.exp()
wrong = y
y = x + x
x = x
graph = read(wrong)
""",
    )["graph"]
    assert graph.nodes[0].expression != "x + x"


def test_a_number_that_is_not_the_saved_one_does_not_fit(engine):
    graph = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
if True:
    y = 5*x
else:
    y = 7*x
graph = read(y)
""",
    )["graph"]
    assert expressions(graph) == ["5*x"]


PATTERNS = {
    "AddBackward0": ("self", "other", "{self} + {other}"),
    "SubBackward0": ("self", "other", "{self} - {other}"),
    "MulBackward0": ("self", "other", "{self} * {other}"),
    "PowBackward0": ("self", "{self} ** {exponent}"),
    "NegBackward0": ("self", "-{self}"),
    "SumBackward0": ("self", "{self}.sum()"),
}


@pytest.fixture
def patterns(monkeypatch):
    entries = {
        name: {**catalogue.entry(name), "inputs": tuple(inputs), "pattern": pattern}
        for name, (*inputs, pattern) in PATTERNS.items()
    }
    monkeypatch.setattr(catalogue, "_entries", entries)


@pytest.mark.parametrize(
    "formula",
    [
        "-(x ** 2)",
        "(-x) ** 2",
        "x - (x - x)",
        "x - x - x",
        "(x + x) * x",
        "(x * x).sum()",
        "(x + x).sum() ** 3",
        "-x * -(x + x)",
    ],
)
def test_a_rebuilt_formula_means_what_the_graph_means(engine, patterns, formula):
    x = engine.tensor([3.0], requires_grad=True)
    result = eval(formula)
    top = read(result, names={"x": x}).nodes[0]
    assert ast.dump(ast.parse(top.expression)) == ast.dump(ast.parse(formula))


def test_without_source_the_formula_is_rebuilt(engine, patterns):
    x = engine.tensor(3.0, requires_grad=True)
    scope = {"x": x, "read": read, "__name__": "lesson"}
    exec("y = (x + 2)*x - x**2\ngraph = read(y)", scope)
    top = scope["graph"].nodes[0]
    assert top.span is None
    assert top.expression == "(x + ·) * x - x ** 2"


def test_cells_of_a_notebook_are_searched(engine):
    cells = ["x = torch.tensor(3., requires_grad=True)\n%time 1", "y = 3*x", "graph = read(y)"]
    scope = {"__name__": "__main__", "torch": engine, "read": read, "get_ipython": None, "In": [""]}
    for number, cell in enumerate(cells):
        scope["In"].append(cell)
        filename = f"<cell {number}>"
        plain = cell.replace("%time 1", "")
        linecache.cache[filename] = (1, None, cell.splitlines(keepends=True), filename)
        exec(compile(plain, filename, "exec"), scope)
    graph = scope["graph"]
    assert expressions(graph) == ["3*x"]
    assert graph.code == ("x = torch.tensor(3., requires_grad=True)", "y = 3*x")


def test_the_line_that_calls_backward_is_found(engine):
    recording = run(
        engine,
        """
x = torch.tensor(3., requires_grad=True)
y = 3*x
recording = record(y)
y.backward()
""",
    )["recording"]
    assert recording.graph.code[recording.span.line] == "y.backward()"


def test_columns_are_counted_in_characters(engine):
    graph = run(
        engine,
        """
größe = torch.tensor(3., requires_grad=True)
höhe = größe*2 + größe
graph = read(höhe)
""",
    )["graph"]
    assert [code for _, code in told(graph)] == ["größe*2 + größe", "größe*2"]
    assert column_span("ä = 1", 5, 6) == (4, 5)


@pytest.mark.parametrize("lines", ["y = (", "\0", "é" * 10])
def test_source_that_is_not_python_is_no_error(engine, lines):
    x = engine.tensor(3.0, requires_grad=True)
    filename = "<broken>"
    linecache.cache[filename] = (1, None, [lines], filename)
    scope = {"x": x, "read": read, "__name__": "lesson"}
    exec(compile("graph = read(x * 2)", filename, "exec"), scope)
    assert len(scope["graph"].nodes) == 2


def test_a_deep_expression_is_no_error(engine):
    program = "x = torch.tensor(1., requires_grad=True)\ny = " + "+".join(["x"] * 900)
    graph = run(engine, program + "\ngraph = read(y)\n")["graph"]
    assert len(graph.nodes) == 900


@pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled")
def test_anomaly_mode_tells_the_line_without_a_watch(engine):
    graph = run(
        engine,
        """
def formula(x):
    return eval("x * 2") + x
with torch.autograd.set_detect_anomaly(True):
    y = formula(torch.tensor(3.0, requires_grad=True))
z = y
graph = read(z, names={})
""",
    )["graph"]
    assert graph.code[graph.nodes[0].span.line] == 'return eval("x * 2") + x'


CUTS = """
x = torch.tensor(2., requires_grad=True)
k = torch.tensor(5.)
a = x*3
{cut}
z = a*c + 1
graph = read(z)
"""


@pytest.mark.parametrize(
    ("line", "kind", "label"),
    [
        ("c = a.detach()", "detach", "detach()"),
        ("c = a.detach().clone() * 2", "detach", "detach()"),
        ("b = a.detach()\nc = b + 1", "detach", "detach()"),
        ("c = a.data", "data", ".data"),
        ("with torch.no_grad():\n    c = a * 2", "no_grad", "no_grad()"),
        ("c = torch.tensor(a.item())", "numpy", "item()"),
        ("c = (a > 1) * k", "comparison", "gt()"),
    ],
)
def test_a_cut_is_found_in_the_source(engine, line, kind, label):
    graph = run(engine, CUTS.format(cut=line))["graph"]
    product = next(node for node in graph.nodes if node.name == "MulBackward0")
    (constant,) = product.constants
    cut = constant.cut
    assert (constant.label, cut.kind, cut.label) == ("c", kind, label)
    assert graph.nodes[cut.source].names == ("a",)
    shown = graph.code[cut.span.line][cut.span.start : cut.span.stop]
    assert shown.strip() in line
    assert graph.cuts == (cut,)


@pytest.mark.parametrize(
    "line",
    ["c = k", "c = k.detach()", "c = k > 2", "c = x.shape[0] if x.shape else 2", "c = 4"],
)
def test_what_was_never_tracked_is_no_cut(engine, line):
    graph = run(engine, CUTS.format(cut=line))["graph"]
    assert graph.cuts == ()
    assert all(constant.cut is None for node in graph.nodes for constant in node.constants)


def test_a_cut_written_into_the_formula(engine):
    program = CUTS.format(cut="d = a * 2\nz = a*d + 1").replace("a*c", "a*a.detach()")
    graph = run(engine, program)["graph"]
    assert expressions(graph)[0] == "a*a.detach() + 1"
    constant = graph.nodes[1].constants[0]
    assert constant.label == "a.detach()"
    assert (constant.cut.label, graph.nodes[constant.cut.source].names) == ("detach()", ("a",))


@pytest.mark.parametrize("between", ["\n", "; "])
def test_a_name_that_was_given_again_since_is_not_the_source_of_a_cut(engine, between):
    lines = ["x = torch.tensor(2., requires_grad=True)", "a = x*3", "c = a.detach()", "a = a*2"]
    program = between.join([*lines, "z = a*c", "graph = read(z)"])
    graph = run(engine, program)["graph"]
    (constant,) = graph.nodes[0].constants
    assert (constant.cut.label, constant.cut.source) == ("detach()", None)


def test_a_cut_is_found_in_a_program_of_one_line(engine):
    lines = ["x = torch.tensor(2., requires_grad=True)", "c = x", "a = x*3", "c = a.detach()"]
    graph = run(engine, "; ".join([*lines, "z = a*c + 1", "graph = read(z)"]))["graph"]
    (cut,) = graph.cuts
    assert (cut.label, graph.nodes[cut.source].names) == ("detach()", ("a",))

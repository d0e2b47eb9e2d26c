import pytest

from gradviz.graph.ledger import ledger


def numbers(value):
    return None if value is None else value.numbers.tolist()


def told(book):
    return [
        (e.name, e.event, numbers(e.before), numbers(e.came), numbers(e.after))
        for e in book.entries
    ]


def test_running_a_cell_again_adds_up_22_44_66(engine):
    x = engine.tensor(3.0, requires_grad=True)
    with ledger(x) as book:
        for _ in range(3):
            y = 3 * x**2 + 4 * x + 2
            y.backward()
    assert told(book) == [
        ("x", "backward", None, 22, 22),
        ("x", "backward", 22, 22, 44),
        ("x", "backward", 44, 22, 66),
    ]
    assert [entry.backward for entry in book.entries] == [1, 2, 3]
    assert {entry.line.whole for entry in book.entries} == {"y.backward()"}
    assert "So x.grad is 66 = 22 + 22 + 22: 3 backward passes" in book.text()


def test_a_vector_that_ran_twice(engine):
    a = engine.tensor([2.0, 3.0], requires_grad=True)
    b = engine.tensor([6.0, 4.0], requires_grad=True)
    with ledger(a, b) as book:
        for _ in range(2):
            q = 3 * a**3 - b**2
            q.backward(engine.ones(2))
    assert numbers(book.of("a")[-1].after) == [72.0, 162.0]
    assert numbers(book.of("b")[-1].after) == [-24.0, -16.0]


def test_a_batch_after_a_loop_still_holds_the_gradients_of_the_loop(engine):
    w = engine.tensor(10.0, requires_grad=True)
    b = engine.tensor(2.0, requires_grad=True)
    with ledger(w, b) as book:
        (w * 160 + b * 32).backward()
        (w * 72 + b * 20).backward()
    assert numbers(book.of("w")[-1].after) == 232
    assert numbers(book.of("b")[-1].after) == 52
    assert "So w.grad is 232 = 160 + 72" in book.text()
    assert "So b.grad is 52 = 32 + 20" in book.text()


def test_setting_back_is_seen_in_all_its_forms(engine):
    x = engine.tensor([3.0], requires_grad=True)
    optimizer = engine.optim.SGD([x], lr=0.1)
    with ledger(x) as book:
        (x * 2).backward()
        x.grad.zero_()
        (x * 2).backward()
        optimizer.zero_grad()
        (x * 2).backward()
        x.grad = None
        x.grad = engine.ones(1)
    assert [(event, after) for _, event, _, _, after in told(book)] == [
        ("backward", [2.0]),
        ("zero", [0.0]),
        ("backward", [2.0]),
        ("none", None),
        ("backward", [2.0]),
        ("none", None),
        ("assign", [1.0]),
    ]
    lines = [entry.line.whole for entry in book.entries if entry.event != "backward"]
    assert lines == [
        "x.grad.zero_()",
        "optimizer.zero_grad()",
        "x.grad = None",
        "x.grad = engine.ones(1)",
    ]
    assert "backward passes" not in book.text()


def test_changes_from_outside_are_seen(engine):
    x = engine.tensor([3.0, 1.0], requires_grad=True)
    (x * 2).sum().backward()
    with ledger(x) as book:
        x.grad.numpy()[0] = 7
        (x * 2).sum().backward()
    events = [(e.event, numbers(e.after)) for e in book.entries]
    assert events[-2:] == [("outside", [7.0, 2.0]), ("backward", [9.0, 4.0])] or events[0][1] == [
        7.0,
        2.0,
    ]
    assert numbers(book.entries[-1].after) == [9.0, 4.0]


def test_clipping_in_place_is_seen(engine):
    x = engine.tensor([3.0], requires_grad=True)
    with ledger(x) as book:
        (x * 2).backward()
        x.grad.mul_(0.5)
    assert told(book)[-1] == ("x", "in place", [2.0], None, [1.0])


def test_without_tensors_every_leaf_that_backward_reaches_is_watched(engine):
    w = engine.tensor(2.0, requires_grad=True)
    b = engine.tensor(1.0, requires_grad=True)
    with ledger() as book:
        (w * 3 + b).backward()
    assert sorted(entry.name for entry in book.entries) == ["b", "w"]


def test_a_backward_of_several_roots_is_one_backward(engine):
    w = engine.tensor(2.0, requires_grad=True)
    b = engine.tensor(1.0, requires_grad=True)
    with ledger(w, b) as book:
        for _ in range(2):
            engine.autograd.backward([w * 3, b * 2])
    assert [entry.backward for entry in book.entries] == [1, 1, 2, 2]


def test_nothing_is_written_after_the_book_is_closed(engine):
    w = engine.tensor(2.0, requires_grad=True)
    with ledger(w) as book:
        pass
    (w * 2).backward()
    assert book.text() == "No .grad has changed."


def test_the_text_names_line_and_numbers(engine):
    w = engine.tensor(2.0, requires_grad=True)
    with ledger(w) as book:
        (w * 2.5).backward()
    assert repr(book).splitlines()[0] == "w.grad, 1 change:"
    assert "(w * 2.5).backward(): backward 1 brought 2.5; w.grad was None and is now 2.5." in repr(
        book
    )


def test_what_keeps_no_grad_is_refused(engine):
    x = engine.tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match=r"keeps no \.grad"), ledger(x * 2):
        pass
    with pytest.raises(TypeError, match="is no tensor"), ledger(3.0):
        pass

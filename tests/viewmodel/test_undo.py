"""Deeds are taken back from the newest on, and only those that still can be."""

from __future__ import annotations

from functools import partial

from workbench.viewmodel.undo import MOST, Deed, Deeds


def test_the_newest_comes_first() -> None:
    done: list[int] = []
    deeds = Deeds()
    for number in range(3):
        deeds.add(Deed("tab", f"client-{number}", partial(done.append, number)))
    taken = deeds.undo()
    assert taken is not None
    assert "client-2" in taken.text
    deeds.undo()
    assert done == [2, 1]
    assert len(deeds) == 1


def test_what_cannot_be_taken_back_any_more_is_passed_over() -> None:
    done: list[str] = []
    deeds = Deeds()
    deeds.add(Deed("tab", "a", lambda: done.append("a")))
    deeds.add(Deed("rule", "b", lambda: done.append("b"), lambda: False))
    deeds.undo()
    assert done == ["a"]
    assert deeds.undo() is None


def test_a_kind_is_dropped_and_the_oldest_go() -> None:
    deeds = Deeds()
    for _ in range(MOST + 5):
        deeds.add(Deed("tab", "a", lambda: None))
    assert len(deeds) == MOST
    deeds.add(Deed("log", "", lambda: None))
    deeds.drop("log")
    assert len(deeds) == MOST - 1

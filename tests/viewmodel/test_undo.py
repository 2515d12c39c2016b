"""Deeds are taken back from the newest on, and only those that still can be."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from workbench.viewmodel.address_form import Where
from workbench.viewmodel.known_values import KnownValues
from workbench.viewmodel.undo import MOST, Deed, Deeds, taken_back


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


def test_what_a_change_has_made_is_taken_back_and_nothing_else() -> None:
    before = Where("AF_INET", "SOCK_STREAM", "@server-1", "23333")
    after = replace(before, host="localhost", port="80")
    assert taken_back(after, before, after) == before
    since = replace(after, port="81", type="SOCK_DGRAM")
    assert taken_back(since, before, after) == replace(before, type="SOCK_DGRAM")
    assert taken_back((since, 1), (before, 1), (before, 1)) == (since, 1)


def test_a_part_of_another_kind_comes_back_as_a_whole() -> None:
    one: Where | KnownValues = Where("a", "b", "c", "d")
    other: Where | KnownValues = KnownValues({})
    assert taken_back(one, other, one) is other

"""Several things that would hold the event loop together are done one a turn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from tests.qt.conftest import Wait
from workbench.qt.turn_by_turn import TurnByTurn


def test_what_was_posted_meanwhile_comes_between_two_of_them(
    qapp: QCoreApplication, wait: Wait
) -> None:
    owner, told = QObject(), list[str]()
    turns = TurnByTurn(owner)

    def tell(name: str) -> Callable[[], None]:
        def thing() -> None:
            told.append(name)
            QTimer.singleShot(0, owner, lambda: told.append(f"after {name}"))

        return thing

    turns.take(tell("first"), tell("second"), tell("third"))
    assert told == ["first"]  # nothing waits for it
    assert turns.busy
    turns.take(lambda: told.append("the next"))
    wait(lambda: "the next" in told)
    assert told[:6] == ["first", "after first", "second", "after second", "third", "after third"]
    assert not turns.busy


def test_the_last_one_may_begin_anew(qapp: QCoreApplication, wait: Wait) -> None:
    owner, busy = QObject(), list[bool]()
    turns = TurnByTurn(owner)

    def last() -> None:
        busy.append(turns.busy)
        if len(busy) < 3:
            turns.take(last)

    turns.take(lambda: None, last)
    wait(lambda: len(busy) == 3)
    assert busy == [False] * 3


def test_what_is_dropped_is_not_done(qapp: QCoreApplication, wait: Wait) -> None:
    owner, told = QObject(), list[str]()
    turns = TurnByTurn(owner)
    turns.take(turns.drop, lambda: told.append("dropped"))
    turns.take(lambda: told.append("another"), lambda: told.append("one more"))
    wait(lambda: "one more" in told)
    assert told == ["another", "one more"]


def test_what_one_of_them_adds_comes_before_the_others(qapp: QCoreApplication, wait: Wait) -> None:
    owner, told = QObject(), list[str]()
    turns = TurnByTurn(owner)

    def first() -> None:
        turns.take_next(lambda: told.append("its own"), lambda: told.append("its other"))
        told.append("first")

    turns.take(first, lambda: told.append("last"))
    assert told == ["first"]
    wait(lambda: "last" in told)
    assert told == ["first", "its own", "its other", "last"]
    turns.take_next(lambda: told.append("alone"))
    assert told[-1] == "last"
    wait(lambda: told[-1] == "alone")

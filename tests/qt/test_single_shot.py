"""A timer that goes off once for each time that it is started."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject

from tests.qt.conftest import Wait
from workbench.qt.single_shot import single_shot


def test_it_goes_off_once_however_often_it_was_started(qapp: QCoreApplication, wait: Wait) -> None:
    owner, told = QObject(), list[str]()
    first = single_shot(owner, lambda: told.append("first"))
    second = single_shot(owner, lambda: told.append("second"), 1)
    for _ in range(3):
        first.start()
        second.start()
    assert told == []
    wait(lambda: len(told) == 2)
    assert sorted(told) == ["first", "second"]
    assert not first.isActive()
    first.start()
    wait(lambda: len(told) == 3)
    assert told[-1] == "first"

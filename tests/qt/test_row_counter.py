"""Rows that meet a condition are counted once each, slice by slice, and anew in a new record."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.journal.query import Condition
from workbench.qt import row_counter as module
from workbench.qt.controller import Controller
from workbench.qt.endpoint_thread import qt_spawn
from workbench.qt.row_counter import RowCounter
from workbench.session import Session

MARKS = Condition("e.kind = 'command'", ())


def mark(controller: Controller, count: int) -> None:
    for number in range(count):
        controller.session.perform(c.Mark(str(number)))
    controller.session.journal.flush()


def test_each_row_is_counted_once(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE", 10)
    counted = RowCounter(controller, MARKS)
    mark(controller, 25)
    seen = []
    for _ in range(5):
        counted.count_on()
        seen.append(counted.count)
    assert seen == sorted(seen)
    assert seen[0] <= 10
    assert seen[-1] == 25
    mark(controller, 2)
    counted.count_on()
    assert counted.count == 27


def test_another_record_is_counted_from_its_begin(controller: Controller, tmp_path: Path) -> None:
    counted = RowCounter(controller, MARKS)
    mark(controller, 3)
    counted.count_on()
    controller.reset_session(Session(tmp_path / "fresh.swb", spawn=qt_spawn))
    assert counted.count == 0
    mark(controller, 1)
    counted.count_on()
    assert counted.count == 1

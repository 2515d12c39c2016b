"""Rows that meet a condition are counted once each, slice by slice, and anew in a new record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.journal.query import about_shapes
from workbench.labs.demos import demo
from workbench.qt import row_counter as module
from workbench.qt.controller import Controller
from workbench.qt.endpoint_thread import qt_spawn
from workbench.qt.expected_counter import ExpectedCounter
from workbench.qt.row_counter import RowCounter
from workbench.scenario.runner import Runner
from workbench.session import Session

MARKS = about_shapes("e.kind = 'command'")


def mark(controller: Controller, count: int) -> None:
    for number in range(count):
        controller.session.perform(c.Mark(str(number)))
    controller.session.journal.flush()


def test_each_row_is_counted_once(
    controller: Controller,
    wait: Callable[[Callable[[], bool]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Many at once on another thread, a few here and at once."""
    monkeypatch.setattr(module, "AT_ONCE", 5)
    monkeypatch.setattr(module, "CHUNK", 10)
    counted = RowCounter(controller, MARKS)
    mark(controller, 25)
    counted.count_on()
    assert counted.count == 0
    mark(controller, 8)
    counted.count_on()
    wait(lambda: counted.count == 25 and counted._task is None)
    counted.count_on()
    wait(lambda: counted.count == 33 and counted._task is None)
    mark(controller, 2)
    counted.count_on()
    assert counted.count == 35


def test_many_rows_none_of_which_can_meet_it_need_no_other_thread(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 5)
    counted = RowCounter(controller, about_shapes("e.call = 'no such call'"))
    mark(controller, 25)
    counted.count_on()
    assert (counted.count, counted._task) == (0, None)
    assert counted._seen == controller.session.journal.committed


def test_who_shows_it_is_told_when_another_thread_has_counted(
    controller: Controller,
    wait: Callable[[Callable[[], bool]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 5)
    counted = RowCounter(controller, MARKS)
    told: list[int] = []
    counted.counted.connect(lambda: told.append(counted.count))
    mark(controller, 25)
    counted.count_on()
    wait(lambda: told == [25])


def test_another_record_is_counted_from_its_begin(controller: Controller, tmp_path: Path) -> None:
    counted = RowCounter(controller, MARKS)
    mark(controller, 3)
    counted.count_on()
    controller.reset_session(Session(tmp_path / "fresh.swb", spawn=qt_spawn))
    assert counted.count == 0
    mark(controller, 1)
    counted.count_on()
    assert counted.count == 1


def test_errors_that_a_run_expects_are_counted_when_it_has_ended(
    controller: Controller, wait: Callable[[Callable[[], bool]], None], tmp_path: Path
) -> None:
    shown = demo("udp-refused")
    assert shown is not None
    counted = ExpectedCounter(controller)
    mark(controller, 3)
    counted.count_on()
    assert (counted.count, counted._task) == (0, None)
    assert Runner(controller.session, shown.scenario(), timeout=60).run().ok
    controller.session.journal.flush()
    counted.count_on()
    wait(lambda: counted.count == 1 and counted._task is None)
    counted.count_on()
    assert counted._task is None
    controller.reset_session(Session(tmp_path / "fresh.swb", spawn=qt_spawn))
    assert counted.count == 0

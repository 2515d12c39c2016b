"""A counter tells what it counts when that is something else, and its rates fade by waiting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from workbench.qt.traffic_counter import TrafficCounter
from workbench.viewmodel.traffic import Traffic, TrafficState

BOUND_MS = 60_000


@pytest.fixture
def counter(qtbot: QtBot) -> Iterator[TrafficCounter]:  # timers need an application
    parent = QObject()
    yield TrafficCounter(parent)
    del parent


@pytest.fixture
def told(counter: TrafficCounter) -> list[TrafficState]:
    found: list[TrafficState] = []
    counter.counted.connect(found.append)
    return found


def test_it_tells_what_has_changed_and_once(
    counter: TrafficCounter, told: list[TrafficState]
) -> None:
    counter.look(Traffic())
    assert told == []
    counter.look(Traffic(10, 1, 0, 0), 7)
    counter.look(Traffic(10, 1, 0, 0), 7)
    assert told[-1].counted == Traffic(10, 1, 0, 0)
    assert told[-1].number == 7


def test_it_begins_anew(counter: TrafficCounter, told: list[TrafficState]) -> None:
    counter.look(Traffic(10, 1, 5, 1))
    counter.reset()
    assert told[-1].counted == Traffic()
    counter.look(Traffic(12, 2, 5, 1))
    assert told[-1].counted == Traffic(2, 1, 0, 0)


def test_a_rate_falls_when_nothing_more_comes(
    qtbot: QtBot, counter: TrafficCounter, told: list[TrafficState]
) -> None:
    counter.look(Traffic())
    counter.look(Traffic(1000, 1, 0, 0))
    assert told[-1].moving
    qtbot.waitUntil(lambda: not told[-1].moving, timeout=BOUND_MS)
    assert told[-1].counted == Traffic(1000, 1, 0, 0)

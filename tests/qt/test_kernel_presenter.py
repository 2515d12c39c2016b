"""Whose readings are shown, taken only while somebody looks, and told only when they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject

from tests.qt.conftest import Wait
from tests.snapshots import fresh
from workbench import texts
from workbench.engine.model import commands as c
from workbench.qt.controller import Controller
from workbench.qt.kernel_presenter import KernelPresenter
from workbench.viewmodel.kernel_state import KernelState, PlotPoints


class Shown:
    """Everything that a presenter told."""

    def __init__(self, controller: Controller, parent: QObject) -> None:
        self.presenter = KernelPresenter(controller, parent)
        self.states: list[KernelState] = []
        self.points: list[PlotPoints] = []
        self.presenter.changed.connect(self.states.append)
        self.presenter.measured.connect(self.points.append)

    def says(self, text: str) -> bool:
        return bool(self.states) and text in self.states[-1].head


@pytest.fixture
def shown(controller: Controller) -> Iterator[Shown]:
    parent = QObject()
    yield Shown(controller, parent)
    parent.deleteLater()


@pytest.fixture
def at_client(
    controller: Controller, shown: Shown, talk: Callable[[str], None], wait: Wait
) -> Shown:
    """Somebody looks at the client of a talk, and its readings have come."""
    talk("hello")
    controller.select(endpoint="client")
    shown.presenter.set_in_sight(True)
    wait(lambda: shown.says("ESTABLISHED"))
    return shown


def test_nothing_is_read_while_nobody_looks(
    controller: Controller, at_client: Shown, wait: Wait
) -> None:
    wait(lambda: fresh_reading(controller) is not None)
    at_client.presenter.set_in_sight(False)
    wait(lambda: fresh_reading(controller) is None)
    before = len(at_client.states), len(at_client.points)
    at_client.presenter._on_tick()
    assert (len(at_client.states), len(at_client.points)) == before


def fresh_reading(controller: Controller) -> object:
    return controller.snapshot("client").connections[-1].reading


def test_another_socket_is_another_subject(
    controller: Controller, shown: Shown, talk: Callable[[str], None], wait: Wait
) -> None:
    talk("hello")
    shown.presenter.set_in_sight(True)
    assert "Choose" in shown.states[-1].head
    controller.select(endpoint="client")
    wait(lambda: shown.says("ESTABLISHED"))
    first = shown.states[-1]
    assert first.who.startswith("client #1, 127.0.0.1:")
    assert first.tcp_state == "ESTABLISHED"
    assert first.lines
    listening = fresh(controller.session, "server").connection
    controller.select(endpoint="server", connection=listening)
    wait(lambda: "listening" in shown.states[-1].who and shown.says("LISTEN"))
    assert shown.states[-1].subject != first.subject


def test_a_closed_one_keeps_its_last_reading(
    controller: Controller, at_client: Shown, wait: Wait
) -> None:
    subject = at_client.states[-1].subject
    assert controller.perform(c.Close("client")).wait(60)
    wait(lambda: at_client.says("last reading"))
    assert at_client.states[-1].subject == subject
    assert at_client.states[-1].lines


def test_another_language_words_the_same_subject(at_client: Shown) -> None:
    before = at_client.states[-1]
    texts.set_language("zh_CN")
    at_client.presenter.tell()
    after = at_client.states[-1]
    assert after.subject == before.subject
    assert after.head != before.head
    assert [name for name, _, _ in after.lines] != [name for name, _, _ in before.lines]

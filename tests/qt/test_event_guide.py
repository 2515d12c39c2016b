"""Led from a panel to the event behind what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject

from tests.qt.conftest import Wait
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, ChipState
from workbench.qt.controller import Controller
from workbench.qt.event_guide import EventGuide


@pytest.fixture
def parent() -> Iterator[QObject]:
    made = QObject()
    yield made
    made.deleteLater()


def chosen_call(controller: Controller) -> str | None:
    seq = controller.selection.seq
    return None if seq is None else controller.reader.page(seq, 1)[0].call


def test_a_chip_leads_to_its_event_and_a_planned_one_to_the_endpoint(
    controller: Controller, talk: Callable[[str], None], parent: QObject
) -> None:
    talk("ping")
    guide = EventGuide(controller, "client", parent)
    pressed: list[bool] = []
    guide.pressed.connect(lambda: pressed.append(True))
    chip = next(chip for chip in fresh(controller.session, "client").strip if chip.t_ns)
    guide.show_chip(chip)
    assert chosen_call(controller) == chip.call
    guide.show_chip(Chip("send", "", ChipState.PLANNED))
    assert controller.selection.endpoint == "client"
    assert controller.selection.seq is None
    assert pressed == [True, True]


def test_the_newest_failure_is_chosen_as_soon_as_it_can_be_read(
    controller: Controller, wait: Wait, parent: QObject
) -> None:
    controller.session.add(EndpointSettings("lonely", Role.STREAM, address="127.0.0.1:1"))
    ticket = controller.session.perform(c.Connect("lonely"))
    assert ticket.wait(60)
    EventGuide(controller, "lonely", parent).show_failure()
    wait(lambda: chosen_call(controller) == "connect")
    row = controller.reader.page(controller.selection.seq or 0, 1)[0]
    assert row.errno == "ECONNREFUSED"
    assert row.endpoint == "lonely"


def test_without_a_failure_the_endpoint_is_chosen(
    controller: Controller, wait: Wait, parent: QObject
) -> None:
    EventGuide(controller, "server", parent).show_failure()
    wait(lambda: controller.selection.endpoint == "server")
    assert controller.selection.seq is None


def test_a_connection_that_stands_still_is_explained_and_chosen(
    controller: Controller, talk: Callable[[str], None], wait: Wait, parent: QObject
) -> None:
    talk("ping")
    session = controller.session
    for command in (c.Pause("server", c.Gate.RECEIVE), c.Send("client", text="unread")):
        assert session.perform(command).wait(60)
    wait(lambda: any(item.unread for item in fresh(session, "server").connections))
    guide = EventGuide(controller, "server", parent)
    told: list[object] = []
    guide.told.connect(told.append)
    guide.explain_stall(1)
    wait(lambda: bool(told))
    assert controller.selection.connection == fresh(session, "server").connections[0].id
    guide.explain_stall(99)  # nobody
    guide.show_failure()
    wait(lambda: controller.selection.connection is None)
    assert len(told) == 1

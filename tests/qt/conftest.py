"""A controller over a real session whose endpoints run on QThreads; no window."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.qt.controller import Controller
from workbench.qt.endpoint_thread import qt_spawn
from workbench.session import Session

BOUND_MS = 60_000
"""Only catches a hang."""
Wait = Callable[[Callable[..., bool]], None]
"""Of a function without arguments, or whose arguments all have a default, as in a loop."""


@pytest.fixture
def controller(qapp: QApplication, tmp_path: Path) -> Iterator[Controller]:
    made = Controller(Session(tmp_path / "record.swb", spawn=qt_spawn))
    made.session.add(
        EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo())
    )
    made.session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=10.0))
    yield made
    made.close()
    made.deleteLater()  # here, on the GUI's thread, and not by Python's collector anywhere
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def wait(qtbot: QtBot) -> Wait:
    """Let the GUI's events run until something holds."""
    return lambda true: qtbot.waitUntil(true, timeout=BOUND_MS)


@pytest.fixture
def talk(controller: Controller) -> Callable[[str], None]:
    """Listen and connect where nothing is open yet, send, and have the echo in the record."""

    def say(text: str) -> None:
        session = controller.session
        if not fresh(session, "client").open_count:
            for command in (c.Start("server"), c.Connect("client")):
                ticket = session.perform(command)
                assert ticket.wait(BOUND_MS / 1000)
                assert ticket.outcome is not None
                assert ticket.outcome.ok
        reader = session.journal.reader()
        try:
            before = _received(reader)
            session.perform(c.Send("client", text=text))
            while _received(reader) < before + len(text.encode()):
                session.journal.flush()
        finally:
            reader.close()

    return say


def _received(reader: object) -> int:
    rows = reader.page(1, 100_000)  # type: ignore[attr-defined]
    return sum(row.result or 0 for row in rows if row.call == "recv" and row.endpoint == "client")

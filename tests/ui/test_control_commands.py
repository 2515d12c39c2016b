"""The window and the table of controls that act on sockets, walked both ways."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from tests.ui.conftest import build_late
from workbench import ui
from workbench.engine.model import commands as c
from workbench.ui.window.window import MainWindow
from workbench.viewmodel.control_commands import BINDINGS, VIEW_ONLY, check


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    """With all that is built when it is first shown."""
    build_late(window)
    return window


CONTROLS = (QAbstractButton, QAbstractItemView, QComboBox, QLabel, QLineEdit, QPlainTextEdit)
CONTRACT = """
server.family server.type server.host server.port server.backlog server.timeout server.responder
server.greeting server.encoding server.accept_gate server.accept_one server.receive_gate
server.receive_one server.listen server.stop server.state server.connections server.queue
server.message server.target server.payload server.send client.family client.type client.host
client.port client.timeout client.bufsize client.connect client.payload client.encoding
client.escapes client.append client.send client.receive_gate client.receive_one client.half_close
client.abort client.close client.state client.count client.message client.conversation
log.table log.filter log.clear_filter log.follow log.clear inspector.tabs
""".split()


def panel_controls(window: MainWindow) -> set[str]:
    names = {widget.objectName() for kind in CONTROLS for widget in window.findChildren(kind)}
    return {name for name in names if name.startswith(("server.", "client."))}


def test_every_control_is_bound_or_only_shows(window: MainWindow) -> None:
    for name in panel_controls(window):
        assert (name in BINDINGS) != (name in VIEW_ONLY), name


def test_every_bound_control_is_there(window: MainWindow) -> None:
    for name in BINDINGS:
        assert window.findChild(QWidget, name) is not None, name


def test_the_contract_for_tests_and_tools(window: MainWindow) -> None:
    for name in CONTRACT:
        assert window.findChild(QWidget, name) is not None, name


def test_a_control_cannot_act_outside_the_table() -> None:
    with pytest.raises(TypeError):
        check("server.stop", c.Abort("server-1"))
    with pytest.raises(TypeError):
        check("server.message", c.Stop("server-1"))


def test_panels_perform_through_the_table_only() -> None:
    """`perform(` stands where `check` stands, and nowhere else in ui/."""
    for path in Path(ui.__file__).parent.rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if ".perform(" in line:
                assert "control_commands.check(" in line, (path.name, line)


def test_every_control_explains_itself(window: MainWindow) -> None:
    for name in panel_controls(window):
        widget = window.findChild(QWidget, name)
        assert widget is not None
        assert widget.accessibleName(), name
        if name.split(".")[1] not in ("message", "why", "way_out", "calls"):
            assert widget.toolTip(), name

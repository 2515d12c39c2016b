"""The window on its own: offscreen, in English, with a record in the test's folder."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.free_port import free_port
from tests.leftover import threads_since
from workbench import texts
from workbench.engine.model.snapshot import ConnectionSnapshot, Phase
from workbench.ui.dialogs.scenario_dialog import ScenarioDialog
from workbench.ui.endpoint.connection_table import ConnectionTable
from workbench.ui.lab.backlog_window import BacklogWindow
from workbench.ui.style import dressing, theme
from workbench.ui.style.retranslatable import use_language
from workbench.ui.widgets.late_part import LatePart
from workbench.viewmodel import default_endpoints

if TYPE_CHECKING:
    from workbench.ui.window.window import MainWindow

Read = TypeVar("Read")
BOUND_MS = 60_000
"""Only catches a hang."""


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.set_language("en")
    yield
    texts.set_language("en")


@pytest.fixture
def first_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A free port in place of 23333: other tests may run beside this one."""
    port = free_port()
    monkeypatch.setattr(default_endpoints, "FIRST_PORT", port)
    return port


@pytest.fixture
def dressed() -> bool:
    """Whether the windows of a test get the style sheet.

    Most of the time of making one goes into it, and what a window does is the same without; how it
    looks is judged in folders whose conftest.py says True here.
    """
    return False


@pytest.fixture
def _sheet(qapp: QApplication, dressed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    dressing.apply(qapp, theme.LIGHT)
    if not dressed:
        monkeypatch.setattr(dressing, "dress", lambda _window: None)


@pytest.fixture
def window(qtbot: QtBot, _sheet: None, tmp_path: Path, first_port: int) -> Iterator[MainWindow]:
    with shown_window(tmp_path) as made:
        yield made


@contextmanager
def shown_window(folder: Path) -> Iterator[MainWindow]:
    """A window with its record in this folder; nothing of it is left afterwards."""
    from workbench import app

    before = set(threading.enumerate())
    made = app.create_window(folder / "record.swb")
    made.show()
    yield made
    for beside in list(app._beside):
        beside.close()
    made.close()
    stayed = threads_since(before)
    made.deleteLater()
    # no event loop runs between tests: windows would gather, and each theme styles them all
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not stayed, "a thread outlives its window"


@pytest.fixture(scope="module")
def shared_window(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """One window for the tests of a module that leave it as they found it, without a style sheet:
    to make one costs more than most of what they do.
    """
    texts.set_language("en")
    dressing.apply(qapp, theme.LIGHT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dressing, "dress", lambda _window: None)
        patch.setattr(default_endpoints, "FIRST_PORT", free_port())
        with shown_window(tmp_path_factory.mktemp("shared")) as made:
            yield made


@pytest.fixture
def shared_hand(shared_window: MainWindow, qtbot: QtBot) -> Iterator[SharedHand]:
    """The hand of that window: what it typed and chose, and in which language, is put back."""
    made = SharedHand(shared_window, qtbot)
    yield made
    made.put_back()


def made_scenario(window: MainWindow, qtbot: QtBot, *, repeat: bool = False) -> ScenarioDialog:
    before = window.findChildren(ScenarioDialog)
    window.child_windows.make_scenario(repeat=repeat)
    qtbot.waitUntil(
        lambda: len(window.findChildren(ScenarioDialog)) > len(before), timeout=BOUND_MS
    )
    return written(next(x for x in window.findChildren(ScenarioDialog) if x not in before))


def written(dialog: ScenarioDialog) -> ScenarioDialog:
    """The window that makes a scenario, once the text that its fields ask for stands there."""
    until = QDeadlineTimer(BOUND_MS)
    while dialog.making and not until.hasExpired():  # the window's own clock is an event too
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    assert not dialog.making
    return dialog


def build_late(window: QWidget) -> None:
    """All that is built when it is first shown, also within what is."""
    for late in window.findChildren(LatePart):
        if late.built is None:
            build_late(late.part)


class Hand:
    """Finds controls by name, uses them as a person would, and waits for what they lead to."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.qtbot = qtbot

    def find(self, name: str) -> QWidget:
        widget = self.window.findChild(QWidget, name)
        if widget is None:
            build_late(self.window)
            widget = self.window.findChild(QWidget, name)
        assert isinstance(widget, QWidget), name
        return widget

    def text(self, name: str) -> str:
        widget = self.find(name)
        plain = getattr(widget, "toPlainText", None)
        return str(plain() if plain is not None else widget.text())  # type: ignore[attr-defined]

    def text_of_explain(self) -> str:
        """All that Explain shows."""
        return "\n".join(x.text() for x in self.find("inspector.explain").findChildren(QLabel))

    def make_scenario(self, *, repeat: bool = False) -> ScenarioDialog:
        """The window that makes a scenario: it comes when all that has happened can be read."""
        return made_scenario(self.window, self.qtbot, repeat=repeat)

    def wait(self, true: Callable[..., bool]) -> None:
        """Until a function without arguments gives something true; in a loop its arguments may
        have defaults."""
        self.qtbot.waitUntil(true, timeout=BOUND_MS)

    def wait_holds(self, asserts: Callable[[], None]) -> None:
        """Until nothing of what `asserts` asserts fails; what failed last is the reason told."""
        self.qtbot.waitUntil(asserts, timeout=BOUND_MS)

    def at_rest(self, read: Callable[[], Read]) -> Read:
        """What is read once a few turns of the event loop leave it as it is: a layout asks its
        parents for another one, each a turn later."""
        reads = [read()]

        def same() -> bool:
            reads.append(read())
            return len(reads) > 4 and all(one == reads[-1] for one in reads[-4:])

        self.wait(same)
        return reads[-1]

    def unfold(self, name: str) -> None:
        """What is folded while a socket is open is unfolded first, as a person does it."""
        for fold in ("set_up", "send_options"):
            opener = self.window.findChild(QToolButton, f"{name.partition('.')[0]}.{fold}")
            if opener is None or not opener.isVisible() or opener.isChecked():
                continue
            if self.find(name).isVisible():
                return
            opener.click()
            if not self.find(name).isVisible():
                opener.click()

    def press(self, name: str) -> None:
        """Looked up again each time: Explain makes its buttons anew while one waits."""
        self.unfold(name)

        def can_be_pressed() -> bool:
            button = self.find(name)
            return button.isEnabled() and button.isVisible()

        self.wait(can_be_pressed)
        self.find(name).click()  # type: ignore[attr-defined]

    def line(self, name: str) -> QLineEdit:
        """A line of text, also that of a choice which takes any typing."""
        field = self.find(name)
        edit = field.lineEdit() if isinstance(field, QComboBox) else field
        assert isinstance(edit, QLineEdit), name
        return edit

    def type(self, name: str, text: str) -> None:
        """What is typed into a field that is off goes nowhere: it may come on with a new state."""
        self.unfold(name)
        self.wait(self.find(name).isEnabled)
        edit = self.line(name)
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, text)
        edit.editingFinished.emit()

    def choose(self, name: str, value: str) -> None:
        box = self.find(name)
        self.unfold(name)
        self.wait(box.isEnabled)
        index = box.findData(value)  # type: ignore[attr-defined]
        assert index >= 0, (name, value)
        box.setCurrentIndex(index)  # type: ignore[attr-defined]
        box.activated.emit(index)  # type: ignore[attr-defined]

    def choose_rows(self, side: str, *keys: int | str) -> ConnectionTable:
        """Choose connections (or peers) in a table, once they stand there."""
        table = self.find(f"{side}.connections")
        assert isinstance(table, ConnectionTable)
        self.wait(lambda: set(keys) <= {line.key for line in table.lines.lines})
        table._select(set(keys))
        return table

    def connection(self, name: str, index: int = -1) -> ConnectionSnapshot:
        """One of an endpoint's connections (the newest), once a snapshot shows it."""
        shown = self.window.controller.snapshot
        self.wait(lambda: bool(shown(name).connections))
        return shown(name).connections[index]

    def open_websocket(self) -> None:
        """A client of the server that has opened a WebSocket and was greeted."""
        for side in ("server", "client"):
            self.choose(f"{side}.type", "ws")
        self.press("server.listen")
        self.wait_state("server", "LISTEN")
        self.press("client.connect")
        self.wait_state("client", "ESTABLISHED")
        self.wait_says("client.conversation", "连接已创建")

    def open_lab(self, timeout: str) -> BacklogWindow:
        """The backlog lab, with its clients all at once."""
        self.window.child_windows.open_backlog_lab()
        made = self.window.child_windows.lab
        assert made is not None
        made.set_up.every.setText("0")
        made.set_up.timeout.setText(timeout)
        return made

    def wait_state(self, side: str, state: str) -> None:
        self.wait(lambda: self.text(f"{side}.state").split(" | ")[0] == state)

    def connect(self) -> None:
        """Listen at the first server, and connect the first client to it."""
        self.press("server.listen")
        self.wait_state("server", "LISTEN")
        self.press("client.connect")
        self.wait_state("client", "ESTABLISHED")

    def exchange(self) -> None:
        """Connect, be greeted, send the message that stands there, and get it back."""
        self.press("server.listen")
        self.wait_state("server", "LISTEN")
        self.press("client.connect")
        self.wait_says("client.conversation", "连接已创建")
        self.press("client.send")
        self.wait(lambda: self.text("client.conversation").count("hello") == 2)

    def wait_says(self, name: str, part: str) -> None:
        self.wait(lambda: part in self.text(name))


class SharedHand(Hand):
    """A hand that knows what stood in the fields before."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        super().__init__(window, qtbot)
        self._typed: dict[str, str] = {}
        self._chosen: dict[str, str] = {}

    def type(self, name: str, text: str) -> None:
        self._typed.setdefault(name, self._shown(name))
        super().type(name, text)

    def choose(self, name: str, value: str) -> None:
        self._chosen.setdefault(name, self.find(name).currentData())  # type: ignore[attr-defined]
        super().choose(name, value)

    def _shown(self, name: str) -> str:
        field = self.find(name)
        return str(field.currentText() if hasattr(field, "currentText") else field.text())  # type: ignore[attr-defined]

    def keep(self, side: str) -> None:
        """Have host, port, family and type of a side put back: what a pasted address changes."""
        for name in ("family", "type"):
            box = self.find(f"{side}.{name}")
            self._chosen.setdefault(f"{side}.{name}", box.currentData())  # type: ignore[attr-defined]
        for name in ("host", "port"):
            self._typed.setdefault(f"{side}.{name}", self._shown(f"{side}.{name}"))

    def put_back(self) -> None:
        """The sockets closed, the fields as they were, and English."""
        self.window.endpoint_tabs.stop_all()
        for side in ("server", "client"):
            self.wait(partial(self._is_closed, side))
        for name, value in self._chosen.items():
            super().choose(name, value)
        for name, text in reversed(self._typed.items()):  # a typed port undoes a host's link
            edit = self.line(name)
            edit.selectAll()
            edit.insert(text)  # which may be Chinese: no keys
            edit.editingFinished.emit()
        assert {name: self._shown(name) for name in self._typed} == self._typed
        use_language("en")

    def _is_closed(self, side: str) -> bool:
        presenter = self.window.endpoint_tabs.presenter(f"{side}-1")
        return presenter.phase in (Phase.IDLE, Phase.CLOSED, Phase.FAILED)


@pytest.fixture
def hand(window: MainWindow, qtbot: QtBot) -> Hand:
    return Hand(window, qtbot)


@pytest.fixture
def peer(hand: Hand) -> Iterator[socket.socket]:
    """The other end of the client's connection, in the test's own hand."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hand.find("client.host").setEditText("127.0.0.1")  # type: ignore[attr-defined]
        hand.type("client.port", str(listener.getsockname()[1]))
        hand.press("client.connect")
        hand.wait_state("client", "ESTABLISHED")
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(BOUND_MS / 1000)
            yield accepted
    hand.window.preferences.write_list("sent_messages", [])  # the next window remembers them

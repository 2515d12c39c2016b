"""A window that may open few descriptors, as a process of its own: its limit is its own.

Usage: python -m tests.e2e.few_descriptors LIMIT RECORD

It says on stdout what has come, a word a line, and goes on at a line on stdin where it says so.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from tests.snapshots import fresh
from workbench.app import create_window, make_application
from workbench.ui.window.window import MainWindow
from workbench.viewmodel import default_endpoints

W = TypeVar("W", bound=QWidget)


class Hands:
    """Uses the window by the names of its controls."""

    def __init__(self, app: QApplication, window: MainWindow) -> None:
        self._app = app
        self.window = window

    def find(self, kind: type[W], name: str) -> W:
        found = self.window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def wait(self, true: Callable[[], bool]) -> None:
        while not true():
            self._app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def press(self, name: str) -> None:
        button = self.find(QAbstractButton, name)
        self.wait(button.isEnabled)
        button.click()

    def says(self, name: str) -> str:
        found = self.find(QWidget, name)
        labels = found.findChildren(QLabel)
        return " ".join([getattr(found, "text", str)(), *(label.text() for label in labels)])

    def clients(self, count: int) -> None:
        edit = self.find(QLineEdit, "client.count")
        edit.setText(str(count))
        edit.editingFinished.emit()
        self.press("client.connect")


def say(word: object) -> None:
    print(word, flush=True)


def main(limit: int, record: Path) -> None:
    """The window under a flood of its own clients, then of somebody else's."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    default_endpoints.FIRST_PORT = 0  # type: ignore[misc]  # a free one
    app = make_application()
    hands = Hands(app, create_window(record))
    hands.window.show()
    hands.press("server.listen")
    hands.wait(lambda: hands.says("server.state") == "LISTEN")
    hands.clients(limit)
    hands.wait(lambda: "do not fit" in hands.says("client.message"))
    say("refused")
    session = hands.window.controller.session
    say(session.link("server-1"))
    hands.wait(lambda: "no descriptor is left" in hands.says("server.message"))
    hands.window.grab()  # all is painted, icons and all
    hands.window.appearance.switch_language()
    hands.window.grab()
    hands.window.appearance.switch_language()
    say("held")
    hands.wait(lambda: not fresh(session, "server-1").no_room)
    say("resumed")
    hands.window.close()
    say("closed")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))

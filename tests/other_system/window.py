"""The window on another system's Python: its main actions, one after the other.

Run by tests/e2e/test_other_systems.py with the shim beside it; prints what it came to.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from workbench import texts
from workbench.app import create_window, make_application, take_down
from workbench.ui.dialogs.scenario_dialog import ScenarioDialog
from workbench.ui.style.retranslatable import use_language
from workbench.viewmodel.client_status import is_open

BOUND = 60.0
W = TypeVar("W", bound=QWidget)


def until(true: Callable[[], bool], what: str) -> None:
    """Let the window's events run until something holds; the bound only catches a hang."""
    end = time.monotonic() + BOUND
    while not true():
        QApplication.processEvents()
        if time.monotonic() > end:
            raise SystemExit(f"never came: {what}")
        time.sleep(0.005)
    print(what, flush=True)


def main() -> None:
    app = make_application([])
    with tempfile.TemporaryDirectory() as folder:
        window = create_window(Path(folder) / "r.swb")
        window.show()

        def find(kind: type[W], name: str) -> W:
            found = window.findChild(kind, name)
            assert isinstance(found, kind), name
            return found

        def press(name: str) -> None:
            button = find(QAbstractButton, name)
            until(lambda: button.isEnabled() and button.isVisible(), f"{name} can be pressed")
            button.click()

        def text(name: str) -> str:
            widget = find(QWidget, name)
            plain = getattr(widget, "toPlainText", None)
            return str(plain() if plain is not None else widget.text())  # type: ignore[attr-defined]

        field = find(QLineEdit, "server.port")
        field.setText("0")  # a free one: 23333 may be taken
        field.editingFinished.emit()
        press("server.listen")
        until(lambda: window.controller.snapshot("server-1").phase.value == "listening", "listens")
        press("client.connect")
        until(lambda: is_open(window.controller.snapshot("client-1")), "connected")
        press("client.send")
        until(lambda: text("client.conversation").count("hello") == 2, "echoed")
        window.log.view.selectRow(3)
        for language in reversed(texts.LANGUAGES):
            use_language(language)
            QApplication.processEvents()
        for place in range(window.inspector.count()):
            window.inspector.setCurrentIndex(place)
            QApplication.processEvents()
        window.child_windows.make_scenario()
        until(lambda: bool(window.findChildren(ScenarioDialog)), "scenario made")
        press("client.half_close")
        until(
            lambda: "shutdown" in {row.call for row in window.controller.reader.page(1, 999)},
            "half-closed",
        )
        press("client.close")
        press("server.stop")
        until(lambda: window.controller.snapshot("server-1").phase.value == "closed", "stopped")
        window.child_windows.open_backlog_lab()
        lab = window.child_windows.lab
        assert lab is not None
        lab.set_up.every.setText("0")
        lab.set_up.timeout.setText("1")
        lab.start()
        until(lambda: lab.comparison.isVisible(), "the lab has run")
        window.close()
        until(lambda: window.controller.closed, "closed")
    take_down()
    app.quit()
    print("done", sys.platform)


if __name__ == "__main__":
    main()

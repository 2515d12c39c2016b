"""Builds the window on an existing QApplication, and runs it."""

from __future__ import annotations

from pathlib import Path

from workbench.qt.controller import Controller
from workbench.qt.thread import qt_spawn
from workbench.session import Session
from workbench.ui.main_window import MainWindow


def create_window(record_path: Path | None = None) -> MainWindow:
    """A window with a session of its own, both panels filled and ready.

    Args:
        record_path: where the new record goes; None: the user's state directory.

    Raises:
        Problem: the record cannot be made.
    """
    session = Session(record_path, spawn=qt_spawn, beyond_loopback=True)
    window = MainWindow(Controller(session))
    window.first_start()
    window.retranslate()
    return window

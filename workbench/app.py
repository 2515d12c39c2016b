"""Builds the window on a QApplication and runs it."""

from __future__ import annotations

import argparse
import gc
import sys
import traceback
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication
from shiboken6 import delete, isValid

from workbench import debug, interrupts
from workbench.qt.controller import Committed, Controller
from workbench.qt.endpoint_thread import qt_spawn
from workbench.qt.preferences import Preferences
from workbench.session import Session
from workbench.texts import LANGUAGES, Problem, set_language, system_language, tr
from workbench.ui.style import dressing, fonts, icons
from workbench.ui.style.appearance import Appearance
from workbench.ui.widgets.screen_fit import fit
from workbench.ui.window.window import MainWindow
from workbench.viewmodel.workspace_file import WorkspaceFile, usual_place

INTERRUPTED: Final = 130
LOOK_BACK_MS: Final = 500
"""Delay after the window is painted until a record left by a crash is looked for."""


def create_window(record_path: Path | None = None, workspace: Path | None = None) -> MainWindow:
    """A window with its session; its panels are as they were left, or ready for a first start.

    Args:
        record_path: an existing record is shown, read-only; else where the new one goes; None:
            the user's state directory, or where that cannot be written to, a temporary one that is
                deleted with the window.
        workspace: the file that the window's layout is restored from and saved to; None: nothing is
            saved.

    Raises:
        Problem: the record cannot be read or created.
    """
    if record_path is not None and record_path.exists():
        return _show_record(record_path)
    session = Session(
        record_path,
        spawn=qt_spawn,
        beyond_loopback=True,
        capture=_preferences().capture,
        keep=_preferences().keep if record_path is None else None,
        lasting=False,
    )
    window = _window(Controller(session))
    if workspace is None or not window.remember(WorkspaceFile(workspace)):
        window.first_start()
    if (damaged := _preferences().damaged) is not None:
        window.status_bar.tell(damaged.text)
    return window


def _window(controller: Controller, *, live: bool = True) -> MainWindow:
    if not dressing.is_applied():  # an application that somebody else has made
        _appearance().apply()
    window = MainWindow(controller, _appearance(), _preferences(), live=live)
    window.file_commands.record_wanted.connect(partial(_open_beside, window))
    dressing.dress(window)
    window.status_bar.measure()
    return window


@cache
def _preferences() -> Preferences:
    return Preferences()


@cache
def _appearance() -> Appearance:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return Appearance(app, _preferences())


_beside: set[MainWindow] = set()


def _open_beside(window: MainWindow, path: Path) -> None:
    """An earlier record in a window of its own; kept until it is closed."""
    try:
        other = _show_record(path)
    except Problem as problem:
        window.status_bar.tell(problem.text)
        return
    other.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _beside.add(other)
    other.destroyed.connect(lambda: _beside.discard(other))
    fit(other)
    other.show()


def _show_record(path: Path) -> MainWindow:
    from workbench.ui.window.record_session import OldRecord

    session = OldRecord(path)
    controller = Controller(session)
    window = _window(controller, live=False)
    controller.committed.emit(Committed(session.journal.committed))
    return window


def _report_to(window: MainWindow) -> None:
    """Logs an exception raised in a slot and shows it in the window; the program goes on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, error, trace)
        window.status_bar.tell(tr("window.unexpected", reason=f"{kind.__name__}: {error}"))

    sys.excepthook = hook


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="socket-workbench", add_help=False)
    parser.add_argument("record", nargs="?", type=Path)
    parser.add_argument("--lang", choices=LANGUAGES)
    parser.add_argument(debug.OPTION, action="store_true")  # `start` has already begun it
    return parser.parse_args(argv)


def make_application(argv: list[str] | None = None) -> QApplication:
    """The QApplication with style, palette and icon; follows the system's light and dark."""
    app = QApplication(["socket-workbench", *dressing.ARGUMENTS, *(argv or [])])
    app.setProperty(dressing.STYLED, True)
    app.setApplicationName("socket-workbench")
    app.setDesktopFileName("socket-workbench")  # resources/app has it
    _appearance().apply()
    return app


def main(argv: list[str]) -> int:
    """Run the window until it is closed; the exit status."""
    arguments = _arguments(argv)
    app = make_application()
    set_language(arguments.lang or _preferences().language or system_language())
    with interrupts.listening():
        try:
            window = create_window(arguments.record, usual_place())
        except Problem as problem:
            print(problem.text, file=sys.stderr)
            return 2
        try:
            return _show(app, window)
        finally:
            take_down()


def _show(app: QApplication, window: MainWindow) -> int:
    """Show the window until it is closed, by a person or by a signal; the exit status."""
    _report_to(window)
    ending = _Ending()

    def hurry() -> None:
        window.controller.session.hurry()  # *Start over* replaces the session

    with interrupts.telling(asked=ending.asked.emit, hurried=hurry):
        if interrupts.asked():  # a signal came while the window was being built
            window.close()
            return INTERRUPTED
        fit(window)
        window.show()
        QTimer.singleShot(0, app, partial(_once_painted, app))
        if not gc.isenabled():  # `start` had put it off until now
            gc.freeze()  # what exists by now stays: the collector need not look
            gc.enable()
        if window.live:
            QTimer.singleShot(LOOK_BACK_MS, window.record_commands.look_for_a_crash)
        status = app.exec()
        window.close()  # nothing, where it is closed
        return INTERRUPTED if interrupts.asked() else status


def take_down() -> None:
    """Destroy the windows, each with all that is in it, as long as everything they ask is there.

    What is left is destroyed by PySide at the interpreter's end, piece by piece, and Python code of
    a window is called for pieces whose neighbours are gone: 6.12 prints that, or dies of it.
    """
    # without a parent: those with one go with it
    for window in [one for one in QApplication.topLevelWidgets() if one.parent() is None]:
        if isValid(window):
            delete(window)


def _once_painted(app: QApplication) -> None:
    app.setWindowIcon(icons.app_icon())
    fonts.open_fonts()
    import_module("workbench.engine.runtime.host")  # the first command needs it


class _Ending(QObject):
    """Carries an operating system signal over to the window's thread.

    Signals:
        asked(): somebody wants the program to end.
    """

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        # queued: the windows close between two slots, never in the middle of one
        self.asked.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _end(self) -> None:
        QApplication.closeAllWindows()  # a question that is open is answered first
        QApplication.exit(INTERRUPTED)

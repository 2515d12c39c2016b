"""create_window, records opened beside it, and what becomes of a window that is gone."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.cli_process import run_command
from tests.leftover import sockets, threads_since
from workbench import app
from workbench.engine.model import commands as c
from workbench.journal.recorder import Recorder
from workbench.texts import Problem
from workbench.ui.dialogs.scenario_dialog import ScenarioDialog
from workbench.ui.window.window import MainWindow
from workbench.viewmodel import default_endpoints

BOUND_MS = 60_000


def dispose(window: MainWindow) -> None:
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    monkeypatch.setattr(
        default_endpoints, "FIRST_PORT", 0
    )  # the kernel chooses: tests may run beside
    made = app.create_window(tmp_path / "record.swb")
    yield made
    if isValid(made):
        for beside in list(app._beside):
            beside.close()
        dispose(made)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A record that was closed."""
    made = Recorder(tmp_path / "old.swb")
    made.start()
    made.close()
    return made.path


def test_a_window_is_ready(window: MainWindow, tmp_path: Path) -> None:
    assert window.live
    assert window.controller.session.record == tmp_path / "record.swb"
    assert window.controller.session.endpoints == ("server-1", "client-1")
    assert not window.isVisible()  # showing is the caller's


def test_without_a_path_the_record_is_in_the_users_state_directory(qapp: QApplication) -> None:
    made = app.create_window()
    record = made.controller.session.record
    try:
        assert record.parent.name == "records"
        assert record.exists()
        assert record.stat().st_mode & 0o777 == 0o600
    finally:
        dispose(made)
        record.unlink()


def test_nothing_is_left_of_a_window(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    before, before_sockets = set(threading.enumerate()), sockets()
    made = app.create_window(tmp_path / "record.swb")
    made.show()
    session = made.controller.session
    assert session.perform(c.Start("server-1")).wait(BOUND_MS / 1000)
    assert session.perform(c.Connect("client-1")).wait(BOUND_MS / 1000)
    dispose(made)
    assert threads_since(before) == []
    assert sockets() <= before_sockets
    assert not (tmp_path / "record.swb-wal").exists()


def orphans() -> list[QObject]:
    """Without a parent; screens are Qt's own."""
    return [
        made
        for made in gc.get_objects()
        if isinstance(made, QObject)
        and not isinstance(made, QScreen)
        and isValid(made)
        and made.parent() is None
    ]


def test_every_object_of_a_window_goes_with_it(
    qapp: QApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    """An object without a parent is destroyed by Python's collector, on whichever thread that
    runs: one with a timer takes the program with it."""
    gc.collect()
    before = orphans()
    window = app.create_window(tmp_path / "record.swb")
    window.show()
    window.child_windows.open_backlog_lab()
    window.child_windows.make_scenario()
    qtbot.waitUntil(lambda: bool(window.findChildren(ScenarioDialog)), timeout=BOUND_MS)
    (dialog,) = window.findChildren(ScenarioDialog)
    # gc.get_objects() on this thread breaks tuples that another one is still filling
    qtbot.waitUntil(lambda: bool(dialog.python.toPlainText()), timeout=BOUND_MS)
    try:
        known = {id(made) for made in [*before, window]}
        assert [made for made in orphans() if id(made) not in known] == []
    finally:
        dispose(window)


def test_a_window_that_is_gone_may_be_collected_on_any_thread(
    window: MainWindow, old: Path
) -> None:
    window.file_commands.show_record(old)
    (beside,) = app._beside
    controller = beside.controller
    beside.close()
    del beside
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not app._beside
    assert not isValid(controller)
    del controller
    thread = threading.Thread(target=gc.collect)
    thread.start()
    thread.join()  # pytest-qt fails on "Timers cannot be stopped from another thread"


def test_an_earlier_record_is_shown_beside_and_the_sockets_go_on(
    window: MainWindow, old: Path, qtbot: QtBot
) -> None:
    session = window.controller.session
    assert session.perform(c.Start("server-1")).wait(BOUND_MS / 1000)
    window.file_commands.show_record(old)
    (beside,) = app._beside
    assert not beside.live
    assert beside.isVisible()
    assert not beside.tab_area.isVisible()
    with pytest.raises(Problem):
        beside.controller.perform(c.Mark("no"))
    qtbot.waitUntil(lambda: beside.log.model.rowCount() >= 0)
    beside.close()
    assert session.perform(c.Stop("server-1")).wait(BOUND_MS / 1000)


def test_what_goes_wrong_in_a_slot_is_said_and_the_program_goes_on(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    app._report_to(window)
    sys.excepthook(ValueError, ValueError("odd"), None)
    assert "ValueError: odd" in window.status_bar.word.text()
    assert "ValueError: odd" in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_a_record_that_cannot_be_shown_ends_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lang: str,
    qapp: QApplication,
) -> None:
    monkeypatch.setattr(app, "make_application", lambda: qapp)
    path = tmp_path / "x.swb"
    path.write_text("hello")
    assert app.main(["--lang", lang, str(path)]) == 2
    said = capsys.readouterr()
    assert "x.swb" in said.err
    assert ("不" in said.err) == (lang == "zh_CN")
    assert "Traceback" not in said.err
    assert said.out == ""


def _run_probe(code: str, folder: Path) -> tuple[int, str, str]:
    """Status, output and errors of code that starts the window; its records go to `folder`."""
    return run_command(
        sys.executable, "-c", code, QT_QPA_PLATFORM="offscreen", XDG_STATE_HOME=str(folder)
    )


def test_garbage_is_looked_for_once_the_window_is_shown(tmp_path: Path) -> None:
    """Start puts it off: nothing of what is made until then is any."""
    probe = (
        "import gc, sys; from PySide6.QtCore import QTimer; from workbench.ui.window import window;"
        "shown = window.MainWindow.showEvent\n"
        "def show(self, event):\n"
        "    shown(self, event); print('put off:', not gc.isenabled())\n"
        "    QTimer.singleShot(0, self.tell)\n"
        "window.MainWindow.showEvent = show\n"
        "window.MainWindow.tell = lambda self: (print('on:', gc.isenabled(),"
        " gc.get_freeze_count() > 0), self.close())\n"
        "sys.argv = ['x']; from workbench.start import main; sys.exit(main())"
    )
    status, out, err = _run_probe(probe, tmp_path)
    assert (status, out.split("\n")[:2]) == (0, ["put off: True", "on: True True"]), err


def test_what_the_first_command_needs_is_imported_once_the_window_is_painted(
    tmp_path: Path,
) -> None:
    """Neither the start waits for it nor who presses Listen."""
    probe = (
        "import sys; from PySide6.QtCore import QTimer; from workbench.ui.window import window\n"
        "there = lambda: 'workbench.engine.runtime.host' in sys.modules\n"
        "shown = window.MainWindow.showEvent\n"
        "def show(self, event):\n"
        "    shown(self, event); print('shown:', there())\n"
        "    QTimer.singleShot(0, lambda: QTimer.singleShot(0, self.close))\n"
        "window.MainWindow.showEvent = show\n"
        "sys.argv = ['x']; from workbench.start import main; code = main()\n"
        "print('then:', there()); sys.exit(code)"
    )
    status, out, err = _run_probe(probe, tmp_path)
    assert (status, out.split("\n")[:2]) == (0, ["shown: False", "then: True"]), err


def test_no_widget_is_left_for_the_interpreters_end(tmp_path: Path) -> None:
    """PySide takes those one by one: 6.12 calls into windows that are half gone, and crashes."""
    probe = (
        "import sys; from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from workbench.ui.window import window\n"
        "shown = window.MainWindow.showEvent\n"
        "def show(self, event):\n"
        "    shown(self, event); QTimer.singleShot(0, lambda: use(self))\n"
        "def use(window):\n"
        "    window.child_windows.open_backlog_lab()\n"
        "    window.child_windows.make_scenario()\n"
        "    QTimer.singleShot(0, window.close)\n"
        "window.MainWindow.showEvent = show\n"
        "sys.argv = ['x']; from workbench.start import main; code = main()\n"
        "print(QApplication.topLevelWidgets()); sys.exit(code)"
    )
    status, out, err = _run_probe(probe, tmp_path)
    said = [line for line in err.splitlines() if not line.startswith("This plugin")]
    assert (status, out, said) == (0, "[]\n", [])

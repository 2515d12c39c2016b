"""A record of a stranger in the window: whatever is wrong with it, it opens or says why."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.journal.damage import damage, write
from workbench import app
from workbench.scenario.from_record import scenario_of
from workbench.scenario.write import to_toml
from workbench.texts import Problem
from workbench.ui.window.window import MainWindow

SEEDS = (1, 2, 3, 5, 7, 9, 11, 15)
LONG = range(300)
HOSTILE = (
    "<b>bold</b>",
    "<img src='file:///etc/passwd'>",
    "a\x1b]0;title\x07b",
    "x\ny\u202ez",
    "<qt>&amp;</qt>",
)


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[[Path], MainWindow]]:
    windows: list[MainWindow] = []

    def open_(path: Path) -> MainWindow:
        made = app.create_window(path)
        windows.append(made)
        made.show()
        return made

    yield open_
    for window in windows:
        close(window)


def close(window: MainWindow) -> None:
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def look_at_all(window: MainWindow, qapp: QApplication, rows: int) -> list[str]:
    """Every cell, every tip, and all that the inspector shows of each row; the texts."""
    model, found = window.log.model, []
    for main_only in (True, False):
        window.log.main_calls.setChecked(main_only)
        qapp.processEvents()
        for row in range(min(rows, model.rowCount())):
            found += [
                model.data(model.index(row, column), role) or ""
                for column in range(model.columnCount())
                for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            ]
    for row in range(0, min(rows, model.rowCount()), 3):
        seq = model.event_of(row)
        event = window.controller.reader.row(seq)
        window.controller.select(seq=seq, connection=event.connection if event else None)
        for tab in range(window.inspector.count()):
            window.inspector.setCurrentIndex(tab)
            qapp.processEvents()
        found += [label.text() for label in window.inspector.findChildren(QLabel)]
    for term in ("text:中文", "errno:*", "-call:recv", ""):
        window.log.filter.setText(term)
        window.log.apply_filter()
        qapp.processEvents()
    window.grab()
    return found


def test_a_damaged_record_opens_or_says_why(
    opened: Callable[[Path], MainWindow],
    qapp: QApplication,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    write(tmp_path / "whole.swb")
    whole = (tmp_path / "whole.swb").read_bytes()
    for seed in LONG if request.config.getoption("--long") else SEEDS:
        path = tmp_path / f"{seed}.swb"
        damage(whole, path, seed)
        try:
            window = app.create_window(path)
        except Problem as problem:
            said(problem)
            continue
        window.show()
        look_at_all(window, qapp, 60)
        try:
            to_toml(scenario_of(window.controller.reader))
        except Problem as problem:
            said(problem)
        close(window)


def said(problem: Problem) -> None:
    assert problem.text.isprintable()


def test_a_file_that_breaks_off_is_shown_as_far_as_it_goes(
    opened: Callable[[Path], MainWindow], qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "record.swb"
    write(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA page_size=512")
        db.execute("VACUUM")
        db.execute("CREATE TABLE pad AS SELECT zeroblob(600) AS x")
        pages = (
            [
                row[0]
                for row in db.execute(
                    "SELECT pageno FROM dbstat WHERE name='entry' AND pagetype='leaf' ORDER BY path"
                )
            ]
            if _has_dbstat(db)
            else []
        )
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name='entry'").fetchone()[0]
    data = bytearray(path.read_bytes())
    spoilt = (
        pages[1]
        if pages
        else int.from_bytes(
            data[
                (
                    cell := (root - 1) * 512
                    + int.from_bytes(data[(root - 1) * 512 + 14 : (root - 1) * 512 + 16])
                ) : cell + 4
            ]
        )
    )
    data[(spoilt - 1) * 512 : spoilt * 512] = b"\xff" * 512
    path.write_bytes(data)
    window = opened(path)
    look_at_all(window, qapp, 20)
    assert window.controller.reader.damage is not None
    window.controller.panels_shown.emit()
    label = window.banner.findChild(QLabel, "notice.text")
    assert label is not None
    assert window.controller.reader.damage.text in label.text()


def _has_dbstat(db: sqlite3.Connection) -> bool:
    try:
        db.execute("SELECT 1 FROM dbstat LIMIT 1").fetchall()
    except sqlite3.OperationalError:
        return False
    return True


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_text_is_neither_markup_nor_control(
    opened: Callable[[Path], MainWindow], qapp: QApplication, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "record.swb"
    write(path)
    with closing(sqlite3.connect(path)) as db, db:
        for table, column in (
            ("endpoint", "name"),
            ("shape", "args"),
            ("shape", "error"),
            ("shape", "errno"),
            ("shape", "call"),
            ("shape", "peer"),
            ("connection", "local"),
            ("connection", "peer"),
        ):
            rows = "rowid > 2" if table == "shape" else "1"
            kind = " AND kind <> 'command'" if column == "call" else ""
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {rows}{kind}", (text,))
    window = opened(path)
    shown = look_at_all(window, qapp, 30)
    assert any(
        "bold" in part or "passwd" in part or "title" in part or "202e" in part or "amp" in part
        for part in shown
    )
    for part in shown:
        assert all(line.isprintable() for line in part.split("\n")), part
    for label in window.findChildren(QLabel):
        if label.text():
            plain = label.textFormat() is Qt.TextFormat.PlainText
            assert plain or text not in label.text(), label.objectName()
    for widget in window.findChildren(QWidget):
        tip = widget.toolTip()
        assert not Qt.mightBeRichText(tip) or tip.startswith("<qt>")
        assert "<b>" not in tip
        assert "<img" not in tip

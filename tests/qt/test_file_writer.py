"""A file from the record, written beside the window: whole, or not at all and said why."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from pytestqt.qtbot import QtBot

from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.reader import Reader
from workbench.qt.controller import Controller
from workbench.qt.file_writer import FileWriter, Work


def write(controller: Controller, qtbot: QtBot, path: Path, work: Work) -> str:
    writer = FileWriter(controller.session, path, work, controller)
    with qtbot.waitSignal(writer.finished, timeout=60_000):
        writer.start()
    return writer.sentence


def test_all_that_has_happened_is_in_it(
    controller: Controller, qtbot: QtBot, tmp_path: Path
) -> None:
    for number in range(100):
        controller.session.note("note", f"note {number}")
    out = tmp_path / "out.txt"

    def rows(reader: Reader, to: BinaryIO) -> str:
        return f"{EXPORTS['text'].write(reader, to, None)} rows"

    # the first row is the program's own
    assert write(controller, qtbot, out, rows) == "101 rows"
    assert "note 99" in out.read_text(encoding="utf-8")


def test_an_export_that_fails_leaves_what_was_there(
    controller: Controller, qtbot: QtBot, tmp_path: Path
) -> None:
    def broken(_reader: Reader, out: BinaryIO) -> str:
        out.write(b"x" * 100_000)
        raise OSError(28, "No space left on device")

    folder = tmp_path / "to"
    folder.mkdir()
    said = write(controller, qtbot, folder / "out.txt", broken)
    assert str(folder / "out.txt") in said
    assert "the disk is full" in said
    assert list(folder.iterdir()) == []
    (folder / "out.txt").write_bytes(b"old")
    write(controller, qtbot, folder / "out.txt", broken)
    assert [item.read_bytes() for item in folder.iterdir()] == [b"old"]

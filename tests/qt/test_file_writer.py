"""A file from the record, written beside the window: whole, or not at all and said why."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import BinaryIO

import pytest
from pytestqt.qtbot import QtBot

from tests.in_place import refuse_new_files
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.exports.rows import Looked
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

    def rows(reader: Reader, to: BinaryIO, looked: Looked) -> str:
        return f"{EXPORTS['text'].write(reader, to, None, looked)} rows"

    # the first row is the program's own
    assert write(controller, qtbot, out, rows) == "101 rows"
    assert "note 99" in out.read_text(encoding="utf-8")


def test_an_export_that_fails_leaves_what_was_there(
    controller: Controller, qtbot: QtBot, tmp_path: Path
) -> None:
    def broken(_reader: Reader, out: BinaryIO, _looked: Looked) -> str:
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


def stopped(controller: Controller, qtbot: QtBot, path: Path) -> str:
    """What it says when it is stopped after it has begun to write."""
    begun = threading.Event()

    def endless(_reader: Reader, out: BinaryIO, looked: Looked) -> str:
        while True:
            out.write(b"x" * 100_000)
            begun.set()
            looked(0.5)

    writer = FileWriter(controller.session, path, endless, controller)
    with qtbot.waitSignal(writer.finished, timeout=60_000):
        writer.start()
        assert begun.wait(60)
        writer.stop()
    return writer.sentence


def test_an_export_that_is_stopped_leaves_what_was_there(
    controller: Controller, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "to"
    folder.mkdir()
    said = stopped(controller, qtbot, folder / "out.txt")
    assert said == f"Stopped: {folder / 'out.txt'} was not written."
    assert list(folder.iterdir()) == []
    (folder / "out.txt").write_bytes(b"old")
    stopped(controller, qtbot, folder / "out.txt")
    assert [item.read_bytes() for item in folder.iterdir()] == [b"old"]


def test_one_that_could_only_be_written_in_place_is_said_to_be_empty(
    controller: Controller, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.txt"
    path.write_bytes(b"old")
    refuse_new_files(monkeypatch)
    assert "is empty now" in stopped(controller, qtbot, path)
    assert path.read_bytes() == b""


def test_a_search_that_finds_nothing_for_long_is_stopped_in_the_middle(
    controller: Controller, qtbot: QtBot, tmp_path: Path
) -> None:
    """Which only sqlite3_interrupt() ends: it does not come back to look."""
    begun = threading.Event()

    def search(reader: Reader, _out: BinaryIO, looked: Looked) -> str:
        looked(0.0)
        begun.set()
        reader._db.execute("SELECT sum(a.seq - b.seq + c.seq - d.seq + e.seq) FROM " + many)
        return "never"

    for number in range(300):
        controller.session.note("note", f"note {number}")
    many = "entry a, entry b, entry c, entry d, entry e"
    writer = FileWriter(controller.session, tmp_path / "out", search, controller)
    with qtbot.waitSignal(writer.finished, timeout=60_000):
        writer.start()
        assert begun.wait(60)
        while not writer.wait(10):  # it may have been asked before it had begun to search
            writer.stop()
    assert writer.sentence.startswith("Stopped: ")
    assert not (tmp_path / "out").exists()


def test_how_far_it_is_is_told_in_so_many_steps_at_most(
    controller: Controller, qtbot: QtBot, tmp_path: Path
) -> None:
    def far(_reader: Reader, _out: BinaryIO, looked: Looked) -> str:
        for number in range(10_001):
            looked(number / 10_000)
        return "done"

    writer = FileWriter(controller.session, tmp_path / "out", far, controller)
    told: list[float] = []
    writer.progressed.connect(told.append)
    with qtbot.waitSignal(writer.finished, timeout=60_000):
        writer.start()
    qtbot.waitUntil(lambda: bool(told) and told[-1] == 1.0, timeout=60_000)
    assert len(told) <= 1_000
    assert told == sorted(told)

"""The window whose record cannot be kept, or not where it should be: it says so, sockets go on."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from workbench import app
from workbench.engine.model import commands as c
from workbench.texts import Problem
from workbench.ui.window.window import MainWindow

if sys.platform == "win32":
    pytest.skip("a file can neither be limited nor taken away there", allow_module_level=True)
import resource


def fill(hand: Hand) -> None:
    """More than may be written to the record's file."""
    for number in range(1_500):  # each another one: what comes again is kept once
        hand.window.controller.perform(c.Mark(f"{number} {'x' * 1_000}"))
    hand.window.controller.session.journal.flush()


@pytest.fixture
def small_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_said_above_the_panels_with_a_count(hand: Hand) -> None:
    fill(hand)
    hand.wait_says("notice.text", "cannot be written any more")
    before = hand.window.controller.session.journal.not_recorded
    assert before > 0
    hand.wait_says("notice.text", f"Not recorded: {before:,} events")
    assert hand.find("notice.text").property("tone") == "bad"
    assert not hand.find("notice.close").isVisible()
    hand.press("server.listen")  # the sockets go on
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: hand.window.controller.session.journal.not_recorded > before)
    journal = hand.window.controller.session.journal  # the count goes on while it is looked at
    hand.wait(lambda: f"Not recorded: {journal.not_recorded:,}" in hand.text("notice.text"))
    hand.window.appearance.switch_language()
    hand.wait_says("notice.text", "未记录")


@pytest.mark.usefixtures("small_files")
def test_a_demonstration_is_not_judged_by_what_was_not_seen(hand: Hand) -> None:
    fill(hand)
    said: list[str] = []
    hand.window.scenario_player.told.connect(said.append)
    hand.window.scenario_player.run_named("half-close")
    hand.wait(lambda: bool(said) and not hand.window.scenario_player.running)
    hand.wait(lambda: "cannot be judged" in said[-1])
    snapshots = [
        hand.window.controller.snapshot(name) for name in hand.window.controller.session.endpoints
    ]
    assert not any(snapshot.connections for snapshot in snapshots)  # nothing was begun


@pytest.mark.usefixtures("small_files")
def test_start_over_begins_one_that_is_kept(hand: Hand) -> None:
    fill(hand)
    hand.wait_says("notice.text", "cannot be written any more")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
    hand.window.record_commands.start_over()
    hand.wait(lambda: not hand.window.banner.isVisible())
    record = hand.window.controller.session.record
    hand.window.close()
    record.unlink()


def test_a_record_taken_away_goes_on_and_the_log_with_it(hand: Hand) -> None:
    controller = hand.window.controller
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    first = controller.session.record
    first.unlink()
    hand.wait_says("notice.text", "deleted, replaced or cut")
    assert str(first.with_name("record (continued).swb")) in hand.text("notice.text")
    hand.wait(lambda: "(continued)" in hand.window.windowTitle())
    hand.wait(lambda: "(continued)" in hand.text("status.record"))
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    model = hand.window.log.model
    hand.wait(
        lambda: any(
            row is not None and row.call == "record_moved"
            for row in controller.reader.page(1, 1_000)
        )
    )
    hand.wait(lambda: model.rowCount() >= controller.session.journal.committed - 5)
    assert controller.reader.path == controller.session.record
    hand.press("notice.close")
    assert not hand.window.banner.isVisible()
    hand.window.notices.look()
    assert not hand.window.banner.isVisible()  # it is said once


def test_a_record_that_is_cut_goes_on_and_says_what_is_lost(hand: Hand) -> None:
    controller = hand.window.controller
    hand.connect()
    journal, model = controller.session.journal, hand.window.log.model
    hand.wait(lambda: model.up_to_date and model.rowCount() > 0)
    first = controller.session.record
    os.truncate(first, 0)
    hand.wait_says("notice.text", "cut short or overwritten")
    assert str(first.with_name("record (continued).swb")) in hand.text("notice.text")
    hand.wait(lambda: journal.lost > 0 and f"{journal.lost:,}" in hand.text("status.lost"))
    hand.press("client.send")
    hand.wait(lambda: "(continued)" in hand.window.windowTitle())
    hand.wait(lambda: model.up_to_date and model.seq_of(0) > journal.lost)
    hand.wait(
        lambda: any(
            row is not None and row.call == "record_cut" for row in controller.reader.page(1, 1_000)
        )
    )
    assert all(model.record_row(row) is not None for row in range(model.rowCount()))


@pytest.fixture
def no_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's state directory lies where there can be none."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "state"))


@pytest.fixture
def passing(
    qtbot: QtBot, qapp: QApplication, no_state: None, first_port: int
) -> Iterator[MainWindow]:
    made = app.create_window()
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_without_a_state_directory_it_starts_and_says_what_that_means(
    passing: MainWindow, qtbot: QtBot
) -> None:
    hand = Hand(passing, qtbot)
    record = passing.controller.session.record
    assert record.exists()
    hand.wait_says("notice.text", "goes when the window closes")
    assert "not a folder" in hand.text("notice.text")
    assert "goes with this window" in hand.text("status.record")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    passing.record_commands.look_for_a_crash()
    passing.record_commands.start_over()
    second = passing.controller.session.record
    assert second != record
    assert not record.parent.exists()
    passing.close()
    assert not second.parent.exists()


@pytest.mark.usefixtures("no_state")
def test_where_nothing_at_all_can_be_written_it_is_a_sentence(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(Problem) as caught:
            app.create_window()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "not a folder" in caught.value.text

"""The log of a record that keeps its newest part: rows that were let go are not shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from tests.qt.conftest import Wait
from workbench.engine.model.events import NOTE, Event
from workbench.journal.keep import Keep
from workbench.qt.controller import Controller
from workbench.qt.log_model import LogModel
from workbench.session import Session


@pytest.fixture
def kept(qapp: QCoreApplication, tmp_path: Path) -> Iterator[Controller]:
    made = Controller(Session(tmp_path / "r", keep=Keep("12MB", bytes=12_000_000)))
    yield made
    made.close()
    made.deleteLater()  # here, on the GUI's thread, and not by Python's collector anywhere
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def notes(controller: Controller, count: int, word: str = "x") -> None:
    """Rows with a text that no other row has, so that each takes its place in the file."""
    journal = controller.session.journal
    for part in range(0, count, 500):
        for number in range(part, part + 500):
            journal.put(Event(0, 0, 0, None, NOTE, "note", f"{word}{number:09}" * 400))
        assert journal.flush()


def shown(model: LogModel) -> list[int]:
    return [model.seq_of(row) for row in range(model.rowCount())]


@pytest.mark.parametrize("main_only", [True, False])
def test_rows_that_were_let_go_are_not_shown(kept: Controller, wait: Wait, main_only: bool) -> None:
    model = LogModel(kept, kept)
    model.set_main_only(main_only)
    journal = kept.session.journal
    notes(kept, 500)
    wait(lambda: model.up_to_date and model.rowCount() > 400)
    assert shown(model)[0] <= 2
    notes(kept, 6_000, "y")
    wait(lambda: model.up_to_date and model.seq_of(0) == kept.reader.first_seq > 1)
    assert shown(model) == list(range(kept.reader.first_seq, journal.committed + 1))
    assert model.hidden == 0
    for row in (0, model.rowCount() // 2, model.rowCount() - 1):
        found = model.record_row(row)
        assert found is not None
        assert found.seq == model.seq_of(row)


def test_a_segment_that_stays_is_shown_before_those_that_follow(
    kept: Controller, wait: Wait
) -> None:
    journal = kept.session.journal
    notes(kept, 1_000)
    journal.put(Event(0, 0, 0, None, NOTE, "step_failed", "1"))
    notes(kept, 6_000)
    model = LogModel(kept, kept)
    journal.flush()
    wait(lambda: model.up_to_date and model.rowCount() > 0)
    gaps = kept.reader.gaps(0, journal.committed)
    assert len(gaps) == 2
    there = set(range(1, journal.committed + 1)).difference(*gaps)
    assert shown(model) == sorted(there)
    assert model.hidden == 0

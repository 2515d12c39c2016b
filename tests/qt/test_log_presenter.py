"""Beside the log's rows: what is counted, filtered and chosen, told by signals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.qt.conftest import BOUND_MS, Wait
from workbench.qt.controller import Controller, Selection
from workbench.qt.log_model import LogModel
from workbench.qt.log_presenter import LogCounts, LogPresenter
from workbench.ui.window.record_views import log_panel_of


@pytest.fixture
def presenter(controller: Controller) -> LogPresenter:
    return LogPresenter(controller, LogModel(controller, controller))


def test_rows_and_errors_are_counted_and_told_when_they_change(
    controller: Controller, presenter: LogPresenter, wait: Wait
) -> None:
    told: list[LogCounts] = []
    presenter.counts_changed.connect(told.append)
    controller.session.note("note", "one")
    wait(lambda: bool(told) and told[-1].committed == 2)
    wait(lambda: told[-1].shown == 1)
    assert (told[-1].errors, told[-1].hidden) == (0, 0)
    assert len(told) == len(set(told))
    before = len(told)
    for _ in range(5):
        controller.snapshots_changed.emit()
    assert len(told) == before


def test_that_nothing_fits_is_said_when_all_was_looked_at(
    controller: Controller,
    presenter: LogPresenter,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[LogCounts] = []
    presenter.counts_changed.connect(told.append)
    controller.session.note("note", "one")
    with monkeypatch.context() as busy:
        busy.setattr(LogModel, "up_to_date", property(lambda _model: False))
        presenter.filter("call:never")
        wait(lambda: bool(told) and told[-1].committed == 2 and not told[-1].shown)
        assert not told[-1].nothing_fits
    presenter._model.counted.emit()
    wait(lambda: told[-1].nothing_fits)


def test_a_filter_is_applied_or_refused(
    controller: Controller, presenter: LogPresenter, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(presenter.filter_applied):
        presenter.filter("call:send")
    assert presenter._model.condition is not None
    with qtbot.waitSignal(presenter.filter_refused) as refused:
        presenter.filter("nokey:1")
    assert refused.args[0].position == 0
    assert presenter._model.condition is not None


def test_a_row_that_is_chosen_is_pinned_and_let_go(
    controller: Controller, presenter: LogPresenter, talk: Callable[[str], None], wait: Wait
) -> None:
    talk("hello")
    wait(lambda: presenter._model.rowCount() > 3)
    told: list[tuple[object, ...]] = []
    presenter.selection_changed.connect(lambda *args: told.append(args))
    presenter.choose(2)
    event = presenter._model.record_row(2)
    assert event is not None
    assert controller.selection == Selection(event.endpoint, event.connection, event.seq, True)
    assert told[-1] == (event.connection, event.seq, True)
    presenter.let_go()
    assert told[-1] == (event.connection, None, False)


def test_the_panel_knows_only_its_model(controller: Controller, qtbot: QtBot) -> None:
    panel = log_panel_of(controller)
    qtbot.addWidget(panel)
    for number in range(3):
        controller.session.note("note", f"note {number}")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 3, timeout=BOUND_MS)
    panel.filter.setText("nokey:1")
    panel.apply_filter()
    assert "nokey" in panel.hint.text()
    panel.filter.setText("seq=3")
    panel.apply_filter()
    assert panel.model.rowCount() == 1
    panel.view.selectRow(0)
    assert controller.selection.seq == 3
    panel.copy_rows()
    assert not panel.follow.isChecked()
    panel.follow.setChecked(True)
    assert controller.selection.seq is None
    source = Path(__file__).parents[2] / "workbench" / "ui" / "record" / "log_panel.py"
    assert "controller" not in source.read_text(encoding="utf-8").lower()

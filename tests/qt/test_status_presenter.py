"""What the record holds is counted, and told where it has changed."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from tests.qt.conftest import Wait
from workbench.journal.query import parse
from workbench.qt import status_presenter
from workbench.qt.controller import Controller
from workbench.qt.log_model import LogModel
from workbench.qt.status_presenter import RATE_S, StatusPresenter
from workbench.viewmodel.record_count import RecordCount


def test_events_and_their_rate(
    controller: Controller,
    talk: Callable[[str], None],
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr(status_presenter, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    model = LogModel(controller)
    model.setParent(controller)
    presenter = StatusPresenter(controller, model, controller)
    told: list[RecordCount] = []
    presenter.changed.connect(told.append)
    presenter.look()
    assert told == [RecordCount()]  # its own first note is nobody's deed
    talk("hello")
    journal = controller.session.journal
    clock[0] += 1.0
    presenter.look()
    assert told[-1].rate > 5
    clock[0] += RATE_S
    presenter.look()
    clock[0] += RATE_S
    presenter.look()
    assert told[-1].rate == 0  # it falls by mere waiting
    wait(lambda: model.up_to_date)
    presenter.look()
    assert told[-1].recorded == journal.committed
    assert told[-1].shown == min(told[-1].recorded, model.rowCount()) > 0
    assert told[-1].lost == 0
    before = len(told)
    presenter.look()
    assert len(told) == before


def test_another_filter_is_told_at_once(
    controller: Controller, talk: Callable[[str], None], wait: Wait
) -> None:
    """Of an earlier record nothing else comes that would have it counted again."""
    talk("hello")
    controller.session.stop_all_and_wait()
    controller.session.journal.flush()
    model = LogModel(controller)
    model.setParent(controller)
    presenter = StatusPresenter(controller, model, controller)
    told: list[RecordCount] = []
    presenter.changed.connect(told.append)
    wait(lambda: model.up_to_date)
    presenter.look()
    all_ = told[-1].shown
    controller.panels_shown.disconnect(presenter.look)
    model.set_filter(parse("call:send kind:call"))
    wait(lambda: told[-1].shown == model.rowCount() < all_)

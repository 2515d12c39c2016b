"""What the record holds is counted, and told where it has changed."""

from __future__ import annotations

from collections.abc import Callable

from workbench.qt.controller import Controller
from workbench.qt.log_model import LogModel
from workbench.qt.status_presenter import StatusPresenter
from workbench.viewmodel.record_count import RecordCount

Wait = Callable[[Callable[[], bool]], None]


def test_events_and_their_rate(
    controller: Controller, talk: Callable[[str], None], wait: Wait
) -> None:
    model = LogModel(controller)
    model.setParent(controller)
    presenter = StatusPresenter(controller, model, controller)
    told: list[RecordCount] = []
    presenter.changed.connect(told.append)
    presenter.look()
    assert told == [RecordCount()]  # its own first note is nobody's deed
    talk("hello")
    presenter.look()
    journal = controller.session.journal
    wait(lambda: told[-1].recorded == journal.committed > 5)
    assert any(count.rate > 0 for count in told)
    wait(lambda: told[-1].rate == 0)  # it falls by mere waiting
    wait(lambda: model.up_to_date)
    presenter.look()
    assert told[-1].shown == min(told[-1].recorded, model.rowCount()) > 0
    assert told[-1].lost == 0
    before = len(told)
    presenter.look()
    assert len(told) == before
    assert presenter.counter is not None

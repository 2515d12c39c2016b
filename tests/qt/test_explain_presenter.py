"""Which event is explained: the chosen one, else the newest of the endpoint in focus."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication

from tests.qt.conftest import Wait
from workbench.engine.model import commands as c
from workbench.engine.model.events import NOTE, Cause, Event
from workbench.journal.query import Condition
from workbench.qt import explain_presenter
from workbench.qt.controller import Controller
from workbench.qt.explain_presenter import FLYING, Explained, ExplainPresenter


class Told:
    """What was said, in order."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self.presenter = ExplainPresenter(controller, controller)
        self.all: list[Explained | None] = []
        self.presenter.changed.connect(self.all.append)

    def tick(self) -> None:
        """The window is refreshed; what is explained comes after what that draws."""
        self._controller.panels_shown.emit()
        QCoreApplication.sendPostedEvents(self.presenter)

    @property
    def call(self) -> str:
        newest = self.all[-1] if self.all else None
        return newest.row.call if newest is not None else ""


@pytest.fixture
def told(controller: Controller) -> Told:
    return Told(controller)


def test_the_newest_is_followed_and_told_once(
    controller: Controller, told: Told, talk: Callable[[str], None], wait: Wait
) -> None:
    talk("hello")
    wait(lambda: told.call in {"recv", "send"})
    controller.session.journal.flush()
    told.tick()
    before = len(told.all)
    for _ in range(5):
        told.tick()
    assert len(told.all) == before


def test_an_error_stays_until_something_new_is_asked_for(
    controller: Controller, told: Told, wait: Wait
) -> None:
    controller.select(endpoint="client")
    for command, call in (
        (c.Call("client", "socket"), "socket"),
        (c.Call("client", "recv", (5,)), "recv"),
    ):
        ticket = controller.perform(command)
        wait(lambda ticket=ticket: ticket.done)
        wait(lambda call=call: told.call == call)
    newest = told.all[-1]
    assert newest is not None
    assert newest.row.error is not None
    assert newest.who == "client #1"
    ticket = controller.perform(c.Close("client"))
    wait(lambda: ticket.done)
    wait(lambda: told.call == "close")


def test_what_came_after_an_error_is_looked_through_once(
    controller: Controller, told: Told, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error may stand for hours while millions of rows come."""
    controller.select(endpoint="client")
    for command in (c.Call("client", "socket"), c.Call("client", "recv", (5,))):
        ticket = controller.perform(command)
        wait(lambda ticket=ticket: ticket.done)
    wait(lambda: told.call == "recv")
    looked: list[int] = []
    select = controller.reader.select

    def watched(condition: Condition | None, after: int, upto: int) -> Iterator[list[int]]:
        looked.append(upto - after)
        return select(condition, after, upto)

    monkeypatch.setattr(controller.reader, "select", watched)
    error = told.all[-1]
    assert error is not None
    cause = Cause()
    cause.seq = error.row.cause
    for _ in range(40):
        controller.session.journal.put(Event(1, 0, 2, None, NOTE, "note", "'x'", cause=cause))
        controller.session.journal.flush()
        told.tick()
    assert looked
    assert max(looked) < 20
    assert told.call == "recv"


def test_a_chosen_event_stays(
    controller: Controller, told: Told, talk: Callable[[str], None], wait: Wait
) -> None:
    talk("hello")
    controller.session.journal.flush()
    rows = controller.reader.page(1, 100)
    bound = next(row for row in rows if row.call == "bind")
    controller.select(endpoint=bound.endpoint, connection=bound.connection, seq=bound.seq)
    assert told.call == "bind"
    talk("again")
    controller.session.journal.flush()
    told.tick()
    assert told.call == "bind"


def test_of_rows_that_fly_by_few_are_explained_and_the_newest_when_they_rest(
    controller: Controller, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain_presenter, "FLYING_REST", 3600.0)
    told.tick()
    before = len(told.all)

    def fly(look: int) -> None:
        for number in range(2 * FLYING):
            controller.session.note("note", f"{look}.{number}")
        controller.session.journal.flush()
        told.tick()

    for look in range(20):
        fly(look)
    assert len(told.all) <= before + 1
    told.tick()
    newest = told.all[-1]
    assert newest is not None
    assert newest.row.seq == controller.session.journal.committed


def test_of_a_few_rows_that_flow_by_steadily_one_is_explained_now_and_then(
    controller: Controller, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain_presenter, "FLYING_REST", 3600.0)
    told.tick()
    monkeypatch.setattr(Controller, "flowing", property(lambda _: True))
    before = len(told.all)
    for _ in range(5):
        controller.session.note("note", "'x'")
        controller.session.journal.flush()
        told.tick()
    assert len(told.all) <= before + 1


def test_of_a_flood_that_never_rests_one_is_explained_now_and_then(
    controller: Controller, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain_presenter, "FLYING_REST", 0.0)
    for _ in range(3):
        before = len(told.all)
        for number in range(2 * FLYING):
            controller.session.note("note", str(number))
        controller.session.journal.flush()
        told.tick()
        assert len(told.all) == before + 1


def test_bytes_are_read_in_an_encoding(
    controller: Controller, told: Told, talk: Callable[[str], None]
) -> None:
    talk("你")
    controller.session.journal.flush()
    sent = next(row for row in controller.reader.page(1, 100) if row.call == "send" and row.payload)
    assert told.presenter.bytes_as(sent, "utf-8").startswith("你")
    assert told.presenter.bytes_as(sent, "latin-1").startswith("ä")
    assert sent.kind != NOTE


def test_after_the_end_nothing_is_read(
    controller: Controller, told: Told, talk: Callable[[str], None]
) -> None:
    talk("hello")
    controller.session.journal.flush()
    sent = next(row for row in controller.reader.page(1, 100) if row.payload)
    controller.close()
    told.presenter.tell()
    assert told.presenter.bytes_as(sent, "utf-8") == ""

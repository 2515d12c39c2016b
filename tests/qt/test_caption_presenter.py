"""The caption on a projector follows the newest call of the record, while it is in sight."""

from __future__ import annotations

from tests.qt.conftest import Wait
from workbench.engine.model import commands as c
from workbench.qt.caption_presenter import CaptionPresenter
from workbench.qt.controller import Controller
from workbench.viewmodel.call_caption import CallCaption


def test_the_newest_call_is_told(controller: Controller, wait: Wait) -> None:
    presenter = CaptionPresenter(controller, controller)
    told: list[CallCaption] = []
    presenter.changed.connect(told.append)
    ticket = controller.session.perform(c.Start("server"))
    assert ticket.wait(60)
    controller.session.journal.flush()
    presenter.look()
    assert told == []  # nobody looks
    presenter.set_in_sight(True)
    assert "listen(" in told[-1].call
    assert told[-1].words
    count = len(told)
    presenter.look()
    assert len(told) == count  # no newer one
    presenter.tell()
    assert len(told) == count + 1  # in another language it is
    controller.session.perform(c.Mark("a note is no call"))
    controller.session.journal.flush()
    presenter.look()
    assert "listen(" in told[-1].call
    assert controller.session.perform(c.Stop("server")).wait(60)
    controller.session.journal.flush()
    presenter.look()
    assert "close()" in told[-1].call

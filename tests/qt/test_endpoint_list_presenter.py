"""The list of endpoints is worded anew while somebody looks at it, and only then."""

from __future__ import annotations

from tests.qt.conftest import Wait
from workbench.engine.model import commands as c
from workbench.qt.controller import Controller
from workbench.qt.endpoint_list_presenter import EndpointListPresenter
from workbench.viewmodel.listed_endpoints import ListedRow


def followed(controller: Controller) -> tuple[EndpointListPresenter, list[tuple[ListedRow, ...]]]:
    presenter = EndpointListPresenter(controller, lambda _address: None, controller)
    told: list[tuple[ListedRow, ...]] = []
    presenter.changed.connect(told.append)
    return presenter, told


def test_it_tells_what_it_looks_like_when_it_is_seen(controller: Controller, wait: Wait) -> None:
    presenter, told = followed(controller)
    presenter.look()
    assert told == []
    presenter.set_in_sight(True)
    assert [[row.endpoint for row in rows] for rows in told] == [["server", "client"]]
    presenter.look()
    assert len(told) == 1  # nothing has changed
    controller.perform(c.Start("server"))
    controller.watch(frozenset())
    wait(lambda: told[-1][0].state.startswith("127.0.0.1:"))
    presenter.set_in_sight(False)
    count = len(told)
    ticket = controller.perform(c.Stop("server"))
    wait(lambda: ticket.done)
    presenter.look()
    assert len(told) == count


def test_what_is_chosen_there_is_the_window_s_selection(controller: Controller) -> None:
    presenter, _told = followed(controller)
    presenter.choose("client", 3)
    assert (controller.selection.endpoint, controller.selection.connection) == ("client", 3)
    presenter.choose("server", None)
    assert (controller.selection.endpoint, controller.selection.connection) == ("server", None)

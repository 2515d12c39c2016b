"""Presents a server: a listener, or a bound datagram socket."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, Phase
from workbench.qt.endpoint_presenter import EndpointPresenter
from workbench.texts import Problem
from workbench.viewmodel import parse_fields
from workbench.viewmodel.close_reasons import why_no_abort, why_no_half_close
from workbench.viewmodel.endpoint_status import OPEN
from workbench.viewmodel.host_suggestions import bind_hosts
from workbench.viewmodel.panel_state import Look
from workbench.viewmodel.planned_strip import PlannedStrip
from workbench.viewmodel.remedies import open_one, server_remedies, way_to_port
from workbench.viewmodel.server_state import ServerPanelState, server_state, tab_text
from workbench.viewmodel.setup_form import ServerForm, server_form

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.qt.controller import Controller


class ServerPresenter(EndpointPresenter[ServerForm]):
    """The presenter of a server's panel."""

    server = True

    def __init__(self, controller: Controller, settings: EndpointSettings, parent: QObject) -> None:
        self._plan = PlannedStrip(controller.address_of, server=True)
        super().__init__(controller, settings, parent)

    # -- settings -------------------------------------------------------------------------------

    def form_of(self, settings: EndpointSettings, before: ServerForm | None) -> ServerForm:
        return server_form(settings, before)

    @Slot(str)
    def settle(self, field: str) -> None:
        if field == "family":
            family = self.form.set_up.where.family
            self._fill_where(host=bind_hosts(family)[0][0])
        super().settle(field)

    def _fill_where(self, **parts: str) -> None:
        where = replace(self.form.set_up.where, **parts)
        self.fill(replace(self.form, set_up=replace(self.form.set_up, where=where)))

    @Slot()
    def set_backlog(self) -> None:
        """Give a listening socket another backlog, by another listen()."""
        if self.phase is not Phase.LISTENING:
            self.settle("backlog")
            return
        try:
            backlog = parse_fields.parse_backlog(self.form.backlog)
        except Problem as problem:
            self.refuse(problem)
            return
        if backlog != self.settings.backlog:
            self.configured("backlog")
            self.act("backlog", c.Listen(self.name, backlog))

    # -- actions --------------------------------------------------------------------------------

    def begin(self) -> None:
        if self.phase is Phase.BOUND and self.settings.role is Role.LISTENER:
            self.act("listen", c.Listen(self.name))
        elif self.phase not in OPEN and self.configured("listen"):
            self.act("listen", c.Start(self.name))

    @Slot()
    def stop(self) -> None:
        self.act("stop", c.Stop(self.name))

    @Slot(object)
    def send(self, command: c.Send | Problem) -> None:
        """Send by hand: to the newest, to all, or to one connection or peer."""
        if isinstance(command, Problem):
            self.refuse(command)
        else:
            self.act("send", replace(command, endpoint=self.name))

    @Slot()
    def half_close(self) -> None:
        hit = [item for item in self._look().chosen_items if why_no_half_close(item) is None]
        self.act("half_close", *(c.Shutdown(self.name, connection=item.number) for item in hit))

    @Slot()
    def abort(self) -> None:
        hit = [item for item in self._look().chosen_items if why_no_abort(item) is None]
        self.act("abort", *(c.Abort(self.name, connection=item.number) for item in hit))

    @Slot()
    def close(self) -> None:
        hit = [item for item in self._look().chosen_items if item.closed_ns is None]
        self.act("close", *(c.Close(self.name, connection=item.number) for item in hit))

    def accept_one(self) -> None:
        """accept() once."""
        self.step(c.Gate.ACCEPT)

    # -- showing --------------------------------------------------------------------------------

    def planned(self) -> tuple[Chip, ...]:
        return self._plan.read_from(self.form, self.settings)

    def make_state(self, look: Look) -> ServerPanelState:
        return server_state(look, self.form)

    @property
    def tab_text(self) -> str:
        """The text of the panel's tab."""
        return tab_text(self._snapshot)

    # -- remedies -------------------------------------------------------------------------------

    def way_out(self, command: c.Command, errno: str | None) -> str | None:
        return way_to_port(errno, self.settings.family)

    def remedies(self, row: Row) -> tuple[str, ...]:
        return tuple(server_remedies(row, self._snapshot, self.settings.family))

    @Slot(str)
    def apply(self, remedy: str, row: Row | None = None) -> None:
        ways: dict[str, Callable[[], None]] = {
            "next_port": self._next_port,
            "free_port": self._kernel_port,
            "accept_one_now": self.accept_one,
            "wait_again": self.receive_once,
        }
        item = open_one(row, self._snapshot) if row is not None else None
        if remedy == "close_now" and item is not None:
            self.act("close", c.Close(self.name, connection=item.number))
        with suppress(KeyError):
            ways[remedy]()

    def _next_port(self) -> None:
        self.fill(replace(self.form, port_untouched=True))
        self.start()

    def _kernel_port(self) -> None:
        self._fill_where(port="0")
        self.start()

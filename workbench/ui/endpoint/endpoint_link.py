"""Endpoints of ours by name: where one is, and the one that a client's host field names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.engine.model.snapshot import Phase
from workbench.texts import Problem
from workbench.viewmodel.address_form import Where, split_address
from workbench.viewmodel.host_suggestions import Offer, peer_hosts

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.ui.endpoint.address_line import AddressLine


def address_of(controller: Controller, name: str) -> str | None:
    """Where an endpoint is, else where it wishes to be; None: there is none of that name."""
    try:
        snapshot = controller.snapshot(name)
    except Problem:
        return None
    return snapshot.local or snapshot.settings.address


class EndpointLink:
    """The endpoint that stands in a client's host field as "@server-1".

    Attributes:
        press_start, press_accept: press that button of another endpoint's panel (set by the
            window).
    """

    def __init__(self, controller: Controller, own: str, line: AddressLine) -> None:
        """`own` is the client's name, `line` its address fields."""
        self._controller = controller
        self._own = own
        self._line = line
        self._followed: tuple[str, str, str] | None = None
        self.press_start: Callable[[str], None] = lambda _name: None
        self.press_accept: Callable[[str], None] = lambda _name: None

    @property
    def name(self) -> str | None:
        """As typed, without the @; None: the field names a host."""
        host = self._line.host.currentText().strip()
        return host[1:] if host.startswith("@") else None

    @property
    def is_known(self) -> bool:
        """Whether there is such an endpoint."""
        return self.name in self._controller.session.endpoints

    @property
    def where(self) -> tuple[str, str] | None:
        """Host and port of the linked endpoint."""
        found = address_of(self._controller, self.name) if self.name is not None else None
        return split_address(found) if found is not None else None

    @property
    def phase(self) -> Phase | None:
        """Where the linked endpoint stands; None without a link."""
        if self.name is None or not self.is_known:
            return None
        return self._controller.snapshot(self.name).phase

    def start(self) -> None:
        """Press Listen there."""
        if self.name is not None:
            self.press_start(self.name)

    def accept_one(self) -> None:
        """accept() once at the linked server: a place in its accept queue gets free."""
        if self.name is not None:
            self.press_accept(self.name)

    def leave(self) -> None:
        """An edited port leaves the link: the address is its own from now on."""
        where = self.where
        if where is not None:
            self._line.host.setEditText(where[0])

    def offers(self) -> list[Offer]:
        """Hosts for the family in force, our own servers first."""
        session = self._controller.session
        others = [settings for settings in session.settings_of_all() if settings.name != self._own]
        return peer_hosts(self._line.family.value(), others)

    def follow(self, *, live: bool) -> None:
        """Show the port of the linked endpoint; where that becomes another kind (UDP, IPv6 …),
        so does this one, unless it is `live`.
        """
        self._line.host.offer(self.offers())
        self._follow_kind(live=live)
        where = self.where
        if where is not None and not self._line.port.hasFocus():
            self._line.port.setText(where[1])

    def _follow_kind(self, *, live: bool) -> None:
        name = self.name
        if name is None or not self.is_known:
            self._followed = None
            return
        other = self._controller.session.settings(name)
        kind = (name, other.family, other.type)
        if kind == self._followed or live:
            return
        line = self._line
        if self._followed is not None and self._followed[0] == name:
            line.set_where(Where(other.family, other.type, f"@{name}", line.port.text()))
        self._followed = kind

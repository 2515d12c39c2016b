"""The calls that a start will make, as chips before any has been made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workbench.engine.model import address
from workbench.engine.model.address import SockAddress
from workbench.engine.model.options import UNSPECIFIED
from workbench.engine.model.planned_calls import (
    BindCall,
    ConnectCall,
    PlannedCall,
    Purpose,
    planned_calls,
)
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, ChipState
from workbench.texts import Problem
from workbench.viewmodel.layer_chips import openings_of
from workbench.viewmodel.setup_form import EndpointForm

Where = Callable[[str], str | None]
"""The address of an endpoint of ours by its name; None while it has none."""
_AFTER: Final = {
    Role.LISTENER: ("accept",),
    Role.STREAM: ("send", "recv", "close"),
    Role.DATAGRAM: (),
}


class PlannedStrip:
    """The chips of the coming start, made again only when something in them has changed."""

    def __init__(self, where: Where, *, server: bool) -> None:
        """`server`: the address is its own, to bind to."""
        self._server = server
        self._where = where
        self._chips: tuple[Chip, ...] = ()
        self._made_for: tuple[EndpointSettings, str | None] | None = None
        self._read_from: tuple[EndpointForm, EndpointSettings] | None = None
        self._read: EndpointSettings | None = None

    def read_from(self, form: EndpointForm, settings: EndpointSettings) -> tuple[Chip, ...]:
        """The chips for a start with what is in the fields, which are read if they have changed."""
        before = self._read_from
        if before is None or before[0] is not form or before[1] is not settings:
            self._read_from = form, settings
            try:
                self._read = form.read(settings)
            except Problem:
                self._read = None
        return self.chips(self._read)

    def chips(self, draft: EndpointSettings | None) -> tuple[Chip, ...]:
        """The chips for a start with these settings; None (a field is invalid): as they were
        before.
        """
        if draft is None:
            return self._chips
        linked = draft.address.startswith("@")
        made_for = (draft, self._where(draft.address[1:]) if linked else None)
        if made_for != self._made_for:
            self._made_for = made_for
            self._chips = planned_chips(draft, server=self._server, where=self._where)
        return self._chips


def planned_chips(settings: EndpointSettings, *, server: bool, where: Where) -> tuple[Chip, ...]:
    """The chips of a start with these settings; a datagram client's start is its first Send."""
    datagram = settings.role is Role.DATAGRAM
    purpose = Purpose.START if server else Purpose.SEND if datagram else Purpose.CONNECT
    target = _sockaddr(settings.address, settings.family, where)
    family = settings.family
    if family == UNSPECIFIED and target is not None:
        family = address.family_of(target)

    def args(planned: PlannedCall) -> str:
        if isinstance(planned, BindCall | ConnectCall):
            return _shown(planned.address, settings.family, where)
        return planned.text

    calls = [(each.call, args(each)) for each in planned_calls(settings, purpose, family)]
    if purpose is Purpose.SEND:
        calls.append(("sendto", _shown(settings.address, settings.family, where)))
    after = list(_AFTER[settings.role])
    after[1 if server else 0 : 1 if server else 0] = openings_of(settings)
    calls += [(call, "") for call in after]
    if datagram:
        calls.append(("recvfrom", str(settings.bufsize)))
    return tuple(Chip(call, args, ChipState.PLANNED) for call, args in calls)


def _shown(spec: str, family: str, where: Where) -> str:
    """A socket address as Python writes it; a name still to be looked up as it is, "": unknown."""
    known = _sockaddr(spec, family, where)
    if known is not None:
        return repr(known)
    if spec.startswith("@"):
        found = where(spec[1:])
        return "" if found is None else _shown(found, family, where)
    try:
        parsed = address.parse(spec, family)
    except Problem:
        return ""
    return repr((parsed.host, parsed.port)) if parsed.host else ""


def _sockaddr(spec: str, family: str, where: Where) -> SockAddress | None:
    """A socket address in the form that the call takes; None: unknown."""
    if spec.startswith("@"):
        found = where(spec[1:])
        return None if found is None else _sockaddr(found, family, where)
    try:
        parsed = address.parse(spec, family)
        if parsed.kind is address.AddressKind.TEMP:
            return None  # its folder is created together with the socket
        return address.numeric(parsed)
    except (Problem, OSError):
        return None

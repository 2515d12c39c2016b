"""The calls that a start will make, with their arguments, while none has been made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from workbench.engine.model import address
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, ChipState
from workbench.texts import Problem
from workbench.ui.endpoint.endpoint_link import address_of

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

_AFTER: Final = {
    Role.LISTENER: ("accept",),
    Role.STREAM: ("send", "recv", "close"),
    Role.DATAGRAM: (),
}


class Plan:
    """The chips of the start to come; made anew only where something in them has changed."""

    def __init__(self, controller: Controller, *, server: bool) -> None:
        self._server = server
        self._where = partial(address_of, controller)
        self._chips: tuple[Chip, ...] = ()
        self._made_for: tuple[EndpointSettings, str | None] | None = None

    def chips(self, draft: EndpointSettings | None) -> tuple[Chip, ...]:
        """For a start with these settings; None (a field is bad): as they were before."""
        if draft is None:
            return self._chips
        linked = draft.address.startswith("@")
        made_for = (draft, self._where(draft.address[1:]) if linked else None)
        if made_for != self._made_for:
            self._made_for = made_for
            self._chips = plan_of(draft, server=self._server, where=self._where)
        return self._chips


def plan_of(
    settings: EndpointSettings, *, server: bool, where: Callable[[str], str | None]
) -> tuple[Chip, ...]:
    """The chips of a start.

    Args:
        settings: with which it would start.
        server: the address is the own one, to bind to.
        where: the address of an endpoint of ours by its name; None while it has none.
    """
    calls = [("socket", f"{settings.family}, {settings.type}")]
    calls += [("setsockopt", f"{name}, {value!r}") for name, value in settings.options]
    target = _sockaddr(settings.address, settings.family, where)
    if settings.bind:
        calls.append(("bind", _sockaddr(settings.bind, settings.family, where)))
    if server:
        calls.append(("bind", target))
    if settings.role is Role.LISTENER:
        calls.append(("listen", str(settings.backlog)))
    elif settings.role is Role.STREAM:
        calls.append(("connect", target))
    elif not server:
        calls.append(("sendto", target))
    calls += [(call, "") for call in _AFTER[settings.role]]
    if settings.role is Role.DATAGRAM:
        calls.append(("recvfrom", str(settings.bufsize)))
    return tuple(Chip(call, args, ChipState.PLANNED) for call, args in calls)


def _sockaddr(spec: str, family: str, where: Callable[[str], str | None]) -> str:
    """As Python writes it; "" while nobody knows it."""
    if spec.startswith("@"):
        found = where(spec[1:])
        return "" if found is None else _sockaddr(found, family, where)
    try:
        parsed = address.parse(spec, family)
        if parsed.kind is address.AddressKind.TEMP:
            return ""  # its folder is made with the socket
        known = address.numeric(parsed)
    except (Problem, OSError):
        return ""
    if known is not None:
        return repr(known)
    return repr((parsed.host, parsed.port)) if parsed.host else ""

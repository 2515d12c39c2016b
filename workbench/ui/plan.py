"""The calls that a start will make, with their arguments, while none has been made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workbench.engine import address
from workbench.engine.settings import EndpointSettings, Role
from workbench.engine.snapshot import Chip, ChipState
from workbench.texts import Problem

_AFTER: Final = {
    Role.LISTENER: ("accept",), Role.STREAM: ("send", "recv", "close"), Role.DATAGRAM: (),
}


def plan_of(settings: EndpointSettings, *, server: bool,
            where: Callable[[str], str | None]) -> tuple[Chip, ...]:
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

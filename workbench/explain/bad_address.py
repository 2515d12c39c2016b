"""Recognises addresses that a kind of socket cannot use, from a failed call's arguments alone.

TCP connects to one host, so a multicast address has no route for it (ip(7)); an IPv6 address of
one link needs its interface (RFC 4007, 6); nobody can have port 0 (RFC 6335, 6).
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from workbench.engine.model.family import SocketKind
from workbench.literals import read_literal

if TYPE_CHECKING:
    from workbench.journal.reader import Row

_NAMING: Final = frozenset({"bind", "connect", "sendto"})
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def bad_address(row: Row, kind: SocketKind) -> str | None:
    """The key under `explain.address` that says what is wrong with a failed call's address; None:
    the address alone explains nothing.
    """
    if kind.family == "AF_UNIX" or row.call not in _NAMING:
        return None
    found = _read(row.args)
    if found is None:
        return None
    address, port, scope = found
    match row.errno:
        case "ENETUNREACH" if row.call == "connect" and kind.type != "SOCK_DGRAM":
            return _unreached(address)
        case "EINVAL":
            if _is_of_link(address) and not scope:
                return "no_interface"
            return "port_0" if port == 0 and row.call != "bind" else None
        case "ECONNREFUSED" if port == 0 and kind.type != "SOCK_DGRAM":
            return "port_0"
    return None


def _unreached(address: _Address) -> str | None:
    if address.is_multicast:
        return "multicast"
    return "broadcast" if address == ipaddress.ip_address("255.255.255.255") else None


def _is_of_link(address: _Address) -> bool:
    """Whether it is valid on a single link only: fe80::/10, ff02::/16 (RFC 4291)."""
    return address.version == 6 and (
        address.is_link_local or (address.is_multicast and address.packed[1] & 0xF == 2)
    )


def _read(args: str) -> tuple[_Address, int, int] | None:
    """Address, port and scope id from a call's arguments; None: they hold no numeric address."""
    try:
        target = read_literal(args)
        host, port = str(target[0]), int(target[1])
        return ipaddress.ip_address(host), port, int(target[3]) if len(target) > 3 else 0
    except (ValueError, LookupError, TypeError):
        return None

"""Which socket options make sense on which sockets: by family, type and system."""

from __future__ import annotations

import socket
from typing import Final

from workbench.engine.model.options import OPTIONS
from workbench.texts import Problem

READ_ONLY: Final = frozenset({"SO_ERROR", "SO_TYPE", "SO_ACCEPTCONN"})
_DATAGRAMS: Final = frozenset(
    {
        "SO_BROADCAST",
        "IP_MULTICAST_TTL",
        "IP_MULTICAST_LOOP",
        "IP_MULTICAST_IF",
        "IPV6_MULTICAST_HOPS",
        "IPV6_MULTICAST_LOOP",
        "IPV6_MULTICAST_IF",
    }
)
_NOTHING_ON_UNIX: Final = frozenset(
    {
        "SO_REUSEADDR",
        "SO_REUSEPORT",
        "SO_KEEPALIVE",
        "SO_DONTROUTE",
        "SO_BINDTODEVICE",
        "SO_BROADCAST",
    }
)
_IPV6: Final = getattr(socket, "IPPROTO_IPV6", 41)


def unfit(name: str, family: str, type_: str) -> Problem | None:
    """Why setting this option on such a socket makes no sense; None: it does.

    Nothing is tried: what the kernel says to an option that fits is for the user to see.
    """
    option = OPTIONS[name]
    unix, stream = family == "AF_UNIX", type_ == "SOCK_STREAM"
    if option.number is None:
        return Problem("option.missing", name=name)
    if name in READ_ONLY:
        return Problem("option.read_only", name=name)
    if option.level == socket.IPPROTO_TCP and (unix or not stream):
        return Problem("option.needs_tcp", name=name)
    if option.level == socket.IPPROTO_IP and family != "AF_INET":
        return Problem("option.needs_v4", name=name)
    if option.level == _IPV6 and family != "AF_INET6":
        return Problem("option.needs_v6", name=name)
    if unix and name in _NOTHING_ON_UNIX:
        return Problem("option.nothing_on_unix", name=name)
    if name == "SO_PASSCRED" and not unix:
        return Problem("option.needs_unix", name=name)
    if name in _DATAGRAMS and type_ != "SOCK_DGRAM":
        return Problem("option.needs_datagrams", name=name)
    return None

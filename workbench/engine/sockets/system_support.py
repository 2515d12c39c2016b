"""What this system can make, found by trying with sockets that are closed at once; none is a
user's.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from functools import cache

from workbench.engine.model.options import UNSPECIFIED, required_family, required_type
from workbench.texts import Problem, reason_of


@cache
def why_no_socket(family: str, type_: str = "SOCK_STREAM") -> Problem | None:
    """Why this system cannot make such a socket; None: it can. The answer is cached."""
    if family == UNSPECIFIED:
        if type_ == "SOCK_STREAM":
            return why_no_socket("AF_INET")
        return Problem("engine.family_needed")
    try:
        socket.socket(required_family(family), required_type(type_)).close()
    except Problem as problem:
        return problem
    except OSError as error:
        return Problem("option.not_here", name=f"{family}, {type_}", reason=reason_of(error))
    return None


def has_ipv6_address(host: str) -> bool:
    """Whether an IPv6 socket can be bound to this address; a mapped one (::ffff:…) as well."""
    with suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as trial:
        if host.startswith("::ffff:"):
            trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        trial.bind((host, 0))
        return True
    return False

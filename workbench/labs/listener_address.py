"""The address of the backlog lab's listener: to bind to, and as it was bound."""

from __future__ import annotations

import itertools
import os
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.sockets.kernel_readings import LINUX
from workbench.labs.backlog_data import Family
from workbench.session import Session

_serial: Final = itertools.count(1)


def address(family: Family) -> str:
    """Where the listener binds; an abstract name leaves no file, whatever happens."""
    match family:
        case Family.INET:
            return "127.0.0.1:0"
        case Family.INET6:
            return "[::1]:0"
    name = f"swb-backlog-{os.getpid()}-{next(_serial)}"
    return f"abstract:{name}" if LINUX else f"temp:{name}"


def sockaddr(family: Family, session: Session) -> c.CallArgument:
    """The address as the argument of bind()."""
    match family:
        case Family.INET:
            return ("127.0.0.1", 0)
        case Family.INET6:
            return ("::1", 0)
    made = address(family)
    if made.startswith("abstract:"):
        return "\0" + made.removeprefix("abstract:")
    return str(session.temp_dir() / made.removeprefix("temp:"))


def sockaddr_of(spec: str, family: Family) -> c.CallArgument:
    """The address of the listener as the argument of connect()."""
    if family is Family.UNIX:
        return "\0" + spec.removeprefix("abstract:") if spec.startswith("abstract:") else spec
    host, _, port = spec.rpartition(":")
    return (host.strip("[]"), int(port))


def port_of(spec: str) -> int:
    """The port of a listener other than AF_UNIX."""
    return int(spec.rpartition(":")[2])

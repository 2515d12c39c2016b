"""The backlog lab's two endpoints: how they are set up, and where the listener stands."""

from __future__ import annotations

import itertools
import os
import sys
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, OptionValue, Role
from workbench.engine.sockets.kernel_readings import LINUX
from workbench.labs.backlog_abort import Overflow
from workbench.labs.backlog_data import FAMILIES, BacklogSettings, Family, Mode
from workbench.session import Session

ROOM_BACKLOG: Final = 128
_serial: Final = itertools.count(1)


def listener(name: str, settings: BacklogSettings, overflow: Overflow | None) -> EndpointSettings:
    """The listener that does not accept; `overflow` of mode abort."""
    family, backlog = settings.family, settings.backlog
    options: tuple[tuple[str, OptionValue], ...] = ()
    if family is not Family.UNIX and sys.platform != "win32":
        options = (("SO_REUSEADDR", 1),)
    if settings.mode is Mode.GATE:
        backlog = ROOM_BACKLOG
    if overflow is not None:
        backlog = overflow.roomy
        options += (("TCP_DEFER_ACCEPT", overflow.patience),)
    return EndpointSettings(
        name,
        Role.LISTENER,
        FAMILIES[family],
        address=address(family),
        backlog=backlog,
        accept=GateMode.PAUSED,
        options=options,
    )


def connector(name: str, settings: BacklogSettings, server: str) -> EndpointSettings:
    """All the clients; `server`: whom they connect to."""
    return EndpointSettings(
        name,
        Role.STREAM,
        FAMILIES[settings.family],
        address=f"@{server}",
        timeout=settings.timeout,
        count=settings.clients,
    )


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
    """The same as bind()'s argument."""
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
    """Where the listener stands, as connect()'s argument."""
    if family is Family.UNIX:
        return "\0" + spec.removeprefix("abstract:") if spec.startswith("abstract:") else spec
    host, _, port = spec.rpartition(":")
    return (host.strip("[]"), int(port))


def port_of(spec: str) -> int:
    """The port of a listener that is not AF_UNIX."""
    return int(spec.rpartition(":")[2])

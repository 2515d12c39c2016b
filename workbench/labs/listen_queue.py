"""What Linux tells about waiting connections besides the socket itself: /proc, read only."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

from workbench.engine.model.address import format_address
from workbench.engine.sockets.port_holder import read_address
from workbench.named_tuple import NamedTuple

HERE: Final = Path("/proc/self/net")
"""Of this process's network namespace; /proc/PID/net is that of another process's."""
_ESTABLISHED, _CLOSE_WAIT = 1, 8


class Counters(NamedTuple):
    """ListenOverflows and ListenDrops (TcpExt) of the network namespace since it began."""

    overflows: int
    drops: int


def counters(net: Path = HERE) -> Counters | None:
    """The namespace's counters now; None: the system has none."""
    try:
        text = (net / "netstat").read_text(encoding="ascii")
    except OSError:
        return None
    lines = [line.split() for line in text.splitlines()]
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        if names[:1] == ["TcpExt:"]:
            found = dict(zip(names, values, strict=False))
            return Counters(int(found.get("ListenOverflows", 0)), int(found.get("ListenDrops", 0)))
    return None


class Unaccepted(NamedTuple):
    """The peer of a connection that nobody has accepted; `gone`: it has closed."""

    address: str
    gone: bool


def unaccepted(local: str, net: Path = HERE) -> tuple[Unaccepted, ...] | None:
    """Who waits for accept() at this address, in no order; None: unknown.

    A connection without an inode belongs to no descriptor yet, so it is still in the queue
    (proc_pid_net(5)). `local` is "host:port" or "[host]:port".
    """
    six = local.startswith("[")
    try:
        text = (net / ("tcp6" if six else "tcp")).read_text(encoding="ascii")
    except OSError:
        return None
    port = f":{int(local.rpartition(':')[2]):04X}"
    # by name: the table is read in pieces, so a row may come twice
    found: dict[str, Unaccepted] = {}
    for line in text.splitlines()[1:]:
        parts = line.split()
        if not parts[1].endswith(port) or parts[9] != "0":
            continue
        state = int(parts[3], 16)
        if _address(parts[1], six=six) == local and state in {_ESTABLISHED, _CLOSE_WAIT}:
            address = _address(parts[2], six=six)
            found[address] = Unaccepted(address, state == _CLOSE_WAIT)
    return tuple(found.values())


def _address(field: str, *, six: bool) -> str:
    """An address of /proc/net/tcp as a scenario spells it."""
    family = socket.AF_INET6 if six else socket.AF_INET
    return format_address(read_address(field, family), family) or ""

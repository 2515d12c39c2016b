"""Finds the socket that holds a port which bind() was refused, from /proc on Linux."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from workbench.engine.model.address import format_address
from workbench.named_tuple import NamedTuple

if sys.platform != "win32":
    import pwd

_NET: Final = Path("/proc/self/net")
_TABLES: Final = {
    (socket.AF_INET, socket.SOCK_STREAM): "tcp",
    (socket.AF_INET6, socket.SOCK_STREAM): "tcp6",
    (socket.AF_INET, socket.SOCK_DGRAM): "udp",
    (socket.AF_INET6, socket.SOCK_DGRAM): "udp6",
}
_TIME_WAIT, _LISTEN = 6, 10
"""States of include/net/tcp_states.h."""


class PortHolder(NamedTuple):
    """The socket that holds the port, and its process.

    Attributes:
        local: its address as a scenario spells it.
        pid: that of the process; None: it belongs to another user, whose descriptors cannot be
            read.
        name: that of the process, as it calls itself (untrusted); else that of the user.
    """

    local: str
    pid: int | None
    name: str


class _Socket(NamedTuple):
    family: int
    host: str
    port: int
    state: int
    user: int
    inode: int

    @property
    def local(self) -> str:
        return format_address((self.host, self.port), self.family) or ""


def port_holder(family: int, type_: int, host: str, port: int) -> PortHolder | None:
    """The socket that keeps `host` and port from being bound; None: unknown.

    Sockets that are only bound, neither listening nor connected, are in no table of TCP
    (proc_pid_net(5)). This can take a tenth of a second, since it looks at the descriptors of every
    process.
    """
    found = sorted(_in_the_way(family, type_, host, port), key=lambda one: one.state != _LISTEN)
    for one in found:
        if one.inode and (pid := _process_with(one.inode)) is not None:
            return PortHolder(one.local, pid, _name_of(pid))
    for one in found:
        if one.inode and one.user != _own_user():
            return PortHolder(one.local, None, _user_name(one.user))
    return None


def in_time_wait(family: int, type_: int, host: str, port: int) -> int:
    """How many closed connections of the address the kernel keeps in TIME_WAIT now."""
    return sum(one.state == _TIME_WAIT for one in _in_the_way(family, type_, host, port))


def _in_the_way(family: int, type_: int, host: str, port: int) -> Iterator[_Socket]:
    """Sockets at the same port with the same or a wildcard address, of either family."""
    for (other, kind), table in _TABLES.items():
        if kind != type_:
            continue
        for one in _sockets(table, other, port):
            same = other == family and one.host == host
            if same or _is_any(one.host) or _is_any(host):
                yield one


def _is_any(host: str) -> bool:
    return host in {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not bound to


def _sockets(table: str, family: int, port: int) -> Iterator[_Socket]:
    try:
        lines = (_NET / table).read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return
    wanted = f":{port:04X}"
    for line in lines:
        fields = line.split()
        if len(fields) > 9 and fields[1].endswith(wanted):
            host, _ = read_address(fields[1], family)
            yield _Socket(family, host, port, int(fields[3], 16), int(fields[7]), int(fields[9]))


def read_address(field: str, family: int) -> tuple[str, int]:
    """An address of /proc/net/tcp: hex, each four bytes in the machine's order."""
    digits, _, port = field.partition(":")
    words = [int(digits[at : at + 8], 16) for at in range(0, len(digits), 8)]
    return socket.inet_ntop(family, struct.pack(f"={len(words)}I", *words)), int(port, 16)


def _process_with(inode: int) -> int | None:
    """The process that has this socket open (proc_pid_fd(5))."""
    wanted = f"socket:[{inode}]"
    for pid in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 - names alone are faster
        if wanted in _open_files(f"/proc/{pid}/fd"):
            return int(pid)
    return None


def _open_files(folder: str) -> Iterator[str]:
    """What the descriptors of a process refer to; nothing of one that ended or is not ours."""
    with suppress(OSError):
        for number in os.listdir(folder):  # noqa: PTH208 - as above
            with suppress(OSError):
                yield os.readlink(f"{folder}/{number}")  # noqa: PTH115 - as above


def _name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "?"


def _own_user() -> int:
    if sys.platform == "win32":
        return -1
    return os.geteuid()


def _user_name(uid: int) -> str:
    if sys.platform != "win32":
        with suppress(KeyError):
            return pwd.getpwuid(uid).pw_name
    return str(uid)

"""Reads an nc or ncat command line: where it listens or connects, and with which layers."""

from __future__ import annotations

from dataclasses import field
from pathlib import PurePath
from typing import Final

from workbench.engine.model.tail import Append
from workbench.frozen import dataclass
from workbench.texts import Problem
from workbench.viewmodel.address_form import DATAGRAM, UNIX, Where
from workbench.viewmodel.command_words import CommandWords, options_of
from workbench.viewmodel.pasted_command import PastedCommand

_LONG: Final = {
    "listen": "l", "udp": "u", "source-port": "p", "source": "s", "wait": "w", "crlf": "C",
    "keep-open": "k", "unixsock": "U", "exec": "e", "sh-exec": "c", "lua-exec": "c", "ssl": "ssl",
    "ssl-verify": "ssl-verify", "verbose": "v", "nodns": "n", "idle-timeout": "i", "delay": "d",
    "output": "o", "hex-dump": "x", "max-conns": "m", "proxy": "proxy", "proxy-type": "proxy-type",
    "proxy-auth": "proxy-auth", "ssl-cert": "ssl-cert", "ssl-key": "ssl-key", "allow": "allow",
    "ssl-trustfile": "ssl-trustfile", "ssl-ciphers": "ssl-ciphers", "ssl-alpn": "ssl-alpn",
    "ssl-servername": "ssl-servername", "allowfile": "allowfile", "deny": "deny",
    "denyfile": "denyfile",
}  # fmt: skip
_VALUED: Final = frozenset(
    "p s w e c i o x m proxy proxy-type proxy-auth ssl-cert ssl-key ssl-trustfile ssl-ciphers"
    " ssl-alpn ssl-servername allow allowfile deny denyfile X q I O T V g G".split()
)
_SILENT: Final = frozenset({"v", "n", "k", "N", "r", "t", "D"})
_EVERY: Final = "0.0.0.0"  # noqa: S104 - what nc does; shown before anything is bound
_USUAL_PORT: Final = "31337"
"""Of ncat."""


@dataclass(slots=True, frozen=True)
class _Nc:
    """The options of an nc command line, as they are collected."""

    ncat: bool
    options: dict[str, str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    told: list[Problem] = field(default_factory=list)


def nc_line(found: CommandWords) -> PastedCommand:
    """Understand a line. Raises Problem: it has no address that can be used here."""
    program = PurePath(found.words[0]).name
    said = _Nc("ncat" in program.lower())
    valued = {*_VALUED, "d"} if said.ncat else _VALUED
    for name, value, spelled in options_of(found.words[1:], _LONG, valued, said.places):
        if name in {"e", "c"} and value:
            said.told.append(Problem("pasted.no_exec", program=value))
        elif name in {"l", "u", "p", "s", "w", "C", "U", "4", "6", "ssl", "ssl-verify"}:
            said.options[name] = value
        elif name not in _SILENT:
            said.left.append(spelled)
    where = _where(said)
    if said.left:
        said.told.append(Problem("pasted.options", options=", ".join(said.left)))
    options = said.options
    server = "l" in options
    port, source = options.get("p", ""), options.get("s", "")
    local = "" if server or not (port or source) else _local(where, source, port)
    return PastedCommand(
        program,
        where,
        server=server,
        verify="ssl-verify" in options or "ssl" not in options,
        local=local,
        timeout=options.get("w", ""),
        append=Append.CRLF if "C" in options else None,
        told=tuple(said.told),
    )


def _where(said: _Nc) -> Where:
    options, places = said.options, said.places
    kind = DATAGRAM if "u" in options else "SOCK_STREAM"
    over = "tls" if "ssl" in options else ""
    if over and kind == DATAGRAM:
        said.told.append(Problem("pasted.dtls"))
        over = ""
    if "U" in options:
        if not places:
            raise Problem("pasted.no_place")
        return Where(UNIX, kind, places[0], "", over)
    server = "l" in options
    port = options.get("p", "") if server else ""
    host = ""
    if server and not port and len(places) == 1 and places[0].isdecimal():
        port = places[0]
    elif places:
        host, *more = places
        port = more[0] if more else port
        if len(more) > 1:
            said.told.append(Problem("pasted.ports", port=port))
    if not port and said.ncat and (host or server):
        port = _USUAL_PORT
    if not (host or server) or not port:
        raise Problem("pasted.no_place")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Problem("pasted.port", port=port)
    six = "6" in options or ":" in host
    if server and not host:
        host = "::" if six else _EVERY
    return Where("AF_INET6" if six else "AF_INET" if "4" in options else "", kind, host, port, over)


def _local(where: Where, source: str, port: str) -> str:
    """The local address of a client, in the scenario's spelling."""
    host = source or ("::" if where.family == "AF_INET6" else _EVERY)
    return f"[{host}]:{port or 0}" if ":" in host else f"{host}:{port or 0}"

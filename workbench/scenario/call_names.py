"""Names of calls and errors in expectations: a misspelled one would never come, so it is
refused.
"""

from __future__ import annotations

import difflib
import errno as system
import re
import socket
from functools import cache
from typing import Any, Final

from workbench.engine.model.errors import OF_TLS, explained
from workbench.engine.model.serialize import COMMANDS
from workbench.engine.runtime.socket_calls import CALLS
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.steps import ANY

_LOGGED_AS: Final = {
    "sendall": "send",
    "sendfile": "send",
    "sendmsg": "send",
    "recv_into": "recv",
    "recvfrom_into": "recvfrom",
    "recvmsg": "recvfrom",
    "connect_ex": "connect",
}
"""Methods of Python's sockets that the log shows under another name."""
_OF_LAYERS: Final = (
    *(f"tls.{word}" for word in ("send", "recv", "handshake", "sni", "raw", "end", "fault")),
    *(f"ws.{word}" for word in ("request", "response", "body", "open", "send", "recv", "message")),
    *(f"ws.{word}" for word in ("pong", "raw", "end", "fault")),
    *(f"proxy.{word}" for word in ("request", "response", "body", "send", "recv", "fault")),
    *("messages.recv", "messages.fault"),
)
"""What layers write under `call`."""
_LAYERS: Final = ("tls.", "ws.", "proxy.", "messages.")
_WITH_BYTES: Final = frozenset({"recv", "recvfrom", "send", "sendto", "getsockopt"})
_BYTES: Final = ("text", "hex", "contains", "regex", "json")
_WITHOUT_BYTES: Final = frozenset({"command", "note", "end"})
"""Kinds of rows that have none."""
_ALIASES: Final = {
    "IOError": "OSError",
    "EnvironmentError": "OSError",
    "error": "OSError",
    "timeout": "TimeoutError",
}
"""Other names that Python has for a class; the log has the class's own."""
_SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9_]+", re.ASCII)
_ALIKE: Final = 0.8
"""How much a name is like a known one to be that misspelt: notes have names of their own, and
other systems other errors."""


@cache
def _errnos() -> frozenset[str]:
    """Every name of an errno known to this system, another one or this program."""
    return frozenset(
        {
            ANY,
            *explained(),
            *system.errorcode.values(),
            *(name for name in vars(system) if name.startswith(("E", "WSAE"))),
            *(name for name in vars(socket) if name.startswith("EAI_")),
        }
    )


@v.takes(v.TEXT)
def errno(body: v.Table, key: str, path: KeyPath) -> str:
    """The symbol of an error. Raises Wrong for a misspelled one, with the right name."""
    name = str(v.typed(body, key, str, path))
    near = [] if name in _errnos() else _symbol_like(name)
    if near:
        raise v.wrong((*path, key), "scenario.unknown_value", name=name, near=near[0])
    return name


def _symbol_like(name: str) -> list[str]:
    capitals = name.upper()
    if capitals in _errnos():
        return [capitals]
    return difflib.get_close_matches(capitals, _errnos(), 1, _ALIKE)


@cache
def _classes() -> frozenset[str]:
    """The names of exceptions that a socket call may raise."""
    found: set[type[OSError]] = {OSError}
    while True:
        more = found.union(*(one.__subclasses__() for one in found))
        if more == found:
            names = {one.__name__ for one in found} - _ALIASES.keys()
            return frozenset(names | OF_TLS | {"ValueError", "OverflowError"})
        found = more


@v.takes(v.TEXT)
def error(body: v.Table, key: str, path: KeyPath) -> str:
    """The symbol or the class of an error. Raises Wrong for a misspelled one, with the right
    name.
    """
    name = str(v.typed(body, key, str, path))
    if name in _errnos() or name in _classes():
        return name
    if name in _ALIASES:
        near = [_ALIASES[name]]
    elif _SYMBOL.fullmatch(name) or name.upper() in _errnos():
        near = _symbol_like(name)
    else:
        near = difflib.get_close_matches(name, _classes(), 1, _ALIKE)
    if near:
        raise v.wrong((*path, key), "scenario.unknown_value", name=name, near=near[0])
    return name


def moved_symbol(values: dict[str, Any], path: KeyPath) -> None:
    """The symbol in an `error` that is written in capitals, which means `errno`: a step accepts
    either.

    Raises Wrong for a misspelled one.
    """
    if _SYMBOL.fullmatch(str(values.get("error", ""))) and "errno" not in values:
        values["errno"] = errno(values, "error", path)
        del values["error"]


@v.takes(v.TEXT)
def call(body: v.Table, key: str, path: KeyPath) -> str:
    """The name of a call as in the log. Raises Wrong for a misspelled one, with the right name."""
    name = str(v.typed(body, key, str, path))
    lower = name.lower()
    if name in CALLS or name in COMMANDS or name in _OF_LAYERS:
        return name
    if lower in CALLS or lower in COMMANDS or lower in _OF_LAYERS:
        near = [lower]
    elif name in _LOGGED_AS:
        near = [_LOGGED_AS[name]]
    elif lower.startswith(_LAYERS):  # all its words are known
        near = difflib.get_close_matches(lower, _OF_LAYERS, 1, 0.0)
    else:
        near = difflib.get_close_matches(lower, [*CALLS, *_OF_LAYERS], 1, _ALIKE)
    if near:
        raise v.wrong((*path, key), "scenario.unknown_value", name=name, near=near[0])
    return name


def check_row(said: v.Table, path: KeyPath) -> None:
    """Check that a single row can have all that is said of it; otherwise it never comes, and
    `absent` always holds.

    Raises:
        Wrong: bytes or a size for a row that has none, a result of a call that failed, a result
            below 0, or a kind that such a call does not have.
    """
    name, kind = said.get("call", ""), said.get("kind")
    others = ("call", "end", "note") if name.startswith(_LAYERS) else ("layer", "note")
    if kind in others and (name in CALLS or name in _OF_LAYERS):
        raise v.wrong((*path, "kind"), "scenario.other_kind", call=name, kind=kind)
    bare = name if name in CALLS and name not in _WITH_BYTES else ""
    if kind == "command" and name in CALLS:
        bare = ""
    for key in (*_BYTES, "size"):
        if key in said and (bare or (kind in _WITHOUT_BYTES and key != "size")):
            raise v.wrong((*path, key), "scenario.no_bytes", key=key, what=bare or kind)
    if "result" not in said:
        return
    if "errno" in said or "error" in said:
        raise v.wrong((*path, "result"), "scenario.result_of_failed")
    if said["result"] < 0 and name != "getsockopt" and name:
        raise v.wrong((*path, "result"), "scenario.result_below", call=name)

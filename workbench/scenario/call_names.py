"""Names of calls and errors in expectations: a misspelt one would never come, so it is refused."""

from __future__ import annotations

import difflib
import errno as system
import re
import socket
from functools import cache
from typing import Any, Final

from workbench.engine.model.errors import explained
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
_SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9_]+", re.ASCII)
_ALIKE: Final = 0.8
"""How much a name is like a known one to be that misspelt: notes have names of their own, and
other systems other errors."""


@cache
def _errnos() -> frozenset[str]:
    """Every name of an errno that this system, another one or this program knows."""
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
    """The symbol of an error. Raises Wrong for one that is misspelt, with its name."""
    name = str(v.typed(body, key, str, path))
    near = [] if name in _errnos() else difflib.get_close_matches(name, _errnos(), 1, _ALIKE)
    if near:
        raise v.wrong((*path, key), "scenario.unknown_value", name=name, near=near[0])
    return name


@cache
def _classes() -> frozenset[str]:
    """Names of exceptions that a call of a socket may raise."""
    found: set[type[OSError]] = {OSError}
    while True:
        more = found.union(*(one.__subclasses__() for one in found))
        if more == found:
            return frozenset({one.__name__ for one in found} | {"ValueError", "OverflowError"})
        found = more


@v.takes(v.TEXT)
def error(body: v.Table, key: str, path: KeyPath) -> str:
    """The symbol or the class of an error. Raises Wrong for one that is misspelt, with its name."""
    name = str(v.typed(body, key, str, path))
    if name in _errnos() or name in _classes():
        return name
    if name.upper() in _errnos():
        near = [name.upper()]
    elif _SYMBOL.fullmatch(name):
        near = difflib.get_close_matches(name, _errnos(), 1, _ALIKE)
    else:
        near = difflib.get_close_matches(name, _classes(), 1, _ALIKE)
    if near:
        raise v.wrong((*path, key), "scenario.unknown_value", name=name, near=near[0])
    return name


def moved_symbol(values: dict[str, Any], path: KeyPath) -> None:
    """An `error` in capitals is the symbol that `errno` is about: a step takes either there.

    Raises Wrong for one that is misspelt.
    """
    if _SYMBOL.fullmatch(str(values.get("error", ""))) and "errno" not in values:
        values["errno"] = errno(values, "error", path)
        del values["error"]


@v.takes(v.TEXT)
def call(body: v.Table, key: str, path: KeyPath) -> str:
    """What the log has under `call`. Raises Wrong for a call that is misspelt, with its name."""
    name = str(v.typed(body, key, str, path))
    if name in CALLS or name in COMMANDS:
        return name
    near = (
        [_LOGGED_AS[name]]
        if name in _LOGGED_AS
        else difflib.get_close_matches(name, CALLS, 1, _ALIKE)
    )
    if near:
        raise v.wrong((*path, key), "scenario.unknown_value", name=name, near=near[0])
    return name

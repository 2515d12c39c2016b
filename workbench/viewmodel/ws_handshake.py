"""A WebSocket's opening handshake: what each head must say, and what it does say."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.engine.protocol.websocket import deflate
from workbench.engine.protocol.websocket.heads import Head, head_of, request_of, status_of
from workbench.engine.protocol.websocket.upgrade import (
    ClientOpening,
    accept_of,
    request_faults,
)
from workbench.named_tuple import NamedTuple
from workbench.texts import tr

REQUEST: Final = "ws.request"
RESPONSE: Final = "ws.response"
HEADS: Final = frozenset({REQUEST, RESPONSE})
"""Calls of the rows that have a head."""
_KEY: Final = "Sec-WebSocket-Key"


class Check(NamedTuple):
    """One thing that a head must say.

    Attributes:
        name: that of the header, or of the part of the first line.
        has: its value; "": it is missing.
        wants: what it must be.
        good: whether it is; None: it need not be.
    """

    name: str
    has: str
    wants: str
    good: bool | None = True

    @property
    def says(self) -> str:
        """Its value and, if that is wrong, what it must be."""
        if self.good is not False:
            return self.has
        return tr("handshake.wrong", has=self.has or tr("handshake.nothing"), wants=self.wants)


class Handshake(NamedTuple):
    """Both heads, as far as the record has them.

    Attributes:
        request, response: their bytes; None: it was not seen.
    """

    request: bytes | None = None
    response: bytes | None = None


def request_checks(data: bytes) -> tuple[Check, ...]:
    """What RFC 6455 4.1 and 4.2.1 require of a request."""
    head = head_of(data)
    faults = set(request_faults(head, WebSocketSettings()))
    line = request_of(head)
    method = "" if line is None else line.method
    version = "" if line is None else f"HTTP/{line.version[0]}.{line.version[1]}"
    return (
        Check(tr("handshake.method"), method, "GET", not {"method", "request_line"} & faults),
        Check(
            tr("handshake.version"), version, "HTTP/1.1",
            not {"http_version", "request_line"} & faults,
        ),
        _check(head, "Host", tr("handshake.once"), "host" not in faults),
        _check(head, "Upgrade", "websocket", "upgrade" not in faults),
        _check(head, "Connection", "Upgrade", "connection" not in faults),
        _check(head, _KEY, tr("handshake.key"), "key" not in faults),
        _check(head, "Sec-WebSocket-Version", "13", "version" not in faults),
        *_optional(head, "Origin", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"),
    )  # fmt: skip


def response_checks(data: bytes, request: bytes | None) -> tuple[Check, ...]:
    """What RFC 6455 4.1 requires of a response; the Accept is computed again from the key."""
    head = head_of(data)
    asked = head_of(request) if request is not None else None
    faults = set(_faults(head, asked)) if asked is not None else set()
    status = status_of(head)
    shown = "" if status is None else f"{status.code} {status.phrase}".rstrip()
    checks = [
        Check(tr("handshake.status"), shown, "101", status is not None and status.code == 101)
    ]
    if status is not None and status.code != 101:
        return (*checks, *_optional(head, "WWW-Authenticate", "Location", "Content-Type"))
    key = asked.one(_KEY) if asked is not None else None
    wanted = accept_of(key) if key is not None else tr("handshake.unknown")
    right = "accept" not in faults if asked is not None else None
    checks += [
        _check(head, "Upgrade", "websocket", (head.one("Upgrade") or "").lower() == "websocket"),
        _check(head, "Connection", "Upgrade", head.names("Connection", "upgrade")),
        _check(head, "Sec-WebSocket-Accept", wanted, right),
        Check(tr("handshake.computed"), wanted, wanted, None),
    ]
    for name, fault in (
        ("Sec-WebSocket-Protocol", "subprotocol"),
        ("Sec-WebSocket-Extensions", "extension"),
    ):
        if head.all(name):
            good = None if asked is None else fault not in faults
            checks.append(_check(head, name, tr("handshake.offered"), good))
    return tuple(checks)


def _faults(head: Head, asked: Head) -> tuple[str, ...]:
    offered = {name for name, _ in deflate.extensions(asked.joined("Sec-WebSocket-Extensions"))}
    wanted = Deflate() if deflate.NAME in offered else None
    return ClientOpening(asked, request_of(asked), wanted).judge(head).faults


def _check(head: Head, name: str, wants: str, good: bool | None) -> Check:
    return Check(name, ", ".join(head.all(name)), wants, good)


def _optional(head: Head, *names: str) -> tuple[Check, ...]:
    """Optional headers that are present."""
    return tuple(_check(head, name, "", None) for name in names if head.all(name))

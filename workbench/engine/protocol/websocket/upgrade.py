"""The opening handshake of both ends (RFC 6455 4): requests, responses, and what is wrong with
them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from http import HTTPStatus
from typing import Final

from workbench.engine.model.websocket_settings import RIGHT, Deflate, WebSocketSettings
from workbench.engine.protocol.websocket import deflate
from workbench.engine.protocol.websocket.heads import (
    Head,
    Headers,
    Request,
    head_bytes,
    head_of,
    request_of,
    status_of,
)
from workbench.frozen import dataclass
from workbench.named_tuple import NamedTuple

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SWITCHING: Final = 101
_KEY: Final = "Sec-WebSocket-Key"
_ACCEPT: Final = "Sec-WebSocket-Accept"
_VERSION: Final = "Sec-WebSocket-Version"
_PROTOCOL: Final = "Sec-WebSocket-Protocol"
_EXTENSIONS: Final = "Sec-WebSocket-Extensions"


class Refusal(NamedTuple):
    """A rule that a request breaks: the status that answers it, and the section of the rule."""

    status: int
    section: str
    text: str


REFUSALS: Final[Mapping[str, Refusal]] = {
    "head_too_long": Refusal(431, "RFC 6585 5", "The head of this request is too long."),
    "request_line": Refusal(400, "4.2.1", "This is no request line of HTTP/1.1."),
    "http_version": Refusal(400, "4.2.1", "A WebSocket opens with HTTP/1.1."),
    "header_line": Refusal(400, "RFC 9112 5", "A line of this head is no header."),
    "method": Refusal(405, "4.2.1", "A WebSocket opens with GET."),
    "host": Refusal(400, "4.2.1", "A request has exactly one Host header."),
    "upgrade": Refusal(426, "4.2.1", "This is a WebSocket server: Upgrade: websocket is missing."),
    "connection": Refusal(400, "4.2.1", "Connection: Upgrade is missing."),
    "key": Refusal(400, "4.2.1", "Sec-WebSocket-Key has to be 16 bytes in Base64, once."),
    "version": Refusal(426, "4.4", "This server speaks version 13."),
    "path": Refusal(404, "4.2.2", "There is no WebSocket at this path."),
    "origin": Refusal(403, "4.2.2", "Pages of this origin may not connect."),
}
RESPONSES: Final[Mapping[str, str]] = {
    "head_too_long": "4.1",
    "head_truncated": "4.1",
    "status_line": "4.1",
    "status": "4.1",
    "header_line": "RFC 9112 5",
    "upgrade": "4.1",
    "connection": "4.1",
    "accept": "4.1",
    "subprotocol": "4.1",
    "extension": "9.1",
}
"""What can be wrong with a response, and the section of the rule."""
HANDSHAKE: Final = "WS_HANDSHAKE"
"""The word for a response that does not open a WebSocket although its status is 101."""


def accept_of(key: str) -> str:
    """The Sec-WebSocket-Accept that belongs to a key (RFC 6455 4.2.2)."""
    mixed = hashlib.sha1(key.encode("latin-1") + _GUID, usedforsecurity=False).digest()
    return base64.b64encode(mixed).decode()


@dataclass(frozen=True, slots=True)
class UpgradeAnswer:
    """A response, written or read, and its meaning.

    Attributes:
        faults: what is wrong with the head that came.
        subprotocol: None: none. agreed: permessage-deflate, if both ends have it.
        head, body: what a server writes.
    """

    status: int
    faults: tuple[str, ...] = ()
    subprotocol: str | None = None
    agreed: deflate.Agreed | None = None
    head: bytes = b""
    body: bytes = b""
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class ClientOpening:
    """A client's request, against which the response is judged.

    Attributes:
        request: as it was sent.
    """

    request: Head
    line: Request | None
    _deflate: Deflate | None = field(default=None)

    @staticmethod
    def of(settings: WebSocketSettings, host: str) -> ClientOpening:
        """Never raises: the settings were checked before."""
        usual = [("Host", host), ("Upgrade", "websocket"), ("Connection", "Upgrade")]
        key = settings.key
        usual.append((_KEY, base64.b64encode(os.urandom(16)).decode() if key is None else key))
        usual.append((_VERSION, settings.version))
        if settings.origin is not None:
            usual.append(("Origin", settings.origin))
        if settings.subprotocols:
            usual.append((_PROTOCOL, ", ".join(settings.subprotocols)))
        if settings.deflate is not None:
            usual.append((_EXTENSIONS, deflate.offer(settings.deflate)))
        line = f"{settings.method} {settings.path or '/'} HTTP/1.1"
        request = head_of(head_bytes(line, usual, settings.headers, settings.drop))
        offered = _names(request.joined(_EXTENSIONS))
        wanted = (settings.deflate or Deflate()) if deflate.NAME in offered else None
        return ClientOpening(request, request_of(request), wanted)

    def judge(self, head: Head) -> UpgradeAnswer:
        """The meaning of a response; a status other than 101 is the first of its faults."""
        status = status_of(head)
        if status is None:
            return UpgradeAnswer(0, ("status_line",))
        if status.code != SWITCHING:
            return UpgradeAnswer(status.code, ("status",), phrase=status.phrase)
        faults = list(self._faults(head))
        protocol = head.one(_PROTOCOL)
        offered = [item.strip() for item in self.request.joined(_PROTOCOL).split(",")]
        if len(head.all(_PROTOCOL)) > 1 or (protocol is not None and protocol not in offered):
            faults.append("subprotocol")
        found, wrong = self._extensions(head)
        if wrong:
            faults.append("extension")
        return UpgradeAnswer(status.code, tuple(faults), protocol, found, phrase=status.phrase)

    def _faults(self, head: Head) -> Iterator[str]:
        if head.others:
            yield "header_line"
        if (head.one("Upgrade") or "").lower() != "websocket":
            yield "upgrade"
        if not head.names("Connection", "upgrade"):
            yield "connection"
        if head.one(_ACCEPT) != accept_of(self.request.one(_KEY) or ""):
            yield "accept"

    def _extensions(self, head: Head) -> tuple[deflate.Agreed | None, bool]:
        """What was agreed on, and whether the answer names something that was not offered."""
        found = None
        for name, parameters in deflate.extensions(head.joined(_EXTENSIONS)):
            if name != deflate.NAME or self._deflate is None or found is not None:
                return found, True
            found = deflate.agreed(parameters, self._deflate)
            if found is None:
                return None, True
        return found, False


def _names(header: str) -> set[str]:
    return {name for name, _ in deflate.extensions(header)}


def _is_key(text: str | None) -> bool:
    try:
        return text is not None and len(base64.b64decode(text, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def request_faults(head: Head, settings: WebSocketSettings) -> Iterator[str]:
    """The rules that a request breaks; the first decides the answer."""
    line = request_of(head)
    if line is None:
        yield "request_line"
    if head.others:
        yield "header_line"
    if line is not None:
        if line.version < (1, 1):
            yield "http_version"
        if line.method != "GET":
            yield "method"
        wanted, path = settings.path.partition("?")[0], line.target.partition("?")[0]
        if wanted not in {"", "/"} and path != wanted:
            yield "path"
    if head.one("Host") is None:
        yield "host"
    if not head.names("Upgrade", "websocket"):
        yield "upgrade"
    if not head.names("Connection", "upgrade"):
        yield "connection"
    if not _is_key(head.one(_KEY)):
        yield "key"
    if head.one(_VERSION) != settings.version:
        yield "version"
    if settings.origin is not None and head.one("Origin") != settings.origin:
        yield "origin"


def answer_to(head: Head, settings: WebSocketSettings, *, lenient: bool) -> UpgradeAnswer:
    """A server's response; `lenient`: it opens even if the request breaks rules."""
    faults = tuple(request_faults(head, settings))
    if faults and not lenient:
        return refused(faults, settings)
    if settings.status != SWITCHING:
        usual: list[tuple[str, str]] = []
        return _refusal(settings.status, settings.body, usual, settings, faults)
    return _opened(head, settings, faults)


def _opened(head: Head, settings: WebSocketSettings, faults: tuple[str, ...]) -> UpgradeAnswer:
    accept = settings.accept
    if accept == RIGHT:
        accept = accept_of(head.one(_KEY) or "")
    usual = [("Upgrade", "websocket"), ("Connection", "Upgrade"), (_ACCEPT, accept)]
    protocol = settings.choose
    if protocol is None:
        offered = [item.strip() for item in head.joined(_PROTOCOL).split(",")]
        protocol = next((item for item in settings.subprotocols if item in offered), "")
    if protocol:
        usual.append((_PROTOCOL, protocol))
    found = None
    if settings.deflate is not None:
        found = deflate.accepted(head.joined(_EXTENSIONS), settings.deflate)
        if found is not None:
            usual.append((_EXTENSIONS, found.header()))
    line = f"HTTP/1.1 {SWITCHING} Switching Protocols"
    written = head_of(head_bytes(line, usual, settings.headers, settings.drop))
    if deflate.NAME not in _names(written.joined(_EXTENSIONS)):
        found = None
    return UpgradeAnswer(
        SWITCHING, faults, written.one(_PROTOCOL), found, written.data, phrase=_phrase(SWITCHING)
    )


def refused(faults: tuple[str, ...], settings: WebSocketSettings) -> UpgradeAnswer:
    """The response to a request that does not open a WebSocket."""
    status, section, text = REFUSALS[faults[0]]
    usual = []
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        usual.append(("Allow", "GET"))
    if status == HTTPStatus.UPGRADE_REQUIRED:
        usual += [("Upgrade", "websocket"), (_VERSION, settings.version)]
    where = section if section.startswith("RFC") else f"RFC 6455 {section}"
    return _refusal(status, f"{text} ({where})\n", usual, settings, faults)


def _refusal(
    status: int, text: str, usual: Headers, settings: WebSocketSettings, faults: tuple[str, ...]
) -> UpgradeAnswer:
    body = text.encode()
    said = [
        *usual,
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Connection", "Upgrade, close" if any(n == "Upgrade" for n, _ in usual) else "close"),
    ]
    line = f"HTTP/1.1 {status} {_phrase(status)}"
    own = settings.headers if settings.status != SWITCHING else ()
    drop = settings.drop if settings.status != SWITCHING else ()
    head = head_bytes(line, said, own, drop)
    return UpgradeAnswer(status, faults, head=head, body=body, phrase=_phrase(status))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"

"""Rows of layers, in the form that expectations ask for: frames, the end of a WebSocket, HTTP
heads.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Final

from workbench.engine.model.events import LAYER
from workbench.engine.model.websocket_settings import OPCODES
from workbench.journal.reader import Row
from workbench.literals import parse_expression, value_of
from workbench.named_tuple import NamedTuple
from workbench.scenario.steps import HEAD, Expect

FRAME: Final = "ws.recv"
WS_END: Final = "ws.end"
REQUEST: Final = "ws.request"
RESPONSE: Final = "ws.response"
PROXY_RESPONSE: Final = "proxy.response"
HEADS: Final = frozenset({REQUEST, RESPONSE, PROXY_RESPONSE, "messages.recv"})
"""Rows whose bytes begin with a head of HTTP."""
NO_CODE: Final = 1005
_TLS_END: Final = "tls.end"
_NOTIFIED: Final = "'close_notify'"
_READS: Final = frozenset({"recv", "recvfrom"})
_SENT: Final = frozenset({"tls.send", "ws.send", "ws.raw", "proxy.request"})
_LAST_OF_DATA: Final = 7
"""Opcodes of control frames are larger (RFC 6455 5.2)."""
_NO_CASE: Final = frozenset({"upgrade", "connection"})
"""Headers whose values are the same in all letters (RFC 9110 7.6.1, 7.8)."""
_STATUS: Final = re.compile(rb"HTTP/\d\.\d (\d{3})(?: |\r|\n)")


class FrameFacts(NamedTuple):
    """What the row of a frame says; `code` and `reason` are those of a Close frame."""

    opcode: int | None
    fin: bool
    rsv: int
    code: int
    reason: str


def says_end(row: Row) -> bool:
    """Whether the peer has said within TLS that nothing more comes. Its FIN may never be read,
    since whoever learns that may close at once (RFC 8446 6.1).
    """
    return row.call == _TLS_END and row.kind == LAYER and row.args == _NOTIFIED


def frame_of(row: Row) -> FrameFacts | None:
    """The facts of a complete frame; None: the row is not about one."""
    if row.call != FRAME:
        return None
    found = _literals(row.args)
    if found is None or "length" in found[1]:
        return None
    (kind, *_), said = found
    return FrameFacts(
        OPCODES.get(kind) if isinstance(kind, str) else kind if isinstance(kind, int) else None,
        bool(said.get("fin", True)),
        _number(said.get("rsv", 0)),
        _number(said.get("code", NO_CODE)),
        str(said.get("reason", "")),
    )


def end_of(row: Row) -> tuple[int, str] | None:
    """Code and reason with which a WebSocket ended; None: the row is not about such an end."""
    if row.call != WS_END:
        return None
    found = _literals(row.args)
    if found is None:
        return None
    code, *reason = found[0]
    return _number(code), str(reason[0]) if reason else ""


class Withheld(NamedTuple):
    """What layers have taken in and not handed on.

    Attributes:
        bytes: of what was read last, since a layer told of something whole: part of a head, a
            record or a frame.
        frames: of a message whose last frame has not come.
        payload: the bytes in these.
    """

    bytes: int
    frames: int
    payload: int


def withheld(rows: Iterable[Row]) -> Withheld:
    """What the layers of a connection wait for the rest of, as far as its rows tell."""
    unread = frames = payload = 0
    for row in rows:
        if row.kind != LAYER:
            unread += (row.size or 0) if row.call in _READS and row.error is None else 0
            continue
        if row.call not in _SENT:
            unread = 0
        frame = frame_of(row)
        if frame is None or (frame.opcode or 0) > _LAST_OF_DATA:
            continue
        frames, payload = (frames + 1, payload + (row.size or 0)) if not frame.fin else (0, 0)
    return Withheld(unread, frames, payload)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


@lru_cache(maxsize=1024)
def _literals(args: str) -> tuple[tuple[object, ...], Mapping[str, object]] | None:
    """The literals by position, at least one, and those by name."""
    try:
        tree = parse_expression(f"f({args})")
        if not isinstance(tree, ast.Call) or not tree.args:
            return None
        plain = tuple(value_of(item) for item in tree.args)
        return plain, {item.arg or "": value_of(item.value) for item in tree.keywords}
    except ValueError:
        return None


def status_of(head: bytes) -> int | None:
    """The status of an HTTP response; None: it is not one."""
    found = _STATUS.match(head)
    return int(found[1]) if found else None


def headers_of(head: bytes) -> dict[str, list[str]]:
    """Headers by their names in lower case, each with all of its values."""
    found: dict[str, list[str]] = {}
    text = head.decode("latin-1")
    end = min((at for mark in ("\r\n\r\n", "\n\n") if (at := text.find(mark)) >= 0), default=None)
    for line in text[:end].split("\n")[1:]:
        name, colon, value = line.rstrip("\r").partition(":")
        if colon:
            found.setdefault(name.strip().lower(), []).append(value.strip(" \t"))
    return found


def has_headers(wanted: Mapping[str, str], head: bytes) -> bool:
    """Whether a head has each of these; a value may be one of a list ("keep-alive, Upgrade"), and
    "*" stands for any. Names, and the values of Upgrade and Connection, are compared
    case-insensitively.
    """
    there = headers_of(head)
    return all(
        any(_is_said(name.lower(), value, said) for said in there.get(name.lower(), ()))
        for name, value in wanted.items()
    )


def _is_said(name: str, wanted: str, said: str) -> bool:
    if name in _NO_CASE:
        wanted, said = wanted.lower(), said.lower()
    return wanted in {"*", said} or wanted in {part.strip() for part in said.split(",")}


def is_of_layer(expect: Expect, row: Row, heads: Collection[str]) -> bool:
    """Whether a row is the frame, end or head that an expectation is about.

    `heads`: the calls of rows about a head that came.
    """
    kind = expect.of_layer
    if not is_of_kind(kind, row, heads) and not (kind == HEAD and row.call == expect.call):
        return False
    match kind:
        case "frame":
            return _is_frame(expect, frame_of(row))
        case "end":
            end = end_of(row)
            return end is not None and _ends_with(expect, *end)
        case _:
            return _is_head(expect, row)


def is_of_kind(kind: str | None, row: Row, heads: Collection[str]) -> bool:
    """Whether a row is about any frame, end or head that came."""
    calls = {"frame": (FRAME,), "end": (WS_END,), HEAD: heads}.get(kind or "", ())
    return row.kind == LAYER and row.call in calls


def _is_frame(expect: Expect, frame: FrameFacts | None) -> bool:
    if frame is None:
        return False
    wanted = ((expect.opcode, frame.opcode), (expect.fin, frame.fin), (expect.rsv, frame.rsv))
    return all(value is None or value == got for value, got in wanted) and (
        (expect.code is None and expect.reason is None)
        or (frame.opcode == OPCODES["CLOSE"] and _ends_with(expect, frame.code, frame.reason))
    )


def _ends_with(expect: Expect, code: int, reason: str) -> bool:
    return expect.code in {None, code} and expect.reason in {None, reason}


def head_differs(expect: Expect, head: bytes) -> tuple[list[str], list[str]]:
    """The lines of a head that are not as an expectation wants them (the first, if the status
    differs), and the names of headers that it lacks. Both empty: it is the wanted one.
    """
    there = headers_of(head)
    lines = []
    if expect.status not in {None, status_of(head)}:
        lines.append(head.split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1"))
    lacking = [name for name in expect.header if name.lower() not in there]
    lines += [
        f"{name}: {said}"
        for name, value in expect.header.items()
        if name not in lacking and not has_headers({name: value}, head)
        for said in there[name.lower()]
    ]
    return lines, lacking


def _is_head(expect: Expect, row: Row) -> bool:
    head = row.payload or b""
    return expect.status in {None, status_of(head)} and has_headers(expect.header, head)

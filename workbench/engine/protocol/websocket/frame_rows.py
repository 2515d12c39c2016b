"""Log rows of frames and messages, with their arguments as Python literals."""

from __future__ import annotations

from workbench.engine.protocol.layer import Data, LayerRow
from workbench.engine.protocol.websocket.faults import NO_CLOSE, NO_CODE, close_facts
from workbench.engine.protocol.websocket.frames import BINARY, NAMES, TEXT, least_form
from workbench.engine.protocol.websocket.inbound import WebSocketMessage


def message_row(message: WebSocketMessage, way: str) -> LayerRow:
    """The row of a message that was received ("in") or sent ("out")."""
    name = NAMES[TEXT] if message.text else NAMES[BINARY]
    args = f"{name!r}, {way!r}"
    if message.frames > 1:
        args += f", frames={message.frames}"
    if message.deflate:
        args += ", deflate=True"
    sent = way == "out"
    return LayerRow(
        "ws.message", args, message.wire, payload=message.data, sent=sent, size=message.size
    )


def unsent_row(data: Data, *, text: bool) -> LayerRow:
    """The row of a message that is too late: a Close frame has gone out, or the connection has
    ended.
    """
    name = NAMES[TEXT] if text else NAMES[BINARY]
    return LayerRow(
        "ws.send", repr(name), errno="WS_TOO_LATE", error="too_late", payload=bytes(data)
    )


def end_row(code: int, reason: str) -> LayerRow:
    """The row that says how the WebSocket ended; it comes after whatever is sent last."""
    args = f"{code}, {reason!r}" if reason else str(code)
    if code == NO_CLOSE:
        return LayerRow("ws.end", args, errno=f"WS_{NO_CLOSE}", error="no_close", sent=True)
    return LayerRow("ws.end", args, sent=True)


def close_args(payload: bytes) -> str:
    """Code and reason of a Close frame, as arguments after those of its header."""
    code, reason = close_facts(payload)
    if code == NO_CODE:
        return ""
    return f", code={code}, reason={reason!r}" if reason else f", code={code}"


def frame_args(
    opcode: int,
    fin: bool,
    rsv: int,
    mask: bytes | None,
    form: int,
    length: int,
    size: int,
    extra: str,
) -> str:
    """A frame's header as Python literals, with defaults left out; `length`: that of its
    payload.
    """
    name = NAMES.get(opcode)
    args = str(opcode) if name is None else repr(name)
    if not fin:
        args += ", fin=False"
    if rsv:
        args += f", rsv={rsv}"
    if mask is not None:
        args += f", mask='{mask.hex()}'"
    if form != least_form(length):
        args += f", form={form}"
    if length != size:
        args += f", length={length}"
    return args + extra

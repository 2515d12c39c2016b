"""Commands to an open WebSocket, each as the frame that it asks for."""

from __future__ import annotations

from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.websocket_settings import FORMS
from workbench.engine.protocol.websocket.frames import CLOSE, PING, PONG, header
from workbench.named_tuple import NamedTuple
from workbench.payload.notation import encode, parse_hex
from workbench.texts import Problem

NO_MASK: Final = "none"
FrameCommand = c.SendFrame | c.Ping | c.Pong | c.CloseWebSocket


class AskedFrame(NamedTuple):
    """A frame that a command asks for.

    Attributes:
        masked: None: as the role requires. key: None: any.
        wrong_mask: the payload is masked by another key than the one that is sent.
        length, form: what the header says; None: what is correct.
    """

    opcode: int
    payload: bytes
    fin: bool = True
    rsv: int = 0
    masked: bool | None = None
    key: bytes | None = None
    wrong_mask: bool = False
    length: int | None = None
    form: int | None = None


def asked_frame(command: FrameCommand, payload: bytes) -> AskedFrame:
    """The frame that a command asks for; `payload`: its text, hex or file as bytes.

    Raises:
        Problem: something that no frame can have.
    """
    match command:
        case c.Ping():
            return AskedFrame(PING, payload)
        case c.Pong():
            return AskedFrame(PONG, payload)
        case c.CloseWebSocket(code=None):
            return AskedFrame(CLOSE, b"")
        case c.CloseWebSocket():
            code = command.code or 0
            if not 0 <= code < 65536:
                raise Problem("engine.ws_close_code", value=code)
            return AskedFrame(CLOSE, code.to_bytes(2, "big") + encode(command.reason, "utf-8"))
        case c.SendFrame():
            return _any_frame(command, payload)


def _any_frame(command: c.SendFrame, payload: bytes) -> AskedFrame:
    if not 0 <= command.opcode <= 15:
        raise Problem("engine.ws_frame_opcode", value=command.opcode)
    if not 0 <= command.rsv <= 7:
        raise Problem("engine.ws_frame_rsv", value=command.rsv)
    if command.form is not None and command.form not in FORMS:
        raise Problem("engine.ws_frame_form", value=command.form)
    key = None
    if command.mask is not None and command.mask != NO_MASK:
        key = _key(command.mask)
    length = len(payload) if command.length is None else command.length
    header(command.opcode, length, form=command.form)  # refused before anything is sent
    return AskedFrame(
        command.opcode,
        payload,
        command.fin,
        command.rsv,
        None if command.mask is None else key is not None,
        key,
        command.wrong_mask,
        command.length,
        command.form,
    )


def _key(text: str) -> bytes:
    try:
        key = parse_hex(text)
    except Problem as problem:
        raise Problem("engine.ws_frame_mask", value=text) from problem
    if len(key) != 4:
        raise Problem("engine.ws_frame_mask", value=text)
    return key


class LongMessage:
    """A message that is sent in parts, and how much of it was sent. `begin`: its first bytes, for
    the log.
    """

    __slots__ = ("begin", "frames", "packed", "size", "wire")

    def __init__(self, packed: bool, begin: bytes) -> None:
        self.packed = packed
        self.begin = begin
        self.frames = self.size = self.wire = 0

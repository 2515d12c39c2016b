"""Frames as bytes (RFC 6455 5.2): the reader sees every bit, the writer writes any frame.

Any bytes can be read as frames, so what is wrong with one is decided elsewhere: in `faults.py`.
"""

from __future__ import annotations

import struct
from typing import Final

from workbench.engine.model.websocket_settings import OPCODES
from workbench.engine.protocol.layer import Data
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem

CONTINUATION: Final = OPCODES["CONTINUATION"]
TEXT: Final = OPCODES["TEXT"]
BINARY: Final = OPCODES["BINARY"]
CLOSE: Final = OPCODES["CLOSE"]
PING: Final = OPCODES["PING"]
PONG: Final = OPCODES["PONG"]
NAMES: Final = {number: name for name, number in OPCODES.items()}
FRAMES_MOST: Final = 1 << 17
"""Frames of a message that is sent at once, and of each part of a longer one: all of them, with
their rows, wait together. Beyond it they become longer than the setting `fragment` says."""
_WIDE: Final = 64 * 1024
"""Bytes that are masked at a time: a key is made as long as what it masks."""


class Frame(NamedTuple):
    """A frame that came.

    Attributes:
        rsv: 4 is RSV1, 2 RSV2, 1 RSV3.
        mask: the key; None: not masked.
        form: bytes of the extended length.
        length: what the header says.
        payload: unmasked; shorter than `length` if the rest has not come, or was not kept.
        taken: bytes of the stream, including the header.
        whole: all of it has come.
    """

    opcode: int
    fin: bool
    rsv: int
    mask: bytes | None
    form: int
    length: int
    payload: bytes
    taken: int
    whole: bool = True


def masked(data: bytes, key: bytes, offset: int = 0) -> bytes:
    """Mask or unmask bytes (RFC 6455 5.3); `offset`: their position in the payload."""
    size = len(data)
    if size > _WIDE:
        return b"".join(
            masked(data[begin : begin + _WIDE], key, offset + begin)
            for begin in range(0, size, _WIDE)
        )
    turned = key[offset & 3 :] + key[: offset & 3]
    pattern = (turned * (size + 3 >> 2))[:size]
    mixed = int.from_bytes(data, "little") ^ int.from_bytes(pattern, "little")
    return mixed.to_bytes(size, "little")


def frame_size(fragment: int, size: int) -> int:
    """Payload bytes of each frame when a message of `size` bytes is cut; `fragment` 0:
    one frame.
    """
    return max(fragment, -(-size // FRAMES_MOST)) if fragment else max(1, size)


def least_form(length: int) -> int:
    """Bytes of the extended length, as few as this length needs."""
    return 0 if length < 126 else 2 if length < 65536 else 8


def header(
    opcode: int,
    length: int,
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = None,
    form: int | None = None,
) -> bytes:
    """The bytes of a frame before its payload.

    Raises:
        Problem: the length does not fit into this form.
    """
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0 if mask is None else 0x80
    used = least_form(length) if form is None else form
    try:
        if used == 0:
            if not 0 <= length < 126:
                raise struct.error
            made = bytes((first, bit | length))
        elif used == 2:
            made = struct.pack("!BBH", first, bit | 126, length)
        else:
            made = struct.pack("!BBQ", first, bit | 127, length)
    except struct.error as error:
        raise Problem("engine.ws_frame_length", value=length, form=used) from error
    return made if mask is None else made + mask


class FrameReader:
    """Divides a stream into frames.

    Attributes:
        keeps: how many bytes of a payload are kept, so that a frame of 2^63 bytes fills no memory;
            the rest is read and counted.
        piece: what the last `read` added to the payload of the incomplete frame.
    """

    __slots__ = ("_came", "_head", "_kept", "_payload", "_size", "keeps", "piece")

    def __init__(self, keeps: int) -> None:
        self.keeps = keeps
        self.piece = b""
        self._kept = b""  # of an incomplete header
        self._head: Frame | None = None
        self._payload = bytearray()
        self._came = 0
        self._size = 0  # its header

    def read(self, data: Data) -> list[Frame]:
        """The frames that are complete with these bytes."""
        found: list[Frame] = []
        self.piece = b""
        if self._kept:
            came = self._kept + data
            self._kept = b""
        else:
            came = bytes(data)
        at = 0
        if self._head is not None:
            at = self._go_on(came, 0, found)
        end = len(came)
        while end - at >= 2 and self._head is None:
            first, second = came[at], came[at + 1]
            length = second & 0x7F
            form = 0
            place = at + 2
            if length >= 126:
                form = 2 if length == 126 else 8
                if end - place < form:
                    break
                length = int.from_bytes(came[place : place + form], "big")
                place += form
            mask = None
            if second & 0x80:
                if end - place < 4:
                    break
                mask = came[place : place + 4]
                place += 4
            rest = place + length
            if rest > end or length > self.keeps:
                self._begin(
                    Frame(first & 15, first >= 128, first >> 4 & 7, mask, form, length, b"", 0),
                    place - at,
                )
                at = self._go_on(came, place, found)
                continue
            payload = came[place:rest]
            if mask is not None and length:
                pattern = (mask * (length + 3 >> 2))[:length]
                payload = (
                    (
                        int.from_bytes(payload, "little") ^ int.from_bytes(pattern, "little")
                    ).to_bytes(length, "little")
                    if length <= _WIDE
                    else masked(payload, mask)
                )
            found.append(
                Frame(
                    first & 15, first >= 128, first >> 4 & 7, mask, form, length, payload, rest - at
                )
            )
            at = rest
        if self._head is None and at < end:
            self._kept = came[at:]
        return found

    def _begin(self, head: Frame, size: int) -> None:
        self._head = head
        self._size = size
        self._came = 0
        self._payload = bytearray()

    def _go_on(self, came: bytes, at: int, found: list[Frame]) -> int:
        """Take what has come of the payload of the incomplete frame."""
        head = self._head
        assert head is not None
        part = came[at : at + head.length - self._came]
        before = self._came
        self._came += len(part)
        piece = part[: max(0, self.keeps - before)]
        if head.mask is not None:
            piece = masked(piece, head.mask, before)
        self._payload += piece
        self.piece += piece
        if self._came == head.length:
            found.append(self._taken(head, whole=True))
            self._head = None
            self._payload = bytearray()
            self.piece = b""
        return at + len(part)

    def _taken(self, head: Frame, *, whole: bool) -> Frame:
        payload = bytes(self._payload)
        return head._replace(payload=payload, taken=self._size + self._came, whole=whole)

    def begun(self) -> Frame | None:
        """The header of the incomplete frame, without a payload."""
        return self._head

    def rest(self) -> Frame | None:
        """The incomplete frame with what has come of it; None: its header is incomplete too."""
        return None if self._head is None else self._taken(self._head, whole=False)

    def unread(self) -> bytes:
        """The bytes that belong to no complete frame, the payload unmasked."""
        return self._kept if self._head is None else bytes(self._payload)

    @property
    def within(self) -> bool:
        """Whether the stream is in the middle of a frame."""
        return self._head is not None or bool(self._kept)

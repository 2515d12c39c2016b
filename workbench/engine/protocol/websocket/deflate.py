"""permessage-deflate (RFC 7692): negotiation, and the packing of messages."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from workbench.named_tuple import NamedTuple

if TYPE_CHECKING:
    from workbench.engine.model.websocket_settings import Deflate

NAME: Final = "permessage-deflate"
TAIL: Final = b"\x00\x00\xff\xff"
"""What a packed message ends with, and is left out (RFC 7692 7.2.1)."""
_BITS: Final = re.compile(r"(?:[89]|1[0-5])\Z")
_PART: Final = re.compile(r'\s*([!#$%&\'*+.^_`|~\w-]+)\s*(?:=\s*("?)([^",;\s]*)\2)?\s*\Z', re.ASCII)
_SPLIT: Final = re.compile(r'("(?:[^"\\]|\\.)*")|([,;])')
_FLAGS: Final = ("server_no_context_takeover", "client_no_context_takeover")
_WINDOWS: Final = ("server_max_window_bits", "client_max_window_bits")


class Agreed(NamedTuple):
    """The parameters that hold for one connection; a window of 15 bits is the largest.

    Attributes:
        window_asked: the client asked for a window size of the server, so it is told which one it
            got, even if that is the default (RFC 7692 7.1.2.1).
    """

    server_no_context_takeover: bool = False
    client_no_context_takeover: bool = False
    server_max_window_bits: int = 15
    client_max_window_bits: int = 15
    window_asked: bool = False

    def header(self) -> str:
        """Its form in Sec-WebSocket-Extensions, with defaults left out."""
        return "; ".join(
            [
                NAME,
                *(flag for flag in _FLAGS if getattr(self, flag)),
                *(
                    f"{name}={bits}"
                    for name in _WINDOWS
                    if (bits := getattr(self, name)) != 15
                    or (self.window_asked and name == _WINDOWS[0])
                ),
            ]
        )


Parameters = dict[str, str | None]


def extensions(header: str) -> Iterator[tuple[str, Parameters | None]]:
    """The extensions of a header with their parameters (None: these are malformed)."""
    for item in _cut(header, ","):
        name, *parts = _cut(item, ";")
        parameters: Parameters | None = {}
        for part in parts:
            found = _PART.match(part)
            if found is None or parameters is None or found[1] in parameters:
                parameters = None
                continue
            parameters[found[1]] = found[3]
        if name.strip():
            yield name.strip(), parameters


def _cut(text: str, mark: str) -> list[str]:
    """The parts between separators; separators in quoted strings do not count."""
    begin, parts = 0, []
    for found in _SPLIT.finditer(text):
        if found[2] == mark:
            parts.append(text[begin : found.start()])
            begin = found.end()
    return [*parts, text[begin:]]


def offer(wanted: Deflate) -> str:
    """A client's offer; it always says that it understands client_max_window_bits."""
    parts = [NAME, *(flag for flag in _FLAGS if getattr(wanted, flag))]
    if wanted.server_max_window_bits is not None:
        parts.append(f"server_max_window_bits={wanted.server_max_window_bits}")
    bits = wanted.client_max_window_bits
    parts.append("client_max_window_bits" if bits is None else f"client_max_window_bits={bits}")
    return "; ".join(parts)


def _fits(parameters: Parameters, *, offered: bool) -> bool:
    """Whether each parameter is one of RFC 7692 7.1 with a valid value."""
    for name, value in parameters.items():
        if name in _FLAGS:
            if value is not None:
                return False
        elif name not in _WINDOWS:
            return False
        elif value is None:
            if not (offered and name == "client_max_window_bits"):
                return False
        elif not _BITS.match(value):
            return False
    return True


def accepted(header: str, wanted: Deflate) -> Agreed | None:
    """The offer that a server accepts; None: it accepts none."""
    for name, parameters in extensions(header):
        if name != NAME or parameters is None or not _fits(parameters, offered=True):
            continue
        window = int(parameters.get("server_max_window_bits") or 15)
        client = int(parameters.get("client_max_window_bits") or 15)
        if "client_max_window_bits" in parameters:
            client = min(client, wanted.client_max_window_bits or 15)
        return Agreed(
            wanted.server_no_context_takeover or _FLAGS[0] in parameters,
            wanted.client_no_context_takeover or _FLAGS[1] in parameters,
            min(window, wanted.server_max_window_bits or 15),
            client,
            _WINDOWS[0] in parameters,
        )
    return None


def agreed(parameters: Parameters | None, offered: Deflate) -> Agreed | None:
    """What a server's answer means for the client; None: the answer is not allowed."""
    if parameters is None or not _fits(parameters, offered=False):
        return None
    window = int(parameters.get("server_max_window_bits") or 15)
    client = int(parameters.get("client_max_window_bits") or 15)
    if offered.server_no_context_takeover and _FLAGS[0] not in parameters:
        return None
    if window > (offered.server_max_window_bits or 15):
        return None
    return Agreed(
        _FLAGS[0] in parameters,
        offered.client_no_context_takeover or _FLAGS[1] in parameters,
        window,
        min(client, offered.client_max_window_bits or 15),
    )


class Packer:
    """Packs the messages of one direction.

    Attributes:
        packs: False: zlib has no window of 8 bits; a message may be sent unpacked at any time.
    """

    def __init__(self, bits: int, *, anew: bool) -> None:
        """`anew`: no message is packed with the context of the one before."""
        self.packs = bits > 8
        self._bits = -bits
        self._anew = anew
        self._state: zlib._Compress | None = None

    def pack(self, data: bytes) -> bytes:
        """One message."""
        if self._state is None:
            self._state = zlib.compressobj(wbits=self._bits)
        made = self._state.compress(data) + self._state.flush(zlib.Z_SYNC_FLUSH)
        if self._anew:
            self._state = None
        return made.removesuffix(TAIL) or b"\x00"

    def part(self, data: bytes, *, last: bool) -> bytes:
        """Pack some bytes of one message; `last`: the message ends with them."""
        if last:
            return self.pack(data)
        if self._state is None:
            self._state = zlib.compressobj(wbits=self._bits)
        return self._state.compress(data) + self._state.flush(zlib.Z_SYNC_FLUSH)


class TooLong(Exception):
    """Raised when an unpacked message is longer than allowed."""


class Unpacker:
    """Unpacks the messages of one direction, as they come."""

    def __init__(self, bits: int, *, anew: bool) -> None:
        self._bits = -bits
        self._anew = anew
        self._state: zlib._Decompress | None = None

    def unpack(self, data: bytes, most: int, *, last: bool) -> bytes:
        """Unpack a piece of a message, up to this many bytes.

        Raises:
            TooLong: there would be more. zlib.error: it is not a deflate stream.
        """
        pieces: list[bytes] = []
        parts: Sequence[bytes] = (data, TAIL) if last else (data,)
        for part in parts:
            most = self._part(part, most, pieces)
        if last and self._anew:
            self._state = None
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _part(self, part: bytes, most: int, pieces: list[bytes]) -> int:
        if self._state is None or self._state.eof:  # after a final block (RFC 7692 7.2.3.4)
            if self._state is not None and part == TAIL:
                return most
            self._state = zlib.decompressobj(wbits=self._bits)
        made = self._state.decompress(part, most + 1)
        if len(made) > most or self._state.unconsumed_tail:
            raise TooLong
        if made:
            pieces.append(made)
        return most - len(made)

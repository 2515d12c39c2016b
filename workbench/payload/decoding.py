"""Decoder: the text of bytes that come in pieces; a character split over two pieces is shown whole,
once.

A decoder for each direction of each connection goes on where the last piece ended; `resume`
recovers its state in the middle of a stream from the few bytes before. Messages (SOCK_DGRAM,
SOCK_SEQPACKET) are decoded on their own by `message`.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from workbench.named_tuple import NamedTuple
from workbench.payload.characters import within_stream
from workbench.printable import escape

SHORT: Final = 256
"""Bytes of a piece whose text is cached."""
_HIGH: Final = bytes(range(0x80, 0x100))
_DIGITS: Final = b"0123456789"
_NATIVE: Final = "le" if sys.byteorder == "little" else "be"
_DOUBLE: Final = frozenset(
    {
        "gbk",
        "gb2312",
        "big5",
        "big5hkscs",
        "cp950",
        "shift_jis",
        "shift_jis_2004",
        "shift_jisx0213",
        "cp932",
        "euc_jp",
        "euc_jis_2004",
        "euc_jisx0213",
        "euc_kr",
        "cp949",
        "johab",
    }
)
"""Supersets of ASCII in which no byte below 0x80 begins a character of several bytes."""
_MARKS: Final = {
    "utf-16": ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
    "utf-32": ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
}
_WITH_MARK: Final = frozenset({*_MARKS, "utf-8-sig"})
"""Their texts begin with U+FEFF, which is not a character of them; each message has its own."""
BEGUN: Final = "‹…›"
"""Precedes a character whose first bytes came in the piece before."""


class Decoded(NamedTuple):
    r"""The text that one piece gave.

    Attributes:
        text: the characters completed in it; bytes that are none as \xHH.
        begun: how many bytes of its first character came before it.
        open: its last bytes, where they begin a character (or go on with one) that later bytes
            have to complete.
    """

    text: str
    begun: int
    open: bytes


class Piece(NamedTuple):
    """The bytes of one call as a record keeps them; `missing`: how many more were not kept."""

    data: bytes
    missing: int = 0


class Decoder:
    """Decodes one direction of a stream; never raises, whatever the bytes are."""

    def __init__(self, encoding: str) -> None:
        self._name = _codec_name(encoding)
        self._lost = 0
        self._begin()

    def _begin(self) -> None:
        self._head = b""
        self._inner = None if self._name in _MARKS else _incremental(self._name)

    def feed(self, data: bytes) -> Decoded:
        """The characters that the next bytes complete."""
        begun = len(self._pending())
        # no text can be made of a character whose beginning was lost
        remains, rest = data[: self._lost], data[self._lost :]
        self._lost -= len(remains)
        try:
            text = self._decode(rest)
        except (UnicodeError, ValueError):  # UTF-7 and idna ignore `errors`
            self._begin()
            text = rest.decode("latin-1")
        if self._name in _WITH_MARK:
            text = text.removeprefix("\ufeff")
        pending = self._pending()
        return Decoded(_escaped(remains) + text, begun, pending[-len(rest) :] if rest else b"")

    def lose(self, count: int) -> None:
        """Note that this many bytes came and were not kept: a character cut by them is not
        completed.

        If all characters have the same width (UTF-16, UTF-32), the position within one is kept.
        """
        width = _width(self._name)
        place = (len(self._pending()) - self._lost + count) % width
        if self._inner is not None:
            self._inner.reset()
        self._head = b""
        self._lost = (width - place) % width

    def end(self) -> str:
        r"""What is left when nothing more comes: the bytes of an incomplete character, as \xHH."""
        return _escaped(self._pending())

    def _decode(self, data: bytes) -> str:
        if self._inner is None:
            self._head += data
            marks = _MARKS[self._name]
            if len(self._head) < len(marks[0][0]):
                return ""
            chosen = next(
                (codec for mark, codec in marks if self._head.startswith(mark)),
                f"{self._name}-{_NATIVE}",
            )
            self._inner = _incremental(chosen)
            data, self._head = self._head, b""
        return self._inner.decode(data)

    def _pending(self) -> bytes:
        return self._head if self._inner is None else self._inner.getstate()[0]


def resume(encoding: str, earlier: Iterable[Piece], before: int = 0) -> Decoder:
    """A decoder in the state that it has after `earlier`, which is what came before, newest first,
    and after `before` bytes before that, which are not looked at.

    No more of it is used than needed: in UTF-8 three bytes; in GBK, Big5, Shift-JIS and EUC back to
    a byte below 0x80, after which no character is open (in GB18030, nor a digit). UTF-16 and codecs
    with shifts have no such byte, so everything given is decoded. If `earlier` ends before a
    certain place (its reader looks back only so far), or bytes are missing, a character is assumed
    to begin there; only for such text can that be wrong.
    """
    codec = _codec_name(encoding)
    needed: list[Piece] = []
    for piece in earlier:
        if piece.missing and _width(codec) == 1:
            break
        place = _sure_place(piece.data, codec)
        if place is not None:
            needed.append(Piece(piece.data[place:]))
            break
        needed.append(piece)
    decoder = Decoder(encoding)
    decoder.lose(before)
    for piece in reversed(needed):
        decoder.feed(piece.data)
        if piece.missing:
            decoder.lose(piece.missing)
    return decoder


def in_order_of(encoding: str, head: bytes) -> str:
    """The encoding of later parts of a stream that began with `head`: what a byte order mark there
    says cannot be seen nearby.
    """
    codec = _codec_name(encoding)
    return within_stream(codec, head) if codec in _MARKS else encoding


def has_order(encoding: str) -> bool:
    """Whether the beginning of a stream says in which order the bytes of a character come."""
    return _codec_name(encoding) in _MARKS


def has_units(encoding: str) -> bool:
    """Whether all its units have the same number of bytes, more than one, so that the number of
    bytes before says where a character begins.
    """
    return _width(_codec_name(encoding)) > 1


def may_go_on(data: bytes, encoding: str) -> bool:
    """Whether a piece that begins like this can complete a character of the piece before."""
    codec = _codec_name(encoding)
    first = data[:1]
    if codec == "utf-8":
        return b"\x80" <= first < b"\xc0"
    if codec in _DOUBLE or codec == "gb18030":
        return first >= b"0"  # of all these, only GB18030 and Johab have trail bytes below "@"
    return not _is_single(codec)


def marked(piece: Decoded) -> str:
    """The text of one piece on one line, with a mark if it begins or ends within a character."""
    if piece.begun and not piece.text:  # nothing at all: the rest of a byte order mark
        return f"‹…{piece.open.hex(' ')}…›" if piece.open else ""
    end = f"‹{piece.open.hex(' ')}…›" if piece.open else ""
    return (BEGUN if piece.begun else "") + escape(piece.text) + end


class Shown(NamedTuple):
    """A text for a view, and how many bytes it stands for (`taken`)."""

    text: str
    taken: int


def show_next(decoder: Decoder, piece: Piece, most: int | None = None) -> Shown:
    """The next piece of a stream on one line, cut after `most` bytes, but never within a
    character.
    """
    data, missing = piece
    head = data if most is None else data[:most]
    found = decoder.feed(head)
    count = len(head)
    if len(head) < len(data):
        decoder.feed(data[len(head) :])
        # the view cuts here, not the read; of a character begun before, nothing can be left out
        if found.text or not found.begun:
            count -= len(found.open)
            found = found._replace(open=b"")
    if missing:
        decoder.lose(missing)
    return Shown(marked(found), count)


def whole(piece: Piece, encoding: str, most: int | None = None) -> Shown | None:
    """The text of a piece that shares no character with another; None: it may, or is not text.

    Most pieces are like that, and this is the quickest way to show one.
    """
    if piece.missing:
        return None
    if len(piece.data) <= SHORT:
        return _whole_short(piece.data, encoding, most)
    return _whole(piece.data, encoding, most)


def _whole(data: bytes, encoding: str, most: int | None) -> Shown | None:
    if may_go_on(data, encoding):
        return None
    try:
        text = data.decode(encoding)
        if most is None or most >= len(data):
            return Shown(escape(text), len(data))
        return Shown(escape(data[:most].decode(encoding)), most)
    except (UnicodeError, LookupError, ValueError):
        return None


_whole_short = lru_cache(maxsize=1024)(_whole)
"""What is echoed comes and goes, and much of it recurs."""


def message(piece: Piece, encoding: str, most: int | None = None) -> Shown:
    """A message, which shares no character with another, on one line, cut after `most` bytes."""
    decoder = Decoder(encoding)
    whole = not piece.missing and (most is None or len(piece.data) <= most)
    if not whole:
        return show_next(decoder, piece, most)
    found = decoder.feed(piece.data)
    return Shown(escape(found.text + decoder.end()), len(piece.data))


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def _width(codec: str) -> int:
    """The number of bytes of each unit, if all have the same number."""
    return {"utf-16": 2, "utf-32": 4}.get(codec[:6], 1)


def _sure_place(data: bytes, codec: str) -> int | None:
    """The last position at which a character begins or ends, whatever comes before `data`."""
    if codec == "utf-8":
        tail = data[-4:]
        for back, byte in enumerate(reversed(tail)):
            if byte < 0x80:
                return len(data) - back
            if byte >= 0xC0:
                return len(data) - back - 1
        return len(data) if len(tail) == 4 else None  # a lead byte is followed by at most three
    if codec in _DOUBLE or codec == "gb18030":
        place = len(data.rstrip(_HIGH + _DIGITS if codec == "gb18030" else _HIGH))
        return place or None
    return len(data) if _is_single(codec) else None


@cache
def _codec_name(encoding: str) -> str:
    """The codec's canonical name; Latin-1 for what is not an encoding of text."""
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        return "iso8859-1"
    return found.name if found._is_text_encoding else "iso8859-1"


@cache
def _is_single(codec: str) -> bool:
    """Whether each byte is a character of its own."""
    if codec in _MARKS:
        return False
    for byte in range(256):
        decoder = _incremental(codec)
        try:
            decoder.decode(bytes([byte]))
        except (UnicodeError, ValueError):
            return False
        if decoder.getstate() != (b"", 0):
            return False
    return True


def _incremental(codec: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(codec)("backslashreplace")

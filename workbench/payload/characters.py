"""Characters: decodes a stream however reads cut its characters, and maps characters to bytes.

A byte that the encoding cannot decode becomes a character of its own (U+DC00 + the byte), so that
every character has bytes and no pattern of text matches it by accident.
"""

from __future__ import annotations

import codecs
from bisect import bisect_right
from functools import cache
from typing import Final

from workbench.named_tuple import NamedTuple

BYTES: Final = "bytes"
"""Used in place of an encoding's name: each byte is one character (U+0000 to U+00FF)."""
MARK: Final = "\ufeff"
"""The byte order mark, which is not a character at the beginning of a stream (RFC 2781, 3.2)."""
_DAMAGED: Final = "workbench-damaged"
_MARKS: Final = {
    "utf-16": ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
    "utf-32": ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
    "utf-8-sig": ((codecs.BOM_UTF8, "utf-8"),),
}
"""Encodings with a mark: the marks, and the encoding of the rest of the stream. Without one it is
the first, little-endian, the order of this kind of machine, as in Python.
"""
LONGEST_MARK: Final = 4

State = tuple[str, tuple[bytes, int]]
"""A codec, and the state of its incremental decoder: the bytes of an incomplete character."""


def _damaged(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(_DAMAGED, _damaged)


def codec(encoding: str) -> str:
    """Python's name for the codec of an encoding; in BYTES, bytes are the characters up to
    U+00FF.
    """
    return "latin-1" if encoding == BYTES else encoding


def canonical(encoding: str) -> str:
    """The canonical name of an encoding; BYTES for "bytes". Raises LookupError."""
    try:
        return BYTES if encoding == BYTES else codecs.lookup(encoding).name
    except ValueError as error:  # a name with NUL, or with half a surrogate pair
        raise LookupError(encoding) from error


def shifts(encoding: str) -> bool:
    """Whether the same bytes are other characters after a shift (RFC 1468, RFC 1557, RFC 1843)."""
    name = canonical(encoding)
    return name == "hz" or name.startswith("iso2022_")


@cache
def keeps_apart(encoding: str) -> bool:
    """Whether the bytes of a text occur only where its characters do: in UTF-8, and if each byte is
    a character. Raises LookupError.
    """
    name = canonical(encoding)
    if name in {BYTES, "utf-8", "utf-8-sig"}:
        return True
    if shifts(encoding):
        return False
    try:
        return len(bytes(range(256)).decode(name, "replace")) == 256
    except UnicodeError:  # for host names, not for continuous text
        return True


def marks_of(encoding: str) -> tuple[tuple[bytes, str], ...]:
    """The byte order marks that a text of an encoding may begin with, and the encoding that each
    implies.
    """
    return _MARKS.get(canonical(encoding), ())


def within_stream(encoding: str, head: bytes) -> str:
    """The encoding of later parts of a stream that began with `head`, where no mark is expected any
    more.
    """
    marks = _MARKS.get(canonical(encoding), ((b"", encoding),))
    return next((name for mark, name in marks if head.startswith(mark)), marks[0][1])


def decoded(data: bytes, encoding: str) -> str:
    """One whole message as characters, without the mark that may begin it."""
    characters = Characters(encoding)
    characters.feed(data)
    characters.finish()
    return characters.text


class _Piece(NamedTuple):
    """Bytes that were fed at once: where they begin, and the decoder's state before them."""

    chars: int
    offset: int
    state: tuple[bytes, int]
    data: bytes


class Characters:
    """Decodes a stream piece by piece; counts characters and bytes from its beginning.

    Attributes:
        length: whole characters so far.
        size: bytes fed so far.
        dropped: how many characters from the beginning on are not kept any more.
    """

    def __init__(self, encoding: str, state: State | None = None) -> None:
        """`state`: the state of an earlier one of the same encoding. Raises LookupError."""
        self._marks = _MARKS.get(canonical(encoding), ()) if state is None else ()
        self._head = b""
        self._codec = codec(encoding) if state is None else state[0]
        self._decoder = self._new(None if state is None else state[1])
        self._pieces: list[_Piece] = []
        self._texts: list[str] = []
        self.length = 0
        self.size = 0
        self.dropped = 0

    def _new(self, state: tuple[bytes, int] | None) -> codecs.IncrementalDecoder:
        decoder = codecs.getincrementaldecoder(self._codec)(_DAMAGED)
        if state is not None:
            decoder.setstate(state)
        return decoder

    @property
    def text(self) -> str:
        """Every whole character that is kept; one string, made when it is asked for."""
        if len(self._texts) > 1:
            self._texts = ["".join(self._texts)]
        return self._texts[0] if self._texts else ""

    def feed(self, data: bytes) -> None:
        """Decode the next bytes of the stream."""
        data = self._without_mark(data)
        if data:
            self._pieces.append(_Piece(self.length, self.size, self._decoder.getstate(), data))
            self.size += len(data)
            self._keep(self._decoder.decode(data))

    def take(self, data: bytes) -> str:
        """The characters completed by these bytes, none of which are kept."""
        rest = self._without_mark(data)  # it may choose another decoder
        return self._decoder.decode(rest)

    def finish(self) -> None:
        """End the stream: bytes of an incomplete character become damaged characters."""
        self._keep("".join(chr(0xDC00 + byte) for byte in self._head))
        self._keep(self._decoder.decode(b"", True))

    def _without_mark(self, data: bytes) -> bytes:
        """The bytes without a mark: the beginning of a stream is held back until it is known
        whether it is one.
        """
        if not self._marks:
            return data
        head = self._head + data
        if any(mark.startswith(head) and mark != head for mark, _ in self._marks):
            self._head = head
            return b""
        found = next((mark for mark, _ in self._marks if head.startswith(mark)), b"")
        self._codec = next(name for mark, name in self._marks if mark == found or not found)
        self._decoder = self._new(None)
        self._marks, self._head = (), b""
        self.size += len(found)
        return head[len(found) :]

    def _keep(self, text: str) -> None:
        self._texts.append(text)
        self.length += len(text)

    def drop(self, upto: int) -> None:
        """Drop everything before a character, so that a long stream does not fill the memory."""
        if upto > self.dropped:
            self._texts = [self.text[upto - self.dropped :]]
            self.dropped = upto
            first = bisect_right(self._pieces, upto, key=lambda piece: piece.chars) - 1
            del self._pieces[: max(first, 0)]

    def place(self, chars: int) -> tuple[int, State | None]:
        """How many bytes the first `chars` characters take, and the decoder's state after them.

        The state is None where these bytes do not end with that character (a damaged end).
        """
        if not self._pieces:
            return 0, None
        index = bisect_right(self._pieces, chars - 1, key=lambda piece: piece.chars) - 1
        piece = self._pieces[max(index, 0)]
        wanted = chars - piece.chars
        low, high = 0, len(piece.data)
        while low < high:  # the shortest beginning that contains them: decoding only ever adds
            middle = (low + high) // 2
            if len(self._decode(piece, middle)[0]) >= wanted:
                high = middle
            else:
                low = middle + 1
        text, state = self._decode(piece, low)
        return piece.offset + low, (self._codec, state) if len(text) == wanted else None

    def _decode(self, piece: _Piece, size: int) -> tuple[str, tuple[bytes, int]]:
        decoder = self._new(piece.state)
        return decoder.decode(piece.data[:size]), decoder.getstate()

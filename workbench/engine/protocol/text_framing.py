"""TextFramer: messages that end with a text, in encodings whose characters share bytes."""

from __future__ import annotations

import codecs

from workbench.engine.protocol.framer import Buffered, FramedMessage
from workbench.payload.characters import LONGEST_MARK, codec, marks_of, within_stream


class TextFramer(Buffered):
    """Divides a stream at each occurrence of a text.

    Its bytes may stand within other characters (the second one of 育 in Big5 is "|", half of two in
    UTF-16 a line end), or after a shift be other ones: an end is one where its characters begin.

    Where a byte order mark at the begin of the stream says another order than texts without one
    have, each message has that mark: whoever reads one alone could not know.
    """

    def __init__(self, end: str, encoding: str, most: int) -> None:
        super().__init__(most)
        self._text = end
        self._encoding = encoding
        self._mark = len("".encode(codec(encoding)))
        self._decoder: codecs.IncrementalDecoder | None = None
        self._end = b""
        self._order = b""  # a byte order mark
        self._fed = 0  # bytes of this message that the decoder has seen
        self._looked = 0

    def next(self) -> FramedMessage | None:
        """As `Framer.next`."""
        if self._decoder is None:
            if len(self._buffer) < self._mark:
                return None
            head = self._buffer.peek(0, LONGEST_MARK)
            used = codec(within_stream(self._encoding, head))
            if used != codec(within_stream(self._encoding, b"")):
                self._order = next(m for m, name in marks_of(self._encoding) if name == used)
            self._decoder = codecs.getincrementaldecoder(used)("replace")
            self._end = self._text.encode(used)
        while (place := self._buffer.find(self._end, self._looked)) >= 0:
            if place > self._most:
                raise self._too_long()
            if self._begins(self._decoder, place):
                self._fed = self._looked = 0
                data = self._buffer.take(place)
                self._buffer.take(len(self._end))
                if not data.startswith(self._order):
                    data = self._order + data
                return FramedMessage(data, place + len(self._end))
            self._looked = place + 1
        self._looked = max(self._looked, len(self._buffer) - len(self._end) + 1, 0)
        if self._looked > self._most:
            raise self._too_long()
        return None

    def _begins(self, decoder: codecs.IncrementalDecoder, place: int) -> bool:
        """Whether the characters of the delimiter begin there."""
        decoder.decode(self._buffer.peek(self._fed, place - self._fed))
        self._fed = place
        before = decoder.getstate()
        if not before[0]:
            if decoder.decode(self._end) == self._text and not decoder.getstate()[0]:
                return True
            decoder.setstate(before)
        return False

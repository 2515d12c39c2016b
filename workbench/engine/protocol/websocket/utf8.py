"""Utf8: checks text that comes in pieces, reporting a wrong byte as soon as it comes."""

from __future__ import annotations

import codecs

_Decoder = codecs.getincrementaldecoder("utf-8")


class Utf8:
    """The check of one message, whose characters may be split over frames and reads."""

    __slots__ = ("_decoder",)

    def __init__(self) -> None:
        self._decoder = _Decoder()

    def takes(self, data: bytes, *, last: bool = False) -> bool:
        """Whether the text is UTF-8 so far (RFC 3629); `last`: it must end with a whole
        character.
        """
        try:
            self._decoder.decode(data, last)
        except UnicodeDecodeError:
            return False
        waits = self._decoder.getstate()[0]
        # Python waits for the third byte of a surrogate, although the second one gives it away
        return not (len(waits) > 1 and waits[0] == 0xED and waits[1] >= 0xA0)

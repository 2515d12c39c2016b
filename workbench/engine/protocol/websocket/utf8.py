"""Utf8: whether text that comes in pieces still is UTF-8, as soon as that is known."""

from __future__ import annotations

import codecs

_Decoder = codecs.getincrementaldecoder("utf-8")


class Utf8:
    """One message. A character may be cut by frames and by reads."""

    __slots__ = ("_decoder",)

    def __init__(self) -> None:
        self._decoder = _Decoder()

    def takes(self, data: bytes, *, last: bool = False) -> bool:
        """Whether it is UTF-8 so far (RFC 3629), with `last` to its end."""
        try:
            self._decoder.decode(data, last)
        except UnicodeDecodeError:
            return False
        waits = self._decoder.getstate()[0]
        # Python waits for the third byte of a surrogate, which the second one tells of
        return not (len(waits) > 1 and waits[0] == 0xED and waits[1] >= 0xA0)

"""LongSend: a file or long text that goes down through the layers in pieces."""

from __future__ import annotations

from time import perf_counter_ns
from typing import Final

from workbench.engine.connection.file_pieces import FilePieces
from workbench.engine.protocol.layer import Data, MessagePart

PIECE: Final = 1 << 18
"""Bytes that go through the layers at a time."""


class LongSend:
    """A payload of which the next piece is taken whenever the send queue has room.

    Attributes:
        left: bytes that `next` has still to give.
        message: it is one message, which is ended once it has begun.
        out: pieces that are on their way. over: it has failed. started: a piece has gone.
        begun: since when its time runs, in nanoseconds of perf_counter.
    """

    __slots__ = ("_piece", "_source", "begun", "left", "message", "out", "over", "started")

    def __init__(self, payload: Data | FilePieces, *, message: bool = False) -> None:
        self.message = message
        self.started = False
        self._source = payload if isinstance(payload, FilePieces) else None
        self._piece = memoryview(b"" if isinstance(payload, FilePieces) else payload)
        self.left = payload.left if isinstance(payload, FilePieces) else len(payload)
        self.out = 0
        self.over = False
        self.begun = perf_counter_ns()

    @staticmethod
    def is_long(payload: Data | FilePieces) -> bool:
        """Whether it takes more than one piece."""
        return isinstance(payload, FilePieces) or len(payload) > PIECE

    def next(self) -> Data:
        """The next piece. Raises Problem: the file cannot be read, or has become shorter."""
        if not len(self._piece) and self._source is not None:
            self._piece = memoryview(self._source.next())
        found, self._piece = self._piece[:PIECE], self._piece[PIECE:]
        self.left -= len(found)
        self.out += 1
        first, self.started = not self.started, True
        if not self.message:
            return found
        part = MessagePart(found)
        part.first, part.last = first, not self.left
        return part

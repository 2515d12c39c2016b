"""Ending: how a connection ends after an answer, or when a layer is done."""

from __future__ import annotations

from enum import StrEnum


class Ending(StrEnum):
    """How the transport ends when a layer is done with it, or after a reply.

    Attributes:
        POLITE: send what is left, shutdown(SHUT_WR), read and drop what still comes for a moment,
            close(): a plain close() with unread bytes would reset what was sent last (tcp(7), RFC
            9293 3.10.4).
        HALF_CLOSE: send what is left, then shutdown(SHUT_WR); what comes is still read.
        CLOSE: send what is left, then close().
        RESET: an abort, which drops what is left.
    """

    POLITE = "polite"
    HALF_CLOSE = "half-close"
    CLOSE = "close"
    RESET = "reset"

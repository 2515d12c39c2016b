"""Ending: how a connection ends after an answer, or when a layer is done."""

from __future__ import annotations

from enum import StrEnum


class Ending(StrEnum):
    """How the transport ends when a layer is done with it, or after a reply.

    Attributes:
        POLITE: what is to be sent, shutdown(SHUT_WR), what still comes is read and dropped for a
            moment, close(): a plain close() with bytes unread would reset what was sent last
            (tcp(7), RFC 9293 3.10.4).
        HALF_CLOSE: what is to be sent, then shutdown(SHUT_WR); what comes is still read.
        CLOSE: what is to be sent, then close().
        RESET: an abort: what is to be sent is dropped.
    """

    POLITE = "polite"
    HALF_CLOSE = "half-close"
    CLOSE = "close"
    RESET = "reset"

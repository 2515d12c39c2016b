"""UnansweredPings: pings that were sent and have no Pong yet."""

from __future__ import annotations

from typing import Final

MOST: Final = 100
"""Pings without an answer whose times are remembered."""


class UnansweredPings:
    """Pings by their payload, the oldest first; a later one with the same payload replaces it."""

    def __init__(self) -> None:
        self._sent: dict[bytes, float] = {}

    def sent(self, payload: bytes, now: float) -> bool:
        """Note that a ping is sent; returns whether it is the only one that waits."""
        self._sent.pop(payload, None)
        self._sent[payload] = now
        if len(self._sent) > MOST:
            del self._sent[next(iter(self._sent))]
        return len(self._sent) == 1

    def answered(self, payload: bytes, now: float) -> float | None:
        """Seconds until its Pong came; None: the Pong answers no ping.

        A Pong answers those before it too (RFC 6455 5.5.3).
        """
        asked = self._sent.get(payload)
        if asked is None:
            return None
        for earlier in list(self._sent):
            del self._sent[earlier]
            if earlier == payload:
                break
        return now - asked

    def forget(self) -> None:
        """Stop waiting for all of them."""
        self._sent.clear()

"""Handshakes: how far those of a connection's layers are, before which nothing can come."""

from __future__ import annotations

from typing import Final

from workbench.journal.reader import Row
from workbench.scenario.layer_rows import PROXY_RESPONSE

TLS_HANDSHAKE: Final = "tls.handshake"
WS_OPEN: Final = "ws.open"
_PROXY_REQUEST: Final = "proxy.request"
_TLS: Final = "tls."
_CONNECTED: Final = ("2", "'connect', 0, ")
"""What the last answer of a proxy begins with: a status (RFC 9110 9.3.6), or a reply of SOCKS
(RFC 1928 6). An interim one, and the choice of a method, is followed by more.
"""


class Handshakes:
    """The handshakes of one connection; `note` is given the rows of its layers in order.

    Attributes:
        failed: a layer said so before all had ended well.
        later: TLS began in a stream that was there without it (STARTTLS).
    """

    __slots__ = ("_awaited", "_plain", "failed", "later")

    def __init__(self, awaited: tuple[str, ...] = ()) -> None:
        """`awaited`: TLS_HANDSHAKE, WS_OPEN, or both, the lower one first."""
        self._awaited = awaited
        self._plain = TLS_HANDSHAKE not in awaited
        self.failed = self.later = False

    def note(self, row: Row) -> None:
        """Note the next row of a layer."""
        call = row.call
        if self._plain and call.startswith(_TLS):
            self._plain, self.later = False, True
            self._awaited = (TLS_HANDSHAKE, *self._awaited)
        if call == _PROXY_REQUEST and PROXY_RESPONSE not in self._awaited:
            self._awaited = (PROXY_RESPONSE, *self._awaited)  # `env` may have named none
        if not self._awaited:
            return
        if row.errno is not None:
            self.failed = True
        elif call in self._awaited and (call != PROXY_RESPONSE or row.args.startswith(_CONNECTED)):
            self._awaited = self._awaited[self._awaited.index(call) + 1 :]

    def awaits(self, *, head: bool = False) -> bool:
        """Whether one has not ended well; `head`: other than that of the WebSocket, whose head
        comes before its end.
        """
        return any(call != WS_OPEN or not head for call in self._awaited)

"""The rows of a conversation in words: what one means depends on those before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from workbench.engine.model.errors import PENDING
from workbench.texts import tr
from workbench.ui.endpoint.conversation import SHOWN_BYTES, line_of

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.journal.streams import Streams

DATAGRAM_CALLS: Final = frozenset({"sendto", "recvfrom"})


class ConversationRows:
    """Takes rows in order. A close() says what it was: after a connect that failed it tells
    nothing new, and after SO_LINGER (1, 0) it is the reset.
    """

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._failed: set[int | None] = set()
        self._aborting: set[int | None] = set()

    def line(
        self, row: Row, time: str, show_as: str, *, who: str = "", most: int | None = SHOWN_BYTES
    ) -> str | None:
        """The line of a row, or None where it says nothing about the conversation.

        Args:
            row: the event.
            time: when, worded.
            show_as: an encoding, "escaped" or "hex".
            who: names the connection, where several are shown.
            most: bytes to show of each message; None: all that was kept.
        """
        ends = row.call == "connect" and row.kind in ("call", "end")
        if ends and row.error is not None and row.errno not in PENDING:
            self._failed.add(row.connection)
        elif ends and row.error is None:
            self._failed.discard(row.connection)
        if row.call == "setsockopt" and re.search(r"SO_LINGER, \(1, 0\)", row.args):
            self._aborting.add(row.connection)
        start = f"{time}  {who}  " if who else f"{time}  "
        if row.call == "close" and row.kind == "call":
            if row.connection in self._failed:
                return None
            if row.connection in self._aborting:
                return f"{start}-  {tr('conversation.aborted')}"
        return line_of(
            row, start, show_as, self._streams, most=most, datagram=row.call in DATAGRAM_CALLS
        )

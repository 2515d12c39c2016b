"""What ends a loop, looked for in each event as it is recorded."""

from __future__ import annotations

from workbench.journal.reader import Row
from workbench.payload import encode
from workbench.scenario.expect import end_of_match, fits, is_message
from workbench.scenario.steps import ANY, Expect


class Watch:
    """Sees every row once, whatever the steps of the loop expect and use up.

    Attributes:
        found: the row that met the condition; None until then.
    """

    def __init__(self, until: Expect) -> None:
        self._until = until
        self._left = until.count
        self._streams: dict[int, bytearray] = {}
        self.found: Row | None = None

    def see(self, row: Row, number: int, stream: bool) -> None:
        """Take a row of a connection that has this number in its endpoint."""
        until = self._until
        if (
            self.found is not None
            or until.endpoint not in {ANY, row.endpoint}
            or until.connection not in {None, number}
            or not fits(until, row)
        ):
            return
        if not until.wants_bytes:
            self._left -= 1
        elif stream:
            self._take(row)
        else:
            self._left -= is_message(until, row)
        if self._left <= 0:
            self.found = row

    def _take(self, row: Row) -> None:
        """Bytes of a stream: what is looked for may begin in one read and end in the next."""
        if not row.payload or row.connection is None:
            return
        data = self._streams.setdefault(row.connection, bytearray())
        data += row.payload
        while self._left > 0 and (end := end_of_match(self._until, bytes(data))) is not None:
            self._left -= 1
            del data[:end]
        if self._until.contains is not None:  # what was searched is not searched again
            most = len(encode(self._until.contains, self._until.encoding))
            del data[: max(0, len(data) - most)]

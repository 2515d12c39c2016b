"""Finds out whether a reset connection had waited in the accept queue of our own closed
listener.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.explain.evidence import RESETS, evidence_of

if TYPE_CHECKING:
    from workbench.engine.model.snapshot import ConnectionSnapshot
    from workbench.journal.reader import Reader


class ResetCauses:
    """Looks only once for each connection, since the past does not change."""

    def __init__(self) -> None:
        self._known: dict[int, str | None] = {}

    def of(self, item: ConnectionSnapshot, reader: Reader, committed: int) -> str | None:
        """The listener that was closed; None: another cause is possible.

        `reader` has the rows up to `committed`.
        """
        if item.errno not in RESETS:
            return None
        if item.id not in self._known:
            rows = reader.before(item.id, committed + 1)
            row = next((row for row in reversed(rows) if row.errno in RESETS), None)
            if row is None:
                return None  # not written yet: the next look will find it
            found = evidence_of(reader, row).abandoned
            self._known[item.id] = found.listener if found is not None else None
        return self._known[item.id]

"""Whether a connection that was reset had waited in the accept queue of a listener of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.explain.evidence import RESETS, evidence_of

if TYPE_CHECKING:
    from workbench.engine.model.snapshot import ConnectionSnapshot
    from workbench.qt.controller import Controller


class ResetCauses:
    """Looks once for each connection: the record of what is over does not change."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._known: dict[int, str | None] = {}

    def of(self, item: ConnectionSnapshot) -> str | None:
        """The listener that was closed; None where another cause is possible."""
        if item.errno not in RESETS:
            return None
        if item.id not in self._known:
            reader = self._controller.reader
            rows = reader.before(item.id, self._controller.session.journal.committed + 1)
            row = next((row for row in reversed(rows) if row.errno in RESETS), None)
            if row is None:
                return None  # not written yet: the next look finds it
            found = evidence_of(reader, row).abandoned
            self._known[item.id] = found.listener if found is not None else None
        return self._known[item.id]

    def begin_anew(self) -> None:
        """Another record has other connections."""
        self._known.clear()

"""The values of a window, shared by all of its endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.journal.schema import SECRETS
from workbench.viewmodel.known_values import NO_VALUES, KnownValues, TypedValue, known_values

if TYPE_CHECKING:
    from workbench.journal.recorder import Recorder


class WindowValues(QObject):
    """Holds the values, and tells a record of the secrets among them before their bytes come.

    Attributes:
        rows: as they were typed. known: what their names stand for.

    Signals:
        changed(object, object): they are others; rows and known.
    """

    changed = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: tuple[TypedValue, ...] = ()
        self.known: KnownValues = NO_VALUES
        self._told: tuple[Recorder | None, tuple[TypedValue, ...]] = (None, ())

    @Slot(object)
    def set_rows(self, rows: tuple[TypedValue, ...]) -> None:
        """Use other values from now on; what was sent stays as it was."""
        if rows != self.rows:
            self.rows = rows
            self.known = known_values(rows)
            self.changed.emit(self.rows, self.known)

    def keep_secrets(self, journal: Recorder) -> None:
        """Tell a record what its outputs mask, before a message with such a value goes."""
        if self._told == (journal, self.rows):
            return
        secrets = [
            {"name": row.name, "env": row.name.upper(), "value": row.value}
            for row in self.rows
            if row.secret
        ]
        if secrets:
            journal.keep_beside(SECRETS, secrets)
        self._told = journal, self.rows

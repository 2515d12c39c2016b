"""The values of a window, shared by all of its endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.journal.schema import SECRETS
from workbench.viewmodel import value_files
from workbench.viewmodel.known_values import NO_VALUES, KnownValues, TypedValue, known_values

if TYPE_CHECKING:
    from workbench.journal.recorder import Recorder
    from workbench.scenario.values import Plain


class WindowValues(QObject):
    """Holds the values, and tells a record of the secrets among them before their bytes come.

    Attributes:
        rows: as they were typed. file: whose values stand above them; None: no file is chosen.
        in_force: the typed values with those of the file. known: what their names stand for.

    Signals:
        changed(object, object): they are others; rows and known.
        file_changed(): another file is chosen, or none.
    """

    changed = Signal(object, object)
    file_changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: tuple[TypedValue, ...] = ()
        self.in_force: tuple[TypedValue, ...] = ()
        self.known: KnownValues = NO_VALUES
        self.file: Path | None = None
        self._of_file: Mapping[str, Plain] = {}
        self._told: tuple[Recorder | None, tuple[TypedValue, ...]] = (None, ())

    @Slot(object)
    def set_rows(self, rows: tuple[TypedValue, ...]) -> None:
        """Use other values from now on; what was sent stays as it was."""
        if rows != self.rows:
            self.rows = rows
            self._renew()

    def use_file(self, path: Path | None) -> None:
        """Put a file's values above what was typed; None: what was typed alone.

        Raises:
            Problem: it is no file of values; what was in force stays.
        """
        self._of_file = {} if path is None else value_files.read(path)
        self.file = path
        self._renew()
        self.file_changed.emit()

    def of_scenario(self, text: str) -> dict[str, Plain]:
        """What a scenario is given of the chosen file: values that it has itself."""
        return value_files.named_in(text, self._of_file) if self._of_file else {}

    def keep_secrets(self, journal: Recorder) -> None:
        """Tell a record what its outputs mask, before a message with such a value goes."""
        if self._told == (journal, self.in_force):
            return
        secrets = [
            {"name": row.name, "env": row.name.upper(), "value": row.value}
            for row in self.in_force
            if row.secret
        ]
        if secrets:
            journal.keep_beside(SECRETS, secrets)
        self._told = journal, self.in_force

    def _renew(self) -> None:
        self.in_force = value_files.with_file(self.rows, self._of_file)
        self.known = known_values(self.in_force)
        self.changed.emit(self.rows, self.known)

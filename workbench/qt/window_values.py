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
    """Holds the values, and tells a record which of them are secrets before their bytes come.

    Attributes:
        rows: the values as typed. file: the file whose values override them; None: none is chosen.
        in_force: the typed values combined with those of the file. known: the value of each name.

    Signals:
        changed(object, object): the new rows and known values.
        file_changed(): another file is
        chosen, or none.
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
        """Let a file's values override what was typed; None: only what was typed.

        Raises:
            Problem: it is not a file of values; what was in force stays.
        """
        self._of_file = {} if path is None else value_files.read(path)
        self.file = path
        self._renew()
        self.file_changed.emit()

    def of_scenario(self, text: str) -> dict[str, Plain]:
        """The values of the chosen file that a scenario is given, limited to those it declares
        itself.
        """
        return value_files.named_in(text, self._of_file) if self._of_file else {}

    def keep_secrets(self, journal: Recorder) -> None:
        """Tell a record which values its outputs have to mask, before a message with one goes
        out.
        """
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
